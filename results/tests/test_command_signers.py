"""`publish_index` alone: two managers by name, none of them fresh, told by mail; a correction only when asked for."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from cchc_index.lib import clock
from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.faults import Refused
from criteria.models import Round, RoundGroup
from results import ledger
from results.files import paper, spreadsheets
from results.models import Publication
from results.publication import actions as publications
from results.tests.factories import block, give, signed
from units.auditlog.models import LogEntry
from units.mail.models import Mail
from units.models import Membership, Role, User
from units.tests.factories import UserFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cheap_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "ranking_pdf", lambda b: b"%PDF " + b["digest"].encode())
    monkeypatch.setattr(spreadsheets, "xlsx_bytes", lambda b: b"PK")
    monkeypatch.setattr(spreadsheets, "csv_bytes", lambda b: b"unit\n")


@pytest.fixture(autouse=True)
def ready() -> RoundGroup:
    round_group = block("A", "B")
    give(round_group, {code: {"1": "60", "2": "30"} for code in "AB"})
    return round_group


def publish(out: Path, *more: str, number: str = "12/QĐ-UBND", dated: str = "2032-03-01") -> None:
    given = ("--year", "2031", "--number", number, "--date", dated, "--out", str(out))
    call_command("publish_index", *given, *more)


def refused(out: Path, *more: str, **fields: Any) -> str:
    before = list(Publication.objects.values_list("number", "state")), LogEntry.objects.count()
    with pytest.raises(CommandRefused) as refusal:
        publish(out, *more, **fields)
    assert (list(Publication.objects.values_list("number", "state")), LogEntry.objects.count()) == before
    return "\n".join(refusal.value.lines)


def named(proposer: User, approver: User) -> tuple[str, ...]:
    return ("--proposed-by", proposer.username, "--approved-by", approver.username)


@pytest.fixture
def two() -> tuple[str, ...]:
    signers = signed()
    return named(signers.proposer, signers.approver)


def test_two_named_managers_publish_and_are_told(tmp_path: Path, two: tuple[str, ...]) -> None:
    publish(tmp_path, *two)
    made = Publication.objects.get()
    assert [made.proposed_by, made.published_by] == [
        User.objects.get(username=two[1]),
        User.objects.get(username=two[3]),
    ]
    letters = Mail.objects.filter(event=f"results.signed:{made.pk}")
    assert {letter.recipient.username for letter in letters} == {two[1], two[3]}
    entry = LogEntry.objects.get(verb="publication.publish")
    assert (entry.actor, entry.actor_name) == (None, "dòng lệnh")
    assert "dòng lệnh" in entry.reason
    assert list(ledger.check()) == []
    Publication.objects.update(published_by=person(Role.INDEX_MANAGER))
    assert "người duyệt" in "".join(ledger.check())


def test_an_official_round_needs_both_names_and_an_illustrative_none(tmp_path: Path, two: tuple[str, ...]) -> None:
    assert "Thiếu người đề nghị và người duyệt" in refused(tmp_path)
    assert "Ghi cả hai" in refused(tmp_path, *two[:2])
    assert "Ghi cả hai" in refused(tmp_path, *two[2:])
    Round.objects.update(illustrative=True)
    publish(tmp_path)
    assert Publication.objects.get().proposed_by is None


def test_names_are_also_looked_at_in_an_illustrative_round(tmp_path: Path, two: tuple[str, ...]) -> None:
    Round.objects.update(illustrative=True)
    assert "phải khác" in refused(tmp_path, *two[:2], "--approved-by", two[1])
    publish(tmp_path, *two)


def test_one_account_twice_a_stranger_and_another_role_are_refused(tmp_path: Path, two: tuple[str, ...]) -> None:
    member, ended = person(Role.COUNCIL_MEMBER), person(Role.INDEX_MANAGER)
    Membership.objects.filter(user=ended).update(valid_to=clock.today() - timedelta(days=1))
    closed = person(Role.INDEX_MANAGER, is_active=False)
    admin = UserFactory.create(is_superuser=True)
    assert "phải khác người đề nghị" in refused(tmp_path, *two[:2], "--approved-by", two[1])
    assert "Không có tài khoản “khong-co”" in refused(tmp_path, *two[:2], "--approved-by", "khong-co")
    assert "Không có tài khoản" in refused(tmp_path, *two[:2], "--approved-by", closed.username)
    for other in (member, ended, admin):
        assert "không giữ vai trò" in refused(tmp_path, *two[:2], "--approved-by", other.username)
        assert "không giữ vai trò" in refused(tmp_path, "--proposed-by", other.username, *two[2:])


def test_a_fresh_role_or_account_signs_nothing(tmp_path: Path, two: tuple[str, ...]) -> None:
    fresh = person(Role.INDEX_MANAGER)
    Membership.objects.filter(user=fresh).update(confirmed_at=clock.now() - timedelta(hours=23))
    assert "còn mới" in refused(tmp_path, *two[:2], "--approved-by", fresh.username)
    assert "còn mới" in refused(tmp_path, "--proposed-by", fresh.username, *two[2:])
    Membership.objects.filter(user=fresh).update(confirmed_at=clock.now() - timedelta(hours=25))
    User.objects.filter(pk=fresh.pk).update(access_changed_at=clock.now())
    assert "còn mới" in refused(tmp_path, *two[:2], "--approved-by", fresh.username)
    User.objects.filter(pk=fresh.pk).update(access_changed_at=clock.now() - timedelta(hours=25))
    publish(tmp_path, *two[:2], "--approved-by", fresh.username)


def test_a_fresh_manager_approves_nothing_in_the_browser_either(ready: RoundGroup) -> None:
    signers = signed()
    proposal = publications.propose(
        actor=signers.proposer, round_id=ready.round_id, number="1/QĐ", dated=date(2032, 3, 1)
    )
    Membership.objects.filter(user=signers.approver).update(confirmed_at=clock.now())
    with pytest.raises(Refused, match="còn mới"):
        publications.approve(actor=signers.approver, publication_id=proposal.pk)
    with clock.at(clock.now() + timedelta(hours=24, seconds=1)):
        assert publications.approve(actor=signers.approver, publication_id=proposal.pk).state == "published"


def test_a_second_number_is_a_correction_only_when_asked_for(
    tmp_path: Path, two: tuple[str, ...], ready: RoundGroup
) -> None:
    assert "chưa có công bố nào" in refused(tmp_path, *two, "--supersedes", "1/QĐ", "--errata", "Sửa")
    publish(tmp_path, *two)
    other = {"number": "13/QĐ-UBND"}
    assert "đã công bố theo Quyết định số 12/QĐ-UBND" in refused(tmp_path, *two, **other)
    assert "đã công bố theo Quyết định số 12/QĐ-UBND" in refused(tmp_path, *two, "--errata", "Sửa điểm", **other)
    assert "Thiếu nội dung đính chính" in refused(tmp_path, *two, "--supersedes", "12/QĐ-UBND", **other)
    wrong = refused(tmp_path, *two, "--supersedes", "11/QĐ-UBND", "--errata", "Sửa", **other)
    assert "đó là số 12/QĐ-UBND" in wrong
    same = refused(tmp_path, *two, "--supersedes", "12/QĐ-UBND", "--errata", "Sửa điểm", **other)
    assert "không có gì để đính chính" in same
    give(ready, {"B": {"1": "61"}})
    publish(tmp_path, *two, "--supersedes", "12/QĐ-UBND", "--errata", "Sửa điểm", **other)
    made = Publication.objects.get(number="13/QĐ-UBND")
    assert (made.errata, made.supersedes) == ("Sửa điểm", Publication.objects.get(number="12/QĐ-UBND"))
    assert list(ledger.check()) == []


def test_the_same_number_and_date_again_writes_the_same_files(tmp_path: Path, two: tuple[str, ...]) -> None:
    publish(tmp_path / "mot", *two)
    before = LogEntry.objects.count(), Mail.objects.count()
    publish(tmp_path / "hai")
    for path in (tmp_path / "mot").iterdir():
        assert (tmp_path / "hai" / path.name).read_bytes() == path.read_bytes()
    assert (LogEntry.objects.count(), Mail.objects.count()) == before
