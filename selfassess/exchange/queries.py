"""Reads of the exchange: which system a token is, how often it called, what it gave, what stands beside a score."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.db.models import QuerySet

from cchc_index.lib import clock, numbers
from criteria import scoring
from criteria.models import Criterion, Round, RoundGroup, Source
from selfassess.models import SourceFigure, SourceSystem
from units.auditlog.models import LogEntry
from units.models import Unit

from .digests import CALLS, token_digest
from .shapes import FieldShape, KeptFigure

PAGE = 500


def systems() -> QuerySet[SourceSystem]:
    return SourceSystem.objects.select_related("proposed_by", "confirmed_by", "revoked_by")


def system_of(token: str) -> SourceSystem | None:
    """The system whose token this is, while its door is open."""
    found = SourceSystem.objects.filter(digest=token_digest(token), state=SourceSystem.State.ACTIVE)
    return found.filter(ends_on__gte=clock.today()).first()


def calls_since(system: SourceSystem, moment: datetime) -> int:
    """How often the system called, by the log."""
    own = LogEntry.objects.filter(object_type=system._meta.label_lower, object_id=str(system.pk))
    return own.filter(verb__in=CALLS, at__gte=moment).count()


def calls_of_the_last_minute(system: SourceSystem) -> int:
    return calls_since(system, clock.now() - timedelta(minutes=1))


def has_year(year: int) -> bool:
    return Round.objects.filter(year=year).exists()


def fields_of(year: int) -> list[FieldShape]:
    """Every figure that the year's sets ask of units."""
    blocks = RoundGroup.objects.filter(round__year=year).select_related("group").order_by("group__position", "pk")
    return [
        {
            "group": block.group.code,
            "criterion": leaf.code,
            "name": leaf.name,
            "field": field.key,
            "label": field.label,
            "unit": field.unit,
        }
        for block in blocks
        for leaf in leaves_of(block)
        for field in number_fields(leaf)
    ]


def number_fields(leaf: Criterion) -> list[scoring.Field]:
    """The figures of a leaf that are numbers: what another system may know."""
    return [field for field in scoring.fields(leaf.rule) if field.kind == "number"]


def leaves_of(block: RoundGroup) -> QuerySet[Criterion]:
    found = Criterion.objects.filter(criteria_set=block.criteria_set_id, is_leaf=True, source=Source.SELF)
    return found.order_by("position")


def page_of(system: SourceSystem, year: int, after: int) -> list[KeptFigure]:
    """What the system gave for a year, in the order of arrival; one more than a page tells that there is another."""
    rows = SourceFigure.objects.filter(system=system, round_group__round__year=year, pk__gt=after)
    rows = rows.select_related("round_group__group", "unit", "criterion").order_by("pk")
    return [
        {
            "number": row.pk,
            "reference": row.reference,
            "group": row.round_group.group.code,
            "unit": row.unit.code,
            "criterion": row.criterion.code,
            "field": row.field,
            "value": numbers.exact_text(row.value) or "",
            "as_of": row.as_of.isoformat(),
            "source": row.source,
            "received_at": row.received_at.isoformat(),
        }
        for row in rows[: PAGE + 1]
    ]


@dataclass(frozen=True, slots=True)
class Beside:
    """A figure of another system beside what the unit declared."""

    label: str
    value: str
    system: str
    source: str
    as_of: datetime
    declared: str
    """"" where the unit declared nothing."""
    differs: bool


def beside(round_group: RoundGroup, unit: Unit, leaf: Criterion, declared: Mapping[str, object]) -> list[Beside]:
    """The newest figure of each system for each field of the leaf, in the order of the rule. One query."""
    rows = SourceFigure.objects.filter(round_group=round_group, unit=unit, criterion=leaf).select_related("system")
    newest = {(row.field, row.system_id): row for row in rows.order_by("as_of", "pk")}
    asked = scoring.fields(leaf.rule) if newest else []
    return [
        _beside(field, row, _number(declared.get(field.key)))
        for field in asked
        for row in newest.values()
        if row.field == field.key
    ]


def _beside(field: scoring.Field, row: SourceFigure, own: Decimal | None) -> Beside:
    def shown(value: Decimal) -> str:
        return f"{numbers.vn_short(value)} {field.unit}".strip()

    return Beside(
        label=field.label,
        value=shown(row.value),
        system=row.system.name,
        source=row.source,
        as_of=row.as_of,
        declared="" if own is None else shown(own),
        differs=own != row.value,
    )


def _number(given: object) -> Decimal | None:
    try:
        return Decimal(str(given)) if given not in (None, "") else None
    except InvalidOperation:
        return None
