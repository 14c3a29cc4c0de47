"""What a document says about itself: its text layer and metadata, nothing rendered, no Django.

A hostile file can make any parser run for ever or eat the machine, so `read_file` works in a process of its
own under hard limits of time and memory; what it cannot read is said to be unreadable, never an error.
"""

import json
import logging
import re
import resource
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

FORMAT = 1
SECONDS = 20
MEMORY = 1024 * 1024 * 1024
MAX_PAGES = 40
MAX_TEXT = 2_000_000
MAX_PART = 30 * 1024 * 1024
LEAST_TEXT = 20
"""Fewer characters than this on all pages: a scan without a text layer."""
_FIELDS = 2_000

READ, NONE, UNREADABLE, OTHER = "read", "none", "unreadable", "other"
"""The text: read, no text layer, could not be read, a kind without text (pictures)."""

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_ETH = {ord("Ð"): "Đ", ord("ð"): "đ"}  # fonts often draw Đ with the Icelandic letter
_NO_NUMBER = re.compile(r"(không|ko|chưa)(có)?số(kýhiệu)?")
_PARTS = re.compile(r"word/(document|header\d*|footer\d*)\.xml|xl/(sharedStrings|worksheets/sheet\d+)\.xml")

Reading = dict[str, Any]


def read_file(path: str | Path, kind: str, number: str, *, seconds: float = SECONDS) -> Reading:
    """The reading of a stored file of `kind` (`pdf`, `docx`, `xlsx`, `png`, `jpg`) under its document number.

    `{"format", "text", "number_found", "signed", "pages_read"}`; `number_found` and `signed` are None when
    that cannot be said. Never raises for what the file holds.
    """
    if kind not in ("pdf", "docx", "xlsx"):
        return _reading(OTHER)
    command = [sys.executable, "-m", "selfassess.examination.text_reading", str(path), kind, number]
    root = Path(__file__).resolve().parents[2]
    try:
        # A list without a shell; the child takes its words as data
        done = subprocess.run(command, cwd=root, capture_output=True, timeout=seconds, check=True)  # noqa: S603
        told: dict[str, Any] = json.loads(done.stdout)
        return told
    except (subprocess.SubprocessError, ValueError):
        return _reading(UNREADABLE)


def _reading(text: str, found: bool | None = None, signed: bool | None = None, pages: int | None = None) -> Reading:
    return {"format": FORMAT, "text": text, "number_found": found, "signed": signed, "pages_read": pages}


# --- the number -------------------------------------------------------------------------------------


def squeeze(text: str) -> str:
    """Text as numbers are compared: NFC, one case, one dash, no spaces."""
    plain = unicodedata.normalize("NFC", text).translate(_ETH).translate(_DASHES)
    return re.sub(r"\s+", "", plain).casefold()


def has_number(text: str, number: str) -> bool | None:
    """Whether the document's number stands in the text; 5/BC-X does not stand in 125/BC-X, 05/BC-X does.
    None for a document that has no number."""
    wanted = squeeze(number)
    if not any(c.isdigit() for c in wanted) or _NO_NUMBER.fullmatch(wanted):
        return None
    pattern = r"(?<!\d)0*" + re.escape(wanted.lstrip("0")) + r"(?!\d)"
    return re.search(pattern, squeeze(text)) is not None


# --- inside the process with limits -----------------------------------------------------------------


def read(path: str | Path, kind: str, number: str) -> Reading:
    """The same as `read_file`, here and without limits; parsers' errors pass through."""
    return _read_pdf(path, number) if kind == "pdf" else _read_office(path, number)


def _read_pdf(path: str | Path, number: str) -> Reading:
    import pypdf  # inline: child process

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = pypdf.PdfReader(str(path), strict=False)
    texts, pages = [], 0
    for text in _pages(reader):
        texts.append(text)
        pages += 1
        if sum(map(len, texts)) > MAX_TEXT:
            break
    text = "\n".join(texts)
    signed = is_signed(reader)
    if len(squeeze(text)) < LEAST_TEXT:
        return _reading(NONE, None, signed, pages)
    return _reading(READ, has_number(text, number), signed, pages)


def _pages(reader: Any) -> Iterator[str]:
    """Text of the first pages, with what stamps and notes (annotations) say."""
    for page, _ in zip(reader.pages, range(MAX_PAGES), strict=False):
        try:
            notes = [str(note.get_object().get("/Contents", "")) for note in (page.get("/Annots") or [])[:100]]
            yield "\n".join([page.extract_text(), *notes])
        except Exception:  # one page that cannot be read does not spoil the others
            yield ""


def is_signed(reader: Any) -> bool:
    """A signature field with a value. Whether the signature is valid is not judged here."""
    form = reader.root_object.get("/AcroForm")
    waiting = list((form.get_object().get("/Fields") or []) if form is not None else [])
    for _ in range(_FIELDS):
        if not waiting:
            return False
        field = waiting.pop().get_object()
        if field.get("/FT") == "/Sig" and field.get("/V") is not None:
            return True
        waiting.extend(field.get("/Kids") or [])
    return False


def _read_office(path: str | Path, number: str) -> Reading:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        texts = list(_texts(archive, [name for name in names if _PARTS.fullmatch(name)]))
    text = "".join(texts)
    signed = any(name.startswith("_xmlsignatures/") for name in names)
    if not squeeze(text):
        return _reading(NONE, None, signed)
    return _reading(READ, has_number(text, number), signed)


def _texts(archive: zipfile.ZipFile, parts: Iterable[str]) -> Iterator[str]:
    """Runs of text in order; a paragraph, cell or tab ends a word."""
    from defusedxml.ElementTree import fromstring  # inline: child process

    for part in parts:
        with archive.open(part) as stream:
            content = stream.read(MAX_PART)
        for element in fromstring(content).iter():
            tag = element.tag.rpartition("}")[2]
            if tag in ("t", "v") and element.text:
                yield element.text
            elif tag in ("p", "c", "si", "tab", "br"):
                yield "\n"


def main(arguments: list[str]) -> None:
    """`python -m selfassess.examination.text_reading PATH KIND NUMBER` prints the reading as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    path, kind, number = arguments
    try:
        found = read(path, kind, number)
    except Exception:  # a hostile file can make a parser fail in any way
        found = _reading(UNREADABLE)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
