"""Taking decisions back by the pages, one by one: the button after a decision, the form on the cell."""

import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from appraisal.models import Action, AppraisalEntry, Confirmation
from appraisal.opinions import actions as opinions
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import Council, assign, council, release_stage
from appraisal.tests.pages import WORDS, adjust_form, adjusted_and_released, cell_page, sign_in
from cchc_index.lib.tests.present import present
from criteria.models import Criterion
from criteria.tests.factories import open_stage
from units.models import Role, Unit
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def undo_page(case: Council, unit: Unit | None = None, leaf: Criterion | None = None) -> str:
    return reverse("appraisal:undo", args=["so", (unit or case.first).code, (leaf or case.leaf).code])


def undo_forms(text: str) -> list[tuple[str, str]]:
    """(address, version) of every form on the page that takes something back."""
    forms = re.findall(r'<form method="post" action="([^"]+)"[^>]*data-undo>(.*?)</form>', text, re.DOTALL)
    return [
        (address.replace("&amp;", "&"), present(re.search(r'name="seen_version" value="(\d+)"', body))[1])
        for address, body in forms
        if "csrfmiddlewaretoken" in body
    ]


def test_after_a_decision_the_next_page_takes_it_back_with_one_press(case: Council) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(case.member)
    client.get(cell_page(case))
    token = client.cookies["csrftoken"].value
    form = {"verb": "recognise", "seen_version": "0", "csrfmiddlewaretoken": token}
    page = client.post(f"{cell_page(case)}?loc=cho", form, follow=True)
    assert page.request["PATH_INFO"] == cell_page(case, leaf=case.other_leaf)
    assert f"Đã ghi: 1.1 của {case.first.name} – công nhận, 1,50 điểm." in page.text
    [(address, version)] = undo_forms(page.text)
    assert address.startswith(undo_page(case))
    assert "loc=cho" in address
    assert ">Hoàn tác</button>" in page.text
    sent = present(
        re.search(r'data-undo>\s*<input type="hidden" name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    )[1]
    after = client.post(address, {"seen_version": version, "csrfmiddlewaretoken": sent}, follow=True)
    assert after.request["PATH_INFO"] == cell_page(case)
    assert f"Đã hoàn tác. 1.1 của {case.first.name}: chờ thẩm định." in after.text
    assert not case.standing().is_decided
    assert not undo_forms(after.text)


def test_names_in_the_message_are_text_and_not_markup(case: Council) -> None:
    case.first.name = "Sở <b>Đậm</b>"
    case.first.save()
    page = sign_in(case.member).post(cell_page(case), {"verb": "recognise", "seen_version": "0"}, follow=True)
    assert "của Sở &lt;b&gt;Đậm&lt;/b&gt; – công nhận" in page.text
    assert len(undo_forms(page.text)) == 1


def test_the_cell_offers_its_own_undo_and_says_what(case: Council) -> None:
    client = sign_in(case.member)
    client.post(cell_page(case), adjust_form(reason=case.reason.pk))
    client.get(cell_page(case, leaf=case.other_leaf))  # shows the message
    page = client.get(cell_page(case))
    assert "Bạn đã ghi điều chỉnh, 1,00 điểm" in page.text
    [(address, version)] = undo_forms(page.text)
    assert client.post(address, {"seen_version": version}).status_code == 302
    page = client.get(cell_page(case))
    assert "đã hoàn tác" in page.text
    assert 'name="seen_version" value="2"' in page.text
    assert 'value="1"' not in present(re.search(r'id="id_points"[^>]*', page.text))[0]
    assert client.post(cell_page(case), adjust_form(reason=case.reason.pk, seen_version="2")).status_code == 302
    assert case.standing().points == Decimal(1)


def test_nobody_else_is_offered_the_undo_and_a_released_stage_offers_none(case: Council) -> None:
    other = person(Role.COUNCIL_MEMBER)
    assign(other, case.round_group)
    decisions.recognise(actor=other, **case.cell(), seen_version=0)
    for someone in (case.member, case.manager, person(Role.OBSERVER)):
        client = sign_in(someone)
        assert not undo_forms(client.get(cell_page(case)).text)
        assert client.post(undo_page(case), {"seen_version": "1"}).status_code == 403
    assert len(undo_forms(sign_in(other).get(cell_page(case)).text)) == 1
    release_stage(case.manager, case.round_group)
    client = sign_in(other)
    assert not undo_forms(client.get(cell_page(case)).text)
    page = client.post(undo_page(case), {"seen_version": "1"}, follow=True)
    assert "không trong thời gian thẩm định" in page.text
    assert not AppraisalEntry.objects.filter(action=Action.UNDO).exists()


@pytest.mark.parametrize(
    ("who", "expected"), [("officer", 403), ("operator", 403), ("nobody", 302), ("home", 404), ("branch", 404)]
)
def test_who_has_no_place_on_the_cell_is_turned_away(case: Council, who: str, expected: int) -> None:
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    narrow = person(Role.COUNCIL_MEMBER)
    assign(narrow, case.round_group, branch=case.other_leaf)
    people = {"officer": case.officer, "operator": person(Role.SURVEY_OPERATOR), "home": case.member, "branch": narrow}
    client = sign_in(people[who]) if who in people else Client()
    address = undo_page(case, case.home) if who == "home" else undo_page(case)
    assert client.post(address, {"seen_version": "1"}).status_code == expected
    assert case.standing().is_decided


def test_a_person_who_has_not_confirmed_is_asked_first(case: Council) -> None:
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    Confirmation.objects.all()._raw_delete("default")
    answer = sign_in(case.member).post(undo_page(case), {"seen_version": "1"})
    assert answer["Location"].startswith(reverse("appraisal:interests"))
    assert case.standing().is_decided


def test_the_address_takes_posts_with_a_version_only(case: Council) -> None:
    client = sign_in(case.member)
    assert client.get(undo_page(case)).status_code == 405
    for wrong in ({}, {"seen_version": "x"}):
        assert client.post(undo_page(case), wrong).status_code == 404


def test_whoever_decided_since_is_named_and_the_cell_stays(case: Council) -> None:
    other = person(Role.COUNCIL_MEMBER)
    assign(other, case.round_group)
    client = sign_in(case.member)
    client.post(cell_page(case), {"verb": "recognise", "seen_version": "0"})
    sign_in(other).post(cell_page(case), adjust_form(reason=case.reason.pk, seen_version="1"))
    page = client.post(undo_page(case), {"seen_version": "1"}, follow=True)
    assert str(other) in page.text
    assert "Chưa hoàn tác gì" in page.text
    assert case.standing().points == Decimal(1)


def test_the_double_press_says_the_same_twice(case: Council) -> None:
    client = sign_in(case.member)
    client.post(cell_page(case), {"verb": "recognise", "seen_version": "0"})
    for _ in range(2):
        page = client.post(undo_page(case), {"seen_version": "1"}, follow=True)
        assert "chờ thẩm định" in page.text
    assert AppraisalEntry.objects.count() == 2


def test_the_meetings_conclusion_says_whose_it_was(case: Council) -> None:
    adjusted_and_released(case)
    open_stage(case.round_group.round, "round2")
    release_stage(case.manager, case.round_group, "round2")
    form = adjust_form(points="0,5", reason=case.reason.pk, seen_version="1")
    assert sign_in(case.manager).post(cell_page(case), form).status_code == 302
    page = sign_in(person(Role.INDEX_MANAGER)).get(cell_page(case))
    assert f"{case.manager} đã ghi điều chỉnh, 0,50 điểm" in page.text
    [(address, version)] = undo_forms(page.text)
    page = sign_in(person(Role.INDEX_MANAGER)).post(address, {"seen_version": version}, follow=True)
    assert f"1.1 của {case.first.name}: 1,00 điểm." in page.text


def test_a_cell_settled_by_two_opinions_offers_no_undo(case: Council) -> None:
    other = person(Role.COUNCIL_MEMBER)
    assign(other, case.round_group)
    opinions.mark_blind(
        actor=case.manager, round_group_id=case.round_group.pk, criterion_id=case.leaf.pk, tolerance=Decimal(1)
    )
    for member in (case.member, other):
        client = sign_in(member)
        page = client.post(cell_page(case), {"verb": "recognise", "seen_version": "0"}, follow=True)
        assert not undo_forms(page.text)
    assert not undo_forms(sign_in(case.member).get(cell_page(case)).text)
    page = sign_in(case.member).post(undo_page(case), {"seen_version": "1"}, follow=True)
    assert "không hoàn tác được" in page.text
    assert case.standing().is_decided


def test_the_undone_step_never_reaches_the_unit(case: Council) -> None:
    client = sign_in(case.member)
    client.post(cell_page(case), adjust_form(points="0,25", reason=case.reason.pk))
    client.post(undo_page(case), {"seen_version": "1"})
    release_stage(case.manager, case.round_group)
    open_stage(case.round_group.round, "explanation")
    officer = sign_in(case.officer)
    page = officer.get(reverse("appraisal:replies")).text
    assert WORDS not in page
    assert "Hoàn tác" not in page
    assert officer.get(reverse("appraisal:reply", args=[case.standing().pk])).status_code == 404
