"""The forms of the import and the export page."""

from typing import Any

from django import forms
from import_export.forms import ConfirmImportForm, ExportForm, ImportForm

from cchc_index.lib.sheets.book import ACCEPT


class CatalogueUploadForm(ImportForm):
    """The file first, then its format."""

    take_hidden = forms.BooleanField(label="Tính cả dòng, cột đang ẩn trong tệp", required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["import_file"].label = "Tệp"
        self.fields["import_file"].error_messages["required"] = "Hãy chọn tệp."
        self.fields["import_file"].widget.attrs["accept"] = ACCEPT
        self.fields["format"].label = "Định dạng"
        self.fields["format"].error_messages["required"] = "Hãy chọn định dạng của tệp."


class CatalogueConfirmForm(ConfirmImportForm):
    """What the preview was made from, so that the same is imported."""

    take_hidden = forms.BooleanField(required=False, widget=forms.HiddenInput)


class PermissionField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Rights by Vietnamese names: what may be done with which records."""

    DEEDS = {"add": "thêm", "change": "sửa", "delete": "xóa", "view": "xem"}

    def label_from_instance(self, obj: Any) -> str:
        deed, _, _ = obj.codename.partition("_")
        model = obj.content_type.model_class()
        return f"{model._meta.app_config.verbose_name} · {self.DEEDS.get(deed, obj.name)} {model._meta.verbose_name}"


class DownloadForm(ExportForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["format"].label = "Định dạng"
        self.fields["format"].error_messages["required"] = "Hãy chọn định dạng."
