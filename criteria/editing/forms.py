"""What the form of a criterion takes."""

from django import forms
from django.http import QueryDict

from criteria import scoring
from criteria.annex.words import guidance_parts
from criteria.models import Criterion

from .actions import CriterionWords


def _lines(label: str, hint: str, rows: int, **attributes: str) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, **attributes})
    return forms.CharField(label=label, required=False, strip=False, help_text=hint, widget=widget)


class CriterionWordsForm(forms.Form):
    """A criterion in words; the reason where its set is frozen."""

    name = _lines("Nội dung", "Như trong quyết định.", 2)
    rule = _lines(
        "Quy tắc chấm",
        "Viết như trong phụ lục, ví dụ “> 90%: 2; 70–90%: 1; < 70%: 0”, “Số đúng hạn / Tổng số, từ 80%”, “có/không”. "
        "Để trống: đơn vị tự nhập điểm.",
        4,
    )
    guidance = _lines("Hướng dẫn chấm", "Không bắt buộc.", 3)
    evidence = _lines("Tài liệu kiểm chứng cần có", "Không bắt buộc.", 2)
    maxima = _lines(
        "Điểm tối đa đính chính",
        "Không bắt buộc. Mỗi dòng một tiêu chí, ví dụ “1.1: 1,5”; ghi cả những tiêu chí khác đổi cùng: tổng của "
        "nhóm và của bộ tiêu chí phải giữ nguyên.",
        2,
    )
    reason = _lines("Lý do đính chính", "Căn cứ, số văn bản; đơn vị và người kiểm tra sau này đều đọc được.", 2)

    def __init__(self, data: QueryDict | None, *, criterion: Criterion, frozen: bool) -> None:
        guidance, evidence = guidance_parts(criterion.guidance)
        rule = scoring.in_words(criterion.rule) if criterion.rule else ""
        stands = {"name": criterion.name, "rule": rule, "guidance": guidance, "evidence": evidence}
        super().__init__(data, initial=stands)
        if not criterion.is_leaf:
            del self.fields["rule"]
        if not frozen:
            del self.fields["reason"], self.fields["maxima"]

    @property
    def words(self) -> CriterionWords:
        """What was typed; what the form does not ask for is blank."""
        given = self.cleaned_data
        maxima = given.get("maxima", "")
        return CriterionWords(given["name"], given.get("rule", ""), given["guidance"], given["evidence"], maxima)
