"""The number of a document stands on one line: on pages, on paper and in Word, and is still the same letters."""

import io
import re
from typing import Any

import pytest
from django.conf import settings
from docx import Document
from docx.oxml.ns import qn

from cchc_index.lib import unbroken
from results.book import read_bundle
from results.files.paper import report_markup
from results.files.word import document_of, ranking_docx
from results.tests import bundles

NUMBERS = ("3598/QĐ-UBND", "12/2025/QĐ-UBND", "……/BC-SNV", "02/QĐ-MINHHOA", "5/TTr-SNV")
OTHERS = ("01/01/2025", "UBND xã Văn Miếu - Quốc Tử Giám", "1/QĐ", "a<b-c>", "2024-12-31")


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_one_word(number: str) -> None:
    markup = unbroken.whole(f"theo Quyết định {number}, ngày 1/3")
    assert f'<span class="unbroken">{number}</span>' in markup
    assert re.sub("<[^>]*>", "", markup) == f"theo Quyết định {number}, ngày 1/3"


@pytest.mark.parametrize("text", OTHERS)
def test_other_words_break_as_they_did(text: str) -> None:
    assert unbroken.parts(text) == [(text, False)]
    assert "<span" not in unbroken.whole(text)
    assert "<b" not in unbroken.whole(text)


def test_only_the_words_of_the_body_are_touched() -> None:
    page = '<head><title>1/QĐ-UBND</title></head><body><a title="1/QĐ-UBND">1/QĐ-UBND</a></body>'
    own = '<span class="unbroken">1/QĐ-UBND</span>'
    assert unbroken.whole_in(page) == page.replace(">1/QĐ-UBND</a>", f">{own}</a>")
    assert unbroken.whole_in(page).count("span") == 2


def test_a_hyphen_in_word_does_not_break_and_reads_as_one() -> None:
    made = Document(
        io.BytesIO(
            document_of(
                "<html><head></head><body><p>Theo số 3598/QĐ-UBND ngày 1-2</p></body></html>", title="x", footer="y"
            )
        )
    )
    paragraph = made.paragraphs[0]
    assert paragraph.text == "Theo số 3598/QĐ-UBND ngày 1-2"
    assert len(list(paragraph._p.iter(qn("w:noBreakHyphen")))) == 1


def test_columns_in_word_are_as_wide_for_every_program() -> None:
    """The grid says the same as the cells: LibreOffice reads the one, Word the other."""
    for table in Document(io.BytesIO(ranking_docx(bundles.small(9)))).tables:
        cells = [cell.width for cell in table.rows[0].cells]
        assert [column.width for column in table.columns] == cells
    assert len(set(cells)) > 1


def test_a_signature_in_word_stays_with_the_words_above_it() -> None:
    signed = '<table class="head sign"><tr><td>CHỦ TỊCH</td></tr></table>'
    markup = f"<html><head></head><body><p>Điều 3.</p>{signed}</body></html>"
    made = Document(io.BytesIO(document_of(markup, title="x", footer="y")))
    assert made.paragraphs[0].paragraph_format.keep_with_next


def test_a_signature_in_word_stays_with_the_table_above_it_and_a_short_table_is_whole() -> None:
    rows = "".join(f"<tr><td>{n}</td></tr>" for n in range(3))
    signed = '<table class="head sign"><tr><td>CHỦ TỊCH</td></tr></table>'
    for kind, together in (("data", [None, None, True]), ("data whole", [True, True, True])):
        markup = f'<html><head></head><body><table class="{kind}">{rows}</table>{signed}</body></html>'
        above = Document(io.BytesIO(document_of(markup, title="x", footer="y"))).tables[0]
        kept_rows = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in above.rows]
        assert kept_rows == together


def test_a_correction_says_so_on_its_report() -> None:
    made: dict[str, Any] = bundles.small(4, supersedes="12/QĐ-UBND", errata="Sửa điểm tiêu chí 1.1 của Sở Nội vụ.")
    told = " ".join(report_markup(read_bundle(made)).split())
    assert "thay công bố số 12/QĐ-UBND. Nội dung đính chính: Sửa điểm tiêu chí 1.1 của Sở Nội vụ." in told
    assert "đính chính" not in report_markup(read_bundle(bundles.small(4)))


def test_pages_outside_of_results_show_numbers_through_the_same_filter() -> None:
    """Wherever a template names a decision or a plan: attributes, addresses and titles of windows are no words."""
    shown = re.compile(r"\{\{ ([a-z_.]*(?:\.decision|plan_number|source_document))((?:\|[^}]*)?) \}\}")
    naming: dict[str, list[str]] = {}
    for path in sorted((settings.BASE_DIR / "templates").rglob("*.html")):
        place = path.relative_to(settings.BASE_DIR / "templates").as_posix()
        if not place.startswith("results/"):
            for variable, filters in shown.findall(path.read_text(encoding="utf-8")):
                naming.setdefault(place, []).append(variable)
                assert "|whole" in filters, f"{place}: {variable}"
    assert "criteria/annex/set.html" in naming
    assert "surveys/planning/plan.html" in naming
