"""What the annex's page takes: a file, its decision, and what the decision says of its totals."""

from decimal import Decimal
from typing import Any

from django import forms

from cchc_index.lib.moments import DayField
from cchc_index.lib.numbers import NumberProblem, parse_decimal

from .totals import Expected
from .words import SOURCE_WORDS

MAX_FILE = 1536 * 1024
"""It travels with the preview, half as large again; a decision with a hundred pages of tables is smaller."""


class PointsField(forms.CharField):
    """Points as officials write them; nothing is None."""

    def __init__(self, label: str, hint: str = "") -> None:
        super().__init__(label=label, required=False, max_length=20, help_text=hint)
        self.widget.attrs["inputmode"] = "decimal"

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        try:
            return parse_decimal(text)
        except NumberProblem as problem:
            raise forms.ValidationError(f"{problem}.") from None


class AnnexForm(forms.Form):
    """The annex of a decision for a block."""

    decision = forms.CharField(
        label="Số quyết định",
        max_length=60,
        help_text="Ghi như trên văn bản, ví dụ 5666/QĐ-UBND.",
        error_messages={"required": "Nhập số quyết định.", "max_length": "Số quyết định dài nhất 60 ký tự."},
    )
    issued = DayField(
        label="Ngày quyết định",
        required=False,
        help_text="Không bắt buộc. Ví dụ 17/11/2025.",
        error_messages={"invalid": "Ngày không đọc được; ví dụ 17/11/2025."},
    )
    abstract = forms.CharField(
        label="Trích yếu",
        required=False,
        max_length=500,
        help_text="Không bắt buộc.",
        error_messages={"max_length": "Trích yếu dài nhất 500 ký tự."},
    )
    file = forms.FileField(
        label="Phụ lục (.xlsx, .csv, .ods, .xls hoặc bảng trong tệp Word .docx)",
        error_messages={"required": "Chọn tệp phụ lục.", "empty": "Tệp này rỗng."},
        help_text="Các cột: TT (hoặc Mã), Nội dung, Điểm tối đa; tùy chọn Nguồn, Thưởng/trừ, Quy tắc, Hướng dẫn, "
        "Tài liệu kiểm chứng, Mã năm trước, Nguồn gốc. Tiêu đề hai dòng, ô gộp đọc được.",
    )
    source = forms.ChoiceField(
        label="Nguồn điểm khi tệp không ghi",
        required=False,
        choices=[("", "Tự đánh giá (và nói rõ có bao nhiêu tiêu chí)"), *SOURCE_WORDS.items()],
        error_messages={"invalid_choice": "Chọn nguồn điểm trong danh sách."},
    )
    total = PointsField("Tổng điểm theo quyết định", "Không kể điểm thưởng, điểm trừ; ví dụ 100.")
    own = PointsField("Trong đó tự đánh giá", "Ví dụ 70.")
    survey = PointsField("Trong đó điều tra xã hội học", "ĐTXHH, SIPAS, PAPI; ví dụ 30.")
    take_hidden = forms.BooleanField(label="Tính cả dòng, cột đang ẩn trong tệp", required=False)

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MAX_FILE:
            raise forms.ValidationError(
                "Tệp lớn hơn 1,5 MB: lưu riêng phần phụ lục có bảng tiêu chí thành một tệp, bỏ hình ảnh, rồi tải lại."
            )
        return upload

    @property
    def choices(self) -> dict[str, Any]:
        """All but the file, as JSON values."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "file"}
        issued = given["issued"].isoformat() if given["issued"] else ""
        points = {name: None if given[name] is None else str(given[name]) for name in ("total", "own", "survey")}
        return {**given, **points, "issued": issued}


def expected(choices: dict[str, Any]) -> Expected:
    """What the decision says of its totals, from `AnnexForm.choices`."""
    return Expected(*(Decimal(choices[name]) if choices[name] else None for name in ("total", "own", "survey")))
