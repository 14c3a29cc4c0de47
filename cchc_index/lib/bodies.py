"""Request bodies: an upload beyond every limit is cut, so that it fills no disk and the form beside it survives."""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


class Cut(FileUploadHandler):
    """Passes a file on until it is larger than anything that is ever taken; the size check then refuses it
    with the typed text kept, as any other file too large."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        largest = max(settings.EVIDENCE_MAX_BYTES, settings.SHEET_MAX_BYTES)
        return raw_data if start <= largest else None

    def file_complete(self, file_size: int) -> None:
        """None: the handlers after this one make the file."""
