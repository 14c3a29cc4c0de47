"""What the rights mean on the pages: the own unit, who only reads, narrow assignments, drafts. Who gets where at all
is the table of `test_access`."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from appraisal.models import Appraisal, Release
from appraisal.tests.factories import Council, acknowledged, assign, attach, council, document
from appraisal.tests.pages import adjust_form, cell_page, sign_in, status, unit_page
from cchc_index.lib import clock
from selfassess.models import SelfScore
from units.models import Role
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(client: Client) -> Council:
    return council()


def test_own_unit_is_refused_everywhere(case: Council) -> None:
    client = sign_in(case.member)
    assert case.home.name not in client.get(reverse("appraisal:home")).text
    assert case.home.name not in client.get(reverse("appraisal:criterion", args=["so", case.leaf.code])).text
    assert client.get(unit_page(case.home)).status_code == 404
    for form in ({"verb": "recognise", "seen_version": "0"}, adjust_form(reason=case.reason.pk)):
        assert client.post(cell_page(case, case.home), form).status_code == 404
    chosen = [f"{case.first.pk}:{case.leaf.pk}:0", f"{case.home.pk}:{case.leaf.pk}:0"]
    for extra in ({}, {"confirm": "1"}):
        answer = client.post(reverse("appraisal:bulk", args=["so"]), {"cells": chosen, **extra})
        assert answer.status_code == 404
    assert not Appraisal.objects.exists()


def test_a_manager_or_observer_reads_but_does_not_decide(case: Council) -> None:
    for someone in (case.manager, person(Role.OBSERVER)):
        client = sign_in(someone)
        assert "chỉ để xem" in client.get(cell_page(case)).text
        assert client.post(cell_page(case), adjust_form(reason=case.reason.pk)).status_code == 403
        bulk = {"cells": [f"{case.first.pk}:{case.leaf.pk}:0"], "confirm": "1"}
        assert client.post(reverse("appraisal:bulk", args=["so"]), bulk).status_code == 403
    assert not Appraisal.objects.exists()


def test_only_whoever_judges_the_cell_asks_about_it(case: Council) -> None:
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


def test_only_a_manager_releases_by_the_page(case: Council) -> None:
    address = reverse("appraisal:release", args=["so", "round1"])
    for someone in (case.member, case.officer, person(Role.OBSERVER)):
        assert sign_in(someone).post(address).status_code == 403
    assert not Release.objects.exists()
    acknowledged(case.manager, case.round_group)
    assert sign_in(case.manager).post(address).status_code == 302
    assert Release.objects.get().stage.name == "round1"


def test_a_release_with_an_old_proof_waits_for_the_password(case: Council, settings: Settings) -> None:
    settings.PROOF_MINUTES = 60
    address = reverse("appraisal:release", args=["so", "round1"])
    acknowledged(case.manager, case.round_group)
    assert sign_in(case.member).post(address).status_code == 403  # rights come first
    client = sign_in(case.manager)
    asked = client.post(address)["Location"]
    assert asked.startswith(reverse("account_reauthenticate"))
    client.post(asked, {"password": "sai"})
    assert not Release.objects.exists()
    assert client.post(asked, {"password": "mat-khau-thu-1"})["Location"] == reverse("appraisal:home")
    assert Release.objects.get().stage.name == "round1"


def test_a_release_is_taken_back_by_the_page_with_a_reason(case: Council) -> None:
    address = reverse("appraisal:release", args=["so", "round1"])
    client = sign_in(case.manager)
    acknowledged(case.manager, case.round_group)
    client.post(address)
    assert client.post(address, {"verb": "withdraw", "reason": ""}).status_code == 422
    assert sign_in(case.member).post(address, {"verb": "withdraw", "reason": "Nhầm."}).status_code == 403
    assert Release.objects.exists()
    assert client.post(address, {"verb": "withdraw", "reason": "Nhầm."}).status_code == 302
    assert not Release.objects.exists()


def test_a_narrow_assignment_shows_only_its_branch_and_units(case: Council) -> None:
    narrow = person(Role.COUNCIL_MEMBER)
    assign(narrow, case.round_group, branch=case.leaf, units=[case.first])
    client = sign_in(narrow)
    page = client.get(unit_page(case.first)).text
    assert case.leaf.name in page
    assert case.other_leaf.name not in page
    assert client.get(unit_page(case.second)).status_code == 404
    assert client.get(cell_page(case, leaf=case.other_leaf)).status_code == 404


def test_a_unit_or_a_leaf_that_the_block_does_not_have_is_not_there(case: Council) -> None:
    surveyed = case.round_group.criteria_set.criteria.get(code="1.3")
    foreign = UnitFactory.create(group__code="huyen")
    for who in (case.member, case.manager):
        client = sign_in(who)
        for address in (cell_page(case, leaf=surveyed), cell_page(case, foreign), unit_page(foreign)):
            assert client.get(address).status_code == 404


def test_before_the_first_round_there_is_nothing_to_judge() -> None:
    client = sign_in(person(Role.COUNCIL_MEMBER))
    assert status(client, reverse("appraisal:home")) == 200
    assert status(client, reverse("appraisal:unit", args=["so", "DV1"])) == 404
    assert status(client, reverse("appraisal:blind", args=["so"])) == 404


def test_a_draft_is_not_shown_to_the_council(case: Council) -> None:
    case.round_group.assessments.filter(unit=case.first).update(state="draft", submitted_at=None)
    SelfScore.objects.filter(assessment__unit=case.first).update(explanation="bản nháp bí mật")
    paper = document(case.first, case.officer)
    attach(SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf), paper)
    client = sign_in(case.member)
    page = client.get(cell_page(case)).text
    assert "bản nháp bí mật" not in page
    assert "1,50" not in page
    assert status(client, reverse("appraisal:document", args=[paper.pk])) == 404
