"""A file that was just made, as a download."""

from django.http import HttpResponse

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


def attached(data: bytes, name: str) -> HttpResponse:
    """The bytes under `name`, whose ending tells what they are. Raises KeyError for an ending that is not in TYPES."""
    kind = TYPES[name.rpartition(".")[2]]
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
