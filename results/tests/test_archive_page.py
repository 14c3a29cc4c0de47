"""Chuẩn bị kỳ › Nhập điểm đã có: the importer as a page, with the guards of the command."""

import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from cchc_index.lib.tests.present import first_sheet
from criteria.models import RoundGroup
from results.publication import actions as publications
from selfassess.models import SelfAssessment, SelfScore
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import person

from .factories import block, give, signed

pytestmark = pytest.mark.django_db
HEAD = ("Mã đơn vị", "Mã tiêu chí", "Điểm tự đánh giá")


@pytest.fixture
def round_group() -> RoundGroup:
    return block("STC", "SNV")


@pytest.fixture
def manager() -> User:
    return person(Role.INDEX_MANAGER)


def address(round_group: RoundGroup) -> str:
    return reverse("results:import-scores", args=[round_group.round.year, round_group.group.code])


def book(*rows: tuple[object, ...]) -> SimpleUploadedFile:
    made, data = Workbook(), io.BytesIO()
    for row in (HEAD, *rows):
        first_sheet(made).append(list(row))
    made.save(data)
    return SimpleUploadedFile("diem.xlsx", data.getvalue())


def offered(client: Client, round_group: RoundGroup, *rows: tuple[object, ...]) -> HttpResponse:
    answer: HttpResponse = client.post(address(round_group), {"file": book(*rows)})  # type: ignore[assignment]
    return answer


def own_leaf(round_group: RoundGroup) -> str:
    return str(round_group.criteria_set.criteria.filter(is_leaf=True, source="self").earliest("position").code)


def test_first_what_it_would_change_then_the_deed(client: Client, round_group: RoundGroup, manager: User) -> None:
    client.force_login(manager)
    year = reverse("preparing:year", args=[round_group.round.year])
    assert address(round_group) in client.get(year).text
    assert "Kiểm tra tệp" in client.get(address(round_group)).text
    code = own_leaf(round_group)
    wrong = offered(client, round_group, ("STC", code, 1), ("KHONG", code, 1))
    assert (wrong.status_code, "KHONG" in wrong.text) == (422, True)
    preview = offered(client, round_group, ("STC", code, 1))
    assert "xem trước, chưa lưu gì" in preview.text
    assert not SelfScore.objects.exists()
    ticket = preview.context["ticket"]  # type: ignore[attr-defined]
    done = client.post(address(round_group), {"ticket": ticket}, follow=True)
    assert "1 điểm tự đánh giá" in done.text
    assert SelfScore.objects.get().points == Decimal(1)
    assert SelfAssessment.objects.get().imported
    assert LogEntry.objects.get(verb="selfassess.import").actor == manager


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.COUNCIL_MEMBER, Role.SURVEY_OPERATOR])
def test_only_an_index_manager(client: Client, round_group: RoundGroup, manager: User, role: Role) -> None:
    client.force_login(manager)
    ticket = offered(client, round_group, ("STC", own_leaf(round_group), 1)).context["ticket"]  # type: ignore[attr-defined]
    client.force_login(person(role))
    assert client.get(address(round_group)).status_code == 403
    assert client.post(address(round_group), {"ticket": ticket}).status_code == 403
    client.force_login(person(Role.INDEX_MANAGER))
    client.post(address(round_group), {"ticket": ticket})
    assert not SelfScore.objects.exists(), "the file was held for somebody else"


def test_nothing_of_a_published_year_or_of_what_a_head_submitted(
    client: Client, round_group: RoundGroup, manager: User
) -> None:
    code, measured = own_leaf(round_group), list(round_group.criteria_set.criteria.filter(is_leaf=True))
    give(round_group, {unit: {leaf.code: "1" for leaf in measured} for unit in ("STC", "SNV")})
    sheet = SelfAssessment.objects.get(unit__code="STC")
    client.force_login(manager)
    SelfAssessment.objects.filter(pk=sheet.pk).update(submitted_by=person(Role.UNIT_HEAD, sheet.unit))
    assert "Đã nộp trên hệ thống" in offered(client, round_group, ("STC", code, "0.5")).text
    SelfAssessment.objects.update(submitted_by=None)
    assert offered(client, round_group, ("STC", code, "0.5")).status_code == 200, "an archive before its publication"
    year = round_group.round
    publications.publish(round_id=year.pk, number="1/QĐ", dated=year.assessed_to, signers=signed("Hồ sơ lưu."))
    refused = offered(client, round_group, ("STC", code, "0.5"))
    assert (refused.status_code, "đã công bố" in refused.text) == (422, True)
