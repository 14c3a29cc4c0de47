"""Rules in the words of officials: every kind there and back, every spelling understood, every fault named."""

from decimal import Decimal
from keyword import iskeyword
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from criteria.scoring import WordsProblem, evaluate, from_words, in_words, validate

MOST = Decimal(1000)


# --- there and back ----------------------------------------------------------------------------------------

signs = st.characters(categories=("L", "N", "P", "S", "Zs"), max_codepoint=0x24FF)
labels = st.one_of(
    st.text(signs, min_size=1, max_size=25).filter(lambda text: bool(text.strip())),
    st.sampled_from(
        [
            "Có",
            "Không",
            "còn lại",
            "> 90 %",
            "từ 5 % đến 7 %",
            "chọn",
            "tỷ lệ",
            "Điểm = 1",
            "a / b",
            "x",
            "x 2",
            "“”",
            "điểm tối đa",
            "Được 2",
            "A → 2",
            "a：b",
            "chưa có",
            "m [k]",
            "trong đó: a",
            "được bỏ trống",
            "nhỏ nhất",
            "Số đơn, thư",
            "100 %",
            "2",
        ]
    ),
)
points = st.decimals(0, 1000, places=2).map(lambda n: format(n.normalize(), "f"))
marks: st.SearchStrategy[dict[str, Any]] = st.sampled_from([{}, {"forbid_over": True}])
units: st.SearchStrategy[dict[str, Any]] = st.one_of(st.just({}), labels.map(lambda text: {"unit": text}))


@st.composite
def steps(draw: st.DrawFn) -> dict[str, Any]:
    keys = draw(st.lists(labels, min_size=2, max_size=4, unique=True))
    options = [{"key": key, "label": draw(labels), "points": draw(points)} for key in keys]
    return {"kind": "steps", "options": options, **draw(st.one_of(st.just({}), labels.map(lambda t: {"label": t})))}


@st.composite
def answers(draw: st.DrawFn) -> dict[str, Any]:
    words = draw(st.dictionaries(st.sampled_from(["yes", "no", "label"]), labels))
    pair = draw(st.sampled_from([{}, {}, {"yes": "Đạt", "no": "Không đạt"}]))
    return {"kind": "yes_no", **words, **pair}


@st.composite
def bands(draw: st.DrawFn) -> dict[str, Any]:
    """Stretches that meet: each edge belongs to one side of it, and may be written on either or on both."""
    seams = sorted(draw(st.lists(st.decimals("0.5", 99, places=1), min_size=1, max_size=4, unique=True)))
    rows: list[dict[str, Any]] = [{"points": draw(points)} for _ in range(len(seams) + 1)]
    for at, seam in enumerate(seams):
        edge, above = format(seam.normalize(), "f"), draw(st.booleans())
        rows[at] |= {"to": edge} | ({} if above else {"to_open": True})
        rows[at + 1] |= {"from": edge} | ({"from_open": True} if above else {})
    if draw(st.booleans()):  # from the highest down, each with its lower edge alone
        rows = [{k: v for k, v in row.items() if not k.startswith("to")} for row in reversed(rows)]
    return {"kind": "bands", "bands": rows, **draw(ratios())}


@st.composite
def ratios(draw: st.DrawFn) -> dict[str, Any]:
    named = st.fixed_dictionaries({"numerator": labels, "denominator": labels})
    unnamed = st.just({"numerator": "Số đạt yêu cầu", "denominator": "Tổng số"})
    return {**draw(st.one_of(named, unnamed)), **draw(units), **draw(marks)}


@st.composite
def proportions(draw: st.DrawFn) -> dict[str, Any]:
    return {"kind": "proportional", "threshold": draw(st.sampled_from(["0", "80", "99.5"])), **draw(ratios())}


@st.composite
def formulas(draw: st.DrawFn) -> dict[str, Any]:
    keys = draw(st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True), min_size=1, max_size=3, unique=True))
    keys = [key for key in keys if key not in ("min", "max") and not iskeyword(key)] or ["a"]
    shown = [
        {"key": key, "label": draw(labels), **draw(units), **draw(st.sampled_from([{}, {"optional": True}]))}
        for key in keys
    ]
    text = draw(st.sampled_from(["min(diem_toi_da, {} * 0.5)", "max(0,{})", "({}) / 2-1", "diem_toi_da - {} * 0.25"]))
    return {"kind": "formula", "fields": shown, "expression": text.format(draw(st.sampled_from(SUMS)).join(keys))}


SUMS = (" + ", "+", " * ", "/", " - ")
KINDS = {"steps": steps, "yes_no": answers, "bands": bands, "proportional": proportions, "formula": formulas}


@pytest.mark.parametrize("kind", KINDS)
def test_every_rule_comes_back_from_its_words_and_so_do_the_words(kind: str) -> None:
    @settings(max_examples=150, deadline=None)
    @given(KINDS[kind]())
    def check(rule: dict[str, Any]) -> None:
        assert validate(rule, MOST) == []
        words = in_words(rule)
        assert from_words(words, MOST) == rule, words
        assert in_words(from_words(words, MOST)) == words

    check()


def test_direct_entry_has_words_and_a_rule_never_set_has_none() -> None:
    assert from_words(in_words({"kind": "direct"}), MOST) == {"kind": "direct"}
    assert in_words({}) == ""


@pytest.mark.parametrize(
    "words",
    [
        "> 90 %: 2; 70–90 %: 1; < 70 %: 0",
        "tỷ lệ, từ 80 %",
        "có/không",
        "số đúng hạn / tổng số",
        "≥ 99 %: 4; 95–99 %: 3; từ 90 đến dưới 95 %: 2; < 90 %: 0",
        "Số hồ sơ đúng hạn / Tổng số hồ sơ (hồ sơ); ≥ 99 %: 4; ≥ 95 %: 3; còn lại: 0; không quá 100 %",
        "Đạt/Không đạt",
        "có/không; có: Đúng quy định; không: Có sai phạm",
        "Đúng hạn: 1; Chậm dưới 5 ngày: 0,5; Không nộp: 0",
        "Điểm = nhỏ nhất(điểm tối đa; Số sáng kiến cấp Thành phố × 1 + Số sáng kiến cơ sở × 0,5)",
        "Điểm = điểm tối đa - Số vi phạm × 0,25",
        "nhập điểm trực tiếp",
    ],
)
def test_what_an_official_writes_is_read_back_in_the_same_words(words: str) -> None:
    assert in_words(from_words(words, Decimal(99))) == words


# --- what the words mean -------------------------------------------------------------------------------------


def stretch(words: str) -> dict[str, Any]:
    """The first of two bands that `words` and the rest make."""
    rule = from_words(f"{words}: 2; còn lại: 0; không quá 100 %", Decimal(2))
    return {key: value for key, value in rule["bands"][0].items() if key != "points"}


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("> 90 %", {"from": "90", "from_open": True}),
        (">90%", {"from": "90", "from_open": True}),
        ("trên 90%", {"from": "90", "from_open": True}),
        ("Tỷ lệ lớn hơn 90 %", {"from": "90", "from_open": True}),
        ("≥ 90,5 %", {"from": "90.5"}),
        (">= 90.5%", {"from": "90.5"}),
        ("Từ 90 % trở lên", {"from": "90"}),
        ("từ 90%", {"from": "90"}),
        ("đạt 90 % trở lên", {"from": "90"}),
        ("tối thiểu 90 %", {"from": "90"}),
        ("không dưới 90 %", {"from": "90"}),
    ],
)
def test_lower_edges_in_every_spelling(words: str, meant: dict[str, Any]) -> None:
    assert stretch(words) == meant


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("< 70 %", {"to": "70", "to_open": True}),
        ("dưới 70%", {"to": "70", "to_open": True}),
        ("Đạt dưới 70 %", {"to": "70", "to_open": True}),
        ("≤ 70 %", {"to": "70"}),
        ("từ 70 % trở xuống", {"to": "70"}),
        ("đến 70 %", {"to": "70"}),
        ("không quá 70 %", {"to": "70"}),
    ],
)
def test_upper_edges_in_every_spelling(words: str, meant: dict[str, Any]) -> None:
    rule = from_words(f"{words}: 0; còn lại: 2", Decimal(2))
    assert {key: value for key, value in rule["bands"][0].items() if key != "points"} == meant


CLOSED = {"from": "70", "to": "90"}
HALF = {**CLOSED, "to_open": True}


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("70–90 %", CLOSED),
        ("70% - 90%", CLOSED),
        ("từ 70 đến 90 %", CLOSED),
        ("từ 70 % đến dưới 90 %", HALF),
        ("70 đến dưới 90%", HALF),
        ("≥ 70 % và < 90 %", HALF),
        ("70 % ≤ tỷ lệ < 90 %", HALF),
        ("trên 70 % đến 90 %", {**CLOSED, "from_open": True}),
        ("trên 70 đến dưới 90 %", {**HALF, "from_open": True}),
    ],
)
def test_stretches_between_two_edges_in_every_spelling(words: str, meant: dict[str, Any]) -> None:
    lower = "≤ 70 %" if meant.get("from_open") else "< 70 %"
    upper = "≥ 90 %" if meant.get("to_open") else "> 90 %"
    rule = from_words(f"{upper}: 2; {words}: 1; {lower}: 0", Decimal(2))
    assert rule["bands"][1] == {**meant, "points": "1"}


def points_at(words: str, *ratios: int) -> list[Decimal | None]:
    rule = from_words(words, Decimal(4))
    return [evaluate(rule, Decimal(4), {"numerator": str(ratio), "denominator": "100"}) for ratio in ratios]


@pytest.mark.parametrize(
    ("words", "at", "points"),
    [
        ("≥ 99 %: 4; 95–99 %: 3; < 95 %: 0", (100, 99, 98, 95, 94), (4, 4, 3, 3, 0)),
        ("< 95 %: 0; 95–99 %: 3; ≥ 99 %: 4", (99, 95, 94), (4, 3, 0)),
        ("> 99 %: 4; 95–99 %: 3; ≤ 95 %: 0", (100, 99, 96, 95), (4, 3, 3, 0)),
        ("từ 99 % trở lên: 4; 95–99 %: 3; đến 95 %: 0", (99, 96, 95), (4, 3, 0)),
    ],
)
def test_an_edge_that_two_stretches_share_is_of_the_one_that_claims_it(
    words: str, at: tuple[int, ...], points: tuple[int, ...]
) -> None:
    assert points_at(words, *at) == [Decimal(n) for n in points]
    assert from_words(in_words(from_words(words, Decimal(4))), Decimal(4)) == from_words(words, Decimal(4))


def test_an_edge_of_two_plain_stretches_is_asked_for() -> None:
    with pytest.raises(WordsProblem) as caught:
        from_words("> 95 %: 4; 90–95 %: 2; 70–90 %: 1; < 70 %: 0", Decimal(4))
    assert str(caught.value) == (
        "90% thuộc cả hai khoảng “Từ 70% đến 90%” và “Từ 90% đến 95%”: "
        "ghi “dưới 90%” ở khoảng trước hoặc “trên 90%” ở khoảng sau."
    )
    assert points_at("> 95 %: 4; 90–95 %: 2; từ 70 đến dưới 90 %: 1; < 70 %: 0", 90) == [Decimal(2)]


@pytest.mark.parametrize("written", ["> 90 %: 2 điểm; còn lại: 0 điểm", "trên 90% được 2\ncác trường hợp còn lại: 0"])
def test_points_and_the_rest_in_every_spelling(written: str) -> None:
    assert in_words(from_words(written, Decimal(2))) == "> 90 %: 2; còn lại: 0"


def test_figures_of_a_formula_need_no_quotes_and_no_sign_for_times() -> None:
    rule = from_words("Điểm = số sáng kiến x 0,5", Decimal(2))
    assert rule["fields"] == [{"key": "so_sang_kien", "label": "số sáng kiến"}]
    assert rule["expression"] == "so_sang_kien * 0.5"


# --- faults ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("tốt", "không đọc được “tốt”"),
        ("đạt: 2", "chỉ có một mức"),
        ("đạt: 2; không đạt", "“không đạt” thiếu điểm"),
        ("> 90 %: 3; ≤ 90 %: 0", "3 điểm vượt điểm tối đa 2"),
        ("> 90 %: 2; hai phần ba: 1", "không đọc được khoảng tỷ lệ “hai phần ba”"),
        ("> 90 %: 2; 70–80 %: 1; < 70 %: 0", "để hở ở giữa"),
        ("100 %: 2; < 100 %: 0", "bỏ giới hạn trên"),
        ("> 90: 2; ≤ 90: 0", "không rõ là tỷ lệ hay số lượng"),
        ("tỷ lệ, trên 80 %", "ghi “từ 80 %”"),
        ("a / b / c", "một dấu /"),
        ("có/không; có: 2", "“có” được điểm tối đa"),
        ("Điểm = số A × (2", "kiểm tra dấu ngoặc"),
        ("Điểm = số A × 80%", "không đọc được “%”"),
        ("Điểm = số A; trong đó: số B", "mà sau “trong đó” không có"),
        ("; ;", "quy tắc chưa có nội dung"),
        ("x" * 4001, "dài quá 4000 ký tự"),
    ],
)
def test_words_that_are_no_rule_are_named(words: str, problem: str) -> None:
    with pytest.raises(WordsProblem, match=".*") as caught:
        from_words(words, Decimal(2))
    assert problem in str(caught.value)
