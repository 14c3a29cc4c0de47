from decimal import Decimal
from xml.etree import ElementTree

from cchc_index.lib.tests.present import present
from results import charts

SVG = "{http://www.w3.org/2000/svg}"
POINTS = [("Sở Nội vụ", Decimal("91.5")), ("Sở <Y> & tế", Decimal("80")), ("Sở Xây dựng", None)]


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts(svg: str) -> list[str | None]:
    return [node.text for node in parsed(svg).iter(f"{SVG}text")]


def test_ranking_picture_says_what_it_shows_and_writes_each_value() -> None:
    svg = charts.ranking_dots(POINTS, title="Chỉ số CCHC")
    assert parsed(svg).findtext(f"{SVG}title") == "Chỉ số CCHC"
    assert "Sở Nội vụ: 91,50" in parsed(svg).findtext(f"{SVG}desc", "")
    assert {"91,50", "80,00", "chưa đủ điểm", "Sở <Y> & tế"} <= set(texts(svg))


def test_a_unit_without_an_index_gets_no_dot() -> None:
    assert len(list(parsed(charts.ranking_dots(POINTS, title="x")).iter(f"{SVG}circle"))) == 2


def test_area_picture_writes_share_and_median() -> None:
    areas = [("1. Chỉ đạo", Decimal("75"), Decimal("62.5")), ("2. Khác", None, None)]
    for draw in (charts.area_bars, charts.area_bars_narrow):
        assert {"1. Chỉ đạo", "75,00", "62,50", "thiếu"} <= set(texts(draw(areas, title="x")))


def test_columns_write_their_counts() -> None:
    assert {"3", "12", "0,5"} <= set(texts(charts.columns([("0", 3), ("0,5", 12)], title="x")))


def test_pictures_keep_to_the_content_security_policy() -> None:
    svg = charts.ranking_dots(POINTS, title="x") + charts.area_bars([("a", Decimal(1), Decimal(2))], title="x")
    assert "style=" not in svg
    assert "<script" not in svg


def test_two_pictures_on_a_page_have_their_own_ids_and_the_same_one_the_same_bytes() -> None:
    first, second, other_count = (charts.columns([("0", n)], title=t) for t, n in (("x", 1), ("y", 1), ("x", 2)))
    ids = {present(parsed(svg).find(f"{SVG}title")).get("id") for svg in (first, second, other_count)}
    assert len(ids) == 3
    assert charts.columns([("0", 1)], title="x") == first


def test_equal_values_and_empty_blocks_still_draw() -> None:
    assert "svg" in charts.ranking_dots([("a", Decimal(100)), ("b", Decimal(100))], title="x")
    assert "svg" in charts.ranking_dots([], title="x")
    assert "svg" in charts.columns([], title="x")
