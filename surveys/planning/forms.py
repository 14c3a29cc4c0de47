"""What the forms of the plan take, and the facts they give."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict

from cchc_index.lib.decimals import CountField, NumberField
from cchc_index.lib.numbers import exact_text
from cchc_index.lib.text import clean
from criteria.models import Criterion
from surveys.models import AnswerOption, AnswerScale, RespondentGroup
from units.models import Unit

from .digests import PlanFacts

MORE_OPTIONS = 4
"""Empty lines under the answers of a scale."""
_MOST = MaxValueValidator(1_000_000, "Số này quá lớn: kiểm tra lại.")
_MOST_PEOPLE = MaxValueValidator(20_000_000, "Số người quá lớn: kiểm tra lại.")
_NOT_LESS = MinValueValidator(0, "Số này không được âm.")


def _count(label: str, hint: str = "", *, required: bool = False, most: int = 30_000) -> CountField:
    return CountField(
        label=label,
        required=required,
        help_text=hint,
        validators=[_NOT_LESS, MaxValueValidator(most, f"Tối đa {most}.")],
        error_messages={"required": f"Nhập {label.lower()}."},
    )


class PlanPartForm(forms.Form):
    """A part of the plan; a reason where the plan is frozen."""

    def __init__(self, data: QueryDict | None, *, facts: PlanFacts, frozen: bool) -> None:
        super().__init__(data, initial=dict(facts))
        if frozen:
            self.fields["reason"] = forms.CharField(
                label="Lý do thay đổi",
                strip=True,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text="Kế hoạch đã khóa: thay đổi có hiệu lực khi người quản lý Chỉ số khác xác nhận.",
                error_messages={"required": "Nhập lý do thay đổi kế hoạch."},
            )

    @property
    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "reason"}


class SurveyRulesForm(PlanPartForm):
    plan_number = forms.CharField(label="Số kế hoạch điều tra", max_length=60, required=False)
    least_n = _count(
        "Số phiếu trả lời tối thiểu để tính điểm",
        "Tính cho từng nhóm đối tượng, đơn vị và tiêu chí. Để trống: mọi số phiếu đều tính.",
    )
    small_cell = _count(
        "Không nêu kết quả của ô dưới (phiếu)",
        "Trang và tệp không nêu câu trả lời của ô ít phiếu hơn số này. Không được lớn hơn số phiếu tối thiểu ở trên, "
        "vì điểm tính từ ô đã che sẽ cho biết câu trả lời. Để trống: theo mặc định của hệ thống.",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        least, small = data.get("least_n"), data.get("small_cell")
        if small is not None and (least is None or small > least):
            self.add_error("small_cell", "Số này phải nhỏ hơn hoặc bằng số phiếu tối thiểu để tính điểm.")
        return data


class GroupForm(PlanPartForm):
    code = forms.SlugField(
        label="Mã nhóm",
        max_length=40,
        help_text="Chữ không dấu, số, gạch nối; dùng trong tệp và dòng lệnh.",
        error_messages={"required": "Nhập mã nhóm.", "invalid": "Mã chỉ gồm chữ không dấu, số, gạch nối."},
    )
    name = forms.CharField(
        label="Nhóm đối tượng", max_length=300, error_messages={"required": "Nhập tên nhóm đối tượng."}
    )
    position = _count("Thứ tự", required=True)
    mode = forms.ChoiceField(label="Hình thức", choices=RespondentGroup.Mode.choices)
    weight = NumberField(
        label="Trọng số",
        max_digits=9,
        decimal_places=4,
        validators=[MinValueValidator(Decimal("0.0001"), "Trọng số phải lớn hơn 0.")],
        help_text="So với các nhóm khác cùng trả lời một tiêu chí.",
        error_messages={"required": "Nhập trọng số; ghi 1 khi các nhóm như nhau."},
    )
    planned_ballots = CountField(label="Số phiếu kế hoạch mỗi đơn vị", required=False, validators=[_NOT_LESS, _MOST])

    def __init__(self, data: QueryDict | None, *, facts: PlanFacts, frozen: bool, units: list[Unit]) -> None:
        super().__init__(data, facts=facts, frozen=frozen)
        if "weight" in facts:
            self.initial["weight"] = Decimal(facts["weight"])
        self.units = units
        own, people = facts.get("units", {}), facts.get("people", {})
        for unit in units:
            name = f"unit-{unit.pk}"
            self.fields[name] = CountField(label=unit.name, required=False, validators=[_NOT_LESS, _MOST])
            self.initial[name] = own.get(unit.code)
        for unit in units:
            name = f"people-{unit.pk}"
            self.fields[name] = CountField(label=unit.name, required=False, validators=[_NOT_LESS, _MOST_PEOPLE])
            self.initial[name] = people.get(unit.code)

    def main_fields(self) -> list[forms.BoundField]:
        return [field for field in self if not field.name.startswith(("unit-", "people-"))]

    def unit_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name.startswith("unit-")]

    def people_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name.startswith("people-")]

    @property
    def facts(self) -> dict[str, Any]:
        given = {name: value for name, value in super().facts.items() if not name.startswith(("unit-", "people-"))}
        weight = exact_text(given["weight"].normalize())
        return {**given, "weight": weight, "units": self._by_unit("unit"), "people": self._by_unit("people")}

    def _by_unit(self, what: str) -> dict[str, int]:
        typed = {unit.code: self.cleaned_data[f"{what}-{unit.pk}"] for unit in self.units}
        return {code: number for code, number in typed.items() if number is not None}


class SheetForm(PlanPartForm):
    """A questionnaire: which criteria it asks about and by which scale."""

    title = forms.CharField(label="Tên mẫu phiếu", max_length=250, error_messages={"required": "Nhập tên mẫu phiếu."})
    scale = forms.ChoiceField(label="Thang trả lời chung", error_messages={"required": "Chọn thang trả lời."})
    max_blank_share = NumberField(
        label="Tỷ lệ câu bỏ trống tối đa (%)",
        min_value=0,
        max_value=100,
        decimal_places=2,
        help_text="Phiếu bỏ trống nhiều hơn tỷ lệ này không hợp lệ; phiếu trắng luôn không hợp lệ.",
        error_messages={"required": "Nhập tỷ lệ; ghi 100 khi không xét."},
    )
    refuse_straight_line = forms.BooleanField(label="Loại phiếu trả lời giống nhau mọi câu", required=False)
    straight_line_from = _count("Xét trả lời giống nhau khi có ít nhất (câu)", required=True, most=255)
    refuse_duplicates = forms.BooleanField(label="Loại phiếu giống hệt phiếu trước của cùng đơn vị", required=False)
    duplicates_from = _count("Xét phiếu giống hệt khi trả lời ít nhất (câu)", required=True, most=255)

    def __init__(
        self,
        data: QueryDict | None,
        *,
        facts: PlanFacts,
        frozen: bool,
        leaves: list[Criterion],
        scales: list[tuple[AnswerScale, list[AnswerOption]]],
    ) -> None:
        super().__init__(data, facts=facts, frozen=frozen)
        named = [(scale.code, scale.name) for scale, _ in scales]
        self.fields["scale"].choices = named  # type: ignore[attr-defined]
        share = facts.get("max_blank_share")
        self.initial["max_blank_share"] = None if share is None else Decimal(share) * 100
        self.leaves = leaves
        self.standing = dict(facts.get("questions", []))
        for leaf in leaves:
            self.fields[f"ask-{leaf.pk}"] = forms.ChoiceField(
                label=f"{leaf.code} {leaf.name}",
                required=False,
                choices=[("", "không hỏi"), ("=", "theo thang chung"), *named],
            )
            own = self.standing.get(leaf.code)
            self.initial[f"ask-{leaf.pk}"] = "" if own is None else own or "="

    def main_fields(self) -> list[forms.BoundField]:
        return [field for field in self if not field.name.startswith("ask-")]

    def question_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name.startswith("ask-")]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not any(data.get(f"ask-{leaf.pk}") for leaf in self.leaves):
            raise ValidationError("Chọn ít nhất một tiêu chí để hỏi.")
        return data

    @property
    def facts(self) -> dict[str, Any]:
        """Questions that stand keep their order; new ones follow in the order of the criteria."""
        given = {name: value for name, value in super().facts.items() if not name.startswith("ask-")}
        picked = {leaf.code: self.cleaned_data[f"ask-{leaf.pk}"] for leaf in self.leaves}
        order = [*(code for code in self.standing if picked.get(code)), *picked]
        asked = [[code, picked[code].removeprefix("=")] for code in dict.fromkeys(order) if picked[code]]
        share = exact_text((given["max_blank_share"] / 100).normalize())
        return {**given, "max_blank_share": share, "questions": asked}


class ScaleForm(PlanPartForm):
    """A scale: its answers one a line; a blank share puts an answer outside the mean."""

    code = forms.SlugField(
        label="Mã thang",
        max_length=40,
        help_text="Chữ không dấu, số, gạch nối.",
        error_messages={"required": "Nhập mã thang.", "invalid": "Mã chỉ gồm chữ không dấu, số, gạch nối."},
    )
    name = forms.CharField(label="Tên thang", max_length=200, error_messages={"required": "Nhập tên thang."})

    def __init__(self, data: QueryDict | None, *, facts: PlanFacts, frozen: bool) -> None:
        super().__init__(data, facts=facts, frozen=frozen)
        options = facts.get("options", [])
        self.lines = len(options) + MORE_OPTIONS
        for line in range(self.lines):
            value, label, share = options[line] if line < len(options) else (None, "", None)
            names = f"value-{line}", f"label-{line}", f"share-{line}"
            self.fields[names[0]] = CountField(
                label=f"Giá trị, dòng {line + 1}",
                required=False,
                validators=[
                    MinValueValidator(1, "Giá trị từ 1 đến 255."),
                    MaxValueValidator(255, "Giá trị từ 1 đến 255."),
                ],
            )
            self.fields[names[1]] = forms.CharField(
                label=f"Câu trả lời, dòng {line + 1}", required=False, max_length=200
            )
            self.fields[names[2]] = NumberField(
                label=f"Phần điểm (%), dòng {line + 1}", required=False, min_value=0, max_value=100, decimal_places=2
            )
            worth = None if share is None else Decimal(share) * 100
            self.initial.update(zip(names, (value, label, worth), strict=True))

    def main_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("code", "name", "reason") if name in self.fields]

    def option_rows(self) -> list[list[forms.BoundField]]:
        return [[self[f"{name}-{line}"] for name in ("value", "label", "share")] for line in range(self.lines)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        values = [data.get(f"value-{line}") for line in range(self.lines)]
        for line, value in enumerate(values):
            label = clean(data.get(f"label-{line}") or "")
            if value is None and (label or data.get(f"share-{line}") is not None):
                self.add_error(f"value-{line}", "Ghi giá trị của dòng này, hoặc xóa cả dòng.")
            elif value is not None and not label:
                self.add_error(f"label-{line}", "Nhập nội dung của câu trả lời.")
            elif value is not None and value in values[:line]:
                self.add_error(f"value-{line}", f"Giá trị {value} đã có ở dòng trên.")
        if not any(data.get(f"value-{n}") and data.get(f"share-{n}") is not None for n in range(self.lines)):
            raise ValidationError("Ghi ít nhất một mức có phần điểm.")
        return data

    @property
    def facts(self) -> dict[str, Any]:
        given = self.cleaned_data
        options = [
            [given[f"value-{n}"], clean(given[f"label-{n}"]), _share(given[f"share-{n}"])]
            for n in range(self.lines)
            if given[f"value-{n}"] is not None
        ]
        return {"code": given["code"], "name": given["name"], "options": sorted(options)}


def _share(percent: Decimal | None) -> str | None:
    return None if percent is None else exact_text((percent / 100).normalize())
