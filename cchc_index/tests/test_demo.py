"""`load_demo` stands on its own, never beside real rounds; its year is walked in test_tampering and in Chromium."""

import io
import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command

from appraisal.archive import actions as archive_actions
from appraisal.council import ledger as council_ledger
from appraisal.models import Appraisal
from cchc_index.demo import actions, body
from cchc_index.demo.block import DemoBlock
from cchc_index.ledger import check
from cchc_index.lib.commands import CommandRefused
from cchc_index.official import files
from criteria.models import Round
from criteria.tests.factories import RoundFactory
from results.approval import queries as approval
from results.models import Publication
from results.publication import actions as publications
from results.tests import factories as results
from selfassess.models import SelfAssessment
from units.models import Role, Unit, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    """The frame alone: filling the years takes half a minute."""
    for name in ("_complete_year", "_practice_year"):
        monkeypatch.setattr(actions, name, lambda round_, people: None)


def load_demo(*arguments: str) -> str:
    out = io.StringIO()
    call_command("load_demo", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_an_empty_database_gets_the_official_frame_first(no_scores: None) -> None:
    first, second = load_demo(), load_demo()

    assert "Kỳ 2024: đủ một năm minh họa" in first
    assert second.count("đã nạp từ trước, không thay đổi") == 2
    assert list(Round.objects.order_by("year").values_list("year", "illustrative")) == [(2020, True), (2024, True)]
    assert (Unit.objects.count(), User.objects.count()) == (53, 11)


def test_a_real_round_keeps_it_out(no_scores: None) -> None:
    RoundFactory.create(year=2031)

    with pytest.raises(CommandRefused, match="Đã có kỳ 2031 thật"):
        load_demo()

    assert not User.objects.exists()


def test_a_year_without_criteria_is_a_sentence_and_nothing_is_kept(no_scores: None) -> None:
    with pytest.raises(CommandRefused, match="kỳ 2022 để trình diễn. Các kỳ đã có: 2020, 2024, 2025"):
        load_demo("--year", "2022")

    assert not Round.objects.exists()


def test_the_council_of_the_demonstration_is_marked_and_approves_what_is_published() -> None:
    """Of a small round of its own: filling the year takes half a minute."""
    block = results.block("A", "B", round_fields={"illustrative": True})
    results.give(block, {"A": {"1": "60", "2": "30"}, "B": {"1": "50", "2": "30"}})
    people = {name: person(Role.INDEX_MANAGER) for name in ("quanly1", "quanly2")}
    council = body.compose(block.round, people)
    assert council.illustrative
    assert [one.is_valid for one in approval.approvals(block.round)] == [False, False]
    body.approve_year(council, people)
    assert [one.is_valid for one in approval.approvals(block.round)] == [True, True]
    assert list(council_ledger.check()) == []
    results.give(block, {"A": {"1": "61"}})
    assert [one.is_valid for one in approval.approvals(block.round)] == [True, False]
    published = publications.publish(round_id=block.round_id, number="1/QĐ-THU", dated=date(2032, 3, 1))
    assert published.state == "published"  # an illustrative round, in nobody's name


@pytest.fixture
def few_units(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The frame of 2025 with the Sở that people come from and three communes: all of them take a minute."""
    shutil.copytree(files.FOLDER.parent / "official_2025", tmp_path / "frame")
    units = tmp_path / "frame" / "units.csv"
    heading, *rows = units.read_text(encoding="utf-8").splitlines()
    offices = [row for row in rows if row.startswith(("so,SNV,", "so,STP,", "so,STC,"))]
    communes = [row for row in rows if row.startswith("xa,")][:3]
    units.write_text("\n".join([heading, *offices, *communes]), encoding="utf-8")
    monkeypatch.setattr(actions, "years", lambda: {2025: tmp_path / "frame"})


@pytest.mark.usefixtures("few_units")
def test_the_large_year_is_filled_to_its_publication_and_once() -> None:
    assert "Kỳ 2025: đủ một năm minh họa với 6 đơn vị" in load_demo("--year", "2025")
    publication = Publication.objects.get()
    assert (publication.number, publication.round.illustrative) == ("03/QĐ-MINHHOA", True)
    assert [len(block["units"]) for block in json.loads(publication.bundle)["groups"]] == [3, 3]
    assert "đã nạp từ trước" in load_demo("--year", "2025")
    assert Publication.objects.count() == 1


@pytest.mark.usefixtures("few_units")
def test_a_large_year_left_half_filled_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped(Exception):
        pass

    def stop(*args: object, **kwargs: object) -> None:
        raise Stopped

    steps = ((archive_actions, "import_standings"), (DemoBlock, "import_ballots"), (DemoBlock, "release"))
    for owner, step in (*steps, (publications, "approve")):
        with monkeypatch.context() as stopped:
            stopped.setattr(owner, step, stop)
            with pytest.raises(Stopped):
                load_demo("--year", "2025")
    assert "đủ một năm minh họa" in load_demo("--year", "2025")
    assert SelfAssessment.objects.count() == Appraisal.objects.values("unit").distinct().count() == 6
    assert list(check()) == []
