"""The forms of the import and the export page."""

from typing import Any

from import_export.forms import ExportForm, ImportForm


class CatalogueUploadForm(ImportForm):
    """The file first, then its format."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["import_file"].label = "Tệp"
        self.fields["import_file"].error_messages["required"] = "Hãy chọn tệp."
        self.fields["import_file"].widget.attrs["accept"] = ".xlsx,.csv"
        self.fields["format"].label = "Định dạng"
        self.fields["format"].error_messages["required"] = "Hãy chọn định dạng của tệp."


class DownloadForm(ExportForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["format"].label = "Định dạng"
        self.fields["format"].error_messages["required"] = "Hãy chọn định dạng."
