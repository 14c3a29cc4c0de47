"""What a rule says, word for word: each fault of a rule, each refusal of figures, each line of its description."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from criteria.scoring import Field, RuleProblem, describe, evaluate, fields, validate
from criteria.scoring.expression import ExpressionProblem, compute, names
from criteria.scoring.reading import exact, intervals, number

TWO = Decimal(2)
SHARE = {"numerator": "Đúng hạn", "denominator": "Tổng số"}
BANDS = {"kind": "bands", **SHARE, "bands": [{"from": "90", "points": "2"}, {"points": "0"}]}
PROPORTIONAL = {"kind": "proportional", **SHARE, "threshold": "80"}
FULL, NONE = {"key": "du", "label": "Đủ", "points": "2"}, {"key": "khong", "label": "Không", "points": "0"}
STEPS = {"kind": "steps", "options": [FULL, NONE]}
COUNT = {"key": "a", "label": "Số sáng kiến"}
FORMULA = {"kind": "formula", "fields": [COUNT], "expression": "a"}
LONG = "x" * 50


def bands(*rows: Any, **more: Any) -> dict[str, Any]:
    return {**BANDS, "bands": list(rows), **more}


def steps(*rows: Any) -> dict[str, Any]:
    return {**STEPS, "options": list(rows)}


def formula(expression: Any, *rows: Any) -> dict[str, Any]:
    return {"kind": "formula", "fields": list(rows or [COUNT]), "expression": expression}


def no_text(place: str, *keys: str) -> list[str]:
    return [f"{place}: “{key}” phải là chữ, không để trống." for key in keys]


def without(row: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != key}


ONE = {"points": "1"}
KEY_HINT = "không dùng được; viết chữ thường không dấu, số, gạch dưới, ví dụ so_ho_so."
FEW_STEPS = "Quy tắc theo mức cần danh sách “options” có ít nhất hai mức."
NO_BANDS = "Quy tắc theo khoảng cần danh sách “bands” có ít nhất một khoảng."
NO_FIELDS = "Công thức cần danh sách “fields” có ít nhất một số liệu."
ONLY_SIGNS = "Công thức chỉ gồm số, tên số liệu, + - * / và dấu ngoặc, min, max."
WRONG = "Công thức viết sai; kiểm tra dấu ngoặc và phép tính."
OF_ONE = "ghi “dưới 90%” ở khoảng trước hoặc “trên 90%” ở khoảng sau."
FAULTS: list[tuple[Any, list[str]]] = [
    # --- the rule as a whole
    ("bands", ["Quy tắc chấm phải là một đối tượng JSON, ví dụ {} để nhập điểm trực tiếp."]),
    (
        {"kind": LONG},
        [f"Loại quy tắc “{LONG[:40]}” không có; chọn một trong: direct, steps, yes_no, bands, proportional, formula."],
    ),
    ({"x": 1}, ["Loại quy tắc “” không có; chọn một trong: direct, steps, yes_no, bands, proportional, formula."]),
    (without(PROPORTIONAL, "threshold"), ["Quy tắc chấm thiếu “threshold”."]),
    ({"kind": "bands"}, [f"Quy tắc chấm thiếu “{key}”." for key in ("bands", "denominator", "numerator")]),
    ({"kind": "direct", LONG: 1}, [f"Quy tắc chấm có mục lạ “{LONG[:40]}”."]),
    ({**STEPS, "label": " "}, no_text("Quy tắc chấm", "label")),
    ({**STEPS, "label": 5}, no_text("Quy tắc chấm", "label")),
    ({"kind": "yes_no", "yes": 1, "no": ""}, no_text("Quy tắc chấm", "yes", "no")),
    (
        {**PROPORTIONAL, "numerator": 1, "denominator": "", "unit": 3},
        no_text("Quy tắc chấm", "numerator", "denominator", "unit"),
    ),
    ({**PROPORTIONAL, "forbid_over": 1}, ["Quy tắc chấm: “forbid_over” phải là true hoặc false."]),
    # --- steps
    (steps(FULL), [FEW_STEPS]),
    (steps(FULL, "Không"), [FEW_STEPS]),
    ({**STEPS, "options": {"a": FULL, "b": NONE}}, [FEW_STEPS]),
    (steps(FULL, without(NONE, "points")), ["Mức thứ 2 thiếu “points”."]),
    (steps({**FULL, "muc": 1}, NONE), ["Mức thứ 1 có mục lạ “muc”."]),
    (steps({**FULL, "key": "", "label": 1}, NONE), no_text("Mức thứ 1", "key", "label")),
    (steps({**FULL, "points": 2.0}, NONE), ['Mức thứ 1: điểm “2.0” không phải số viết dạng chữ, ví dụ "0.5".']),
    (
        steps({**FULL, "points": LONG}, NONE),
        [f'Mức thứ 1: điểm “{LONG[:40]}” không phải số viết dạng chữ, ví dụ "0.5".'],
    ),
    (steps(FULL, {**NONE, "points": "-1"}), ["Mức thứ 2: điểm không được âm."]),
    (steps({**FULL, "points": "2.5"}, NONE), ["Mức thứ 1: 2,5 điểm vượt điểm tối đa 2."]),
    (steps(FULL, FULL, NONE, NONE), ["Mã mức “du” bị lặp.", "Mã mức “khong” bị lặp."]),
    # --- bands
    (bands(), [NO_BANDS]),
    (bands("90"), [NO_BANDS]),
    (bands({"from": "90"}, {"points": "0"}), ["Khoảng thứ 1 thiếu “points”."]),
    (bands({"tu": "90", "points": "1"}, {"points": "0"}), ["Khoảng thứ 1 có mục lạ “tu”."]),
    (
        bands({"from": "90", "from_open": 1, "to": "95", "to_open": "có", "points": "1"}, {"points": "0"}),
        [f"Khoảng thứ 1: “{key}” phải là true hoặc false." for key in ("from_open", "to_open")],
    ),
    (bands({"from": "90", "points": "3"}, {"points": "0"}), ["Khoảng thứ 1: 3 điểm vượt điểm tối đa 2."]),
    (
        bands({"from": "chín", "to": LONG, "points": "1"}, {"points": "0"}),
        [f'Khoảng thứ 1: “{text}” không phải tỷ lệ % viết dạng chữ, ví dụ "90".' for text in ("chín", LONG[:40])],
    ),
    (bands({"from": "-1", "points": "1"}, {"points": "0"}), ["Khoảng thứ 1: tỷ lệ % không được âm."]),
    (
        bands({"from": "80", "to": "70", "points": "1"}),
        [
            "Khoảng “Từ 80% đến 70%” rỗng: sửa hai đầu khoảng.",
            "Các khoảng để hở dưới 80%: thêm một khoảng từ 0%.",
            "Các khoảng để hở từ 70% lên: bỏ giới hạn trên của khoảng cao nhất.",
        ],
    ),
    (bands({"from": "0.5", "points": "1"}), ["Các khoảng để hở dưới 0,5%: thêm một khoảng từ 0%."]),
    (bands({"from": "70", "points": "1"}), ["Các khoảng để hở dưới 70%: thêm một khoảng từ 0%."]),
    (bands({"from": "0", "from_open": True, "points": "1"}), ["Các khoảng để hở dưới 0%: thêm một khoảng từ 0%."]),
    (
        bands({"from": "90", "points": "2"}, {"to": "90", "points": "1"}),
        [f"90% thuộc cả hai khoảng “Từ 90% trở xuống” và “Từ 90% trở lên”: {OF_ONE}"],
    ),
    (
        bands({"points": "2"}, {"from": "90", "points": "1"}),
        ["Khoảng “Mọi tỷ lệ” và “Từ 90% trở lên” chồng lên nhau: sửa đầu khoảng."],
    ),
    (
        bands({"from": "90", "points": "2"}, {"to": "95", "points": "1"}),
        ["Khoảng “Từ 95% trở xuống” và “Từ 90% trở lên” chồng lên nhau: sửa đầu khoảng."],
    ),
    (
        bands({"from": "90", "points": "2"}, {"to": "80", "points": "1"}),
        ["Khoảng “Từ 80% trở xuống” và “Từ 90% trở lên” để hở ở giữa: sửa đầu khoảng."],
    ),
    (
        bands({"from": "90", "from_open": True, "points": "2"}, {"to": "90", "to_open": True, "points": "1"}),
        ["Khoảng “Dưới 90%” và “Trên 90%” để hở ở giữa: sửa đầu khoảng."],
    ),
    (
        bands({"from": "50", "to": "100", "points": "2"}, {"points": "0"}),
        ["Các khoảng để hở từ 100% lên: bỏ giới hạn trên của khoảng cao nhất."],
    ),
    (bands({"from": "50", "to": "100", "points": "2"}, {"points": "0"}, forbid_over=True), []),
    (
        bands({"from": "50", "to": "100", "to_open": True, "points": "2"}, {"points": "0"}, forbid_over=True),
        ["Các khoảng để hở từ 100% lên: bỏ giới hạn trên của khoảng cao nhất."],
    ),
    (
        bands({"from": "50", "to": "99", "points": "2"}, {"points": "0"}, forbid_over=True),
        ["Các khoảng để hở từ 99% lên: bỏ giới hạn trên của khoảng cao nhất."],
    ),
    (
        bands(
            {"from": "50", "from_open": True, "to": "100", "to_open": True, **ONE},
            {"from": "20", **ONE},
            ONE,
            forbid_over=True,
        ),
        ["Các khoảng để hở từ 100% lên: bỏ giới hạn trên của khoảng cao nhất."],
    ),
    (bands({"from": "50", "to": "101", "to_open": True, "points": "2"}, {"points": "0"}, forbid_over=True), []),
    (bands({"to": "0", "points": "2"}, {"points": "0"}), []),
    *(
        (
            bands({"from": "60", **ONE}, {"from": "50", "to": "50", edge: True, **ONE}, ONE),
            [
                "Khoảng “Đúng 50%” rỗng: sửa hai đầu khoảng.",
                "Khoảng “Đúng 50%” và “Từ 60% trở lên” để hở ở giữa: sửa đầu khoảng.",
            ],
        )
        for edge in ("from_open", "to_open")
    ),
    (bands({"from": "50", "from_open": True, **ONE}, {"from": "50", "to": "50", **ONE}, ONE), []),
    # --- proportional
    ({**PROPORTIONAL, "threshold": "tám"}, ['Ngưỡng: “tám” không phải tỷ lệ % viết dạng chữ, ví dụ "90".']),
    ({**PROPORTIONAL, "threshold": "-1"}, ["Ngưỡng: tỷ lệ % không được âm."]),
    ({**PROPORTIONAL, "threshold": "0", "unit": ""}, []),
    # --- formula
    ({**FORMULA, "fields": []}, [NO_FIELDS]),
    ({**FORMULA, "fields": ["a"]}, [NO_FIELDS]),
    (formula("a", without(COUNT, "label")), ["Số liệu thứ 1 thiếu “label”."]),
    (formula("a", {**COUNT, "don_vi": "hồ sơ"}), ["Số liệu thứ 1 có mục lạ “don_vi”."]),
    (formula("a", {**COUNT, "label": ""}), no_text("Số liệu thứ 1", "label")),
    (formula("a", {**COUNT, "unit": 1}), no_text("Số liệu thứ 1", "unit")),
    (formula("a", {**COUNT, "unit": ""}), []),
    (formula("a", {**COUNT, "optional": "có"}), ["Số liệu thứ 1: “optional” phải là true hoặc false."]),
    (formula("a", {**COUNT, "key": "min"}), [f"Số liệu thứ 1: mã “min” {KEY_HINT}"]),
    (formula("a", {**COUNT, "key": "diem_toi_da"}), [f"Số liệu thứ 1: mã “diem_toi_da” {KEY_HINT}"]),
    (formula("a", {**COUNT, "key": LONG}), [f"Số liệu thứ 1: mã “{LONG[:40]}” {KEY_HINT}"]),
    (
        formula("a", {**COUNT, "key": 7}),
        ["Số liệu thứ 1: “key” phải là chữ, không để trống.", f"Số liệu thứ 1: mã “7” {KEY_HINT}"],
    ),
    (formula("a", COUNT, COUNT), ["Mã số liệu “a” bị lặp."]),
    (formula(5), ["Công thức “expression” phải là chữ."]),
    (formula(f"a + {LONG} + b"), [f"Công thức dùng “{name}” chưa khai trong “fields”." for name in ("b", LONG[:40])]),
    (formula("1", COUNT), ["Số liệu “a” đã khai nhưng công thức không dùng."]),
    (formula("min(a, diem_toi_da)"), []),
    (
        formula("a", without(COUNT, "label"), {**COUNT, "key": "b", "don_vi": 1}),
        ["Số liệu thứ 1 thiếu “label”.", "Số liệu thứ 2 có mục lạ “don_vi”."],
    ),
    (formula("a" + " " * 497 + "+1"), []),
    (formula("a" * 501), ["Công thức dài quá 500 ký tự."]),
    (formula("a % 2"), [ONLY_SIGNS]),
    (formula(""), [ONLY_SIGNS]),
    (formula("(a"), [WRONG]),
    (formula("a +"), [WRONG]),
    (formula("-" * 31 + "a"), ["Công thức lồng nhau quá 30 tầng."]),
    (formula("-" * 30 + "a"), []),
    (formula("1e5 + a"), ["“1e5” không phải số; viết số thập phân với dấu chấm."]),
    (formula("0x" + "1" * 30 + " + a"), ["“0x111111111111111111” không phải số; viết số thập phân với dấu chấm."]),
    (formula("(a)(1, 2)"), ["Công thức chỉ được gọi min và max."]),
    (formula("abs(a, 2)"), ["Công thức chỉ được gọi min và max."]),
    (formula("min(a)"), ["min cần ít nhất hai giá trị trong ngoặc."]),
]


@pytest.mark.parametrize(("rule", "said"), FAULTS)
def test_every_fault_of_a_rule_is_said_in_words(rule: Any, said: list[str]) -> None:
    assert validate(rule, TWO) == said


# --- bands whose edges are left to their neighbours


def edges(*rows: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(i.low, i.low_open, i.high, i.high_open) for i in intervals(bands(*rows))]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([ONE], [(0, False, None, False)]),
        ([{"to": "5", **ONE}, ONE], [(0, False, 5, False), (5, True, None, False)]),
        ([{"to": "5", "to_open": True, **ONE}, ONE], [(0, False, 5, True), (5, False, None, False)]),
        ([{"from": "5", **ONE}, ONE], [(5, False, None, False), (0, False, 5, True)]),
        ([{"from": "5", "from_open": True, **ONE}, ONE], [(5, True, None, False), (0, False, 5, False)]),
        (
            [{"to": "1", **ONE}, {"to": "5", **ONE}, {"to": "3", **ONE}, ONE],
            [(0, False, 1, False), (1, True, 5, False), (1, True, 3, False), (5, True, None, False)],
        ),
        (
            [{"from": "9", **ONE}, {"from": "5", **ONE}, {"from": "7", **ONE}, ONE],
            [(9, False, None, False), (5, False, 9, True), (7, False, 9, True), (0, False, 5, True)],
        ),
        (
            [{"to": "5", "to_open": True, **ONE}, {"to": "5", **ONE}, ONE],
            [(0, False, 5, True), (5, False, 5, False), (5, True, None, False)],
        ),
        (
            [{"from": "5", "from_open": True, **ONE}, {"from": "5", **ONE}, ONE],
            [(5, True, None, False), (5, False, 5, False), (0, False, 5, True)],
        ),
        ([{"from": "2", "to": "5", **ONE}, ONE], [(2, False, 5, False), (0, False, 2, True)]),
        ([{"from": "2", "to": "5", **ONE}, {"to": "9", **ONE}], [(2, False, 5, False), (0, False, 9, False)]),
    ],
)  # fmt: skip
def test_an_edge_left_out_is_the_nearest_of_the_bands_before(rows: list[Any], expected: list[Any]) -> None:
    assert edges(*rows) == expected


# --- figures that give no points

NA = "nếu đơn vị không có nhiệm vụ này, đề nghị “không áp dụng”."
REFUSALS: list[tuple[Any, Any, str]] = [
    ({"kind": "magic"}, {}, "Quy tắc chấm “magic” không có trong hệ thống; sửa bộ tiêu chí."),
    (STEPS, {"option": "khac"}, "Mức đã chọn không có trong quy tắc chấm; chọn lại một mức."),
    (BANDS, {"numerator": "1", "denominator": "0"}, f"“Tổng số” bằng 0 nên không tính được tỷ lệ: {NA}"),
    (
        {**BANDS, "forbid_over": True},
        {"numerator": "2", "denominator": "1"},
        "“Đúng hạn” lớn hơn “Tổng số”: kiểm tra lại hai số liệu.",
    ),
    (
        bands({"from": "90", "points": "2"}),
        {"numerator": "8", "denominator": "10"},
        "Tỷ lệ 80% không thuộc khoảng nào của quy tắc chấm; sửa bộ tiêu chí.",
    ),
    (
        BANDS,
        {"numerator": LONG, "denominator": "1"},
        f"“Đúng hạn”: “{LONG[:40]}” không phải số; gõ số, ví dụ 120 hoặc 0,5.",
    ),
    (BANDS, {"numerator": "1", "denominator": "-1"}, "“Tổng số” là số âm: gõ số từ 0 trở lên."),
    (FORMULA, {"a": "-1"}, "“Số sáng kiến” là số âm: gõ số từ 0 trở lên."),
    (FORMULA, {"a": "ba"}, "“Số sáng kiến”: “ba” không phải số; gõ số, ví dụ 120 hoặc 0,5."),
    (formula("1 / a"), {"a": "0"}, f"Công thức chia cho 0 với các số liệu đã khai: kiểm tra số liệu; {NA}"),
]


@pytest.mark.parametrize(("rule", "figures", "said"), REFUSALS)
def test_figures_that_give_no_points_are_refused_in_words(rule: Any, figures: Any, said: str) -> None:
    with pytest.raises(RuleProblem) as refused:
        evaluate(rule, TWO, figures)
    assert str(refused.value) == said


def test_a_number_of_the_rule_that_is_none_is_named() -> None:
    with pytest.raises(RuleProblem) as refused:
        exact(LONG)
    assert str(refused.value) == f"Quy tắc chấm có “{LONG[:40]}” không phải số; sửa bộ tiêu chí."


def test_an_expression_over_names_that_have_no_value_says_which() -> None:
    with pytest.raises(ExpressionProblem) as refused:
        compute(f"{LONG} + 1", {})
    assert str(refused.value) == f"Công thức dùng “{LONG[:40]}” chưa khai trong số liệu"


def test_what_is_neither_sum_nor_number_is_refused_in_words() -> None:
    with pytest.raises(ExpressionProblem) as refused:
        names("(a, b)")
    assert str(refused.value) == "Công thức có phép tính không được phép; chỉ dùng + - * / min max"
    with pytest.raises(ExpressionProblem) as refused:
        names("max")
    assert str(refused.value) == "max cần ít nhất hai giá trị trong ngoặc"


def test_an_expression_is_computed_exactly_whatever_blanks_stand_around_it() -> None:
    a, b = Fraction(7), Fraction(1, 3)
    for text, value in (
        (" a + b ", a + b), ("a - b", a - b), ("a * b", a * b), ("a / b", a / b), ("-a", -a), ("-0.5", Fraction(-1, 2)),
        (" min(a, b, 2)", b), ("max(a, b, 2)", a), ("  0.1 + 0.2", Fraction(3, 10)), ("(a)", a),
    ):  # fmt: skip
        assert compute(text, {"a": a, "b": b}) == value
    assert names(" min(a, b) + 1 ") == {"a", "b"}


@pytest.mark.parametrize("text", ["1" * 15, "0." + "1" * 10])
def test_a_number_has_fifteen_digits_and_ten_places_at_most(text: str) -> None:
    assert compute(text, {}) == Fraction(text)
    with pytest.raises(ExpressionProblem):
        compute(text + "1", {})


def test_points_are_what_the_rule_says_however_they_are_written() -> None:
    rule = bands({"from": "90", "points": "1,5"}, {"points": "0.5"})
    assert [evaluate(rule, TWO, {"numerator": top, "denominator": "10"}) for top in ("9", "8")] == [
        Decimal("1.5"),
        Decimal("0.5"),
    ]
    assert evaluate({"kind": "yes_no"}, Decimal("1E+1"), {"option": "yes"}) == 10
    assert (number(Decimal("1E+20")), number(Decimal("1E+21"))) == (Fraction(10) ** 20, None)


# --- the figures of the form


def test_the_form_asks_for_what_the_rule_is_made_of() -> None:
    assert fields(STEPS) == [Field("option", "Mức đạt được", "choice", (("du", "Đủ"), ("khong", "Không")))]
    assert fields({**STEPS, "label": "Kết quả"})[0].label == "Kết quả"
    assert fields({"kind": "yes_no", "no": "Chưa"})[0].choices == (("yes", "Có"), ("no", "Chưa"))
    share = [("numerator", "Đúng hạn"), ("denominator", "Tổng số")]
    assert fields({**BANDS, "unit": "hồ sơ"}) == [Field(key, label, unit="hồ sơ") for key, label in share]
    assert fields(PROPORTIONAL) == [Field(key, label) for key, label in share]
    row = {**COUNT, "unit": "sáng kiến", "optional": True}
    assert fields(formula("a", row)) == [Field("a", "Số sáng kiến", unit="sáng kiến", optional=True)]
    assert fields(FORMULA) == [Field("a", "Số sáng kiến")]
    assert fields({"kind": "magic"}) == []


# --- the description


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (ONE, "Mọi tỷ lệ"),
        ({"from": "0", "from_open": True, **ONE}, "Trên 0%"),
        ({"from": "90", **ONE}, "Từ 90% trở lên"),
        ({"from": "90", "from_open": True, **ONE}, "Trên 90%"),
        ({"to": "5", **ONE}, "Từ 5% trở xuống"),
        ({"to": "5", "to_open": True, **ONE}, "Dưới 5%"),
        ({"to": "0", **ONE}, "Đúng 0%"),
        ({"from": "0", "from_open": True, "to": "5", **ONE}, "Trên 0% đến 5%"),
        ({"from": "2.5", "to": "5", **ONE}, "Từ 2,5% đến 5%"),
        ({"from": "2,5", "to": "5", "to_open": True, **ONE}, "Từ 2,5% đến dưới 5%"),
        ({"from": "2", "from_open": True, "to": "5", "to_open": True, **ONE}, "Trên 2% đến dưới 5%"),
    ],
)
def test_a_band_is_described_by_its_edges(row: dict[str, Any], words: str) -> None:
    assert describe(bands(row), TWO) == ["Tỷ lệ = Đúng hạn / Tổng số", f"{words}: 1 điểm"]


def test_other_rules_describe_themselves() -> None:
    assert describe({}, Decimal("1.50")) == ["Đơn vị tự nhập điểm, từ 0 đến 1,5"]
    assert describe(PROPORTIONAL, Decimal("1.5")) == [
        "Tỷ lệ = Đúng hạn / Tổng số",
        "Từ 80% trở lên: tỷ lệ × 1,5 điểm (tỷ lệ tính tối đa 100%)",
        "Dưới 80%: 0 điểm",
    ]
    assert describe({**PROPORTIONAL, "threshold": "0"}, TWO) == [
        "Tỷ lệ = Đúng hạn / Tổng số",
        "Từ 0% trở lên: tỷ lệ × 2 điểm (tỷ lệ tính tối đa 100%)",
    ]
    assert describe(formula("max(a, 0.5) * diem_toi_da"), TWO) == [
        "Điểm = lớn nhất (“Số sáng kiến”; 0,5) × 2",
        "Kết quả tính từ 0 đến 2 điểm",
    ]
