"""What stands beside the answers of few ballots: digests, reasons, faults, the log, the administration's pages."""

import hashlib
import json
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cchc_index.lib import canonical
from criteria.models import RoundGroup
from surveys import ledger
from surveys.analysis import errors
from surveys.analysis.errors import sampling_errors
from surveys.batches import actions as batches
from surveys.batches import digests as batch_digests
from surveys.batches import ledger as batch_ledger
from surveys.models import Ballot, ImportBatch, Survey
from surveys.scores import digests as score_digests
from surveys.tests.factories import asked_group, ballot_rows, csv_file, surveyed_round
from units.auditlog import digests as log_digests
from units.auditlog.models import LogEntry
from units.models import Role
from units.tests.factories import UserFactory, person

pytestmark = pytest.mark.django_db

SAID = ((1, 4), (3, 2))
"""What two people said."""


@pytest.fixture
def block() -> RoundGroup:
    block = surveyed_round()
    asked_group(block, code="dan", refuse_straight_line=True, straight_line_from=2)
    Survey.objects.filter(round_group=block).update(least_n=5, small_cell=5)
    return block


def rows(said: tuple[tuple[int, int], ...]) -> list[list[object]]:
    return ballot_rows(*((f"P{n}", "STC", *answers) for n, answers in enumerate(said, 1)))


def take(block: RoundGroup, said: tuple[tuple[int, int], ...] = SAID) -> ImportBatch:
    made = batches.import_ballots(
        actor=None, round_group_id=block.pk, respondents="dan", source=csv_file(rows(said)), name="phieu.csv"
    )
    assert made.batch is not None
    return made.batch


def tried(block: RoundGroup) -> Iterator[tuple[str, ...]]:
    """Every digest that two ballots of these codes could have, whatever they say."""
    ballot = Ballot.objects.get(code="P1")
    group, unit = ballot.respondent_group_id, ballot.unit_id
    leaves = [block.criteria_set.criteria.get(code=code).pk for code in ("1.3", "1.4")]
    for said in product(product(range(1, 5), repeat=2), repeat=2):
        file = hashlib.sha256(csv_file(rows(said)).read()).hexdigest()  # type: ignore[arg-type]
        mark = batch_digests.ballots_mark((group, unit, f"P{n}", "", bytes(a)) for n, a in enumerate(said, 1))
        counted = []
        for at, leaf in enumerate(leaves):
            levels: dict[str, int] = {}
            for answers in said:
                levels[str(answers[at])] = levels.get(str(answers[at]), 0) + 1
            counted.append([group, unit, leaf, levels])
        yield file, file[:16], str(mark["digest"]), score_digests.plain_counts_digest(counted)


def seen_by_everybody(block: RoundGroup, batch: ImportBatch) -> str:
    """The log as the administration shows it, and the batch's page as readers get it."""
    told = [json.dumps(entry.after) for entry in LogEntry.objects.order_by("number")]
    reader, root = Client(), Client()
    reader.force_login(person(Role.OBSERVER))
    root.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    told.append(reader.get(reverse("surveys:batch", args=[batch.pk])).content.decode())
    told.append(root.get(f"/quan-tri/surveys/importbatch/{batch.pk}/change/").content.decode())
    return " ".join(told)


def test_no_digest_tells_who_tries_all_answers(block: RoundGroup) -> None:
    everything = seen_by_everybody(block, take(block))
    assert not any(digest in everything for digests in tried(block) for digest in digests)


def test_negative_control_plain_digests_tell_them(block: RoundGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (batch_digests, score_digests):
        monkeypatch.setattr(module, "keyed_digest", canonical.digest)
    monkeypatch.setattr(batch_digests, "logged_mark", lambda mark: mark)
    monkeypatch.setattr(batch_digests, "file_mark", lambda batch: batch.file_digest)
    everything = seen_by_everybody(block, take(block))
    ways = product(product(range(1, 5), repeat=2), repeat=2)
    given_away = [said for said, digests in zip(ways, tried(block), strict=True) if digests[0] in everything]
    assert given_away == [SAID]
    assert sum(any(digest in everything for digest in digests) for digests in tried(block)) >= 1


def test_the_key_decides_the_digest(settings: Any) -> None:
    first = log_digests.keyed_digest([1])
    settings.LEDGER_KEY = "another-key-of-thirty-two-letters!"
    assert log_digests.keyed_digest([1]) != first


def test_entries_that_are_older_are_proved_still(block: RoundGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    """They hold digests without a key, and numbers as they are."""
    with monkeypatch.context() as old:
        old.setattr(score_digests, "keyed_digest", canonical.digest)
        old.setattr(batch_digests, "logged_mark", lambda mark: mark)
        old.setattr(batch_digests, "file_mark", lambda batch: batch.file_digest)
        old.setattr(batch_digests, "logged_counts", batch_digests.plain_counts)
        batch = take(block)
    assert list(ledger.check()) == []
    Ballot.objects.filter(code="P1").update(answers=bytes((2, 2)))
    assert any("phiếu đã bị sửa" in line for line in ledger.check())
    Ballot.objects.filter(code="P1").update(answers=bytes(SAID[0]))
    ImportBatch.objects.filter(pk=batch.pk).update(counts=batch.counts | {"marks": {"straight": {"1": 1}}})
    assert any("số dòng" in line for line in batch_ledger.check())


@pytest.mark.parametrize("what", ["marks", "invalid"])
def test_numbers_that_the_log_holds_as_a_digest_are_proved(block: RoundGroup, what: str) -> None:
    batch = take(block)
    assert list(ledger.check()) == []
    ImportBatch.objects.filter(pk=batch.pk).update(counts=batch.counts | {what: {"straight_line": 1}})
    assert any("số dòng" in line for line in batch_ledger.check())


def page_of(batch: ImportBatch, role: Role) -> str:
    client = Client()
    client.force_login(person(role))
    return client.get(reverse("surveys:batch", args=[batch.pk])).content.decode()


def test_readers_are_told_how_many_faults_there_are_and_not_what_they_quote(block: RoundGroup) -> None:
    """The same ballot with other answers is shown side by side: to who brings files, to nobody else."""
    take(block)
    again = csv_file(rows(((2, 4), (3, 2))))
    batch = batches.check_ballots(
        actor=None, round_group_id=block.pk, respondents="dan", source=again, name="phieu-2.csv"
    )
    assert "đã nhập 1, tệp ghi 2" in page_of(batch, Role.SURVEY_OPERATOR)
    told = page_of(batch, Role.OBSERVER)
    assert "đã nhập 1" not in told
    assert re.search(r"<b>1</b><span>lỗi</span>", told)


def test_why_few_do_not_count_is_not_told_by_unit(block: RoundGroup) -> None:
    """A straight line is something of what a ballot says; how many count is not."""
    straight = [(f"S{n}", "SNV", 1, 1 if n < 2 else 2) for n in range(8)]
    few = [("F1", "STC", 3, 3), ("F2", "STC", 1, 2)]
    made = batches.import_ballots(
        actor=None, round_group_id=block.pk, respondents="dan", source=csv_file(ballot_rows(*straight, *few))
    )
    assert made.batch is not None
    client = Client()
    client.force_login(person(Role.OBSERVER))
    page = client.get(reverse("surveys:quality", args=[block.pk])).content.decode()
    cells = [" ".join(re.sub("<[^>]*>", " ", row).split()) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)]
    assert any(line.startswith("Đơn vị thử SNV 8 0 0 2 0") for line in cells)
    assert any("1 phiếu không nêu lý do" in line for line in cells if line.startswith("Đơn vị thử STC 2"))
    assert any("chưa kể 1 phiếu không nêu lý do 0 0 2 0" in line for line in cells)
    assert "không hợp lệ: trả lời giống nhau" not in page_of(made.batch, Role.OBSERVER)
    assert "không hợp lệ: trả lời giống nhau" in page_of(made.batch, Role.SURVEY_OPERATOR)


def test_the_administration_shows_nothing_of_what_ballots_say(block: RoundGroup) -> None:
    take(block, ((1, 1), (3, 2)))
    root = Client()
    root.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    ballot = Ballot.objects.get(code="P1")
    for address in ("/quan-tri/surveys/ballot/", f"/quan-tri/surveys/ballot/{ballot.pk}/change/"):
        page = root.get(address).content.decode()
        assert "P1" in page
        assert ballot.invalid_reason
        assert ballot.invalid_reason not in page


def errors_before_and_after(block: RoundGroup) -> list[dict[str, float]]:
    """The standard errors of the units' points, and those had the few said something else."""
    asked_group(block, code="hdnd", position=2)
    Survey.objects.filter(round_group=block).update(least_n=None, small_cell=None)
    for group, unit, number in (("dan", "SNV", 9), ("dan", "STC", 3), ("hdnd", "STC", 8), ("hdnd", "SNV", 7)):
        many = [(f"{group}-{unit}-{n}", unit, n % 4 + 1, (n + 1) % 4 + 1) for n in range(number)]
        batches.import_ballots(
            actor=None, round_group_id=block.pk, respondents=group, source=csv_file(ballot_rows(*many))
        )
    before = sampling_errors(block)
    Ballot.objects.filter(respondent_group__code="dan", unit__code="STC").update(answers=bytes((1, 4)))
    return [before, sampling_errors(block)]


def test_errors_do_not_follow_what_few_say(block: RoundGroup) -> None:
    before, after = errors_before_and_after(block)
    assert before == after
    assert set(before) == {"SNV", "STC"}
    assert all(error > 0 for error in before.values())


def test_negative_control_errors_of_every_ballot_do(block: RoundGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "_closed_units", lambda *_: set())
    before, after = errors_before_and_after(block)
    assert before["STC"] != after["STC"]
    assert before["SNV"] == after["SNV"]


def test_who_is_too_few_for_points_is_in_no_error(block: RoundGroup) -> None:
    """Below the least n a group gives no points: then it has no weight in the error either."""
    many = [(f"P{n}", "SNV", n % 4 + 1, (n + 1) % 4 + 1) for n in range(8)]
    batches.import_ballots(actor=None, round_group_id=block.pk, respondents="dan", source=csv_file(ballot_rows(*many)))
    alone = sampling_errors(block)
    asked_group(block, code="hdnd", position=2)
    few = [(f"H{n}", "SNV", 1, 2) for n in range(2)]
    batches.import_ballots(actor=None, round_group_id=block.pk, respondents="hdnd", source=csv_file(ballot_rows(*few)))
    assert sampling_errors(block) == alone
