"""Where a person on the council's side stands: block, scope and calendar, read once per request."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode

from appraisal import queries, rules
from appraisal.models import Stage
from criteria import queries as criteria_queries
from criteria.models import Criterion, RoundGroup
from units.models import Unit, User


@dataclass(frozen=True)
class Place:
    """One block as the person sees it. The year stands in every address, so that a link or a form
    that was opened in one year never acts in another."""

    user: User
    round_group: RoundGroup
    scope: rules.Scope
    calendar: rules.Calendar

    @cached_property
    def units(self) -> list[Unit]:
        return list(rules.units_in(self.scope, self.round_group))

    @cached_property
    def tree(self) -> list[Criterion]:
        return criteria_queries.tree(self.round_group.criteria_set_id)

    @cached_property
    def leaves(self) -> list[Criterion]:
        return [row for row in self.tree if row.pk in self.scope.leaves]

    @property
    def stage(self) -> Stage | None:
        return self.calendar.stage

    def unit(self, code: str) -> Unit:
        return get_object_or_404(rules.units_in(self.scope, self.round_group), code=code)

    def leaf(self, code: str) -> Criterion:
        found = next((row for row in self.leaves if row.code == code), None)
        if found is None:
            raise Http404
        return found

    def cells(self, units: Sequence[Unit], leaves: Sequence[Criterion]) -> list[queries.GridCell]:
        """The cells of `units` × `leaves` that the person may see, in the order given."""
        sheet = queries.sheet(self.round_group, units, leaves, released=self.calendar.released)
        return [
            sheet.cell(unit, leaf, self.may_decide(unit, leaf))
            for unit in units
            for leaf in leaves
            if self.scope.shows(unit.pk, leaf.pk)
        ]

    def may_decide(self, unit: Unit, leaf: Criterion) -> bool:
        return rules.may_decide(self.user, self.stage, self.scope, unit.pk, leaf.pk)

    def address(self, name: str, *args: str, **query: str) -> str:
        """An address in this block and year; empty query values are left out."""
        path = reverse(f"appraisal:{name}", args=[self.round_group.group.code, *args])
        kept = {"nam": str(self.round_group.round.year), **{k: v for k, v in query.items() if v}}
        return f"{path}?{urlencode(kept)}"


def check_desk(request: HttpRequest) -> User:
    """The person, who must be on the council's side."""
    user = request.user
    if not isinstance(user, User) or not rules.has_desk(user):
        raise PermissionDenied
    return user


def place(request: HttpRequest, group: str) -> Place:
    """The block `group` of the round in view; 404 when there is none."""
    user = check_desk(request)
    current = criteria_queries.round_in_view(request)
    if current is None:
        raise Http404
    return standing_in(user, get_object_or_404(criteria_queries.round_groups(current), group__code=group))


def places(request: HttpRequest) -> list[Place]:
    """Every block of the round in view in which the person has something to see."""
    user = check_desk(request)
    current = criteria_queries.round_in_view(request)
    if current is None:
        return []
    found = [standing_in(user, block) for block in criteria_queries.round_groups(current).order_by("group__position")]
    return [here for here in found if here.scope.reads_all or any(part.leaves for part in here.scope.parts)]


def standing_in(user: User, round_group: RoundGroup) -> Place:
    return Place(user, round_group, rules.scope_of(user, round_group), rules.calendar(round_group))
