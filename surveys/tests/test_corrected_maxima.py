"""Maxima of surveyed criteria that two people corrected: the points are the same shares of the new maximum."""

import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from cchc_index.lib import clock
from cchc_index.lib.faults import Invalid, Refused
from criteria import ledger as criteria_ledger
from criteria.actions import freeze
from criteria.editing import actions
from criteria.editing.actions import CriterionWords
from criteria.models import Correction, RoundGroup
from surveys.handover.digests import lines_of, table_digest
from surveys.handover.queries import TableStanding
from surveys.models import ImportBatch, Survey, SurveyScore, Tally
from surveys.scores import ledger as scores
from surveys.scores.actions import import_scores, recompute
from surveys.scores.queries import scores_by_cell
from surveys.tests.factories import SatisfactionFigureFactory, asked_group, surveyed_round
from units.auditlog.models import LogEntry
from units.mail.models import Mail
from units.models import Role, Unit, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db
SWAPPED = "1.3: 2\n1.4: 1"
"""1.3 had 1 point, 1.4 had 2."""


@pytest.fixture
def manager() -> User:
    return person(Role.INDEX_MANAGER)


@pytest.fixture
def second() -> User:
    return person(Role.INDEX_MANAGER)


@pytest.fixture
def block() -> RoundGroup:
    """SNV: of ten answers at 1.3 six "Rất tốt" and four "Tốt" (84 %), of ten at 1.4 half and half of best and worst."""
    block = surveyed_round()
    group = asked_group(block)
    for code, counts in (("1.3", {"1": 6, "2": 4}), ("1.4", {"1": 5, "4": 5})):
        Tally.objects.create(
            respondent_group=group,
            unit=Unit.objects.get(code="SNV"),
            criterion=block.criteria_set.criteria.get(code=code),
            counts=counts,
            answered=10,
        )
    recompute(person(Role.SURVEY_OPERATOR), block)
    freeze(block.pk)
    block.refresh_from_db()
    return block


def points(code: str, unit: str = "SNV") -> Decimal | None:
    return SurveyScore.objects.values_list("points", flat=True).get(criterion__code=code, unit__code=unit)


def propose(block: RoundGroup, manager: User, maxima: str = SWAPPED) -> Correction:
    row = block.criteria_set.criteria.get(code="1.3")
    words = CriterionWords(row.name, "", row.guidance, "", maxima)
    return actions.propose_correction(
        actor=manager, block=block, criterion_id=row.pk, words=words, reason="Phụ lục in đổi chỗ, văn bản 12/SNV."
    )


def confirm(block: RoundGroup, second: User, row: Correction) -> Correction:
    return actions.confirm_correction(actor=second, block=block, correction_id=row.pk)


def figure(block: RoundGroup, code: str, **value: Decimal) -> None:
    batch = ImportBatch.objects.create(
        round_group=block,
        kind=ImportBatch.Kind.FIGURES,
        state=ImportBatch.State.COMMITTED,
        file_name="so-lieu.xlsx",
        committed_at=clock.now(),
    )
    criterion = block.criteria_set.criteria.get(code=code)
    SatisfactionFigureFactory.create(
        batch=batch, round_group=block, unit=Unit.objects.get(code="STC"), criterion=criterion, **value
    )
    recompute(person(Role.SURVEY_OPERATOR), block)


def test_points_are_the_same_shares_of_the_new_maxima(block: RoundGroup, manager: User, second: User) -> None:
    assert (points("1.3"), points("1.4")) == (Decimal("0.84"), Decimal("1"))
    row = propose(block, manager)
    assert (points("1.3"), points("1.4")) == (Decimal("0.84"), Decimal("1")), "one person moves nothing"
    confirm(block, second, row)
    assert (points("1.3"), points("1.4")) == (Decimal("1.68"), Decimal("0.5"))
    entry = LogEntry.objects.filter(verb="surveys.refresh").latest("number")
    assert entry.actor == second
    assert sorted(next(iter(entry.after["moved"].values())).values()) == [["0.84", "1.68"], ["1", "0.5"]]  # type: ignore[index]


def test_nothing_of_the_proof_breaks(block: RoundGroup, manager: User, second: User) -> None:
    own = [*scores._check_scores(scores._last_digests())]
    confirm(block, second, propose(block, manager))
    assert [*scores._check_scores(scores._last_digests())] == own == []
    assert not [one for one in criteria_ledger.check() if "đã bị sửa" in one]
    SurveyScore.objects.filter(criterion__code="1.3").update(points=Decimal("1.5"))
    assert [*scores._check_scores(scores._last_digests())], "the check would have seen it"


def test_totals_of_the_survey_stay(block: RoundGroup, manager: User) -> None:
    with pytest.raises(Invalid, match="ghi cả những tiêu chí khác đổi cùng"):
        propose(block, manager, "1.3: 2")


def test_a_figure_in_per_cent_follows(block: RoundGroup, manager: User, second: User) -> None:
    figure(block, "1.4", percent=Decimal(90))
    assert points("1.4", "STC") == Decimal("1.8")
    confirm(block, second, propose(block, manager))
    assert points("1.4", "STC") == Decimal("0.9")


def test_a_figure_in_points_that_fits_stays(block: RoundGroup, manager: User, second: User) -> None:
    figure(block, "1.4", points=Decimal("0.7"))
    confirm(block, second, propose(block, manager))
    assert points("1.4", "STC") == Decimal("0.7")


@pytest.mark.parametrize("kind", ["figure", "archive"])
def test_points_above_the_new_maximum_stop_it_and_are_cut_by_nobody(
    block: RoundGroup, manager: User, second: User, kind: str
) -> None:
    if kind == "figure":
        figure(block, "1.4", points=Decimal("1.75"))
    else:
        cell = (Unit.objects.get(code="STC").pk, block.criteria_set.criteria.get(code="1.4").pk)
        import_scores(actor=manager, round_group=block, rows={cell: Decimal("1.75")})
    row = propose(block, manager)
    with pytest.raises(Refused, match=r"1 số liệu nhập sẵn bằng điểm cao hơn điểm tối đa mới: .*, 1\.4, "):
        confirm(block, second, row)
    assert points("1.4", "STC") == Decimal("1.75")
    assert (points("1.3"), points("1.4")) == (Decimal("0.84"), Decimal("1"))
    page = _page(second, block, row)
    assert "số liệu nhập sẵn 1,75 điểm, cao hơn điểm tối đa mới" in page
    assert "Xác nhận đính chính" not in page

    if kind == "figure":
        block.figures.update(points=Decimal("0.8"))
    else:
        import_scores(actor=manager, round_group=block, rows={cell: Decimal("0.8")})
    confirm(block, second, row)
    assert points("1.4", "STC") == Decimal("0.8")


def _page(user: User, block: RoundGroup, row: Correction) -> str:
    client = Client()
    client.force_login(user)
    address = reverse("editing:correction", args=[block.round.year, block.group.code, row.pk])
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(address).content.decode()))


def test_the_second_reads_old_and_new_points_before_and_afterwards(
    block: RoundGroup, manager: User, second: User
) -> None:
    row = propose(block, manager)
    before = _page(second, block, row)
    assert "0,84 1,68 tính lại theo điểm tối đa mới" in before
    assert "1,00 0,50 tính lại theo điểm tối đa mới" in before
    assert "Bản tự đánh giá chưa nộp" not in before
    confirm(block, second, row)
    assert "0,84 1,68 tính lại theo điểm tối đa mới" in _page(second, block, row)


def test_points_that_are_not_told_yet_are_not_told_here(block: RoundGroup, manager: User, second: User) -> None:
    Survey.objects.update(small_cell=5, least_n=5, due=True)
    assert "0,84" not in _page(second, block, propose(block, manager))


def test_who_signs_the_table_is_told_and_the_signature_is_of_the_old_one(
    block: RoundGroup, manager: User, second: User
) -> None:
    operator = person(Role.SURVEY_OPERATOR)
    was = table_digest(lines_of(scores_by_cell(block)))
    confirm(block, second, propose(block, manager))
    assert table_digest(lines_of(scores_by_cell(block))) != was
    body = Mail.objects.filter(recipient=operator).latest("pk").body
    assert "bảng điểm đã ký bàn giao" in body
    assert "Bản tự đánh giá chưa nộp" not in body
    assert TableStanding(block, None, lines_of(scores_by_cell(block))).digest != was
