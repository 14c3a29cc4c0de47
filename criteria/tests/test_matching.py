"""Which criterion of last year is the same: by code and by likeness of the text."""

from dataclasses import dataclass

from criteria.annex.matching import likeness, matches


@dataclass(frozen=True)
class Row:
    code: str
    name: str


def test_likeness_is_the_share_of_words_whatever_case_accents_and_order() -> None:
    assert likeness("Ban hành Kế hoạch CCHC", "kế hoạch CCHC ban hành") == 100
    assert likeness("Ban hành kế hoạch CCHC năm", "Ban hành kế hoạch CCHC") == 91
    assert likeness("Ban hành kế hoạch", "Mức độ hài lòng") == 0
    assert likeness("", "") == 0


def test_the_likeliest_is_proposed_and_the_same_code_first_among_equals() -> None:
    earlier = [Row("1.1", "Ban hành kế hoạch"), Row("1.2", "Báo cáo"), Row("1.3", "Báo cáo")]
    later = [Row("1.4", "Ban hành kế hoạch"), Row("1.3", "Báo cáo"), Row("1.1", "Mới")]
    found = matches(later, earlier)
    assert [(one.later.code, one.earlier.code, one.percent, one.same_code) for one in found] == [
        ("1.4", "1.1", 100, False),
        ("1.3", "1.3", 100, True),
        ("1.1", "1.1", 0, True),
    ]
    assert matches(later, []) == []
