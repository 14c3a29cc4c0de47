"""The picture of the gaps: every unit by name and number, nothing that the security policy refuses."""

from decimal import Decimal
from xml.etree import ElementTree

from appraisal.consistency.charts import gap_dots

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*values: str, middle: str = "0.5"):
    dots = [(f"Sở <{n}> & bạn", Decimal(value), n == 0) for n, value in enumerate(values)]
    return gap_dots(dots, Decimal(middle), title="Điểm bị trừ")


def test_every_unit_stands_there_by_name_and_number() -> None:
    picture = ElementTree.fromstring(drawn("1.25", "0.5", "-0.25"))
    words = [one.text for one in picture.iter(f"{SVG}text")]
    assert words == [
        "trung vị 0,50",
        *("Sở <0> & bạn", "1,25 – lệch hẳn"),
        *("Sở <1> & bạn", "0,50"),
        *("Sở <2> & bạn", "-0,25"),
    ]
    assert picture.find(f"{SVG}title").text == "Điểm bị trừ"
    assert "Sở <0> & bạn: 1,25, lệch hẳn" in picture.find(f"{SVG}desc").text
    assert not any("style" in one.attrib for one in picture.iter())


def test_who_lost_more_lies_farther_right() -> None:
    places = [int(one.get("cx")) for one in ElementTree.fromstring(drawn("1.25", "0.5", "-0.25")).iter(f"{SVG}circle")]
    assert places == sorted(places, reverse=True)


def test_a_block_in_which_nobody_lost_anything_is_drawn_too() -> None:
    assert ElementTree.fromstring(drawn("0", "0", middle="0")) is not None
