"""What in a PDF acts by itself: scripts, programs started, programs carried along. No Django, nothing is run."""

import re
import time
from collections.abc import Iterable, Iterator
from typing import Any

import pypdf

SECONDS = 2.0
_DEPTH = 50
_MOST = 2_000
_ACTS = {
    "/JavaScript": "mã lệnh JavaScript",
    "/Launch": "lệnh mở chương trình khác",
    "/ImportData": "lệnh nạp dữ liệu từ ngoài",
    "/SubmitForm": "lệnh gửi dữ liệu ra ngoài",
    "/RichMedia": "nội dung chạy được",
    "/XFA": "biểu mẫu động (XFA)",
}
_PAPERS = ("pdf", "docx", "xlsx", "xml", "txt", "csv", "png", "jpg", "jpeg", "tif", "tiff", "p7s", "json")
_RAW = re.compile(rb"(?:%s)(?![A-Za-z])" % "|".join([*_ACTS, "/JS"]).encode())


def found_in(reader: pypdf.PdfReader, raw: bytes) -> str:
    """In words what acts in the file, "" when nothing does. A file too tangled to be walked is judged by its bytes."""
    try:
        until = time.monotonic() + SECONDS
        for said in _all(reader):
            if said:
                return said
            if time.monotonic() > until:
                break
        else:
            return ""
    except Exception:  # noqa: S110 - a hostile file can make a parser fail in any way
        pass
    told = _RAW.search(raw)
    return _ACTS.get(told[0].decode(), _ACTS["/JavaScript"]) if told else ""


def _all(reader: pypdf.PdfReader) -> Iterator[str]:
    root = reader.root_object
    names: Any = _dict(root.get("/Names"))
    if "/JavaScript" in names:
        yield _ACTS["/JavaScript"]
    yield from map(_carried, _files(_dict(names.get("/EmbeddedFiles"))))
    yield from _acting(root)
    form = _dict(root.get("/AcroForm"))
    yield _ACTS["/XFA"] if "/XFA" in form else ""
    yield from _fields(form.get("/Fields") or [])
    for page in reader.pages:
        yield from _acting(page)
        for note in list(page.get("/Annots") or [])[:_MOST]:
            yield from _note(_dict(note))


def _dict(value: Any) -> Any:
    value = value.get_object() if hasattr(value, "get_object") else value
    return value if isinstance(value, dict) else {}


def _acting(holder: Any) -> Iterator[str]:
    """What the holder does when it is opened, touched or printed."""
    yield _deed(holder.get("/OpenAction"))
    yield _deed(holder.get("/A"))
    yield from (_deed(action) for action in list(_dict(holder.get("/AA")).values())[:_MOST])


def _deed(action: Any) -> str:
    for _ in range(_DEPTH):
        step = _dict(action)
        if not step:
            return ""
        if said := _ACTS.get(str(step.get("/S")), _ACTS["/JavaScript"] if "/JS" in step else ""):
            return said
        action = step.get("/Next")
        action = action[0] if isinstance(action, list) and action else action
    return _ACTS["/JavaScript"]  # nobody chains fifty deeds for good


def _note(note: Any) -> Iterator[str]:
    yield from _acting(note)
    if note.get("/Subtype") == "/RichMedia":
        yield _ACTS["/RichMedia"]
    if note.get("/Subtype") == "/FileAttachment":
        yield _carried(_dict(note.get("/FS")))


def _fields(fields: Iterable[Any]) -> Iterator[str]:
    waiting = list(fields)
    for _ in range(_MOST):
        if not waiting:
            return
        field = _dict(waiting.pop())
        yield from _acting(field)
        waiting.extend(field.get("/Kids") or [])


def _files(tree: Any) -> Iterator[Any]:
    waiting = [tree]
    for _ in range(_MOST):
        if not waiting:
            return
        node = waiting.pop()
        yield from map(_dict, list(node.get("/Names") or [])[1::2])
        waiting.extend(map(_dict, node.get("/Kids") or []))


def _carried(file: Any) -> str:
    name = str(file.get("/UF") or file.get("/F") or "").strip()
    if not file or name.rpartition(".")[2].casefold() in _PAPERS:
        return ""
    return f"tệp đính kèm “{name[:60]}”"
