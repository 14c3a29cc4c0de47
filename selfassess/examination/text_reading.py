"""What a document says about itself: its text layer, signatures and metadata, nothing rendered, no Django.

`read_file` works in a bounded process; what it cannot read is said to be unreadable, never an error.
"""

import importlib
import json
import logging
import re
import sys
import time
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from . import child, letters, signatures
from .document_number import CITED, OWN, place_of
from .paper_facts import facts_of

FORMAT = 2
SECONDS = 60
MEMORY = 1024 * 1024 * 1024
MAX_TEXT = 20_000_000
MAX_PART = 30 * 1024 * 1024
LEAST_TEXT = 20
"""Fewer characters than this on all pages: a scan without a text layer."""
_FIELDS = 2_000

READ, NONE, UNREADABLE, OTHER, LETTERS = "read", "none", "unreadable", "other", "letters"
"""The text: read, no text layer, could not be read, a kind without text (pictures), letters that are no text."""

_PARTS = re.compile(r"word/(document|header\d*|footer\d*)\.xml|xl/(sharedStrings|worksheets/sheet\d+)\.xml")
_MODULE = "selfassess.examination.text_reading"

Reading = dict[str, Any]


def read_file(
    path: str | Path, kind: str, number: str, *, seconds: float = SECONDS, roots: str = "", most_pages: int = 0
) -> Reading:
    """The reading of a stored file of `kind` (`pdf`, `docx`, `xlsx`, or a picture) under its document number.

    `{"format", "text", "number_found", "number_cited", "signed", "signatures", "pages_read", "letters", "facts"}`;
    `number_found` and `signed` are None when that cannot be said. `roots`: a folder of certificates to trust;
    `most_pages`: no more than these, and no signatures. Never raises for what the file holds.
    """
    if kind not in ("pdf", "docx", "xlsx"):
        return _reading(OTHER)
    try:
        told: Reading = json.loads(
            child.answer(_MODULE, str(path), kind, number, roots, str(most_pages), seconds=seconds)
        )
        return told
    except (child.Failed, ValueError):
        return _reading(UNREADABLE)


def _reading(text: str, **more: Any) -> Reading:
    empty: dict[str, Any] = {
        "number_found": None,
        "number_cited": False,
        "signed": None,
        "signatures": [],
        "pages_read": None,
    }
    return {"format": FORMAT, "text": text, **empty, "letters": "", "facts": {}, **more}


def squeeze(text: str) -> str:
    """Text without spaces: how much there is."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text))


def has_number(text: str, number: str) -> bool | None:
    """Whether the document's number stands in the text as its own; 5/BC-X does not stand in 125/BC-X, 05/BC-X does.
    None for a document that has no number."""
    place = place_of(text, number)
    return None if place is None else place == OWN


# --- inside the process with limits -----------------------------------------------------------------


def read(path: str | Path, kind: str, number: str, roots: str = "", most_pages: str = "0") -> Reading:
    """The same as `read_file`, here and without limits; parsers' errors pass through."""
    return _read_pdf(path, number, roots, int(most_pages)) if kind == "pdf" else _read_office(path, number)


def _read_pdf(path: str | Path, number: str, roots: str, most: int) -> Reading:
    import pypdf  # inline: child process

    until = time.process_time() + SECONDS * 0.7
    reader = pypdf.PdfReader(str(path), strict=False)
    texts, pages = [], 0
    for text in _pages(reader):
        texts.append(text)
        pages += 1
        if pages == most or sum(map(len, texts)) > MAX_TEXT or time.process_time() > until:
            break
    signed = is_signed(reader)
    proofs = _signatures(path, roots) if signed and not most else []
    return _of_text("\n".join(texts), number, signed=signed, signatures=proofs, pages_read=pages)


def _of_text(text: str, number: str, *, least: int = LEAST_TEXT, **more: Any) -> Reading:
    if len(squeeze(text)) < least:
        return _reading(NONE, **more)
    if said := letters.fault(text):
        return _reading(LETTERS, letters=said, **more)
    place = place_of(text, number)
    found = {"number_found": None if place is None else place == OWN, "number_cited": place == CITED}
    return _reading(READ, **found, facts=facts_of(text), **more)


def _pages(reader: Any) -> Iterator[str]:
    """Text of the pages, with what stamps and notes (annotations) say."""
    for page in reader.pages:
        try:
            notes = [str(note.get_object().get("/Contents", "")) for note in (page.get("/Annots") or [])[:100]]
            yield "\n".join([page.extract_text(), *notes])
        except Exception:  # one page that cannot be read does not spoil the others
            yield ""


def is_signed(reader: Any) -> bool:
    """A signature field with a value. Whether the signature is valid is judged in `signatures`."""
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


def _signatures(path: str | Path, roots: str) -> list[signatures.Signature]:
    try:
        return signatures.signatures_of(path, roots)
    except Exception:  # the text has been read; what cannot be judged is said
        return [{"state": signatures.UNREADABLE, "by": "", "at": "", "trusted": None}]


def _read_office(path: str | Path, number: str) -> Reading:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        texts = list(_texts(archive, [name for name in names if _PARTS.fullmatch(name)]))
    text = "".join(texts)
    signed = any(name.startswith("_xmlsignatures/") for name in names)
    return _of_text(text, number, least=1, signed=signed)


def _texts(archive: zipfile.ZipFile, parts: Iterable[str]) -> Iterator[str]:
    """Runs of text in order; a paragraph, cell or tab ends a word, a tab not its line."""
    from defusedxml.ElementTree import fromstring  # inline: child process

    for part in parts:
        with archive.open(part) as stream:
            content = stream.read(MAX_PART)
        for element in fromstring(content).iter():
            tag = element.tag.rpartition("}")[2]
            if tag in ("t", "v") and element.text:
                yield element.text
            elif tag == "noBreakHyphen":
                yield "-"
            elif tag == "sym":
                yield _symbol(element)
            elif tag == "tab":
                yield "   "
            elif tag in ("p", "c", "si", "br"):
                yield "\n"


def _symbol(element: Any) -> str:
    """A sign put in from a font of symbols: hyphens and strokes stand at their own places there, from F000 on."""
    code = next((value for key, value in element.attrib.items() if key.endswith("}char")), "")
    number = int(code, 16) - 0xF000 if re.fullmatch("[0-9A-Fa-f]{4}", code) else 0
    return chr(number) if 0x20 < number < 0x7F else " "


def prepare() -> None:
    importlib.import_module("pypdf")
    importlib.import_module("defusedxml.ElementTree")
    signatures.prepare()


def main(arguments: list[str]) -> None:
    """`PATH KIND NUMBER [ROOTS [PAGES]]`: the reading as JSON."""
    child.confine(MEMORY, SECONDS)
    logging.disable(logging.CRITICAL)  # parsers tell each oddity of a file
    path, kind, number, *more = arguments
    try:
        found = read(path, kind, number, *more)
    except Exception:  # a hostile file can make a parser fail in any way
        found = _reading(UNREADABLE)
    sys.stdout.write(json.dumps(found))
