"""Where a person on the council's side stands: block, scope and calendar, read once per request and only when asked."""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import chain
from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from appraisal.core.queries import opinions
from appraisal.core.queries.cells import GridCell, read_sheet
from appraisal.models import Council
from appraisal.rules import answering, deciding, reach, stages
from criteria import queries as criteria_queries
from criteria.models import Criterion, Round, RoundGroup, Stage
from units import rules as people
from units.models import Unit, User

from .guard import ClosedUnit, desk_of

_CODE = "~ma"
"""Stands for a code while the pattern of many addresses is looked up."""


@dataclass(frozen=True)
class Place:
    """One block as the person sees it. The year stands in every address, so that a link or a form
    that was opened in one year never acts in another."""

    user: User
    round_group: RoundGroup
    holdings: reach.Holdings
    calendar: stages.Calendar
    blind: Mapping[int, Decimal]
    """The leaves that two members judge, with the points they may differ."""

    @cached_property
    def tree(self) -> list[Criterion]:
        return criteria_queries.tree_of(self.round_group)

    @cached_property
    def scope(self) -> reach.Scope:
        return self.holdings.within(self.tree)

    @cached_property
    def units(self) -> list[Unit]:
        return [unit for unit in self._measured if reach.reads_unit(self.scope, unit.pk)]

    @cached_property
    def _measured(self) -> list[Unit]:
        return criteria_queries.measured(self.round_group)

    @cached_property
    def leaves(self) -> list[Criterion]:
        return [row for row in self.tree if row.pk in self.scope.leaves]

    @cached_property
    def areas(self) -> dict[int, Criterion]:
        """{leaf: its area}; a leaf without one is its own."""
        rows = {row.pk: row for row in self.tree}
        found = {}
        for leaf in self.leaves:
            area = leaf
            while area.parent_id is not None:
                area = rows[area.parent_id]
            found[leaf.pk] = area
        return found

    @cached_property
    def stage(self) -> Stage | None:
        return self.calendar.stage

    @property
    def is_appraising(self) -> bool:
        """An appraisal takes decisions: members decide, one by one or many at once."""
        return self.stage is not None and self.stage.kind == Stage.Kind.APPRAISAL

    @property
    def is_meeting(self) -> bool:
        """The council's meeting takes decisions: the index manager writes them down, each with its words."""
        return self.stage is not None and self.stage.kind == Stage.Kind.MEETING

    @cached_property
    def council(self) -> Council | None:
        """The council whose vote alone decides now; None in every other stage, and in a year without one. One query in
        a meeting, whatever the number of blocks."""
        return getattr(self.round_group.round, "council", None) if self.is_meeting else None

    @property
    def takes_two_opinions(self) -> bool:
        return self.stage is not None and self.stage.two_opinions

    @cached_property
    def with_opinion_given(self) -> frozenset[tuple[int, int]]:
        """The cells that wait for somebody else: the person has given a blind opinion."""
        return opinions.given_by(self.user, self.round_group, self.stage) if self.blind else frozenset()

    def unit(self, code: str) -> Unit:
        """A unit the person may see; a closed one says why it is, any other is not there."""
        found = next((unit for unit in self._measured if unit.code == code), None)
        if found is None:
            raise Http404
        if reach.reads_unit(self.scope, found.pk):
            return found
        raise ClosedUnit(found) if found.pk in self.scope.own_units else Http404

    def leaf(self, code: str) -> Criterion:
        found = next((row for row in self.leaves if row.code == code), None)
        if found is None:
            raise Http404
        return found

    def cells(
        self, units: Sequence[Unit], leaves: Sequence[Criterion], *, evidence: bool = False, changes: bool = False
    ) -> list[GridCell]:
        """The cells of `units` × `leaves` that the person may see, in the order given."""
        sheet = read_sheet(self.round_group, units, leaves, calendar=self.calendar, evidence=evidence, changes=changes)
        return [
            sheet.cell(unit, leaf, self.may_judge(unit, leaf), blind=self.is_blind(leaf))
            for unit in units
            for leaf in leaves
            if self.scope.shows(unit.pk, leaf.pk)
        ]

    def may_decide(self, unit: Unit, leaf: Criterion) -> bool:
        may = deciding.may_decide(self.user, self.stage, self.scope, unit.pk, leaf.pk)
        return may and self.council is None

    def is_blind(self, leaf: Criterion) -> bool:
        """Whether the stage takes two opinions on the leaf instead of one decision."""
        return self.takes_two_opinions and leaf.pk in self.blind

    def may_judge(self, unit: Unit, leaf: Criterion) -> bool:
        """May decide, and has not yet given a blind opinion."""
        return self.may_decide(unit, leaf) and (unit.pk, leaf.pk) not in self.with_opinion_given

    def address(self, name: str, *args: str, **query: str) -> str:
        """An address in this block and year; empty query values are left out."""
        path = reverse(f"appraisal:{name}", args=[self.round_group.group.code, *args])
        kept = {"nam": str(self.round_group.round.year), **{k: v for k, v in query.items() if v}}
        return f"{path}?{urlencode(kept)}"

    def grid_address(self, **query: str) -> str:
        """The grid's address names the year in its path, so that its cells' links can be short."""
        kept = urlencode({k: v for k, v in query.items() if v})
        return f"{self._grid}?{kept}" if kept else self._grid

    @cached_property
    def _grid(self) -> str:
        return reverse("appraisal:grid", args=[self.round_group.group.code, self.round_group.round.year])

    def addresses(self, name: str, codes: int = 1, **query: str) -> Callable[..., str]:
        """`address(name, …)` for many cells or lines, named by `codes` codes each: the pattern is looked up once."""
        marks = [f"{_CODE}{n}" for n in range(codes)]
        parts = re.split("|".join(marks), self.address(name, *marks, **query))
        return lambda *codes: "".join(chain(*zip(parts, map(quoted, codes), strict=False), parts[-1:]))


@functools.lru_cache(maxsize=4096)
def quoted(code: str) -> str:
    """A code in an address: a page writes a few hundred of them into thousands."""
    return quote(code, safe="")


def check_desk(request: HttpRequest) -> User:
    """The person, who must be on the council's side."""
    user = request.user
    if not isinstance(user, User) or not reach.has_desk(user):
        raise PermissionDenied
    return user


def place(request: HttpRequest, group: str) -> Place:
    """The block `group` of the round in view; 404 when there is none."""
    user = check_desk(request)
    current = criteria_queries.round_in_view(request)
    if current is None:
        raise Http404
    block = next((block for block in criteria_queries.blocks_of(current) if block.group.code == group), None)
    if block is None:
        raise Http404
    return standing_in(user, block, current, desk_of(request, current))


def places(request: HttpRequest) -> list[Place]:
    """Every block of the round in view in which the person has something to see."""
    user = check_desk(request)
    current = criteria_queries.round_in_view(request)
    if current is None:
        return []
    blocks = criteria_queries.blocks_of(current)
    held = desk_of(request, current)
    found = [standing_in(user, block, current, held) for block in blocks]
    return [here for here in found if here.scope.reads_all or any(part.leaves for part in here.scope.parts)]


def standing_in(user: User, block: RoundGroup, current: Round, held: reach.Desk | None = None) -> Place:
    """The place of the person in a block of the round in view, whose stages the frame has read."""
    block.round = current
    held = held or reach.desk(user, current)
    calendar = stages.calendar(block, current.stages.all(), held.released.get(block.pk, ()))
    return Place(user, block, held.holdings(user, block), calendar, held.blind.get(block.pk, {}))


def check_manager(request: HttpRequest) -> User:
    user = check_desk(request)
    if not reach.can_assign(user):
        raise PermissionDenied
    return user


def check_unit_person(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not people.grants(user).roles & set(answering.UNIT_ROLES):
        raise PermissionDenied
    return user
