"""A key that the map offers does something on this page: what it presses is there."""

import re
from decimal import Decimal

import pytest

from appraisal.replies import actions as replies
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import Council, attach, council, document
from appraisal.tests.pages import WORDS, adjusted_and_released, cell_page, sign_in, unit_page
from criteria.tests.factories import open_stage
from selfassess.models import SelfScore
from units.models import User

pytestmark = pytest.mark.django_db
ON_A_CELL = {
    "c": r"<form[^>]*\bdata-recognise",
    "g": r"<form[^>]*\bdata-keep",
    "d": r'id="id_points"',
    "p": r"\bdata-use\b",
    "e": r'<iframe[^>]*class="document"',
    "f": r'<iframe[^>]*class="document"',
    "j": r'<a[^>]*data-key="j"',
    "k": r'<a[^>]*data-key="k"',
    "u": r'<a[^>]*data-key="u"',
}
ON_A_LIST = {
    "c": r'<button[^>]*form="recognise"',
    "g": r'<button[^>]*form="keep"',
    "d": r"<a[^>]*\bdata-adjust-line",
    "x": r'<input[^>]*name="cells"',
    "b": r"<form[^>]*\bdata-bulk",
    "j": r"<a[^>]*\bdata-row",
}


@pytest.fixture
def case() -> Council:
    return council()


def offered(user: User, address: str, presses: dict[str, str]) -> set[str]:
    """The keys that the page's map names, each with what it presses; a key that is not named presses nothing."""
    page = sign_in(user).get(address).text
    before, _, rest = page.partition('class="key-map"')
    named = set(re.findall(r"<kbd>([a-z])</kbd>", rest.partition("</ul>")[0])) & presses.keys()
    there = {key for key, control in presses.items() if re.search(control, before + rest)}
    assert named == there
    return named


def test_precedents_are_offered_where_there_is_one(case: Council) -> None:
    assert "p" not in offered(case.member, cell_page(case), ON_A_CELL)
    decisions.adjust(
        actor=case.member,
        **case.cell(case.second),
        points=Decimal(1),
        reason_id=case.reason.pk,
        comment=WORDS,
        seen_version=0,
    )
    assert "p" in offered(case.member, cell_page(case), ON_A_CELL)
    assert "p" not in offered(case.manager, cell_page(case), ON_A_CELL), "who only reads has nothing to fill"


def test_each_key_of_a_cell(case: Council) -> None:
    assert offered(case.member, cell_page(case), ON_A_CELL) == set("cdju")
    assert offered(case.member, cell_page(case, leaf=case.other_leaf), ON_A_CELL) >= set("ku")
    attach(SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf), document(case.first, case.officer))
    assert offered(case.member, cell_page(case), ON_A_CELL) == set("cdefju")
    assert offered(case.manager, cell_page(case), ON_A_CELL) == set("efju")


def test_keeping_is_offered_on_an_objection_only(case: Council) -> None:
    standing = adjusted_and_released(case)
    replies.reply(actor=case.head, appraisal_id=standing.pk, agree=False, comment="Có ở trang 3.", document_ids=[])
    open_stage(case.round_group.round, "round2")
    assert "g" in offered(case.member, cell_page(case), ON_A_CELL)
    assert "g" not in offered(case.member, cell_page(case, case.second), ON_A_CELL)


def test_each_key_of_a_list(case: Council) -> None:
    assert offered(case.member, "/tham-dinh/khoi/so/tieu-chi/1.1/", ON_A_LIST) == set("cdxbj")
    assert offered(case.manager, "/tham-dinh/khoi/so/tieu-chi/1.1/", ON_A_LIST) == {"j"}
    assert offered(case.member, unit_page(case.first), ON_A_LIST) >= set("xbj")
