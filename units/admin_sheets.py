"""The admin's import and export pages: permissions, guarded files, the whole file or nothing, the log."""

from typing import Any

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Model
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from import_export.admin import ImportExportMixin
from import_export.forms import ExportForm, ImportForm
from import_export.results import Result, RowResult
from import_export.tmp_storages import MediaStorage

from cchc_index.lib.sheets import MAX_BYTES

from . import admin_base, resource_base


class UploadForm(ImportForm):
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


class SheetAdmin(ImportExportMixin, admin_base.LoggedAdmin):
    """A catalogue with import and export. Who may add and change may import; who may view may export."""

    formats = resource_base.FORMATS
    import_form_class = UploadForm
    export_form_class = DownloadForm
    tmp_storage_class = MediaStorage
    skip_admin_log = False

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_or_change_permission(request)

    def add_data_read_fail_error_to_form(self, form: Form, e: Exception) -> None:
        form.add_error("import_file", resource_base.read_problem(e))

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        # Without it a row that became invalid after the preview would be left out silently.
        return {**super().get_import_data_kwargs(**kwargs), "rollback_on_validation_errors": True}

    def write_to_tmp_storage(self, import_file: UploadedFile, input_format: Any) -> Any:
        """One byte more than allowed is enough to refuse: the rest is not kept."""
        storage = self.tmp_storage_class(read_mode="rb")
        storage.save(import_file.read(MAX_BYTES + 1))
        return storage

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                return super().process_import(request, **kwargs)
        except FileNotFoundError:
            messages.error(request, "Tệp này đã nhập xong hoặc đã bị xóa. Hãy tải tệp lên lại.")
            return redirect(self._url("import"))

    def process_result(self, result: Result, request: HttpRequest) -> HttpResponse:
        if result.has_errors() or result.has_validation_errors():
            messages.error(request, "Chưa nhập gì: dữ liệu đã đổi từ lúc xem trước. Hãy tải tệp lên lại.")
            return redirect(self._url("import"))
        return super().process_result(result, request)

    def generate_log_entries(self, result: Result, request: HttpRequest) -> None:
        super().generate_log_entries(result, request)
        new = [row.instance for row in result if row.is_new()]
        changed = [(row.original, row.instance) for row in result if row.is_update()]
        if not new and not changed:
            return
        self.after_change(request, [*new, *(instance for _, instance in changed)])  # blocks before the log
        before, after = _differences(changed)
        batch = {
            "file": request.POST.get("original_file_name", "")[:200],
            "new": {str(instance.pk): admin_base.facts(instance) for instance in new},
            "changed": after,
        }
        obj = ContentType.objects.get_for_model(self.model)
        admin_base.record(request, "admin_import", obj, before={"changed": before}, after=batch)

    def add_success_message(self, result: Result, request: HttpRequest) -> None:
        new, changed, same = (
            result.totals[kind]
            for kind in (RowResult.IMPORT_TYPE_NEW, RowResult.IMPORT_TYPE_UPDATE, RowResult.IMPORT_TYPE_SKIP)
        )
        messages.success(request, f"Đã nhập: {new} mới, {changed} đổi, {same} giữ nguyên.")

    def _url(self, page: str) -> str:
        info = "_".join(self.get_model_info())
        return reverse(f"admin:{info}_{page}", current_app=self.admin_site.name)


def _differences(changed: list[tuple[Model, Model]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Old and new values of the fields that differ, by record."""
    before, after = {}, {}
    for original, instance in changed:
        old, new = admin_base.facts(original), admin_base.facts(instance)
        names = [name for name in new if new[name] != old[name]]
        before[str(instance.pk)] = {name: old[name] for name in names}
        after[str(instance.pk)] = {name: new[name] for name in names}
    return before, after
