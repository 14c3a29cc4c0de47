"""Rules against independent exact sums, at every edge, and against hostile input."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_index.lib.numbers import NumberProblem
from cchc_index.lib.tests.present import present
from criteria import scoring
from criteria.scoring import RuleProblem, describe, evaluate, fields, is_direct, validate

Rule = dict[str, Any]
TWO = Decimal(2)
BANDS = {
    "kind": "bands",
    "numerator": "Hồ sơ đúng hạn",
    "denominator": "Tổng hồ sơ",
    "forbid_over": True,
    "bands": [{"from": "90", "from_open": True, "points": "2"}, {"from": "70", "points": "1"}, {"points": "0"}],
}
LATE = {
    "kind": "bands",
    "numerator": "Hồ sơ trễ hạn",
    "denominator": "Tổng hồ sơ",
    "bands": [{"to": "1", "to_open": True, "points": "2"}, {"to": "5", "points": "1"}, {"points": "0"}],
}
PROPORTIONAL = {"kind": "proportional", "numerator": "Đã làm", "denominator": "Được giao", "threshold": "80"}
STEPS = {
    "kind": "steps",
    "options": [
        {"key": "du", "label": "Đủ", "points": "1"},
        {"key": "mot_phan", "label": "Một phần", "points": "0.5"},
        {"key": "khong", "label": "Không", "points": "0"},
    ],
}
FORMULA = {
    "kind": "formula",
    "fields": [
        {"key": "a", "label": "Số sáng kiến", "unit": "sáng kiến"},
        {"key": "b", "label": "Số lần nhắc", "optional": True},
    ],
    "expression": "min(a, 4) / 4 * diem_toi_da - 0.25 * b",
}
ALL: tuple[Rule, ...] = (BANDS, LATE, PROPORTIONAL, STEPS, FORMULA, {"kind": "yes_no"}, {"kind": "direct"}, {})

counts = st.integers(min_value=0, max_value=10**9)
maxima = st.sampled_from([Decimal("0.5"), Decimal(1), Decimal("1.5"), Decimal(2), Decimal(10)])


def ratio(top: object, bottom: object) -> dict[str, str]:
    return {"numerator": str(top), "denominator": str(bottom)}


def half_up(value: Fraction) -> Decimal:
    """Four places, half up, without the code under test (values are not negative)."""
    return Decimal((value * 20_000 + 1) // 2) / 10_000


# --- bands


@pytest.mark.parametrize(
    ("top", "bottom", "points"),
    [
        (90, 100, 1),
        (900001, 1000000, 2),
        (100, 100, 2),
        (70, 100, 1),
        (699999, 1000000, 0),
        (0, 5, 0),
        (63, 90, 1),
        (9, 10, 1),
        (1, 3, 0),
    ],
)
def test_bands_are_right_on_and_beside_each_edge(top: int, bottom: int, points: int) -> None:
    assert evaluate(BANDS, TWO, ratio(top, bottom)) == points


@pytest.mark.parametrize(("top", "points"), [(0, 2), (9, 2), (10, 1), (50, 1), (51, 0), (1000, 0)])
def test_bands_where_less_is_better(top: int, points: int) -> None:
    assert evaluate(LATE, TWO, ratio(top, 1000)) == points


@given(counts, st.integers(min_value=1, max_value=10**9))
def test_bands_agree_with_whole_number_comparison(top: int, bottom: int) -> None:
    top = min(top, bottom)
    expected = 2 if top * 100 > bottom * 90 else 1 if top * 100 >= bottom * 70 else 0
    assert evaluate(BANDS, TWO, ratio(top, bottom)) == expected


@given(st.integers(1, 10**6), st.data())
def test_more_done_never_gives_fewer_points(bottom: int, data: st.DataObject) -> None:
    low, high = sorted(data.draw(st.tuples(st.integers(0, bottom), st.integers(0, bottom))))
    for rule in (BANDS, PROPORTIONAL):
        assert present(evaluate(rule, TWO, ratio(low, bottom))) <= present(evaluate(rule, TWO, ratio(high, bottom)))


def test_bands_describe_themselves_as_the_decision_does() -> None:
    assert describe(BANDS, TWO)[1:] == [
        "Trên 90%: 2 điểm",
        "Từ 70% đến 90%: 1 điểm",
        "Dưới 70%: 0 điểm",
    ]
    assert describe(LATE, TWO)[1:] == ["Dưới 1%: 2 điểm", "Từ 1% đến 5%: 1 điểm", "Trên 5%: 0 điểm"]


@pytest.mark.parametrize(
    ("bands", "word"),
    [
        ([{"from": "90", "points": "2"}, {"from": "70", "to": "80", "points": "1"}, {"to": "70", "points": "0"}], "hở"),
        ([{"from": "90", "points": "2"}, {"to": "90", "points": "1"}], "thuộc cả hai"),
        ([{"from": "90", "from_open": True, "points": "2"}, {"to": "90", "to_open": True, "points": "1"}], "hở"),
        ([{"from": "70", "points": "1"}, {"from": "90", "points": "2"}, {"points": "0"}], "chồng"),
        ([{"from": "70", "points": "1"}], "hở"),
        ([{"from": "80", "to": "70", "points": "1"}], "rỗng"),
        ([{"from": "50", "points": "3"}, {"points": "0"}], "vượt điểm tối đa"),
        ([{"from": "50", "points": "-1"}, {"points": "0"}], "âm"),
        ([{"from": 0.5, "points": "1"}, {"points": "0"}], "không phải tỷ lệ"),
        ([{"form": "50", "points": "1"}], "mục lạ"),
        ([{"from": "50"}], "thiếu"),
        ([], "ít nhất một khoảng"),
        (["90"], "ít nhất một khoảng"),
    ],
)
def test_ill_formed_bands_are_named(bands: list[Any] | list[dict[str, Any]] | list[str], word: str) -> None:
    faults = validate({**BANDS, "forbid_over": False, "bands": bands}, TWO)
    assert any(word in fault for fault in faults), faults


def test_bands_may_end_at_a_hundred_only_where_more_is_forbidden() -> None:
    bands = [{"from": "50", "to": "100", "points": "2"}, {"points": "0"}]
    assert validate({**BANDS, "bands": bands}, TWO) == []
    assert validate({**BANDS, "forbid_over": False, "bands": bands}, TWO)


IN_TIME: Any = {
    "kind": "formula",
    "fields": [{"key": "a", "label": "Đúng hạn"}, {"key": "b", "label": "Phải gửi"}],
    "expression": "diem_toi_da * a / b",
}

# --- proportional


@pytest.mark.parametrize(
    ("rule", "figures", "said"),
    [
        (PROPORTIONAL, {"numerator": "2", "denominator": "3"}, Fraction(200, 3)),
        (BANDS, {"numerator": "9", "denominator": "10"}, Fraction(90)),
        (BANDS, {"numerator": "11", "denominator": "10"}, None),
        (PROPORTIONAL, {"numerator": "1", "denominator": "0"}, None),
        (PROPORTIONAL, {"numerator": "1"}, None),
        (IN_TIME, {"a": "16", "b": "11"}, Fraction(1600, 11)),
        (IN_TIME, {"a": "16", "b": "0"}, None),
        (IN_TIME | {"expression": "a / b * diem_toi_da"}, {"a": "1", "b": "4"}, Fraction(25)),
        (IN_TIME | {"expression": "min(diem_toi_da, a / b)"}, {"a": "1", "b": "4"}, None),
        ({}, {}, None),
    ],
)
def test_the_ratio_behind_the_points_is_exact_and_absent_where_there_is_none(
    rule: Any, figures: dict[str, Any], said: Fraction | None
) -> None:
    assert scoring.ratio(rule, figures) == said


@given(counts, st.integers(min_value=1, max_value=10**9), maxima)
def test_proportional_agrees_with_exact_fractions(top: int, bottom: int, maximum: Decimal) -> None:
    share = min(Fraction(top, bottom), Fraction(1))
    expected = half_up(share * Fraction(maximum)) if share >= Fraction(8, 10) else Decimal(0)
    assert evaluate(PROPORTIONAL, maximum, ratio(top, bottom)) == expected


@pytest.mark.parametrize(("top", "points"), [(80, "1.6"), (79, "0"), (100, "2"), (130, "2")])
def test_proportional_edges(top: int, points: str) -> None:
    assert evaluate(PROPORTIONAL, TWO, ratio(top, 100)) == Decimal(points)


def test_a_third_is_rounded_half_up_at_four_places() -> None:
    rule = {**PROPORTIONAL, "threshold": "0"}
    assert evaluate(rule, TWO, ratio(1, 3)) == Decimal("0.6667")
    assert evaluate(rule, Decimal(1), ratio(1, 20000)) == Decimal("0.0001")


# --- steps and yes/no


def test_each_step_gives_its_points() -> None:
    assert [evaluate(STEPS, Decimal(1), {"option": key}) for key in ("du", "mot_phan", "khong")] == [
        Decimal(1),
        Decimal("0.5"),
        Decimal(0),
    ]
    assert fields(STEPS)[0].choices[1] == ("mot_phan", "Một phần")
    assert describe(STEPS, Decimal(1))[1] == "Một phần: 0,5 điểm"


def test_unknown_step_is_refused() -> None:
    with pytest.raises(RuleProblem, match="chọn lại"):
        evaluate(STEPS, Decimal(1), {"option": "khac"})


def test_yes_gives_the_maximum_whatever_it_is() -> None:
    rule = {"kind": "yes_no", "yes": "Ban hành đúng hạn"}
    assert evaluate(rule, Decimal("1.5"), {"option": "yes"}) == Decimal("1.5")
    assert evaluate(rule, Decimal("1.5"), {"option": "no"}) == 0
    assert describe(rule, Decimal("1.5")) == ["Ban hành đúng hạn: 1,5 điểm", "Không: 0 điểm"]


# --- formula


@given(st.integers(0, 50), st.integers(0, 50), maxima)
def test_formula_agrees_with_exact_fractions_and_stays_within_the_maximum(a: int, b: int, maximum: Decimal) -> None:
    exact = Fraction(min(a, 4), 4) * Fraction(maximum) - Fraction(b, 4)
    expected = half_up(min(max(exact, Fraction(0)), Fraction(maximum)))
    assert evaluate(FORMULA, maximum, {"a": str(a), "b": Decimal(b)}) == expected


def test_optional_figure_left_empty_counts_nothing_but_a_needed_one_is_not_yet_scored() -> None:
    assert evaluate(FORMULA, TWO, {"a": "2"}) == 1
    assert evaluate(FORMULA, TWO, {"b": "2"}) is None
    assert evaluate(FORMULA, TWO, {"a": " "}) is None


def test_formula_describes_itself_with_the_names_of_its_figures() -> None:
    assert describe(FORMULA, Decimal("1.5")) == [
        "Điểm = nhỏ nhất (“Số sáng kiến”; 4) / 4 × 1,5 - 0,25 × “Số lần nhắc”",
        "“Số lần nhắc” có thể bỏ trống, khi đó tính là 0",
        "Kết quả tính từ 0 đến 1,5 điểm",
    ]


def test_decimal_literals_are_exact() -> None:
    rule = {**FORMULA, "fields": [{"key": "a", "label": "A"}], "expression": "a * 0.1 * 3 - 0.3"}
    assert evaluate(rule, TWO, {"a": "1"}) == 0


def test_division_by_zero_in_a_formula_is_a_sentence() -> None:
    rule = {**FORMULA, "expression": "a / b"}
    with pytest.raises(RuleProblem, match="chia cho 0.*không áp dụng"):
        evaluate(rule, TWO, {"a": "1", "b": "0"})


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "__import__(a)",
        "a.__class__",
        "a ** b",
        "9**9**9**9",
        "a // b",
        "a % b",
        "a if b else a",
        "lambda: a",
        "[a, b]",
        "(a, b)",
        "a < b",
        "a and b",
        "min(a)",
        "min",
        "min(*a)",
        "max(a, b, key=a)",
        "(a)(b)",
        "1e999",
        "0x10",
        "1_000",
        "2j",
        "True",
        "a; b",
        "a\n\nb",
        "",
        "   ",
        "a +",
        "(" * 200 + "a" + ")" * 200,
        "-" * 400 + "a",
        "a" + "+a" * 240,
        "a" * 501,
        "а + b",  # a Cyrillic letter
        "a + c",
        "max(a, 1)",  # b declared but not used
    ],
)
def test_hostile_or_wrong_expressions_are_refused(text: str) -> None:
    assert validate({**FORMULA, "expression": text}, TWO)


@given(st.text(max_size=80))
def test_no_expression_crashes_the_check(text: str) -> None:
    assert isinstance(validate({**FORMULA, "expression": text}, TWO), list)


@pytest.mark.parametrize("key", ["min", "diem_toi_da", "Số", "2a", "", None, "a b", "__class__"])
def test_field_keys_are_plain_names(key: str | None) -> None:
    rows = [{"key": key, "label": "A"}]
    assert validate({"kind": "formula", "fields": rows, "expression": "1"}, TWO)


# --- figures that make no sense, in every kind


@pytest.mark.parametrize("rule", [BANDS, PROPORTIONAL])
def test_zero_denominator_points_to_not_applicable(rule: Any) -> None:
    with pytest.raises(RuleProblem, match="không áp dụng"):
        evaluate(rule, TWO, ratio(0, 0))


def test_numerator_over_denominator_is_refused_where_the_rule_forbids_it() -> None:
    with pytest.raises(RuleProblem, match="lớn hơn"):
        evaluate(BANDS, TWO, ratio(101, 100))


@pytest.mark.parametrize("raw", ["-1", Decimal(-1)])
def test_negative_figures_are_refused(raw: Decimal | str) -> None:
    with pytest.raises(RuleProblem, match="số âm"):
        evaluate(BANDS, TWO, ratio(raw, 100))


@pytest.mark.parametrize(
    "raw", ["một", "NaN", "1e3", Decimal("NaN"), Decimal("Infinity"), Decimal("1E+999999"), 0.5, True, "１"]
)
def test_what_is_no_number_is_refused(raw: Any) -> None:
    with pytest.raises(RuleProblem, match="không phải số"):
        evaluate(BANDS, TWO, {"numerator": raw, "denominator": "100"})


def test_a_comma_is_the_decimal_sign() -> None:
    assert evaluate(BANDS, TWO, ratio("90,5", 100)) == 2


@pytest.mark.parametrize("rule", [BANDS, PROPORTIONAL, STEPS, FORMULA, {"kind": "yes_no"}])
def test_missing_figures_mean_not_yet_scored(rule: Any) -> None:
    assert evaluate(rule, TWO, {}) is None
    assert evaluate(rule, TWO, {field.key: "" for field in fields(rule)}) is None


@pytest.mark.parametrize("rule", [{}, {"kind": "direct"}])
def test_direct_entry_declares_nothing_and_computes_nothing(rule: dict[str, Any]) -> None:
    assert is_direct(rule)
    assert not is_direct(BANDS)
    assert fields(rule) == []
    assert evaluate(rule, TWO, {"x": "1"}) is None


def test_unknown_kind_is_a_sentence_everywhere() -> None:
    assert "không có" in validate({"kind": "magic"}, TWO)[0]
    with pytest.raises(RuleProblem, match="sửa bộ tiêu chí"):
        evaluate({"kind": "magic"}, TWO, {})


@pytest.mark.parametrize("rule", ALL)
def test_sound_rules_have_no_faults_and_words(rule: Any) -> None:
    assert validate(rule, TWO) == []
    assert describe(rule, TWO)


@pytest.mark.parametrize(
    "rule",
    [
        None,
        [],
        "bands",
        {"x": 1},
        {**STEPS, "options": STEPS["options"][:1]},
        {**STEPS, "options": [*STEPS["options"], STEPS["options"][0]]},
        {**STEPS, "options": [{"key": "a", "label": "A", "points": 0.5}, STEPS["options"][1]]},
        {**PROPORTIONAL, "threshold": "tám mươi"},
        {**PROPORTIONAL, "threshold": "-1"},
        {**PROPORTIONAL, "numerator": ""},
        {**PROPORTIONAL, "forbid_over": "có"},
        {**FORMULA, "fields": []},
        {**FORMULA, "expression": 5},
        {**FORMULA, "fields": [FORMULA["fields"][0], FORMULA["fields"][0]]},
    ],
)
def test_ill_formed_rules_are_named(rule: dict[str, Any] | list[Any] | str | None) -> None:
    assert validate(rule, TWO)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from([rule for rule in ALL if rule]), st.data())
def test_whatever_json_replaces_a_part_the_check_answers_and_never_crashes(rule: Rule, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(rule)))
    faults = validate({**rule, key: data.draw(json_values)}, TWO)
    assert all(isinstance(fault, str) for fault in faults)


@given(
    st.sampled_from(ALL),
    st.dictionaries(st.sampled_from(["option", "numerator", "denominator", "a", "b"]), json_values),
)
def test_whatever_is_declared_gives_points_within_the_maximum_nothing_or_a_sentence(
    rule: Rule, figures: dict[str, Any]
) -> None:
    try:
        points = evaluate(rule, TWO, figures)
    except RuleProblem:
        return
    assert points is None or 0 <= points <= TWO


def test_a_decimal_with_an_exponent_is_a_number() -> None:
    assert evaluate(BANDS, TWO, {"numerator": Decimal("1E+2"), "denominator": Decimal(100)}) == 2


SHARE = {"kind": "proportional", "numerator": "Số hồ sơ trễ", "denominator": "Tổng số hồ sơ", "threshold": "70"}


def test_ratio_stands_in_words_beside_the_points_it_gives() -> None:
    figures = {"numerator": "1", "denominator": "1000"}
    assert scoring.evaluate(SHARE, Decimal(1), figures) == 0
    assert scoring.ratio_words(SHARE, figures) == "Tỷ lệ 0,1%"
    assert scoring.ratio_words(SHARE, {"numerator": "1"}) == ""
    assert scoring.ratio_words({}, {}) == ""


@pytest.mark.parametrize(
    ("label", "unit", "counts", "may_count"),
    [
        ("Số hồ sơ đúng hạn", "hồ sơ", True, False),
        ("Tổng số nhiệm vụ", "nhiệm vụ", True, False),
        ("Tổng số", "hồ sơ", True, False),
        ("Số vốn đã giải ngân", "triệu đồng", False, False),
        ("Số ngày xử lý trung bình", "ngày", False, False),
        ("Số hồ sơ đúng hạn", "", False, True),
        ("Tổng số", "", False, True),
        ("Số vốn đã giải ngân", "", False, True),
        ("Tỷ lệ giải ngân", "hồ sơ", False, False),
        ("Tỷ lệ giải ngân", "", False, False),
        ("Sốt xuất huyết", "", False, False),
    ],
)
def test_what_is_counted_is_whole(label: str, unit: str, counts: bool, may_count: bool) -> None:
    field = scoring.Field("a", label, unit=unit)
    assert (field.is_count, field.may_count) == (counts, may_count)


def test_without_a_unit_a_number_that_may_be_a_count_is_asked_about_and_a_fraction_is_taken() -> None:
    field = scoring.Field("a", "Số vốn đã giải ngân")
    for typed in ("1,234", "1.234"):
        with pytest.raises(NumberProblem, match="gõ 1234 nếu là số nguyên, 1,2340 nếu là số thập phân"):
            scoring.read_figure(field, typed)
    assert scoring.read_figure(field, "1,2340") == Decimal("1.234")
    assert scoring.read_figure(field, "2,5") == Decimal("2.5")
