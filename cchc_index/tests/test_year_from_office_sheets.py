"""2025 brought up on an empty database through pages only, by people who hold sheets as offices make them: lists under
a letterhead with STT, annexes as Word tables with a heading of two rows. Every press is counted."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cchc_index.ledger import check
from cchc_index.lib import clock
from cchc_index.readiness.queries import readiness
from criteria.models import Criterion, RoundGroup, Stage
from units.actions import record_account
from units.models import Membership, Role, Unit, User

from .office_sheets import AREAS, DECISION, MANAGERS, YEAR, Paper, annex, officer_of, people_list, unit_list

pytestmark = pytest.mark.django_db


class Hand:
    """A person at the browser; every form that is sent is a press."""

    presses = 0

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user)

    def press(self, place: str, sent: dict[str, Any] | None = None) -> Any:
        Hand.presses += 1
        response = self.client.post(place, sent or {})
        assert response.status_code in (200, 302), response.content.decode()
        return response

    def bring(self, place: str, paper: Paper, **given: str) -> Any:
        """Look at a file, then bring it in."""
        looked_at = self.press(place, {**given, "file": file_of(paper)})
        return self.press(place, {"ticket": looked_at.context["ticket"]})


def file_of(paper: Paper) -> SimpleUploadedFile:
    return SimpleUploadedFile(*paper)


def test_2025_is_brought_up_through_pages_only() -> None:
    Hand.presses = 0
    admin = User.objects.create(username="quantri", full_name="Quản trị", is_superuser=True, is_staff=True)
    record_account(actor=None, user=admin)
    bring_in(Hand(admin))
    first, second = confirm_each_other()
    with clock.at(clock.now() + timedelta(hours=25)):  # a fresh role approves nothing for a day
        confirm_the_others(second)
        annexes(first)
        times(first)
        open_it(first)
        assert list(check()) == []
    assert Hand.presses == 19


def bring_in(admin: Hand) -> None:
    units = reverse("agencies:upload")
    admin.bring(units, unit_list("so"), group="", code="so", name="Sở, cơ quan tương đương Sở")
    admin.bring(units, unit_list("xa"), group="", code="xa", name="Xã, phường")
    assert Unit.objects.count() == 141
    admin.bring(reverse("people:upload"), people_list())
    assert User.objects.count() == 301
    assert Membership.objects.in_force().count() == 142, "officers and operators at once, what decides waits"


def confirm_each_other() -> tuple[Hand, Hand]:
    place = reverse("people:proposals")
    hands = [Hand(User.objects.get(full_name=name)) for name in MANAGERS]
    for hand in hands:
        shown = hand.client.get(place).context
        hand.press(place, {"proposals": [row.pk for row, mine in shown["rows"] if mine]})
    assert Membership.objects.in_force().filter(role=Role.INDEX_MANAGER).count() == 2
    return hands[0], hands[1]


def confirm_the_others(manager: Hand) -> None:
    place = reverse("people:proposals")
    rows = manager.client.get(place).context["rows"]
    manager.press(place, {"proposals": [row.pk for row, mine in rows if mine]})
    assert Membership.objects.in_force().filter(role=Role.UNIT_HEAD).count() == 141


def annexes(manager: Hand) -> None:
    """Refused without its total, then each of the misprinted codes confirmed."""
    for group, areas in AREAS.items():
        place = reverse("annex:upload", args=[YEAR, group])
        sent = {"decision": DECISION, "issued": "17/11/2025", "total": "100", "own": "70", "survey": "30"}
        response = manager.press(place, {**sent, "file": file_of(annex(group))})
        accepted = [key for key, _, _ in response.context["repairs"]]
        assert len(accepted) == areas
        response = manager.press(place, {"ticket": response.context["ticket"], "accept": accepted})
        said = " ".join(response.context["outcome"].said)
        assert "“Điều tra XHH” là ĐTXHH" in said
        done = {"ticket": response.context["ticket"], "accept": accepted, "confirm": "1"}
        manager.press(place, done)
    assert RoundGroup.objects.filter(round__year=YEAR).count() == 2
    assert Criterion.objects.count() == 3 * (8 + 7)


def times(manager: Hand) -> None:
    lacking = {one.what for one in readiness(YEAR).missing}
    assert "Tự đánh giá chưa đặt giờ mở, giờ đóng" in lacking
    facts = {"assessed_from": "01/01/2025", "assessed_to": "31/12/2025", "plan_number": "300/KH-UBND"}
    manager.press(reverse("preparing:facts", args=[YEAR]), facts)
    typed: dict[str, str] = {}
    for number, stage in enumerate(Stage.objects.filter(round__year=YEAR).order_by("position")):
        start = clock.now() + timedelta(days=1 + 20 * number)
        for edge, moment in (("opens_at", start), ("closes_at", start + timedelta(days=19))):
            typed[f"{stage.name}-{edge}"] = f"{clock.hanoi(moment):%d/%m/%Y %H:%M}"
    manager.press(reverse("preparing:calendar", args=[YEAR]), typed)


def open_it(manager: Hand) -> None:
    """What the survey lacks does not hold the units back; what they lack would."""
    manager.press(reverse("preparing:open", args=[YEAR]))
    assert Stage.objects.get(round__year=YEAR, kind="self_assessment").is_open(clock.now())
    officer = Hand(User.objects.get(email=officer_of("00070")))
    block = RoundGroup.objects.get(round__year=YEAR, group__code="xa")
    unit = Unit.objects.get(code="00070")
    opened = officer.press(reverse("selfassess:open"), {"unit": unit.pk, "round_group": block.pk})
    shown = officer.client.get(opened["Location"]).content.decode()
    assert "Chấm tiêu chí tiếp theo" in shown
