"""The grid: what it shows and to whom, its totals and filters, what it recognises, what it costs."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from redis.exceptions import RedisError

from appraisal.core.queries.cells import FILTERS, GridCell, tally
from appraisal.core.views.place import standing_in
from appraisal.interests import actions as interests
from appraisal.models import Appraisal, AppraisalEntry
from appraisal.replies import actions as replies
from appraisal.review.decisions import actions as decisions
from appraisal.review.grid import queries as grid_queries
from appraisal.review.undo import actions as undo
from appraisal.tests.again import handed_in_again, reopened, rescore
from appraisal.tests.factories import Council, assign, attach, council, document, fresh, release_stage, submitted
from appraisal.tests.large_block import LargeBlock, large_block
from appraisal.tests.pages import WORDS, adjusted_and_released, cell_page, sign_in
from cchc_index.lib import clock, sealed_cache
from cchc_index.lib.tests.present import present
from criteria.models import Criterion, Round, Stage
from criteria.tests.factories import open_stage
from selfassess.models import SelfAssessment, SelfScore
from units.actions import units_changed
from units.models import Membership, Role, Unit, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Council:
    return council()


def grid_page(case: Council, **query: str) -> str:
    address = reverse("appraisal:grid", args=["so", case.round_group.round.year])
    return address + ("?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else "")


def cells(client: Client, address: str) -> dict[str, str]:
    """{unit/criterion: what is heard there}, as the grid's links name the cells."""
    page = client.get(address)
    assert page.status_code == 200
    found = re.findall(r"<td><a href=\"?([^\s\"?>]+)[^>]*><i[^>]*>([^<]*)</i>([^<]*)</a>", page.text)
    return {link: said + value for link, said, value in found}


def adjust(case: Council, points: str = "1", **cell: Any) -> Appraisal:
    return decisions.adjust(
        actor=case.member,
        **case.cell(**cell),
        points=Decimal(points),
        reason_id=case.reason.pk,
        comment=WORDS,
        seen_version=0,
    )


def test_each_cell_says_its_state_and_its_points(case: Council) -> None:
    adjust(case)
    decisions.recognise(actor=case.member, **case.cell(leaf=case.other_leaf), seen_version=0)
    unit = UnitFactory.create(group=case.round_group.group, code="DV4")
    submitted(case.round_group, unit, {"1.1": None})
    assert cells(sign_in(case.member), grid_page(case)) == {
        "DV1/1.1": "giảm 1",
        "DV1/1.2": "nhận 0",
        "DV2/1.1": "chờ 1,5",
        "DV2/1.2": "chờ 0",
        "DV4/1.1": "chờ –",
        "DV4/1.2": "chưa chấm –",
    }


def test_a_unit_that_has_not_submitted_is_one_empty_line(case: Council) -> None:
    SelfAssessment.objects.filter(unit=case.second).update(state="draft", submitted_at=None)
    client = sign_in(case.member)
    assert set(cells(client, grid_page(case))) == {"DV1/1.1", "DV1/1.2"}
    assert "đơn vị chưa nộp" in client.get(grid_page(case)).text


def test_own_and_declared_units_are_not_there_but_a_manager_reads_all(case: Council) -> None:
    assert not any(cell.startswith("NHA/") for cell in cells(sign_in(case.member), grid_page(case)))
    assert case.home.name not in sign_in(case.member).get(grid_page(case)).text
    assert len(cells(sign_in(case.manager), grid_page(case))) == 6
    interests.declare_interest(actor=case.member, member=case.member, unit=case.second, reason="Người nhà.")
    assert set(cells(sign_in(User.objects.get(pk=case.member.pk)), grid_page(case))) == {"DV1/1.1", "DV1/1.2"}


def test_a_narrow_member_sees_their_cells_and_the_rest_is_blank(case: Council) -> None:
    narrow = person(Role.COUNCIL_MEMBER)
    assign(narrow, case.round_group, branch=case.leaf, units=[case.first])
    assign(narrow, case.round_group, branch=case.other_leaf, units=[case.second])
    page = sign_in(narrow)
    assert set(cells(page, grid_page(case))) == {"DV1/1.1", "DV2/1.2"}
    assert page.get(grid_page(case)).text.count("<td>") == 4


def test_who_reads_all_and_judges_a_part_sees_that_part_first_and_all_when_asked(case: Council) -> None:
    Membership.objects.create(user=case.manager, role=Role.COUNCIL_MEMBER)
    assign(case.manager, case.round_group, branch=case.other_leaf)
    client = sign_in(fresh(case.manager))
    assert set(cells(client, grid_page(case))) == {"DV1/1.2", "DV2/1.2", "NHA/1.2"}
    whole = present(re.search(r'<a href="([^"]+)"\s*>Hiện mọi tiêu chí của khối', client.get(grid_page(case)).text))[1]
    assert len(cells(client, whole)) == 6
    assert "Chỉ hiện các tiêu chí được phân công cho bạn" in client.get(whole).text
    assert "phân công cho bạn" not in sign_in(case.member).get(grid_page(case)).text, "all is theirs"


@pytest.mark.parametrize("wanted", [*FILTERS, ""])
def test_every_filter_shows_just_the_cells_that_match(case: Council, wanted: Any) -> None:
    adjusted_and_released(case)
    adjust_second = case.cell(case.second)
    open_stage(case.round_group.round, "round2")
    decisions.recognise(actor=case.member, **adjust_second, seen_version=0)
    for unit, number in ((case.first, "12/BC"), (case.second, "13/BC")):
        score = SelfScore.objects.get(assessment__unit=unit, criterion=case.leaf)
        attach(score, document(unit, case.officer, number), page=1)
    here = standing_in(case.member, case.round_group, Round.objects.prefetch_related("stages").get())
    expected = {
        f"{c.unit.code}/{c.criterion.code}"
        for c in here.cells(here.units, here.leaves, evidence=True, changes=True)
        if c.matches(wanted)
    }
    assert set(cells(sign_in(case.member), grid_page(case, loc=wanted))) == expected


def test_an_area_is_chosen_in_the_address_and_nonsense_is_everything(case: Council) -> None:
    area = Criterion.objects.create(
        criteria_set=case.round_group.criteria_set, code="7", name="Khác", position=90, max_points=1, source="self"
    )
    client = sign_in(case.member)
    assert set(cells(client, grid_page(case, **{"linh-vuc": "7"}))) == {f"DV1/{area.code}", f"DV2/{area.code}"}
    assert len(cells(client, grid_page(case, **{"linh-vuc": "khong-co", "loc": "khong-co"}))) == 6


def test_a_cell_leads_to_its_review_screen_in_the_same_year_and_filter(case: Council) -> None:
    client = sign_in(case.member)
    answer = client.get(grid_page(case) + "DV1/1.1", {"loc": "cho"})
    year = case.round_group.round.year
    assert answer["Location"] == f"{cell_page(case)}?nam={year}&theo=don-vi&loc=cho"
    assert client.get(answer["Location"]).status_code == 200
    assert client.get(reverse("appraisal:grid-now", args=["so"]) + "?loc=cho")["Location"] == grid_page(case, loc="cho")
    assert sign_in(case.officer).get(grid_page(case) + "DV1/1.1").status_code == 403
    assert client.get(reverse("appraisal:grid", args=["so", 1999])).status_code == 404


# --- what is kept is never older than the request -----------------------------------------------------


def test_a_kept_line_follows_every_movement(case: Council) -> None:
    client = sign_in(case.member)

    def first() -> str:
        return cells(client, grid_page(case))["DV1/1.1"]

    assert first() == "chờ 1,5"
    decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
    assert first() == "nhận 1,5"
    key = reopened(case)
    assert "DV1/1.1" not in cells(client, grid_page(case))
    rescore(case, key, "2")
    handed_in_again(case, key)
    assert first() == "chờ 1,5"  # recognised, then changed by the unit
    standing = case.standing()
    words: dict[str, Any] = {"reason_id": case.reason.pk, "comment": WORDS, "seen_version": standing.version}
    decisions.adjust(actor=case.member, **case.cell(), points=Decimal(1), **words)
    assert first() == "giảm 1"
    release_stage(case.manager, case.round_group)
    open_stage(case.round_group.round, "explanation")
    replies.reply(actor=case.head, appraisal_id=standing.pk, agree=False, comment="Có.", document_ids=[])
    assert first() == "chờ lần 2 1"
    open_stage(case.round_group.round, "round2")
    last: dict[str, Any] = {"reason_id": case.reason.pk, "comment": WORDS, "seen_version": case.standing().version}
    decisions.adjust(actor=case.member, **case.cell(), points=Decimal("0.5"), **last)
    assert first() == "giảm 0,5"
    undo.undo(actor=case.member, **case.cell(), seen_version=case.standing().version)
    assert first() == "chờ lần 2 1"


def test_a_kept_line_that_nobody_read_since_it_moved_is_not_taken_for_new(case: Council) -> None:
    """A member of one unit looks after the other unit moved: the manager still sees what moved."""
    narrow = person(Role.COUNCIL_MEMBER)
    assign(narrow, case.round_group, units=[case.first])
    manager = sign_in(case.manager)
    assert cells(manager, grid_page(case))["DV2/1.1"] == "chờ 1,5"
    decisions.recognise(actor=case.member, **case.cell(case.second), seen_version=0)
    assert set(cells(sign_in(narrow), grid_page(case))) == {"DV1/1.1", "DV1/1.2"}
    assert cells(manager, grid_page(case))["DV2/1.1"] == "nhận 1,5"


def test_what_is_kept_of_a_history_that_was_rolled_back_is_not_shown_in_another(case: Council) -> None:
    """As after a restored backup: the block counts up to the same version again."""
    client = sign_in(case.member)
    with transaction.atomic():
        decisions.recognise(actor=case.member, **case.cell(), seen_version=0)
        assert cells(client, grid_page(case))["DV1/1.1"] == "nhận 1,5"
        transaction.set_rollback(True)
    adjust(case)
    assert cells(client, grid_page(case))["DV1/1.1"] == "giảm 1"


def test_what_is_kept_for_one_is_shown_to_nobody_with_other_rights(case: Council) -> None:
    """One kept page for the same rights, filter and area; another for everything else."""
    narrow, twin, other = (person(Role.COUNCIL_MEMBER) for _ in range(3))
    for member in (narrow, twin):
        assign(member, case.round_group, branch=case.leaf, units=[case.first])
    assign(other, case.round_group, branch=case.other_leaf)
    seen = [set(cells(sign_in(user), grid_page(case))) for user in (case.manager, case.member, narrow, twin, other)]
    everything = {f"{unit}/{leaf}" for unit in ("DV1", "DV2", "NHA") for leaf in ("1.1", "1.2")}
    assert seen == [
        everything,
        everything - {"NHA/1.1", "NHA/1.2"},
        {"DV1/1.1"},
        {"DV1/1.1"},
        {"DV1/1.2", "DV2/1.2", "NHA/1.2"},
    ]


def test_what_is_kept_follows_rights_names_and_phases(case: Council) -> None:
    client = sign_in(case.member)
    assert " name=unit " in client.get(grid_page(case)).text
    Stage.objects.update(closes_at=clock.now())
    assert " name=unit " not in client.get(grid_page(case)).text
    Unit.objects.filter(pk=case.first.pk).update(name="Sở Đổi tên")
    units_changed([case.round_group.group_id])
    assert "Sở Đổi tên" in client.get(grid_page(case)).text
    interests.declare_interest(actor=case.member, member=case.member, unit=case.second, reason="Người nhà.")
    assert set(cells(client, grid_page(case))) == {"DV1/1.1", "DV1/1.2"}
    Membership.objects.filter(user=case.member).update(active=False)
    assert client.get(grid_page(case)).status_code == 403


@pytest.mark.parametrize("query", [{}, {"loc": "cho"}, {"loc": "lech"}, {"linh-vuc": "1"}, {"linh-vuc": "khong-co"}])
def test_the_second_look_is_the_first(case: Council, query: dict[str, Any]) -> None:
    adjust(case)
    client = sign_in(case.member)
    first, second = (client.get(grid_page(case, **query)).context["body"] for _ in range(2))
    assert first == second


def test_without_the_cache_everything_is_read(case: Council) -> None:
    adjust(case)
    client = sign_in(case.member)
    kept = cells(client, grid_page(case))
    with patch.object(cache, "get", side_effect=RedisError), patch.object(cache, "set", side_effect=RedisError):
        assert cells(client, grid_page(case)) == kept
    assert kept == {"DV1/1.1": "giảm 1", "DV1/1.2": "chờ 0", "DV2/1.1": "chờ 1,5", "DV2/1.2": "chờ 0"}


def test_what_is_kept_counts_as_the_cells_themselves(case: Council) -> None:
    adjusted_and_released(case)
    here = standing_in(case.manager, case.round_group, Round.objects.prefetch_related("stages").get())
    found = grid_queries.read(
        case.round_group,
        here.units,
        here.leaves,
        calendar=here.calendar,
        words=grid_queries.Words(lambda cell: cell.key, lambda unit, leaves, shown: " ".join(shown)),
        made_by="a-test",
    )
    kinds = b"".join(found.lines[unit.pk].kinds for unit in here.units)
    assert found.tally(kinds) == tally(here.cells(here.units, here.leaves))


def test_each_kept_cell_is_worded_as_the_cell_that_lists_show() -> None:
    """One row for each unit is read and cells of a sort are judged once: recognised, adjusted, answered and silent,
    waiting, not applicable."""
    block = large_block(4, 40)
    twice = Appraisal.objects.filter(action="adjust", unit=block.units[1]).earliest("pk")
    first = twice.entries.get(stage_kind=Stage.Kind.REPLY)
    agreed = {"action": "agree", "sequence": first.sequence + 1, "pk": None}
    AppraisalEntry.objects.bulk_create([AppraisalEntry(**{**_columns(first), **agreed})])
    Appraisal.objects.filter(unit=block.units[2], criterion=block.leaves[0]).update(
        action="undo", points=None, not_applicable=False
    )
    SelfAssessment.objects.filter(unit=block.units[3]).update(state="draft", submitted_at=None, submitted_by=None)
    here = standing_in(block.manager, block.round_group, Round.objects.prefetch_related("stages").get())

    def worded(cell: GridCell) -> str:
        points = cell.standing.points if cell.standing else cell.claim.points if cell.claim else None
        return repr((cell.status, [f"{value.normalize()}" for value in (points, cell.difference) if value is not None]))

    shown: list[str] = []

    def line(unit: Unit, leaves: Sequence[Criterion], texts: Sequence[str]) -> str:
        shown.extend(texts)
        return ""

    found = grid_queries.read(
        block.round_group,
        here.units,
        here.leaves,
        calendar=here.calendar,
        words=grid_queries.Words(worded, line),
        made_by="a-test",
    )
    cells = here.cells(here.units, here.leaves)
    assert shown == [worded(cell) for cell in cells]
    kinds = b"".join(found.lines[unit.pk].kinds for unit in here.units)
    assert [found.legend[kind] for kind in kinds] == [
        grid_queries.kind_of(replace(cell, may_decide=cell.submitted)) for cell in cells
    ]
    assert len(set(shown)) > 8
    assert "đơn vị đồng ý" in " ".join(shown)


def _columns(entry: AppraisalEntry) -> dict[str, object]:
    return {field.attname: getattr(entry, field.attname) for field in AppraisalEntry._meta.concrete_fields}


# --- recognising from the grid --------------------------------------------------------------------------


def test_a_row_a_column_or_all_that_is_shown_is_first_previewed(case: Council) -> None:
    client = sign_in(case.member)
    address = reverse("appraisal:bulk", args=["so"])
    preview = client.post(address, {"unit": "DV1", "next": grid_page(case)}).text
    assert "Công nhận 2 tiêu chí của 1 đơn vị" in preview
    assert "Công nhận 2 tiêu chí của 2 đơn vị" in client.post(address, {"criterion": "1.1"}).text
    assert "Công nhận 4 tiêu chí của 2 đơn vị" in client.post(address, {"everything": "1"}).text
    assert not Appraisal.objects.exists()
    keys = present(re.search(r'name="cells" value="([^"]+)"', preview))
    assert client.post(address, {"cells": keys[1], "confirm": "1", "kind": "khong-tai-lieu", "next": grid_page(case)})[
        "Location"
    ] == grid_page(case)
    assert Appraisal.objects.filter(unit=case.first).count() == Appraisal.objects.count() == 2
    assert "Chưa chọn" in client.post(address, {"unit": "DV1", "next": grid_page(case)}, follow=True).text
    assert "Chưa chọn" in client.post(address, {"unit": "NHA", "next": grid_page(case)}, follow=True).text


def test_the_filter_and_the_area_hold_for_what_is_recognised(case: Council) -> None:
    attach(SelfScore.objects.get(assessment__unit=case.first, criterion=case.leaf), document(case.first, case.officer))
    client = sign_in(case.member)
    address = reverse("appraisal:bulk", args=["so"])
    assert "Công nhận 3 tiêu chí" in client.post(address, {"everything": "1", "filter": "khong-tai-lieu"}).text
    assert "Công nhận 4 tiêu chí" in client.post(address, {"everything": "1", "area": "1"}).text
    assert client.post(address, {"everything": "1", "area": "9"}).status_code == 302


def test_who_only_reads_gets_no_buttons(case: Council) -> None:
    assert " name=unit " in sign_in(case.member).get(grid_page(case)).text
    assert " name=unit " not in sign_in(case.manager).get(grid_page(case)).text


# --- size -----------------------------------------------------------------------------------------------


def asked(user: User, address: str) -> tuple[int, int]:
    """Queries of the first look, with nothing kept, and of the second."""
    client = sign_in(User.objects.get(pk=user.pk))
    client.get("/")
    counts = []
    for get in (lambda _: None, sealed_cache.get):
        with patch.object(sealed_cache, "get", get), CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        counts.append(len(found))
    return counts[0], counts[1]


def pages_of(block: LargeBlock) -> list[str]:
    group, year = block.round_group.group.code, block.round_group.round.year
    unit, leaf = block.units[0].code, block.leaves[0].code
    home = reverse("appraisal:home")
    plain = [
        reverse("appraisal:unit", args=[group, unit]),
        reverse("appraisal:criterion", args=[group, leaf]),
        reverse("appraisal:cell", args=[group, unit, leaf]),
    ]
    grid = reverse("appraisal:grid", args=[group, year])
    return [f"{page}?nam={year}" for page in (home, *plain)] + [grid, f"{grid}?linh-vuc=1"]


def filtered_pages_of(block: LargeBlock) -> list[str]:
    grid = reverse("appraisal:grid", args=[block.round_group.group.code, block.round_group.round.year])
    return [f"{grid}?loc={name}" for name in FILTERS]


def asked_by_each(block: LargeBlock, pages: list[str]) -> dict[str, list[tuple[int, int]]]:
    people = {"member": block.member, "manager": block.manager}
    return {who: [asked(user, page) for page in pages] for who, user in people.items()}


@pytest.mark.long
def test_a_block_of_53_by_100_asks_no_more_than_one_of_2_by_10() -> None:
    """And the grid of it stays under 300 KB."""
    small, large = large_block(2, 10, year=2096), large_block(53, 100)
    assert asked_by_each(large, pages_of(large)) == asked_by_each(small, pages_of(small))
    grid = reverse("appraisal:grid", args=[large.round_group.group.code, large.round_group.round.year])
    assert len(sign_in(large.member).get(grid).content) < 300_000


def test_no_filter_asks_more_of_a_block_of_12_by_40_than_of_one_of_2_by_10() -> None:
    """Every filter reads what the whole grid reads; a block of full size would only take longer to draw."""
    small, large = large_block(2, 10, year=2096), large_block(12, 40)
    assert asked_by_each(large, filtered_pages_of(large)) == asked_by_each(small, filtered_pages_of(small))


# --- a foreign hand in the cache -----------------------------------------------------------------------


def test_markup_that_somebody_else_put_into_the_cache_is_not_shown(case: Council) -> None:
    client = sign_in(case.member)
    kept = cells(client, grid_page(case))
    stored: dict[str, Any] = {}
    with patch.object(cache, "set", side_effect=lambda key, value, _: stored.update({key: value})):
        cache.clear()
        client.get(grid_page(case))
    (look,) = (key for key in stored if key.startswith("appraisal-grid-"))

    cache.set(look, stored[look].replace("<td>", "<td>lời của kẻ khác"))
    assert "lời của kẻ khác" not in client.get(grid_page(case)).text
    cache.set(look, stored[next(key for key in stored if key != look)])
    assert cells(client, grid_page(case)) == kept
    cache.set(look, stored[look])  # the negative control: what was kept by us is what is shown
    with patch.object(sealed_cache, "put", side_effect=AssertionError):
        assert cells(client, grid_page(case)) == kept
