"""A page as somebody else sees it: by whom, as whom, and what cannot be done meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cchc_index.lib import clock
from selfassess.models import DocumentOpening, SelfAssessment
from selfassess.tests.factories import DocumentFactory, small_assessment
from units.auditlog.models import LogEntry
from units.mail.models import Mail
from units.models import Membership, Role, Unit, User
from units.tests.factories import MembershipFactory, UnitFactory, UserFactory, person
from units.viewing.rules import SEEN_AS, may_view_as

pytestmark = pytest.mark.django_db
REASON = {"reason": "Gọi điện hỏi vì sao chưa thấy nút nộp"}


@pytest.fixture
def manager() -> User:
    return person(Role.INDEX_MANAGER, full_name="Hoàng Anh Dũng")


@pytest.fixture
def assessment() -> SelfAssessment:
    return small_assessment()


@pytest.fixture
def officer(assessment: SelfAssessment) -> User:
    return person(Role.UNIT_OFFICER, assessment.unit, full_name="Lê Thị Xem", username="xem")


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def begin(client: Client, target: User) -> Any:
    return client.post(reverse("viewing:begin", args=[target.pk]), REASON)


@pytest.fixture
def looking(manager: User, officer: User) -> Client:
    client = sign_in(manager)
    assert begin(client, officer).status_code == 302
    return client


# --- who, as whom -------------------------------------------------------------------------------------


@pytest.mark.parametrize("target_role", list(Role))
@pytest.mark.parametrize("role", [None, *Role])
def test_managers_alone_and_never_as_who_reads_more(role: Role | None, target_role: Role) -> None:
    unit = UnitFactory.create()
    actor = person(role, unit) if role else UserFactory.create(is_superuser=True, is_staff=True)
    target = person(target_role, unit)
    allowed = role == Role.INDEX_MANAGER and target_role in SEEN_AS
    assert may_view_as(actor, target) == allowed
    client = sign_in(actor)
    expected = 302 if allowed else 403
    assert begin(client, target).status_code == expected
    assert ("viewing" in client.session) == allowed


def test_blind_opinions_stay_with_who_gave_them() -> None:
    assert SEEN_AS.isdisjoint({Role.COUNCIL_MEMBER, Role.INDEX_MANAGER})


@pytest.mark.parametrize("more", ["council", "staff", "superuser", "closed", "self", "none"])
def test_one_role_more_closes_the_door(manager: User, officer: User, more: str) -> None:
    assert may_view_as(manager, officer)
    target = User.objects.get(pk=officer.pk)
    if more == "council":
        MembershipFactory.create(user=target, role=Role.COUNCIL_MEMBER)
    elif more == "staff":
        target.is_staff = True
    elif more == "superuser":
        target.is_superuser = True
    elif more == "closed":
        target.is_active = False
    elif more == "self":
        target = manager
    else:
        Membership.objects.filter(user=target).delete()
    assert not may_view_as(manager, target)


def test_a_reason_is_asked_for(manager: User, officer: User) -> None:
    client = sign_in(manager)
    answer = client.post(reverse("viewing:begin", args=[officer.pk]), {"reason": " "})
    assert answer.status_code == 422
    assert "viewing" not in client.session


# --- meanwhile ----------------------------------------------------------------------------------------


def test_pages_are_as_that_person_sees_them(looking: Client, officer: User, assessment: SelfAssessment) -> None:
    page = looking.get(reverse("selfassess:home"), follow=True).text
    assert "Đang xem như <b>Lê Thị Xem</b>" in page
    assert "Người xem: Hoàng Anh Dũng" in page
    assert str(assessment.unit) in page
    assert looking.get(reverse("results:control")).status_code == 403
    other = small_assessment_of_another(assessment)
    assert looking.get(reverse("selfassess:assessment", args=[other.pk])).status_code == 404


def small_assessment_of_another(known: SelfAssessment) -> SelfAssessment:
    unit: Unit = UnitFactory.create(group=known.unit.group)
    return SelfAssessment.objects.create(unit=unit, round_group=known.round_group)


def test_nothing_is_written(looking: Client, assessment: SelfAssessment) -> None:
    for name in ("hand-over", "submit", "take-back"):
        answer = looking.post(reverse(f"selfassess:{name}", args=[assessment.pk]))
        assert answer.status_code == 403
        assert "Không làm được khi đang xem như người khác" in answer.text
    for method in ("put", "patch", "delete", "post"):
        assert getattr(looking, method)("/").status_code == 403
    before = assessment.state
    assessment.refresh_from_db()
    assert assessment.state == before


@pytest.mark.parametrize("name", ["account_home", "mfa_index", "usersessions_list", "account_change_password"])
def test_the_account_stays_its_owners(looking: Client, name: str) -> None:
    assert looking.get(reverse(name)).status_code == 403
    assert looking.get("/quan-tri/").status_code == 403


def test_no_file_leaves(looking: Client, officer: User, assessment: SelfAssessment) -> None:
    address = reverse("selfassess:workbook", args=[assessment.pk])
    assert "spreadsheet" in sign_in(officer).get(address)["Content-Type"]
    answer = looking.get(address)
    assert answer.status_code == 403
    assert "không mở tệp" in answer.text


def test_no_document_is_opened_in_their_name(looking: Client, officer: User, assessment: SelfAssessment) -> None:
    paper = DocumentFactory.create(unit=assessment.unit)
    address = reverse("selfassess:document", args=[paper.pk])
    assert looking.get(address).status_code == 403
    assert not DocumentOpening.objects.exists()
    own = sign_in(officer).get(address)
    assert own.status_code == 200
    assert b"".join(own.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert DocumentOpening.objects.count() == 1


def test_it_is_logged_page_by_page_and_the_person_is_told(
    looking: Client, manager: User, officer: User, assessment: SelfAssessment
) -> None:
    looking.get(reverse("selfassess:home"))
    entries = [(entry.verb, entry.actor_id, entry.object_id) for entry in LogEntry.objects.order_by("number")]
    assert entries == [("view_as", manager.pk, str(officer.pk)), ("view_page", manager.pk, str(officer.pk))]
    assert LogEntry.objects.get(verb="view_as").reason == REASON["reason"]
    assert LogEntry.objects.get(verb="view_page").after == {"path": reverse("selfassess:home")}
    assert REASON["reason"] in Mail.objects.get(recipient=officer).body


# --- the end ------------------------------------------------------------------------------------------


def test_it_ends_by_a_press_and_the_manager_is_back(looking: Client, officer: User) -> None:
    assert looking.post(reverse("viewing:end"))["Location"] == reverse("people:person", args=[officer.pk])
    assert looking.get(reverse("account_home")).context["user"].full_name == "Hoàng Anh Dũng"


def test_it_ends_by_itself(looking: Client) -> None:
    with clock.at(clock.now() + timedelta(minutes=29)):
        assert "Đang xem như" in looking.get(reverse("results:ranking")).text
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert "Đang xem như" not in looking.get(reverse("results:ranking")).text
        assert looking.get(reverse("account_home")).context["user"].full_name == "Hoàng Anh Dũng"


@pytest.mark.parametrize("what", ["manager", "council"])
def test_rights_that_change_meanwhile_count_at_once(looking: Client, manager: User, officer: User, what: str) -> None:
    if what == "manager":
        Membership.objects.filter(user=manager).delete()
    else:
        MembershipFactory.create(user=officer, role=Role.COUNCIL_MEMBER)
    assert "Đang xem như" not in looking.get(reverse("results:ranking")).text


def test_signing_out_signs_out(looking: Client) -> None:
    looking.post(reverse("account_logout"))
    assert looking.get(reverse("account_home")).status_code == 302


def test_a_ticket_of_another_session_opens_nothing(officer: User) -> None:
    """Only the server writes sessions; who is no manager gets nothing even with the ticket in theirs."""
    client = sign_in(person(Role.OBSERVER))
    session = client.session
    session["viewing"] = {"user": officer.pk, "until": int(clock.now().timestamp()) + 600}
    session.save()
    assert "Đang xem như" not in client.get(reverse("results:ranking")).text
    assert "viewing" not in client.session
