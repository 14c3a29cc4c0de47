"""A file that was just made, as a download."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "zip": "application/zip",
}


def attached(data: bytes, name: str) -> HttpResponse:
    """The bytes under `name`, whose ending tells what they are. Raises KeyError for an ending that is not in TYPES."""
    kind = TYPES[name.rpartition(".")[2]]
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(data, content_type=kind, headers=headers)
