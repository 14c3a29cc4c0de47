"""The picture of the gaps: every unit by name and number, nothing that the security policy refuses."""

import re
from decimal import Decimal
from xml.etree import ElementTree

from appraisal.consistency.charts import gap_dots
from cchc_index.lib.svg import MARK
from cchc_index.lib.tests.present import present

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*values: str, middle: str = "0.5") -> str:
    dots = [(f"Sở <{n}> & bạn", Decimal(value), n == 0) for n, value in enumerate(values)]
    return gap_dots(dots, Decimal(middle), title="Điểm bị trừ")


def test_every_unit_stands_there_by_name_and_number() -> None:
    picture = ElementTree.fromstring(drawn("1.25", "0.5", "-0.25"))
    words = [one.text for one in picture.iter(f"{SVG}text")]
    assert words == [
        "trung vị 0,50",
        *("Sở <0> & bạn", "1,25 – chênh lệch lớn"),
        *("Sở <1> & bạn", "0,50"),
        *("Sở <2> & bạn", "−0,25"),
    ]
    assert present(picture.find(f"{SVG}title")).text == "Điểm bị trừ"
    assert "Sở <0> & bạn: 1,25, chênh lệch lớn" in picture.findtext(f"{SVG}desc", "")
    assert not any("style" in one.attrib for one in picture.iter())


WHOLE = """
<title>Điểm bị trừ</title><desc>Trung vị khối 0,50; Sở Nội vụ: 1,25, chênh lệch lớn; Sở Xây dựng: −0,25</desc>
<line x1="330" y1="24" x2="330" y2="86" stroke="#cfd5db" stroke-width="1"/>
<line x1="620" y1="24" x2="620" y2="86" stroke="#cfd5db" stroke-width="1"/>
<line x1="475" y1="24" x2="475" y2="86" stroke="#9b1c1f" stroke-width="1"/>
<text x="475" y="16" font-size="13" text-anchor="middle" font-weight="normal" fill="#55606c">trung vị 0,50</text>
<text x="320" y="49" font-size="14" text-anchor="end" font-weight="bold" fill="#9b1c1f">Sở Nội vụ</text>
<line x1="475" y1="44" x2="620" y2="44" stroke="#cfd5db" stroke-width="1"/>
<circle cx="620" cy="44" r="5" fill="#9b1c1f"/>
<text x="630" y="49" font-size="14" text-anchor="start" font-weight="bold" fill="#9b1c1f">1,25 – chênh lệch lớn</text>
<text x="320" y="70" font-size="14" text-anchor="end" font-weight="normal" fill="#1d2126">Sở Xây dựng</text>
<line x1="475" y1="65" x2="330" y2="65" stroke="#cfd5db" stroke-width="1"/>
<circle cx="330" cy="65" r="5" fill="#1d2126"/>
<text x="340" y="70" font-size="14" text-anchor="start" font-weight="normal" fill="#1d2126">−0,25</text>
"""
"""One who stands out and one who does not, drawn whole: it was looked at in a browser."""


def test_the_picture_as_it_was_looked_at() -> None:
    dots = [("Sở Nội vụ", Decimal("1.25"), True), ("Sở Xây dựng", Decimal("-0.25"), False)]
    svg = gap_dots(dots, Decimal("0.5"), title="Điểm bị trừ")
    assert 'width="760" height="86" viewBox="0 0 760 86"' in svg
    assert re.sub(' id="h[0-9a-f]+[td]"', "", svg[svg.index("<title") : -len("</svg>")]) == WHOLE.replace("\n", "")


def places(*values: str, middle: str) -> list[int]:
    """How far right the dots lie, and the line of the median."""
    picture = ElementTree.fromstring(drawn(*values, middle=middle))
    line = next(one for one in picture.iter(f"{SVG}line") if one.get("stroke") == MARK)
    return [int(one.attrib["cx"]) for one in picture.iter(f"{SVG}circle")] + [int(line.attrib["x1"])]


def test_who_lost_more_lies_farther_right_and_nothing_lost_is_always_in_the_picture() -> None:
    assert places("1.25", "0.5", "-0.25", middle="0.5") == [620, 475, 330, 475]
    assert places("2", "1", middle="1.5") == [620, 475, 547]
    assert places("-1", "-2", middle="-1.5") == [475, 330, 402]


def test_a_block_in_which_nobody_lost_anything_is_drawn_over_one_point() -> None:
    assert places("0", "0", middle="0") == [330, 330, 330]
    assert places("0", middle="0.5") == [330, 475]


def test_a_long_name_is_cut() -> None:
    picture = ElementTree.fromstring(gap_dots([("S" * 50, Decimal(1), False)], Decimal(1), title="x"))
    assert "S" * 45 + "…" in [one.text for one in picture.iter(f"{SVG}text")]
