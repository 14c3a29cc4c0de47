"""A sample of what was recognised in bulk: drawn by share and seed, judged again by somebody else, shown."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.council import ledger
from appraisal.council.agenda import queries as agenda
from appraisal.council.samples import actions, drawing, queries
from appraisal.models import Sample, SampledCell
from appraisal.review.bulk import actions as bulk
from appraisal.review.decisions import actions as decisions
from appraisal.review.undo import actions as undo
from appraisal.tests.council.council_site import body, meeting_row
from appraisal.tests.factories import Council, assign, council, submitted
from appraisal.tests.pages import sign_in
from cchc_index.lib.faults import Refused
from units.models import Role, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    """The member has recognised four cells in bulk; another is assigned, too, and comes from DV2."""
    found = council()
    cells = [(unit.pk, leaf.pk, 0) for unit in (found.first, found.second) for leaf in (found.leaf, found.other_leaf)]
    bulk.bulk_recognise(actor=found.member, round_group_id=found.round_group.pk, cells=cells)
    return found


@pytest.fixture
def other(case: Council) -> User:
    user = person(Role.COUNCIL_MEMBER, case.second)
    assign(user, case.round_group)
    return user


def draw(case: Council, share: int = 100, seed: int = 7) -> Sample:
    return actions.draw_sample(actor=case.manager, round_group_id=case.round_group.pk, share=share, seed=seed)


def test_share_and_seed_say_which_cells() -> None:
    cells = [(unit, leaf) for unit in range(20) for leaf in range(10)]
    first = drawing.draw(cells, 5, 28112026)
    assert first == drawing.draw(cells, 5, 28112026)
    assert first != drawing.draw(cells, 5, 28112027)
    assert len(first) == 10
    assert set(first) < set(cells)
    assert first == sorted(first)


@pytest.mark.parametrize(
    ("population", "share", "size"), [(200, 5, 10), (3, 5, 1), (0, 5, 0), (7, 100, 7), (10, 15, 2)]
)
def test_a_share_is_rounded_up(population: int, share: int, size: int) -> None:
    assert drawing.size_of(population, share) == size


def test_cells_are_handed_out_evenly() -> None:
    cells = [(unit, 1) for unit in range(6)]
    drawn = drawing.hand_out(cells, {cell: [1, 2, 3] for cell in cells[:-1]})
    assert [one.member for one in drawn] == [1, 2, 3, 1, 2]


def test_another_member_judges_and_never_the_own_unit(case: Council, other: User) -> None:
    sample = draw(case)
    assert sample.population == 4
    assert {(cell.unit, cell.member) for cell in sample.cells.all()} == {(case.first, other)}
    assert sample.cells.count() == 2  # those of DV2 are the other member's own


def test_without_another_member_nothing_is_drawn(case: Council) -> None:
    with pytest.raises(Refused, match="Không có thành viên nào khác"):
        draw(case)
    assert not Sample.objects.exists()


def test_what_was_recognised_one_by_one_is_no_part_of_it(case: Council, other: User) -> None:
    assert len(queries.recognised_in_bulk(case.round_group)) == 4
    undo.undo(actor=case.member, **case.cell(), seen_version=1)
    decisions.recognise(actor=case.member, **case.cell(), seen_version=2)
    assert (case.first.pk, case.leaf.pk) not in queries.recognised_in_bulk(case.round_group)
    assert draw(case).population == 3


@pytest.mark.parametrize(("share", "seed"), [(0, 1), (101, 1), (5, -1), (5, 2_000_000_001)])
def test_share_and_seed_have_bounds(case: Council, other: User, share: int, seed: int) -> None:
    with pytest.raises(Refused):
        draw(case, share, seed)


def test_nobody_but_a_manager_draws(case: Council, other: User) -> None:
    for user in (case.member, other, person(Role.OBSERVER), case.head):
        with pytest.raises(PermissionDenied):
            actions.draw_sample(actor=user, round_group_id=case.round_group.pk, share=5, seed=1)


def test_a_finding_is_shown_moves_no_point_and_comes_before_the_council(case: Council, other: User) -> None:
    sample = draw(case)
    same, differs = sample.cells.order_by("pk")
    actions.judge_again(actor=other, sampled_id=same.pk, result="same")
    for wrong in (
        {"points": None, "words": "Thiếu."},
        {"points": Decimal(9), "words": "Thiếu."},
        {"points": Decimal(0)},
    ):
        with pytest.raises(Refused):
            actions.judge_again(actor=other, sampled_id=differs.pk, result="other", **wrong)
    words = "Thiếu báo cáo."
    actions.judge_again(actor=other, sampled_id=differs.pk, result="other", points=Decimal("0.5"), words=words)
    report = queries.report(sample)
    assert (report.judged, report.differing) == (2, 1)
    assert "1 lượt khác kết quả (50,0%)" in report.words
    assert report.words in queries.sentences(case.round_group.round_id)[0]
    assert case.standing(leaf=differs.criterion).version == 1
    meeting = meeting_row(body(case), case)
    contested = {(row.unit.pk, row.criterion.pk): row.origin for row in agenda.contested(meeting, case.round_group)}
    assert contested[differs.unit_id, differs.criterion_id] == "sample"
    assert list(ledger.check()) == []


def test_only_the_member_judges_and_once(case: Council, other: User) -> None:
    cell = draw(case).cells.order_by("pk")[0]
    for user in (case.member, case.manager, person(Role.COUNCIL_MEMBER)):
        with pytest.raises(PermissionDenied):
            actions.judge_again(actor=user, sampled_id=cell.pk, result="same")
    actions.judge_again(actor=other, sampled_id=cell.pk, result="same")
    with pytest.raises(Refused, match="đã được"):
        actions.judge_again(actor=other, sampled_id=cell.pk, result="same")


@pytest.mark.parametrize("change", [{"result": "", "judged_at": None}, {"words": "Khác."}])
def test_ledger_proves_findings(case: Council, other: User, change: dict[str, object]) -> None:
    cell = draw(case).cells.order_by("pk")[0]
    actions.judge_again(actor=other, sampled_id=cell.pk, result="same")
    SampledCell.objects.filter(pk=cell.pk).update(**change)
    assert any("không khớp" in line for line in ledger.check())


def test_by_the_pages(case: Council, other: User) -> None:
    year, client = case.round_group.round.year, sign_in(case.manager)
    address = reverse("council:samples", args=[year, "so"])
    assert client.post(address, {"share": "0", "seed": "1"}).status_code == 422
    assert client.post(address, {"share": "100", "seed": "7"}).status_code == 302
    sample = Sample.objects.get()
    page = reverse("council:sample", args=[sample.pk])
    assert "số gốc 7" in client.get(page).text
    cell = sample.cells.order_by("pk")[0]
    assert client.post(page, {"chosen": cell.pk, "choice": "same"}).status_code == 403
    assert sign_in(other).post(page, {"chosen": cell.pk}).status_code == 422
    refused = sign_in(other).post(page, {"chosen": cell.pk, "choice": "other", "points": "0,5", "words": ""}).text
    assert "Nhập căn cứ" in refused
    assert 'value="0,5"' in refused  # what was typed stays
    assert sign_in(other).post(page, {"chosen": cell.pk, "choice": "same"}).status_code == 302
    for user in (case.officer, case.head, person(Role.SURVEY_OPERATOR)):
        assert sign_in(user).get(address).status_code == 403
        assert sign_in(user).get(page).status_code == 403
    observer = sign_in(person(Role.OBSERVER))
    assert observer.get(page).status_code == 200
    assert observer.post(address, {"share": "5", "seed": "7"}).status_code == 403
    assert client.get(reverse("council:samples", args=[year, "khac"])).status_code == 404


def test_drawing_and_its_page_cost_the_same_for_many_units(case: Council, other: User) -> None:
    with CaptureQueriesContext(connection) as few:
        queries.judges_of(case.round_group, queries.recognised_in_bulk(case.round_group))
    units = [UnitFactory.create(group=case.round_group.group) for _ in range(5)]
    for unit in units:
        submitted(case.round_group, unit, case.scores)
    cells = [(unit.pk, case.leaf.pk, 0) for unit in units]
    bulk.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=cells)
    with CaptureQueriesContext(connection) as many:
        queries.judges_of(case.round_group, queries.recognised_in_bulk(case.round_group))
    assert len(many) == len(few)
