"""What a browser can show of files that it cannot open itself: pictures of phones and scanners, Word, Excel.

The original is kept as it is; the copy is for the eyes. Made in the bounded process; no Django.
"""

import html
import importlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import child

SECONDS = 60
MEMORY = 1536 * 1024 * 1024
LONGEST_SIDE = 4_000
MAX_ROWS, MAX_COLUMNS, MAX_SHEETS = 2_000, 100, 30
MAX_HTML = 8 * 1024 * 1024
_MODULE = "selfassess.examination.display_copies"
KINDS = {"heic": "jpg", "heif": "jpg", "tif": "pdf", "tiff": "pdf", "docx": "html", "xlsx": "html"}
"""The kind of copy by the kind of file."""

_TAGS = {
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "ul",
    "ol",
    "li",
    "b",
    "i",
}
_TAGS |= {"strong", "em", "u", "s", "sup", "sub", "br", "img", "caption", "section", "blockquote"}
_PAGE = """<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Bản xem</title><style>
body{{font:16px/1.5 system-ui,sans-serif;margin:1rem;color:#111;background:#fff}}
table{{border-collapse:collapse;margin:.5rem 0}}td,th{{border:1px solid #999;padding:.2rem .5rem;vertical-align:top}}
img{{max-width:100%;height:auto}}h2{{font-size:1.1rem}}.note{{color:#555}}
</style></head><body><p class="note">{note}</p>{body}</body></html>"""


def copy_of(path: str | Path, kind: str, *, seconds: float = SECONDS) -> bytes:
    """The copy of a stored file of a kind in `KINDS`; b"" when none can be made. Never raises for what it holds."""
    try:
        return child.answer(_MODULE, str(path), kind, seconds=seconds)
    except child.Failed:
        return b""


# --- inside the process with limits -----------------------------------------------------------------


def make(path: str | Path, kind: str) -> bytes:
    """The same as `copy_of`, here and without limits; parsers' errors pass through."""
    if kind == "docx":
        return _page("Bản xem nhanh của tệp Word: chữ và bảng. Bản gốc để tải về.", _word(path))
    if kind == "xlsx":
        return _page("Bản xem nhanh của tệp Excel: giá trị các ô. Bản gốc để tải về.", "".join(_sheets(path)))
    return _picture(path, "PDF" if KINDS[kind] == "pdf" else "JPEG")


def _page(note: str, body: str) -> bytes:
    return _PAGE.format(note=note, body=_clean(body[:MAX_HTML])).encode()


def _clean(body: str) -> str:
    """Only what says text, tables and pictures; whatever the document hoped to bring along goes."""
    import nh3  # inline: child process

    attributes = {"img": {"src", "alt"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
    safe = nh3.clean(body, tags=_TAGS, attributes=attributes, url_schemes={"data"}, link_rel=None)
    return str(safe)


def _word(path: str | Path) -> str:
    import mammoth  # inline: child process

    with open(path, "rb") as stored:
        return str(mammoth.convert_to_html(stored).value)


def _sheets(path: str | Path) -> Iterator[str]:
    from python_calamine import CalamineWorkbook  # inline: child process

    book, said = CalamineWorkbook.from_path(str(path)), _marks(path)
    names = book.sheet_names
    for name in names[:MAX_SHEETS]:
        sheet = book.get_sheet_by_name(name)
        rows, odd = sheet.to_python(nrows=MAX_ROWS + 1), said.get(name, {})
        top, left = sheet.start or (0, 0)  # the empty rows and columns before are left out
        yield f"<section><h2>{html.escape(name)}</h2><table>"
        for down, row in enumerate(rows[:MAX_ROWS], top):
            cells = (_value(cell, odd.get((down, right))) for right, cell in enumerate(row[:MAX_COLUMNS], left))
            yield f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in cells)}</tr>"
        yield "</table>"
        if len(rows) > MAX_ROWS or any(len(row) > MAX_COLUMNS for row in rows):
            yield f"<p>Chỉ hiển thị {MAX_ROWS} dòng và {MAX_COLUMNS} cột đầu: tải bản gốc để xem đủ.</p>"
        yield "</section>"
    if len(names) > MAX_SHEETS:
        yield f"<p>Còn {len(names) - MAX_SHEETS} trang tính khác trong bản gốc.</p>"


def _marks(path: str | Path) -> dict[str, dict[tuple[int, int], object]]:
    """By sheet and place what calamine does not tell: percentages, errors, formulas that nobody computed. Nothing
    where the workbook is written so oddly that its places cannot be told."""
    from cchc_index.lib.sheets import marks  # inline: child process

    try:
        return {name: each.odd for name, each in marks.read(str(path)).items()}
    except Exception:  # of any parser: the values are shown all the same
        return {}


def _value(cell: Any, mark: object = None) -> str:
    """As people see it: a percentage with its sign, a whole number without a fraction, a comma before decimals."""
    from cchc_index.lib.sheets.cells import Percent, StyledNumber  # inline: child process
    from cchc_index.lib.sheets.marks import seen  # inline: child process

    shown = seen(mark, cell)
    if isinstance(shown, Percent):
        return f"{shown.value:.2f}".rstrip("0").rstrip(".").replace(".", ",") + "%"
    if shown is not None and not isinstance(shown, StyledNumber):
        return str(shown)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.15g}".replace(".", ",")
    return f"{cell:%d/%m/%Y}" if hasattr(cell, "year") else str(cell)


def _picture(path: str | Path, form: str) -> bytes:
    """Upright and no larger than a screen can use; every page of a scan."""
    import pillow_heif  # inline: child process
    from PIL import Image, ImageOps, ImageSequence  # inline: child process

    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # the size was checked when the file came in; memory is bounded here
    out, pages = io.BytesIO(), []
    with Image.open(path) as picture:
        for page in ImageSequence.Iterator(picture):
            upright = ImageOps.exif_transpose(page).convert("RGB")
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            pages.append(upright)
            if form == "JPEG":
                break
    if form == "JPEG":
        pages[0].save(out, form, quality=85)
    else:
        pages[0].save(out, form, save_all=True, append_images=pages[1:], resolution=200)
    return out.getvalue()


def prepare() -> None:
    for library in ("nh3", "mammoth", "python_calamine", "cchc_index.lib.sheets.marks", "pillow_heif", "PIL.Image"):
        importlib.import_module(library)


def main(arguments: list[str]) -> None:
    """`PATH KIND`: the copy."""
    child.confine(MEMORY, SECONDS)
    sys.stdout.buffer.write(make(*arguments))
