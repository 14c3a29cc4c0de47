"""Request bodies: an upload beyond every limit is cut, so that it fills no disk and the form beside it survives."""

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class CutFile(TemporaryFileUploadHandler):
    """Keeps a file until it is larger than anything that is ever taken, and its whole size: the check of sizes then
    refuses it by what it really weighs, with the typed text kept."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start <= max(settings.EVIDENCE_MAX_BYTES, settings.SHEET_MAX_BYTES):
            super().receive_data_chunk(raw_data, start)
