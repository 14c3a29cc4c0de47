"""Tables of papers have room for their headings and numbers, as PDF and in Word, whatever the set holds."""

import io
import re
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.template.loader import render_to_string
from docx import Document
from docx.oxml.ns import qn

from criteria.models import Round
from results.book import read_bundle
from results.files import paper as report
from results.files.word import ranking_docx
from results.models import Publication, Recommendation
from results.papers import paper, slots
from results.papers.findings import findings
from results.papers.queries import Material
from results.tests import bundles
from results.tests.column_plans import PDF, SLIDE, STATEMENT, WORD, squeezed

TEMPLATES = Path(settings.BASE_DIR) / "templates"
PAPERS = sorted(
    path.relative_to(TEMPLATES).as_posix()
    for folder in ("results", "guides")
    for path in (TEMPLATES / folder).rglob("*.html")
    if "<colgroup" in path.read_text(encoding="utf-8")
)
HEADS = re.compile(r'<table class="data.*?</thead>', re.DOTALL)


def told(areas: int, units: int) -> Material:
    """What the papers of a year hold, with the longest of what staff type."""
    book = read_bundle(bundles.of_areas(areas, units, most="20"))
    round_ = Round(year=book.year, illustrative=True)
    usual = {slot.key: slot.usual for slot in slots.SLOTS}
    owner = "Trung tâm Phục vụ hành chính công thành phố Hà Nội"
    rows = [
        Recommendation(round=round_, text="Nghiêng", owner=owner, due=date(2032, 12, 30), state=state, outcome="Không")
        for state in Recommendation.State
    ]
    blocks = [findings(block, (2030, block)) for block in book.blocks]
    return Material(round_, book, book, Publication.State.PUBLISHED, usual, rows, rows, "", blocks)


def sheet_markup(material: Material) -> str:
    """A unit's booklet before it is laid out."""
    block = material.book.blocks[0]
    context = {**report._shared(material.book), "sheet": report._sheet(block, block.rows[0])}
    return render_to_string("results/files/sheet.html", context)


@pytest.mark.parametrize("units", [5, 200])
@pytest.mark.parametrize("areas", [4, 9, 12])
def test_no_word_of_a_table_is_longer_than_its_column(areas: int, units: int) -> None:
    material = told(areas, units)
    made = [report.report_markup(material.book), sheet_markup(material)]
    made += [paper.markup_of(kind.key, material) for kind in slots.KINDS if kind.key != slots.SLIDES]
    tight = [one for markup in made for setting in (PDF, WORD) for one in squeezed(markup, setting)]
    tight += squeezed(paper.markup_of(slots.SLIDES, material), SLIDE)
    assert tight == []


@pytest.mark.parametrize("name", PAPERS)
def test_every_heading_of_every_paper_has_room(name: str) -> None:
    """Of papers that are made from other data too, whose headings are the same whatever it is."""
    settings_of = {"results/statement/paper.html": (STATEMENT,), "results/papers/slides.html": (SLIDE,)}
    for head in HEADS.findall((TEMPLATES / name).read_text(encoding="utf-8")):
        markup = engines["django"].from_string(f"{head}</table>").render({})
        assert [one for setting in settings_of.get(name, (PDF, WORD)) for one in squeezed(markup, setting)] == []


def test_a_narrow_column_is_noticed() -> None:
    markup = (
        '<table class="data"><colgroup><col width="4%"><col></colgroup>'
        "<thead><tr><th>Hạng</th><th>Đơn vị</th></tr></thead>"
        '<tbody><tr><td class="num">100,00</td><td>Sở Nội vụ</td></tr></tbody></table>'
    )
    assert [one.words for one in squeezed(markup, WORD)] == ["Hạng", "100,00"]


def test_cells_in_word_have_the_sides_of_the_paper() -> None:
    for table in Document(io.BytesIO(ranking_docx(bundles.small(2)))).tables:
        sides = table._tbl.tblPr.find(qn("w:tblCellMar"))
        assert [side.get(qn("w:w")) for side in sides] == ["60", "60"]
        order = [part.tag for part in table._tbl.tblPr]
        assert order.index(qn("w:tblLayout")) < order.index(qn("w:tblCellMar")) < order.index(qn("w:tblLook"))
