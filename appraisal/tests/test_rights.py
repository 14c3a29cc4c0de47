"""Who may open what: personas by page, the own unit, narrow assignments, drafts."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from appraisal import actions, batches
from appraisal.models import Appraisal, Confirmation, Interest, Message, Opinion, Question, Release, Stage
from appraisal.tests.factories import Council, acknowledged, assign, attach, council, document, question_row
from appraisal.tests.pages import adjust_form, adjusted_and_released, cell_page, sign_in, status, unit_page
from cchc_index.lib import clock
from selfassess.models import SelfScore
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(client) -> Council:
    return council()


PERSONAS = ("member", "manager", "observer", "officer", "other officer", "operator", "nobody")
COUNCIL = {"member": 200, "manager": 200, "observer": 200}
HOME_UNIT = {"member": 404, "manager": 200, "observer": 200}
UNIT_SIDE = {"officer": 200, "other officer": 200}
MATRIX = {
    "home": COUNCIL,
    "replies": UNIT_SIDE,
    "reply": {"officer": 200, "other officer": 404},
    "document": {**COUNCIL, "officer": 200, "other officer": 404},
    "document at home": {"member": 404, "manager": 200, "observer": 200, "officer": 404, "other officer": 404},
    "unit": COUNCIL,
    "unit at home": HOME_UNIT,
    "cell": COUNCIL,
    "cell at home": HOME_UNIT,
    "criterion": COUNCIL,
    "batches": COUNCIL,
    "batch": {"member": 200, "manager": 404, "observer": 404},
    "criterion unknown": {"member": 404, "manager": 404, "observer": 404},
    "release": {"manager": 200},
    "consistency": {"manager": 200, "observer": 200},
    "consistency unknown": {"manager": 404, "observer": 404},
    "interests": {"member": 200, "manager": 200},
    "blind": COUNCIL,
    "questions": COUNCIL,
    "question": COUNCIL,
    "question at home": HOME_UNIT,
    "asked-list": UNIT_SIDE,
    "asked": {"officer": 200, "other officer": 404},
    "assignments": {"manager": 200},
    "assignments-block": {"manager": 200},
    "assignments-block unknown": {"manager": 404},
    "assignment-add": {"manager": 200},
    "assignment-edit": {"manager": 200},
    "assignment-edit unknown": {"manager": 404},
    "assignment-split": {"manager": 200},
    "assignment-hand-over": {"manager": 200},
    "progress": {"manager": 200},
    "reasons": {"manager": 200},
    "reason": {"manager": 200},
    "reason unknown": {"manager": 404},
}


@pytest.fixture
def world(case: Council) -> tuple[dict[str, User | None], dict[str, str]]:
    many = [(case.second.pk, case.leaf.pk, 0)]
    actions.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=many)
    standing = adjusted_and_released(case)
    papers = {}
    for unit in (case.first, case.home):
        paper = document(unit, case.officer, f"1/BC-{unit.code}")
        attach(SelfScore.objects.get(assessment__unit=unit, criterion=case.leaf), paper)
        papers[unit.code] = paper
    people = {
        "member": case.member,
        "manager": case.manager,
        "observer": person(Role.OBSERVER),
        "officer": case.officer,
        "other officer": person(Role.UNIT_OFFICER, case.second),
        "operator": person(Role.SURVEY_OPERATOR),
        "nobody": None,
    }
    addresses = {
        "home": reverse("appraisal:home"),
        "replies": reverse("appraisal:replies"),
        "reply": reverse("appraisal:reply", args=[standing.pk]),
        "document": reverse("appraisal:document", args=[papers["DV1"].pk]),
        "document at home": reverse("appraisal:document", args=[papers["NHA"].pk]),
        "unit": unit_page(case.first),
        "unit at home": unit_page(case.home),
        "cell": cell_page(case),
        "cell at home": cell_page(case, case.home),
        "criterion": reverse("appraisal:criterion", args=["so", case.leaf.code]),
        "criterion unknown": reverse("appraisal:criterion", args=["so", "9.9"]),
        "batches": reverse("appraisal:batches", args=["so"]),
        "batch": reverse("appraisal:batch", args=["so", batches.newest(case.member, case.round_group)]),
        "release": reverse("appraisal:release", args=["so", "round2"]),
        "consistency": reverse("appraisal:consistency", args=["so"]),
        "consistency unknown": reverse("appraisal:consistency", args=["khac"]),
        "interests": reverse("appraisal:interests"),
        "blind": reverse("appraisal:blind", args=["so"]),
        "questions": reverse("appraisal:questions"),
        "question": reverse("appraisal:question", args=[question_row(case, case.first).pk]),
        "question at home": reverse("appraisal:question", args=[question_row(case, case.home).pk]),
        "asked-list": reverse("appraisal:asked-list"),
        "asked": reverse("appraisal:asked", args=[question_row(case, case.first).pk]),
        "assignments": reverse("appraisal:assignments"),
        "assignments-block": reverse("appraisal:assignments-block", args=["so"]),
        "assignments-block unknown": reverse("appraisal:assignments-block", args=["khac"]),
        "assignment-add": reverse("appraisal:assignment-add", args=["so"]),
        "assignment-edit": reverse("appraisal:assignment-edit", args=["so", case.member.assignments.get().pk]),
        "assignment-edit unknown": reverse("appraisal:assignment-edit", args=["so", 0]),
        "assignment-split": reverse("appraisal:assignment-split", args=["so"]),
        "assignment-hand-over": reverse("appraisal:assignment-hand-over", args=["so"]),
        "progress": reverse("appraisal:progress", args=["so"]),
        "reasons": reverse("appraisal:reasons"),
        "reason": reverse("appraisal:reason", args=[case.reason.pk]),
        "reason unknown": reverse("appraisal:reason", args=[0]),
    }
    return people, addresses


@pytest.mark.parametrize("page", MATRIX)
def test_persona_by_page(world, page):
    people, addresses = world
    found = {}
    for name in PERSONAS:
        client = sign_in(people[name]) if people[name] else Client()
        found[name] = status(client, addresses[page])
    expected = {name: MATRIX[page].get(name, 302 if name == "nobody" else 403) for name in PERSONAS}
    assert found == expected


def test_every_address_of_the_app_is_in_the_matrix_or_only_takes_posts():
    resolver = next(r for r in get_resolver().url_patterns if getattr(r, "app_name", "") == "appraisal")
    names = {pattern.name for pattern in resolver.url_patterns}
    assert names - {"ask", "bulk", "remind", "undo"} <= set(MATRIX)


WITHOUT_EVIDENCE = {"home", "interests", "blind", "questions", "question"}


def test_every_page_with_evidence_first_asks_for_the_word_on_conflicts(world):
    people, addresses = world
    pages = [name for name, expected in MATRIX.items() if expected.get("member") == 200]
    Confirmation.objects.filter(member=people["member"])._raw_delete("default")
    client = sign_in(people["member"])
    found = {name: status(client, addresses[name]) for name in pages}
    assert found == {name: 200 if name in WITHOUT_EVIDENCE else 302 for name in pages}


def test_opinions_questions_and_interests_are_not_in_the_admin():
    """Nothing of a blind opinion is read there, and nobody writes there what the pages would refuse."""
    for model in (Opinion, Question, Message, Interest, Confirmation):
        assert not admin.site.is_registered(model)


def test_reading_writes_nothing(world):
    people, addresses = world
    for name in ("member", "manager", "officer"):
        client = sign_in(people[name])
        with CaptureQueriesContext(connection) as asked:
            for address in addresses.values():
                status(client, address)
        writes = [q["sql"] for q in asked if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
        # A file that was opened leaves who opened it: the one record that looking makes.
        assert [sql for sql in writes if "documentreading" not in sql] == []


def test_own_unit_is_refused_everywhere(case):
    client = sign_in(case.member)
    assert case.home.name not in client.get(reverse("appraisal:home")).text
    assert case.home.name not in client.get(reverse("appraisal:criterion", args=["so", case.leaf.code])).text
    assert client.get(unit_page(case.home)).status_code == 404
    for form in ({"viec": "cong-nhan", "seen_version": "0"}, adjust_form(reason=case.reason.pk)):
        assert client.post(cell_page(case, case.home), form).status_code == 404
    chosen = [f"{case.first.pk}:{case.leaf.pk}:0", f"{case.home.pk}:{case.leaf.pk}:0"]
    for extra in ({}, {"xac-nhan": "1"}):
        answer = client.post(reverse("appraisal:bulk", args=["so"]), {"o": chosen, **extra})
        assert answer.status_code == 404
    assert not Appraisal.objects.exists()


def test_a_manager_or_observer_reads_but_does_not_decide(case):
    for someone in (case.manager, person(Role.OBSERVER)):
        client = sign_in(someone)
        assert "chỉ để xem" in client.get(cell_page(case)).text
        assert client.post(cell_page(case), adjust_form(reason=case.reason.pk)).status_code == 403
        bulk = {"o": [f"{case.first.pk}:{case.leaf.pk}:0"], "xac-nhan": "1"}
        assert client.post(reverse("appraisal:bulk", args=["so"]), bulk).status_code == 403
    assert not Appraisal.objects.exists()


def test_only_whoever_judges_the_cell_asks_about_it(case):
    form = {"text": "Số văn bản?", "due_on": clock.today().isoformat()}
    for who, unit, expected in (
        (case.member, case.first, 302),
        (case.member, case.home, 404),
        (case.manager, case.first, 403),
        (person(Role.OBSERVER), case.first, 403),
        (case.officer, case.first, 403),
    ):
        address = reverse("appraisal:ask", args=["so", unit.code, case.leaf.code])
        assert sign_in(who).post(address, form).status_code == expected
        assert sign_in(who).get(address).status_code == 405


def test_only_a_manager_releases_by_the_page(case):
    address = reverse("appraisal:release", args=["so", "round1"])
    for someone in (case.member, case.officer, person(Role.OBSERVER)):
        assert sign_in(someone).post(address).status_code == 403
    assert not Release.objects.exists()
    acknowledged(case.manager, case.round_group)
    assert sign_in(case.manager).post(address).status_code == 302
    assert Release.objects.get().stage == Stage.ROUND1


def test_a_release_is_taken_back_by_the_page_with_a_reason(case):
    address = reverse("appraisal:release", args=["so", "round1"])
    client = sign_in(case.manager)
    acknowledged(case.manager, case.round_group)
    client.post(address)
    assert client.post(address, {"viec": "rut-lai", "reason": ""}).status_code == 422
    assert sign_in(case.member).post(address, {"viec": "rut-lai", "reason": "Nhầm."}).status_code == 403
    assert Release.objects.exists()
    assert client.post(address, {"viec": "rut-lai", "reason": "Nhầm."}).status_code == 302
    assert not Release.objects.exists()


def test_a_narrow_assignment_shows_only_its_branch_and_units(case):
    narrow = person(Role.COUNCIL_MEMBER)
    assign(narrow, case.round_group, branch=case.leaf, units=[case.first])
    client = sign_in(narrow)
    page = client.get(unit_page(case.first)).text
    assert case.leaf.name in page
    assert case.other_leaf.name not in page
    assert client.get(unit_page(case.second)).status_code == 404
    assert client.get(cell_page(case, leaf=case.other_leaf)).status_code == 404


def test_a_draft_is_not_shown_to_the_council(case):
    case.round_group.assessments.filter(unit=case.first).update(state="draft", submitted_at=None)
    SelfScore.objects.filter(assessment__unit=case.first).update(explanation="bản nháp bí mật")
    paper = document(case.first, case.officer)
    attach(SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf), paper)
    client = sign_in(case.member)
    page = client.get(cell_page(case)).text
    assert "bản nháp bí mật" not in page
    assert "1,50" not in page
    assert status(client, reverse("appraisal:document", args=[paper.pk])) == 404
