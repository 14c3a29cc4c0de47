"""The signed table on paper and as a workbook: names, instants, digest, every point as it was signed."""

import io
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from openpyxl import load_workbook
from pypdf import PdfReader

from cchc_index.lib import clock
from criteria.models import RoundGroup
from results.pointspaper import paper, spreadsheets
from results.pointspaper.queries import printed_table
from surveys.handover import actions, queries
from surveys.models import SurveyScore, TableSignature
from surveys.scores import actions as scores
from units.models import Role, Unit
from units.tests.factories import person

from .factories import block, give

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_group() -> RoundGroup:
    found = block("A", "=B")
    give(found, {"A": {"1": "60", "2": "30"}})
    leaf = found.criteria_set.criteria.get(code="2")
    other = Unit.objects.get(code="=B")
    scores.import_scores(actor=None, round_group=found, rows={(other.pk, leaf.pk): Decimal("12.3456")})
    return found


@pytest.fixture
def received(round_group: RoundGroup) -> TableSignature:
    operator = person(Role.SURVEY_OPERATOR, full_name="Trần Thị Viện")
    manager = person(Role.INDEX_MANAGER, full_name="Lê Văn Nội Vụ")
    seen = queries.standing(round_group).digest
    row = actions.sign_table(actor=operator, round_group_id=round_group.pk, seen=seen)
    return actions.receive_table(actor=manager, signature_id=row.pk)


def test_the_paper_names_who_signed_and_received_and_the_digest(received: TableSignature) -> None:
    text = render_to_string(paper.PAPER, paper.context_of(printed_table(received)))
    assert "Người ký: Trần Thị Viện, phụ trách điều tra, ký lúc" in text
    assert "Sở Nội vụ tiếp nhận: Lê Văn Nội Vụ, lúc" in text
    assert received.digest in text
    assert "12,35" in text
    printed = "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(paper.table_pdf(printed_table(received)))).pages
    )
    assert received.digest in printed.replace("\n", "")
    assert "Lê Văn Nội Vụ" in printed


def test_the_paper_keeps_what_was_signed_when_points_change(received: TableSignature) -> None:
    SurveyScore.objects.update(points=Decimal(1))
    text = render_to_string(paper.PAPER, paper.context_of(printed_table(received)))
    assert "12,35" in text
    assert "30,00" in text


def test_the_workbook_holds_every_point_exactly_and_no_formula(received: TableSignature) -> None:
    data = spreadsheets.table_xlsx(printed_table(received))
    book = load_workbook(io.BytesIO(data))
    rows = list(book[spreadsheets.POINTS].iter_rows(values_only=True))
    assert rows[0] == ("Mã đơn vị", "Đơn vị", "2", "Tổng điểm")
    assert sorted(str(row[2]) for row in rows[1:]) == ["12.3456", "30"]
    assert {cell.data_type for row in book[spreadsheets.POINTS].iter_rows() for cell in row} <= {"s", "n"}
    facts = {str(name): value for name, value in book[spreadsheets.SIGNED].iter_rows(values_only=True)}
    assert facts["Mã kiểm tra bảng điểm (SHA-256)"] == received.digest
    assert facts["Người xử lý"] == "Lê Văn Nội Vụ"
    assert facts["Ký lúc"] == clock.in_words(received.signed_at)
    assert spreadsheets.table_xlsx(printed_table(received)) == data
