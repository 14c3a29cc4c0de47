"""The operator's forms."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from cchc_index.lib.sheets.book import ACCEPT
from criteria.models import RoundGroup
from surveys.plan.queries import groups_of

FIGURES, NEW, BALLOTS = "so-lieu", "moi", "phieu"


class BatchUploadForm(forms.Form):
    """What the file is (one choice, so that block, kind and group cannot contradict) and the file."""

    target = forms.ChoiceField(label="Tệp này là", error_messages={"required": "Chọn tệp này là phiếu hay số liệu."})
    new_group = forms.CharField(
        label="Tên nhóm đối tượng mới",
        required=False,
        max_length=300,
        help_text="Chỉ ghi khi chọn “nhóm mới”: khối chưa có nhóm đối tượng nào.",
    )
    file = forms.FileField(
        label="Tệp .xlsx, .csv, .ods hoặc .xls",
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
        help_text=(
            "Phiếu: mỗi dòng một phiếu, các cột “Mã phiếu”, “Mã đơn vị” và mỗi câu hỏi một cột mang mã tiêu chí. "
            "Số liệu: “Mã đơn vị”, “Mã tiêu chí”, “Điểm” hoặc “Tỷ lệ %”, “Nguồn số liệu”."
        ),
        max_length=200,
        error_messages={
            "required": "Chọn tệp cần tải lên.",
            "empty": "Tệp trống: chọn đúng tệp rồi tải lại.",
            "max_length": "Tên tệp quá dài: đổi tên ngắn hơn rồi tải lại.",
            "invalid": "Không nhận được tệp: chọn lại tệp rồi tải lên.",
        },
    )

    take_hidden = forms.BooleanField(
        label="Tính cả dòng, cột đang ẩn trong tệp",
        required=False,
        help_text="Không đánh dấu thì dòng, cột bị ẩn (bằng tay hoặc do bộ lọc) được bỏ ra và nêu ở trang sau.",
    )

    good_rows = forms.BooleanField(
        label="Nhập các phiếu không có lỗi, trả lại các phiếu có lỗi",
        required=False,
        help_text=(
            "Không đánh dấu thì một lỗi cũng giữ lại cả tệp. Đánh dấu thì phiếu có lỗi được trả lại thành bảng tính "
            "kèm lý do: sửa rồi tải bảng đó lên là đủ tệp. Chỉ dùng cho phiếu."
        ),
    )

    mapping = forms.FileField(
        label="Tệp ánh xạ .json (không bắt buộc)",
        required=False,
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
        help_text=(
            "Chỉ cần khi tệp do phần mềm khảo sát xuất ra có tiêu đề hoặc câu trả lời mà hệ thống không tự nhận ra: "
            "cột nào là đơn vị, tiêu chí nào, “A4” nghĩa là mức nào."
        ),
        max_length=200,
    )

    def __init__(self, *args: Any, blocks: list[RoundGroup], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["target"].choices = [("", "– chọn –"), *_choices(blocks)]  # type: ignore[attr-defined]
        self.fields["target"].error_messages["invalid_choice"] = "Lựa chọn không có trong kỳ này: chọn lại."
        if not any(value.startswith(NEW) for value in self.targets()):
            del self.fields["new_group"]

    def targets(self) -> list[str]:
        groups = [options for _, options in self.fields["target"].choices if isinstance(options, list)]  # type: ignore[attr-defined]
        return [value for options in groups for value, _ in options]

    def clean_file(self) -> "UploadedFile[Any]":
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        if upload.size and upload.size > settings.SHEET_MAX_BYTES:
            megabytes = settings.SHEET_MAX_BYTES // 1024 // 1024
            raise ValidationError(f"Tệp lớn hơn {megabytes} MB: tách thành nhiều tệp nhỏ hơn.")
        return upload

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("target", "").startswith(NEW) and not data.get("new_group"):
            self.add_error("new_group", "Ghi tên nhóm đối tượng mới.")
        return data


class BatchUndoForm(forms.Form):
    reason = forms.CharField(
        label="Lý do hủy",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Nhập lý do hủy lần nhập."},
    )


def _choices(blocks: list[RoundGroup]) -> list[tuple[str, list[tuple[str, str]]]]:
    """One option group per block: its respondent groups, then its figures."""
    groups: dict[int, list[tuple[str, str]]] = {block.pk: [] for block in blocks}
    asked = set()
    for group in groups_of(blocks):
        asked.add(group.survey.round_group_id)
        if group.takes_ballots:
            groups[group.survey.round_group_id].append((f"{BALLOTS}-{group.pk}", f"Phiếu: {group.name}"))
    for block in blocks:
        if block.pk not in asked:
            groups[block.pk].append((f"{NEW}-{block.pk}", "Phiếu: nhóm mới (ghi tên ở dưới)"))
        groups[block.pk].append((f"{FIGURES}-{block.pk}", "Số liệu SIPAS, PAPI"))
    return [(block.group.name, groups[block.pk]) for block in blocks]
