"""The report as a Word document: the paper's contents, the digest on every page, the same bytes."""

import io
from decimal import Decimal
from typing import Any

import pytest
from docx import Document
from docx.document import Document as WordDocument

from results.book import read_bundle
from results.files.word import ranking_docx
from results.tests import bundles


@pytest.fixture(scope="module")
def bundle() -> dict[str, Any]:
    return bundles.small()


@pytest.fixture(scope="module")
def document(bundle: dict[str, Any]) -> WordDocument:
    return Document(io.BytesIO(ranking_docx(bundle)))


def test_the_same_bundle_gives_the_same_bytes(bundle: dict[str, Any]) -> None:
    assert ranking_docx(bundle) == ranking_docx(bundles.small())


def test_holds_every_unit_with_its_rank_and_index(bundle: dict[str, Any], document: WordDocument) -> None:
    lines = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    for block in read_bundle(bundle).blocks:
        for row in block.rows:
            index = f"{row.index or Decimal(0):.2f}".replace(".", ",")
            assert any(line[:3] == [str(row.rank), row.name, index] for line in lines), row.name


def test_the_digest_and_the_mark_stand_in_the_footer(bundle: dict[str, Any], document: WordDocument) -> None:
    footer = document.sections[0].footer.paragraphs[0].text
    assert bundle["digest"] in footer
    assert "DỮ LIỆU MINH HỌA" in footer


def test_a_real_round_bears_no_mark() -> None:
    real = Document(io.BytesIO(ranking_docx(bundles.small(illustrative=False))))
    texts = [paragraph.text for paragraph in real.paragraphs] + [real.sections[0].footer.paragraphs[0].text]
    assert not any("MINH HỌA" in text for text in texts)


def test_is_set_as_papers_of_the_city_are(document: WordDocument) -> None:
    section = document.sections[0]
    assert [round(side.mm) for side in (section.page_width, section.page_height) if side] == [210, 297]
    assert section.left_margin is not None
    assert round(section.left_margin.mm) == 30
    assert document.styles["Normal"].font.name == "Times New Roman"
    headings = [p.text for p in document.paragraphs if p.style is not None and p.style.name.startswith("Heading")]
    assert "1. Phạm vi và cách tính" in headings


def test_heads_repeat_and_no_row_breaks(document: WordDocument) -> None:
    ranking = max(document.tables, key=lambda table: len(table.rows))
    marks = [[child.tag.rpartition("}")[2] for child in row._tr.get_or_add_trPr()] for row in ranking.rows]
    assert marks[0] == ["cantSplit", "tblHeader"]
    assert all(mark == ["cantSplit"] for mark in marks[1:])
