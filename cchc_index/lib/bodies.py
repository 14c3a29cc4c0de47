"""Request bodies: an upload beyond every limit is cut, so that it fills no disk and the form beside it survives."""

from typing import Any, cast

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from .stored_files import UnkeptFile, Unstored, let_go_quietly


class CutFile(TemporaryFileUploadHandler):
    """Keeps a file until it is larger than anything that is ever taken, and its whole size: the check of sizes then
    refuses it by what it really weighs, with the typed text kept. A file that the disk does not take is refused when it
    is read, and the form beside it survives too."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._give_up(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if isinstance(self.file, UnkeptFile) or start > max(settings.EVIDENCE_MAX_BYTES, settings.SHEET_MAX_BYTES):
            return
        try:
            super().receive_data_chunk(raw_data, start)
            self.file.flush()
        except OSError as error:
            let_go_quietly(self.file)
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        Unstored(error)  # says why in the log
        unkept = UnkeptFile(self.file_name or "", self.content_type, self.charset)
        self.file = cast("TemporaryUploadedFile", unkept)
