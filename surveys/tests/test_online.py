"""Ballots in the app: links, the page without an account, the box; and the attack that would join who and what."""

import io
import logging
import random
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from openpyxl import load_workbook

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.request_number import Numbered
from cchc_index.lib.tests.present import first_sheet
from criteria.models import RoundGroup, Stage
from surveys.coverage.queries import coverage
from surveys.ledger import check
from surveys.models import Ballot, BallotLink, ImportBatch, RespondentGroup, SealedBallot, SurveyScore
from surveys.online import actions
from surveys.tests.factories import asked_group, surveyed_round
from units.models import Role, Unit
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db
RESPONDENTS = 12


@pytest.fixture
def block() -> RoundGroup:
    block = surveyed_round()
    asked_group(block, code="dan", name="Người dân", position=1, planned_ballots=20, max_blank_share=1)
    opens = {"name": "survey", "title": "Điều tra", "position": 1, "opens_at": clock.now() - timedelta(days=1)}
    Stage.objects.update_or_create(
        round=block.round,
        kind=Stage.Kind.SURVEY,
        defaults={**opens, "closes_at": clock.now() + timedelta(days=1)},
    )
    return block


def group_of(block: RoundGroup) -> RespondentGroup:
    return block.survey.respondent_groups.get(code="dan")


def tokens(block: RoundGroup, number: int = 1, unit: str = "SNV") -> list[str]:
    pk = Unit.objects.get(code=unit).pk
    return [made.token for made in actions.make_links(actor=None, group_id=group_of(block).pk, numbers={pk: number})]


def address(token: str) -> str:
    return reverse("surveys:ballot", args=[token])


def later() -> Any:
    return clock.at(clock.now() + timedelta(days=2))


def enter(role: Role) -> Client:
    client = Client()
    client.force_login(person(role))
    return client


class TestRespondent:
    def test_begun_gone_on_with_sent_once(self, block: RoundGroup) -> None:
        (token,) = tokens(block)
        phone = Client()
        first = phone.get(address(token)).content.decode()
        assert "Rất tốt" in first
        assert "<script" not in first
        saved = phone.post(address(token), {"question-0": "2", "save": "yes"}).content.decode()
        assert "Đã lưu, chưa gửi" in saved
        other = Client()  # another phone, the same paper
        assert 'value="2" checked' in other.get(address(token.upper())).content.decode()
        asked = other.post(address(token), {"question-0": "2", "question-1": "9", "send": "yes"})
        assert "còn 1 câu chưa trả lời" in asked.content.decode()  # 9 is no answer of the scale
        assert not SealedBallot.objects.exists()
        for _ in range(2):
            sent = other.post(address(token), {"question-0": "2", "send": "anyway"}, follow=True)
            assert "Đã nhận phiếu" in sent.content.decode()
        assert SealedBallot.objects.count() == 1
        assert not phone.cookies
        assert not other.cookies
        assert "no-store" in sent["Cache-Control"]
        assert sent["Referrer-Policy"] == "no-referrer"
        with pytest.raises(Refused, match="đã được gửi"):
            actions.save_draft(token=token, answers=b"\1\1")

    def test_nothing_answered_is_nothing_sent(self, block: RoundGroup) -> None:
        (token,) = tokens(block)
        for word in ("yes", "anyway"):
            assert "chưa trả lời câu nào" in Client().post(address(token), {"send": word}).content.decode()
        assert not SealedBallot.objects.exists()

    def test_sentences_for_links_that_do_not_open(self, block: RoundGroup) -> None:
        (token,) = tokens(block)
        unknown = Client().get(address("abcdefgh"))
        assert unknown.status_code == 404
        assert "gõ lại đúng liên kết" in unknown.content.decode()
        closes = Stage.objects.get(kind=Stage.Kind.SURVEY).closes_at
        assert closes is not None
        with clock.at(closes):
            assert "không nhận phiếu" in Client().get(address(token)).content.decode()
            sent = Client().post(address(token), {"question-0": "1", "question-1": "1", "send": "yes"})
            assert "không nhận phiếu" in sent.content.decode()
        assert not SealedBallot.objects.exists()
        with clock.at(closes - timedelta(microseconds=1)):
            actions.send_ballot(token=token, answers=b"\1\1")


class TestOperator:
    def test_links_within_the_plan_given_out_once(self, block: RoundGroup) -> None:
        operator, group = enter(Role.SURVEY_OPERATOR), group_of(block)
        make = reverse("surveys:make-links", args=[block.pk])
        asked = {"group": group.pk, "unit": "", "number": "3", "paper": "xlsx"}
        sheet = first_sheet(load_workbook(io.BytesIO(operator.post(make, asked).content)))
        rows = list(sheet.iter_rows(values_only=True))[1:]
        assert len(rows) == 6  # two units
        opened = [Client().get(address(str(row[3]).split("/")[-2])).status_code for row in rows]
        assert opened == [200] * 6
        stored = set(BallotLink.objects.values_list("digest", flat=True))
        assert not any(str(row[3]).split("/")[-2] in digest for row in rows for digest in stored)
        cards = operator.post(make, {**asked, "number": "1", "paper": "pdf"})
        assert cards.content.startswith(b"%PDF")
        refused = operator.post(make, {**asked, "number": "17"}).content.decode()
        assert "chỉ tạo thêm được 16" in refused
        assert BallotLink.objects.count() == 8
        assert not list(check())
        withdrawn = operator.post(reverse("surveys:withdraw-links", args=[group.pk]), follow=True)
        assert "Đã thu hồi 8 liên kết" in withdrawn.content.decode()
        assert not list(check())

    @pytest.mark.parametrize("role", Role)
    def test_who_reads_sees_counts_and_who_works_makes_links(self, block: RoundGroup, role: Role) -> None:
        client, group = Client(), group_of(block)
        client.force_login(person(role, UnitFactory.create()))
        reads = role in (Role.SURVEY_OPERATOR, Role.INDEX_MANAGER, Role.OBSERVER)
        works = role in (Role.SURVEY_OPERATOR, Role.INDEX_MANAGER)
        assert client.get(reverse("surveys:box", args=[block.pk])).status_code == (200 if reads else 403)
        for name, pk in (("make-links", block.pk), ("withdraw-links", group.pk), ("open-box", group.pk)):
            assert (client.post(reverse(f"surveys:{name}", args=[pk])).status_code != 403) == works

    def test_the_box_opens_after_the_phase_as_one_batch(self, block: RoundGroup) -> None:
        made = tokens(block, 3) + tokens(block, 2, "STC")
        for token in made[:4]:
            actions.send_ballot(token=token, answers=b"\1\2")
        assert [line.valid for line in coverage([block])[0].groups] == [4]
        assert not SurveyScore.objects.exists()
        with pytest.raises(Refused, match="sau khi giai đoạn điều tra đóng"):
            actions.open_box(actor=None, group_id=group_of(block).pk)
        operator = enter(Role.SURVEY_OPERATOR)
        with later():
            page = operator.post(reverse("surveys:open-box", args=[group_of(block).pk]), follow=True).content.decode()
        assert "không có giờ gửi" in page
        assert "Hủy lần nhập này" not in page
        assert (Ballot.objects.count(), SealedBallot.objects.count(), BallotLink.objects.count()) == (4, 0, 0)
        assert [line.valid for line in coverage([block])[0].groups] == [4]
        assert SurveyScore.objects.count() == 4  # two units × two criteria
        assert not list(check())
        batch = ImportBatch.objects.get()
        assert (batch.kind, batch.state) == ("online", "committed")

    def test_without_hours_of_the_phase_the_box_stays_shut(self, block: RoundGroup) -> None:
        """Links are taken all the time then: opened after each ballot, the box would tell who sent it."""
        (token,) = tokens(block)
        actions.send_ballot(token=token, answers=b"\1\2")
        Stage.objects.filter(kind=Stage.Kind.SURVEY).delete()
        with pytest.raises(Refused, match="sau khi giai đoạn điều tra đóng"):
            actions.open_box(actor=None, group_id=group_of(block).pk)
        assert SealedBallot.objects.count() == 1

    def test_a_phase_that_is_still_to_open_opens_no_box(self, block: RoundGroup) -> None:
        """Moved into the future the phase takes nothing now, but more ballots will come: beside a box opened before
        them they would tell who sent them."""
        (token,) = tokens(block)
        actions.send_ballot(token=token, answers=b"\1\2")
        stage = Stage.objects.filter(kind=Stage.Kind.SURVEY)
        now = clock.now()
        stage.update(opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=2))
        with pytest.raises(Refused, match="sau khi giai đoạn điều tra đóng"):
            actions.open_box(actor=None, group_id=group_of(block).pk)
        assert (SealedBallot.objects.count(), BallotLink.objects.count()) == (1, 1)
        operator, page = enter(Role.SURVEY_OPERATOR), reverse("surveys:box", args=[block.pk])
        opening = reverse("surveys:open-box", args=[group_of(block).pk])
        assert opening not in operator.get(page).content.decode()
        stage.update(opens_at=now - timedelta(days=2), closes_at=now)  # from the closing instant on
        assert opening in operator.get(page).content.decode()
        actions.open_box(actor=None, group_id=group_of(block).pk)
        assert Ballot.objects.count() == 1

    def test_an_owner_of_the_database_who_stuffs_robs_or_moves_is_seen(self, block: RoundGroup) -> None:
        made = tokens(block, 2) + tokens(block, 1, "STC")
        for token in made:
            actions.send_ballot(token=token, answers=b"\1\2")
        assert not list(check())
        row, other = SealedBallot.objects.filter(unit__code="SNV"), Unit.objects.get(code="STC")
        pk, before = row.values_list("pk", "sealed")[0]
        SealedBallot.objects.filter(pk=pk).update(unit=other)
        assert any("bị chuyển đơn vị" in fault for fault in check())
        SealedBallot.objects.filter(pk=pk).delete()
        assert any("2 liên kết đã dùng" in fault for fault in check())
        SealedBallot.objects.create(
            pk=pk, respondent_group=group_of(block), unit=Unit.objects.get(code="SNV"), sealed=before
        )
        assert not list(check())
        BallotLink.objects.create(digest="0" * 64, respondent_group=group_of(block), unit=other)
        assert any("số liên kết khác với nhật ký" in fault for fault in check())


def test_a_line_about_a_fault_holds_no_token(block: RoundGroup, rf: RequestFactory) -> None:
    (token,) = tokens(block)
    request = rf.get(address(token))
    line = logging.LogRecord("django.request", logging.ERROR, "", 1, "Lỗi: %s", (address(token),), None)
    line.request = request
    assert Numbered().filter(line)
    assert line.getMessage() == "Lỗi: /dieu-tra/phieu/…"
    assert token not in str(line.__dict__)


# --- the attack ---------------------------------------------------------------------------------------

Snapshot = dict[str, set[tuple[object, ...]]]


def snapshot() -> Snapshot:
    """Every column of every table, as who owns the database sees it."""
    seen = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            seen[table] = {tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in cursor}
    return seen


def joined(before: Snapshot, after: Snapshot, answers: bytes) -> bool:
    """Whether what came between two looks holds a link and, in plain, what was answered."""
    new = [value for table in after for row in after[table] - before.get(table, set()) for value in row]
    return any(isinstance(value, bytes) and value == answers for value in new)


def in_order(sent: list[bytes]) -> bool:
    """Whether some column of the ballots that came in sorts them as they were sent."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM surveys_ballot ORDER BY id")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    orders = [sorted(rows, key=lambda row, name=name: str(row[name]).zfill(12)) for name in names]  # type: ignore[misc]
    return any([bytes(row["answers"]) for row in order] == sent for order in [rows, *orders])


def survey_taken(block: RoundGroup) -> tuple[int, list[bytes], list[str]]:
    """Twelve people answer, each something else, while somebody looks at the database before and after each."""
    made = tokens(block, RESPONDENTS)
    answers = [bytes([1 + n // 4, 1 + n % 4]) for n in range(RESPONDENTS)]
    random.shuffle(answers)
    hits = 0
    for token, answer in zip(made, answers, strict=True):
        before = snapshot()
        typed = {"question-0": str(answer[0]), "question-1": str(answer[1])}
        Client().post(address(token), {**typed, "save": "yes"})
        begun = snapshot()
        Client().post(address(token), {**typed, "send": "yes"})
        hits += joined(before, begun, answer) or joined(begun, snapshot(), answer)
    with later():
        actions.open_box(actor=None, group_id=group_of(block).pk)
    return hits, answers, made


@pytest.fixture
def every_log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, logger="cchc.access")
    return caplog


def test_who_was_invited_and_what_was_said_are_not_joined(
    block: RoundGroup, every_log: pytest.LogCaptureFixture
) -> None:
    hits, answers, made = survey_taken(block)
    assert hits == 0
    assert sorted(bytes(b.answers) for b in Ballot.objects.all()) == sorted(answers)  # all are in
    assert not in_order(answers)
    told = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in every_log.records)
    assert "/dieu-tra/phieu/" in told  # the access log was on
    everything = repr(snapshot())
    files = b"".join(path.read_bytes() for path in Path(django_settings.MEDIA_ROOT).rglob("*") if path.is_file())
    for token in made:
        assert token not in told
        assert token not in everything
        assert token.encode() not in files
    assert not BallotLink.objects.exists()


def test_negative_control_stored_in_plain_as_they_come_everybody_is_joined(
    block: RoundGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sealed by nothing and not drawn by lot: the same attack finds all twelve, and their order."""
    monkeypatch.setattr(actions, "seal_answers", lambda answers, place: answers)
    monkeypatch.setattr(actions, "open_answers", lambda sealed, place: sealed)
    monkeypatch.setattr(secrets, "token_hex", lambda size: f"{SealedBallot.objects.count():012d}")
    codes = iter(range(RESPONDENTS))
    monkeypatch.setattr(actions, "fresh_code", lambda: f"{next(codes):012d}")
    monkeypatch.setattr(secrets.SystemRandom, "shuffle", lambda self, rows: None)
    hits, answers, _ = survey_taken(block)
    assert hits == RESPONDENTS
    assert in_order(answers)
