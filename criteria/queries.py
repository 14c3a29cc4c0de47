"""Reads of rounds, phases and trees with a constant number of queries."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest

from cchc_index.lib import clock
from units.models import Unit

from .models import Criterion, Extension, Phase, Round, RoundGroup


def rounds() -> QuerySet[Round]:
    return Round.objects.order_by("-year")


def round_in_view(request: HttpRequest) -> Round | None:
    """The round the person looks at: `?nam=` in the address, else the one kept in the session, else where
    the work is (people with an account) or the newest one (the public). Reading writes nothing: the
    switch view keeps the choice."""
    kept = getattr(request, "_round_in_view", False)
    if kept is not False:
        return kept  # type: ignore[return-value]
    wanted = request.GET.get("nam") or request.session.get("year")
    everything = list(Round.objects.prefetch_related("phases").order_by("-year"))
    chosen = next((r for r in everything if str(r.year) == str(wanted)), None)
    chosen = chosen or _default(everything, at_work=request.user.is_authenticated)
    request._round_in_view = chosen  # type: ignore[attr-defined]
    request._all_rounds = everything  # type: ignore[attr-defined]
    return chosen


def show_year(request: HttpRequest, year: int) -> Round | None:
    """For a page whose address names its year: the frame shows that round, whatever was chosen before."""
    round_in_view(request)
    found = next((r for r in request._all_rounds if r.year == year), None)  # type: ignore[attr-defined]
    request._round_in_view = found  # type: ignore[attr-defined]
    return found


def _default(everything: list[Round], *, at_work: bool) -> Round | None:
    open_now = [r for r in everything if phase_now(r)] if at_work else []
    begun = [r for r in everything if r.phases.all()]
    return next(iter([*open_now, *begun, *everything]), None)


def phase_now(current: Round | None, kinds: Collection[Phase.Kind] = ()) -> Phase | None:
    """The phase of the year that is open now, in the order of the year, first among `kinds` (those a person
    works in). The survey runs beside the others: only who asks for it sees it."""
    if current is None:
        return None
    at = clock.now()
    order = list(Phase.Kind)
    phases = sorted(current.phases.all(), key=lambda p: order.index(Phase.Kind(p.kind)))
    found = [p for p in phases if clock.is_open(p.opens_at, p.closes_at, at)]
    own = (p for p in found if p.kind in kinds)
    return next(own, None) or next((p for p in found if p.kind != Phase.Kind.SURVEY), None)


def phase(round_: Round, kind: Phase.Kind) -> Phase | None:
    return Phase.objects.filter(round=round_, kind=kind).first()


def closing(round_: Round, kind: Phase.Kind, unit: Unit) -> datetime | None:
    """The closing instant for one unit: its extension, else the phase's own; None when unlimited."""
    found = phase(round_, kind)
    if found is None:
        return None
    return found.closes_for(Extension.objects.filter(phase=found, unit=unit).first())


def is_open_for(round_: Round, kind: Phase.Kind, unit: Unit, at: datetime) -> bool:
    """Whether `unit` may act in the phase at `at`. A round without that phase is not open."""
    found = phase(round_, kind)
    if found is None:
        return False
    extension = Extension.objects.filter(phase=found, unit=unit).first()
    return clock.is_open(found.opens_at, found.closes_for(extension), at)


def is_open(round_: Round, kind: Phase.Kind, at: datetime) -> bool:
    found = phase(round_, kind)
    return found is not None and clock.is_open(found.opens_at, found.closes_at, at)


def tree(criteria_set_id: int) -> list[Criterion]:
    """Every row of a set in printed order, one query."""
    return list(Criterion.objects.filter(criteria_set_id=criteria_set_id).order_by("position"))


def leaves(criteria_set_id: int, sources: Iterable[str] | None = None) -> QuerySet[Criterion]:
    found = Criterion.objects.filter(criteria_set_id=criteria_set_id, is_leaf=True).order_by("position")
    return found if sources is None else found.filter(source__in=list(sources))


def units_of(round_group: RoundGroup) -> QuerySet[Unit]:
    """The units measured: those of the block that exist at the end of the assessed period."""
    period = round_group.round
    return round_group.group.units.valid_between(period.assessed_from, period.assessed_to).order_by("code")


def round_groups(round_: Round) -> QuerySet[RoundGroup]:
    return RoundGroup.objects.filter(round=round_).select_related("round", "group", "criteria_set__decision")
