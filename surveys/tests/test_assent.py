"""When a survey takes files: while its phase is open; in a published year only by two people with a reason."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from cchc_index.lib import clock
from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.faults import Refused
from criteria import published
from criteria.models import RoundGroup, Stage
from surveys.assent import actions as assent
from surveys.assent.actions import Signed
from surveys.assent.ledger import check
from surveys.batches import actions as batches
from surveys.models import Ballot, ImportBatch, SatisfactionFigure, SurveyRequest
from surveys.requests import actions as requests
from surveys.tests.factories import asked_group, ballot_rows, csv_file, figure_rows, surveyed_round
from units.models import Role, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
Year = Callable[[bool], None]


@pytest.fixture
def block() -> RoundGroup:
    block = surveyed_round()
    asked_group(block, code="dan")
    return block


@pytest.fixture
def publish(monkeypatch: pytest.MonkeyPatch) -> Year:
    """Say that the year is published, as the rooms to the right do."""

    def say(yes: bool) -> None:
        monkeypatch.setitem(published._readers, "results", lambda round_id: yes)

    say(False)
    return say


def phase(block: RoundGroup, opens: timedelta | None, closes: timedelta | None) -> None:
    """The survey's phase, from now."""
    now = clock.now()
    fields = {
        "opens_at": None if opens is None else now + opens,
        "closes_at": None if closes is None else now + closes,
    }
    given = {"name": "survey", "title": "Điều tra", "position": 1, **fields}
    Stage.objects.update_or_create(round=block.round, kind=Stage.Kind.SURVEY, defaults=given)


def one_ballot(code: str = "P1") -> Any:
    return csv_file(ballot_rows((code, "SNV", 1, 2)))


def one_figure() -> Any:
    return csv_file(figure_rows(("SNV", "1.3", "1", "BC")))


def ways_in(block: RoundGroup) -> dict[str, Callable[[], object]]:
    """Everything that would move ballots or figures; what needs a batch gets one that is in already."""
    put: dict[str, Any] = {"actor": None, "round_group_id": block.pk}
    checked = batches.check_ballots(**put, respondents="dan", source=one_ballot("C1"))
    figures = batches.check_figures(**put, source=csv_file(figure_rows(("STC", "1.3", "1", "BC"))))
    inside = batches.import_ballots(**put, respondents="dan", source=one_ballot("U1")).batch
    assert inside is not None
    return {
        "ballots": lambda: batches.import_ballots(**put, respondents="dan", source=one_ballot()),
        "figures": lambda: batches.import_figures(**put, source=one_figure()),
        "commit": lambda: batches.commit_batch(actor=None, batch_id=checked.pk),
        "commit figures": lambda: batches.commit_batch(actor=None, batch_id=figures.pk),
        "undo": lambda: batches.undo_batch(actor=None, batch_id=inside.pk, reason="nhầm"),
    }


def facts() -> list[object]:
    """Everything that a file could have changed."""
    states = ImportBatch.objects.order_by("pk").values_list("state", flat=True)
    return [Ballot.objects.count(), SatisfactionFigure.objects.count(), list(states)]


WAYS = ["ballots", "figures", "commit", "commit figures", "undo"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("opens", "closes"), [(-2 * DAY, -DAY), (DAY, 2 * DAY), (None, -DAY), (DAY, None)])
def test_outside_its_phase_a_survey_takes_nothing(
    block: RoundGroup, way: str, opens: timedelta | None, closes: timedelta | None
) -> None:
    go = ways_in(block)[way]
    phase(block, opens, closes)
    before = facts()
    with pytest.raises(Refused, match="Giai đoạn điều tra xã hội học của năm"):
        go()
    assert facts() == before


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("hours", [(-DAY, DAY), (-DAY, None), (None, DAY), (None, None)])
def test_inside_it_and_without_one_everything_goes(
    block: RoundGroup, way: str, hours: tuple[timedelta | None, timedelta | None]
) -> None:
    go = ways_in(block)[way]
    phase(block, *hours)
    before = facts()
    go()
    assert facts() != before


def test_a_round_without_any_stage_is_open(block: RoundGroup) -> None:
    Stage.objects.all().delete()
    before = facts()
    ways_in(block)["ballots"]()
    assert facts() != before


def test_the_closing_instant_is_outside(block: RoundGroup) -> None:
    phase(block, -DAY, DAY)
    closes = Stage.objects.get(kind=Stage.Kind.SURVEY).closes_at
    assert closes is not None
    with clock.at(closes - timedelta(microseconds=1)):
        assent.admit(block, None)
    with clock.at(closes), pytest.raises(Refused, match="đã đóng lúc"):
        assent.admit(block, None)


def test_a_file_is_not_even_checked_while_closed(block: RoundGroup) -> None:
    phase(block, -2 * DAY, -DAY)
    with pytest.raises(Refused, match="đã đóng"):
        batches.check_ballots(actor=None, round_group_id=block.pk, respondents="dan", source=one_ballot())
    with pytest.raises(Refused, match="đã đóng"):
        batches.check_figures(actor=None, round_group_id=block.pk, source=one_figure())


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("hours", [(None, None), (-DAY, DAY), (-2 * DAY, -DAY)])
def test_a_published_year_takes_nothing_from_one_person(
    block: RoundGroup, way: str, hours: tuple[timedelta | None, timedelta | None], publish: Year
) -> None:
    go = ways_in(block)[way]
    phase(block, *hours)
    publish(True)
    before = facts()
    with pytest.raises(Refused, match="đã công bố"):
        go()
    assert facts() == before


def two() -> tuple[User, User]:
    return person(Role.SURVEY_OPERATOR), person(Role.INDEX_MANAGER)


@pytest.mark.parametrize("hours", [(None, None), (-2 * DAY, -DAY)])
def test_two_people_with_a_reason_bring_a_file_in(
    block: RoundGroup, publish: Year, hours: tuple[timedelta | None, timedelta | None]
) -> None:
    phase(block, *hours)
    publish(True)
    operator, manager = two()
    signed = Signed(operator, manager, "Theo CV 12/SNV")
    put: dict[str, Any] = {"actor": None, "round_group_id": block.pk, "signed": signed}
    batches.import_ballots(**put, respondents="dan", source=one_ballot())
    batches.import_figures(**put, source=one_figure())
    assert (Ballot.objects.count(), SatisfactionFigure.objects.count()) == (1, 1)
    kept = SurveyRequest.objects.order_by("pk")
    assert [(row.proposed_by, row.decided_by, row.reason, row.state) for row in kept] == [
        (operator, manager, "Theo CV 12/SNV", "confirmed")
    ] * 2
    assert not list(check())


@pytest.mark.parametrize(
    ("first", "second", "reason", "told"),
    [
        (Role.SURVEY_OPERATOR, Role.INDEX_MANAGER, " ", "lý do"),
        (Role.SURVEY_OPERATOR, Role.SURVEY_OPERATOR, "x", "không phải người quản lý"),
        (Role.OBSERVER, Role.INDEX_MANAGER, "x", "không giữ vai trò"),
        (Role.SURVEY_OPERATOR, Role.OBSERVER, "x", "không phải người quản lý"),
    ],
)
def test_not_any_two(block: RoundGroup, publish: Year, first: Role, second: Role, reason: str, told: str) -> None:
    publish(True)
    signed = Signed(person(first), person(second), reason)
    with pytest.raises(Refused, match=told):
        batches.import_ballots(
            actor=None, round_group_id=block.pk, respondents="dan", source=one_ballot(), signed=signed
        )
    assert not Ballot.objects.exists()


def test_one_manager_is_not_two(block: RoundGroup, publish: Year) -> None:
    publish(True)
    manager = person(Role.INDEX_MANAGER)
    with pytest.raises(Refused, match="phải khác"):
        assent.admit(block, Signed(manager, manager, "x"))


def test_a_signature_opens_no_closed_phase(block: RoundGroup) -> None:
    phase(block, -2 * DAY, -DAY)
    with pytest.raises(Refused, match="đã đóng"):
        assent.admit(block, Signed(*two(), "x"))


# --- in the browser ---------------------------------------------------------------------------------


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_way_of_a_late_file_through_the_pages(block: RoundGroup, publish: Year) -> None:
    operator, manager = two()
    batch = batches.check_ballots(
        actor=operator, round_group_id=block.pk, respondents="dan", source=one_ballot(), name="p.csv"
    )
    publish(True)
    page, second = as_(operator), as_(manager)
    shown = page.get(f"/dieu-tra/lan-nhap/{batch.pk}/").content.decode()
    assert "Đề nghị nhập tệp này" in shown
    assert f"/dieu-tra/lan-nhap/{batch.pk}/nhap/" not in shown
    page.post(f"/dieu-tra/lan-nhap/{batch.pk}/nhap/")
    assert not Ballot.objects.exists()

    page.post(f"/dieu-tra/lan-nhap/{batch.pk}/de-nghi/", {"reason": "Theo CV 12"})
    row = SurveyRequest.objects.get()
    address = f"/dieu-tra/de-nghi/{row.pk}/"
    assert "Xác nhận đề nghị" not in page.get(address).content.decode()
    assert page.post(address, {"verb": "confirm"}).status_code == 422
    assert address in second.get("/dieu-tra/").content.decode()
    assert "Xác nhận đề nghị" in second.get(address).content.decode()
    assert second.post(address, {"verb": "confirm"}).status_code == 302
    assert Ballot.objects.count() == 1
    assert second.post(address, {"verb": "confirm"}).status_code == 422

    page.post(f"/dieu-tra/lan-nhap/{batch.pk}/huy/", {"reason": "nhầm"})
    assert Ballot.objects.count() == 1
    page.post(f"/dieu-tra/lan-nhap/{batch.pk}/de-nghi/", {"reason": "nhầm tệp"})
    requests.confirm(actor=manager, request_id=SurveyRequest.objects.get(state="open").pk)
    assert not Ballot.objects.exists()
    assert not list(check())


def test_a_refused_request_changes_nothing_and_keeps_its_file(block: RoundGroup, publish: Year) -> None:
    operator, manager = two()
    batch = batches.check_ballots(actor=operator, round_group_id=block.pk, respondents="dan", source=one_ballot())
    publish(True)
    row = assent.propose_request(actor=operator, batch_id=batch.pk, kind=SurveyRequest.Kind.COMMIT, reason="Theo CV 12")
    with pytest.raises(Refused, match="đã có đề nghị"):
        assent.propose_request(actor=manager, batch_id=batch.pk, kind=SurveyRequest.Kind.COMMIT, reason="Tôi nữa")
    with pytest.raises(Refused, match="lý do"):
        assent.refuse_request(actor=manager, request_id=row.pk, reason=" ")
    assent.refuse_request(actor=manager, request_id=row.pk, reason="Chưa đủ căn cứ")
    with pytest.raises(Refused, match="giữ lại"):
        batches.discard_batch(actor=operator, batch_id=batch.pk)
    with pytest.raises(Refused, match="không còn chờ"):
        requests.confirm(actor=manager, request_id=row.pk)
    assert not Ballot.objects.exists()
    assert not list(check())
    SurveyRequest.objects.update(reason="khác")
    assert list(check())  # negative control: the ledger sees a reason that was changed


@pytest.mark.parametrize("role", Role)
def test_who_proposes_and_who_reads(block: RoundGroup, publish: Year, role: Role) -> None:
    batch = batches.check_ballots(actor=None, round_group_id=block.pk, respondents="dan", source=one_ballot())
    publish(True)
    user = person(role, UnitFactory.create())
    page = as_(user)
    works = role in (Role.SURVEY_OPERATOR, Role.INDEX_MANAGER)
    answer = page.post(f"/dieu-tra/lan-nhap/{batch.pk}/de-nghi/", {"reason": "x"})
    assert answer.status_code == (302 if works else 403)
    assert SurveyRequest.objects.exists() == works
    if not works:
        row = assent.propose_request(
            actor=person(Role.SURVEY_OPERATOR), batch_id=batch.pk, kind=SurveyRequest.Kind.COMMIT, reason="x"
        )
        reads = role == Role.OBSERVER
        assert page.get(f"/dieu-tra/de-nghi/{row.pk}/").status_code == (200 if reads else 403)
        assert page.post(f"/dieu-tra/de-nghi/{row.pk}/", {"verb": "confirm"}).status_code == 403
    assert page.get("/dieu-tra/de-nghi/987654/").status_code == (404 if works or role == Role.OBSERVER else 403)


# --- at the command line ----------------------------------------------------------------------------


def run(name: str, file: Path, block: RoundGroup, *more: str) -> str:
    out, err = StringIO(), StringIO()
    where = ["--year", str(block.round.year), "--group", block.group.code]
    asked = ["--respondents", "dan"] if name == "import_ballots" else []
    try:
        call_command(name, str(file), *where, *asked, *more, stdout=out, stderr=err)
    except CommandRefused:
        return f"refused: {err.getvalue()}"
    return out.getvalue() + err.getvalue()


@pytest.mark.parametrize("name", ["import_ballots", "import_figures"])
def test_the_commands_ask_for_two_names_and_a_reason(
    block: RoundGroup, publish: Year, name: str, tmp_path: Path
) -> None:
    publish(True)
    operator, manager = two()
    file = tmp_path / "tep.csv"
    file.write_bytes((one_ballot() if name == "import_ballots" else one_figure()).getvalue())
    names = ["--proposed-by", operator.username, "--approved-by", manager.username]
    assert "--proposed-by" in run(name, file, block)
    assert "Ghi cả hai" in run(name, file, block, *names[:2])
    assert "Không có tài khoản" in run(name, file, block, *names[:3], "ai-do", "--reason", "x")
    assert "lý do" in run(name, file, block, *names)
    assert not Ballot.objects.exists()
    assert not SatisfactionFigure.objects.exists()
    assert "Đã nhập 1" in run(name, file, block, *names, "--reason", "Theo CV 12")
    assert Ballot.objects.count() + SatisfactionFigure.objects.count() == 1
