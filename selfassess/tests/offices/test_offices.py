"""Phân công trong đơn vị: parts given to named people, own criteria first, who is missing; rights stay the unit's."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from cchc_index.lib.faults import Refused
from criteria.models import Criterion
from criteria.tests.factories import open_stage
from selfassess import ledger, rules
from selfassess.core.queries import task_list
from selfassess.models import OfficePart, SelfAssessment
from selfassess.offices import actions, queries
from selfassess.tests.factories import SelfScoreFactory, small_assessment
from units.auditlog.models import LogEntry
from units.mail.models import Mail
from units.models import Role, User
from units.tests.factories import UnitFactory, UserFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ledger_agrees() -> Iterator[None]:
    yield
    assert [line for line in ledger.check() if line.startswith("Phần việc")] == []


@pytest.fixture
def sheet() -> SelfAssessment:
    assessment = small_assessment()
    open_stage(assessment.round_group.round, "self_assessment")
    return assessment


@pytest.fixture
def head(sheet: SelfAssessment) -> User:
    return person(Role.UNIT_HEAD, sheet.unit, full_name="Nguyễn Đình Hòa")


@pytest.fixture
def officer(sheet: SelfAssessment) -> User:
    return person(Role.UNIT_OFFICER, sheet.unit, full_name="Trần Thu Hà")


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def pk(code: str) -> int:
    return Criterion.objects.get(code=code).pk


def address(sheet: SelfAssessment) -> str:
    return reverse("selfassess:offices", args=[sheet.pk])


def give(sheet: SelfAssessment, actor: User, user: User, *codes: str, office: str = "") -> list[OfficePart]:
    ids = [pk(code) for code in codes]
    return actions.give_parts(actor=actor, assessment_id=sheet.pk, criterion_ids=ids, person_id=user.pk, office=office)


def shared(sheet: SelfAssessment) -> queries.SheetParts:
    return queries.parts_of(sheet, task_list(sheet))


def codes(rows: Any) -> list[str]:
    return [row.criterion.code for row in rows]


# --- rights ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("own", [True, False])
def test_officers_and_heads_of_the_unit_share_it_and_nobody_else(
    role: Role | None, own: bool, sheet: SelfAssessment, officer: User
) -> None:
    unit = sheet.unit if own else UnitFactory.create(group=sheet.unit.group)
    user = person(role, unit) if role else UserFactory.create()
    client = sign_in(user)
    member = own and role in (Role.UNIT_OFFICER, Role.UNIT_HEAD)
    sees = member or role in (Role.INDEX_MANAGER, Role.OBSERVER)
    expected = 200 if member else 403 if sees else 404
    assert client.get(address(sheet)).status_code == expected
    answer = client.post(address(sheet), {"criteria": pk("1"), "member": officer.pk})
    assert answer.status_code == (302 if member else expected)
    assert OfficePart.objects.exists() == member
    if not member:
        with pytest.raises(PermissionDenied):
            give(sheet, user, officer, "1")


def test_a_part_gives_and_takes_no_right(sheet: SelfAssessment, head: User, officer: User) -> None:
    other = person(Role.UNIT_OFFICER, sheet.unit)
    give(sheet, head, officer, "1")
    assert rules.can_edit(officer, sheet)
    assert rules.can_edit(other, sheet), "whoever may edit edits all of it"


# --- who does what --------------------------------------------------------------------------------


def test_the_nearest_part_names_the_people(sheet: SelfAssessment, head: User, officer: User) -> None:
    give(sheet, head, officer, "1", office="Văn phòng")
    give(sheet, head, head, "1.2")
    parts = {str(one.person): one for one in shared(sheet).people}
    assert codes(parts["Trần Thu Hà"].rows) == ["1.1"]
    assert codes(parts["Nguyễn Đình Hòa"].rows) == ["1.2"]
    assert parts["Trần Thu Hà"].offices == ["Văn phòng"]
    assert shared(sheet).free == []


def test_what_nobody_has_is_named(sheet: SelfAssessment, head: User, officer: User) -> None:
    give(sheet, head, officer, "1.1")
    assert codes(shared(sheet).free) == ["1.2"]


def test_two_people_may_share_a_criterion(sheet: SelfAssessment, head: User, officer: User) -> None:
    give(sheet, head, officer, "1.1")
    give(sheet, head, head, "1.1")
    assert [codes(one.rows) for one in shared(sheet).people] == [["1.1"], ["1.1"]]


def test_giving_again_changes_nothing(sheet: SelfAssessment, head: User, officer: User) -> None:
    assert len(give(sheet, head, officer, "1.1", "1.2")) == 2
    assert give(sheet, head, officer, "1.1") == []
    assert LogEntry.objects.filter(verb="selfassess.give_part").count() == 2
    (mail,) = Mail.objects.filter(recipient=officer)
    assert "1.1" in mail.body
    assert "1.2" in mail.body


def test_head_sees_who_is_missing_and_the_officer_sees_the_own_first(
    sheet: SelfAssessment, head: User, officer: User
) -> None:
    SelfScoreFactory.create(assessment=sheet, criterion_id=pk("1.1"), points=1, explanation="Đủ")
    give(sheet, head, officer, "1.2", office="Phòng Nội vụ")
    place = reverse("selfassess:assessment", args=[sheet.pk])
    mine = sign_in(officer).get(place).content.decode()
    assert "Phần việc của bạn: 1 tiêu chí, còn thiếu 1" in mine
    assert "Tiến độ theo người được giao" not in mine
    theirs = sign_in(head).get(place).content.decode()
    assert "Phần việc của bạn" not in theirs
    assert '<th scope="row">Trần Thu Hà</th><td>Phòng Nội vụ</td><td class="num">0/1</td>' in theirs.replace(
        "> <", "><"
    )


def test_next_criterion_is_the_own_one_first(sheet: SelfAssessment, head: User, officer: User) -> None:
    place = reverse("selfassess:assessment", args=[sheet.pk])
    assert "Chấm tiêu chí tiếp theo: 1.1" in sign_in(officer).get(place).content.decode()
    give(sheet, head, officer, "1.2")
    assert "Chấm tiêu chí tiếp theo: 1.2" in sign_in(officer).get(place).content.decode()


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "said"),
    [("1.3", "Chọn ít nhất một lĩnh vực"), ("2", "Chọn ít nhất một lĩnh vực"), ("", "Chọn ít nhất một lĩnh vực")],
)
def test_what_the_unit_does_not_score_is_not_given(
    sheet: SelfAssessment, head: User, officer: User, code: str, said: str
) -> None:
    sent = {"member": officer.pk, "criteria": [pk(code)] if code else [], "section": "Văn phòng"}
    response = sign_in(head).post(address(sheet), sent)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert 'value="Văn phòng"' in response.content.decode(), "what was typed stays"


def test_person_of_elsewhere_is_given_nothing(sheet: SelfAssessment, head: User) -> None:
    stranger = person(Role.UNIT_OFFICER, UnitFactory.create(group=sheet.unit.group))
    closed = person(Role.UNIT_OFFICER, sheet.unit, is_active=False)
    for user in (stranger, closed, person(Role.COUNCIL_MEMBER, sheet.unit)):
        with pytest.raises(Refused, match="Chọn một công chức phụ trách"):
            give(sheet, head, user, "1")


def test_office_of_many_letters_is_refused(sheet: SelfAssessment, head: User, officer: User) -> None:
    with pytest.raises(Refused, match="tối đa 150"):
        give(sheet, head, officer, "1", office="x" * 151)


def test_submitted_sheet_is_shared_no_more(sheet: SelfAssessment, head: User, officer: User) -> None:
    (part,) = give(sheet, head, officer, "1")
    SelfAssessment.objects.filter(pk=sheet.pk).update(
        state="submitted", submitted_at=part.given_at, submitted_by=head, receipt_number="1", receipt_digest="x"
    )
    with pytest.raises(Refused, match="đã nộp"):
        give(sheet, head, head, "1")
    with pytest.raises(Refused, match="đã nộp"):
        actions.take_part(actor=head, assessment_id=sheet.pk, part_id=part.pk)
    assert "Giao một phần" not in sign_in(head).get(address(sheet)).content.decode()


def test_part_is_taken_back(sheet: SelfAssessment, head: User, officer: User) -> None:
    (part,) = give(sheet, head, officer, "1")
    place = reverse("selfassess:take-part", args=[sheet.pk, part.pk])
    stranger = person(Role.UNIT_HEAD, UnitFactory.create(group=sheet.unit.group))
    assert sign_in(stranger).post(place).status_code == 404
    assert sign_in(officer).post(place).status_code == 302
    assert not OfficePart.objects.exists()
    assert "đã được thu hồi" in sign_in(head).post(place, follow=True).content.decode()


# --- proof and cost -------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["person", "criterion", "office", "gone"])
def test_ledger_finds_a_part_that_was_changed(sheet: SelfAssessment, head: User, officer: User, change: str) -> None:
    (part,) = give(sheet, head, officer, "1.1")
    rows = OfficePart.objects.filter(pk=part.pk)
    before = rows.values().get()
    if change == "gone":
        rows.delete()
    else:
        value = {"person": head, "criterion": pk("1.2"), "office": "khác"}[change]
        rows.update(**{change: value})
    assert [line for line in ledger.check() if line.startswith("Phần việc trong đơn vị số")]
    rows.delete()
    OfficePart.objects.create(**before)


def test_queries_do_not_grow_with_parts(
    sheet: SelfAssessment, head: User, officer: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in(head)

    def asked(place: str) -> int:
        with django_assert_max_num_queries(100) as context:
            client.get(place)
        return len(context)

    places = [address(sheet), reverse("selfassess:assessment", args=[sheet.pk])]
    few = [[asked(place) for place in places] for _ in range(2)][1]
    give(sheet, head, officer, "1", "1.1", "1.2")
    give(sheet, head, head, "1.2")
    assert [asked(place) for place in places] == few
