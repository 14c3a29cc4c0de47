"""Reads of a year's stages with a constant number of queries."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import PROTECT, ManyToOneRel, QuerySet

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.prepared import Prepared, columns, instances
from cchc_index.lib.text import clean
from criteria import course
from criteria.models import Extension, Round, Stage
from units.models import UNITS_BY_NAME, Unit


def stages(round_id: int) -> list[Stage]:
    """The whole calendar in its order, the archive among it; one query."""
    return list(Stage.objects.filter(round=round_id).order_by("position", "pk"))


def timed(round_: Round) -> QuerySet[Stage]:
    """The stages that hours open and close: all but the archive, which is written whenever a file comes."""
    return timed_in(round_.pk)


def timed_in(round_id: int) -> QuerySet[Stage]:
    """`timed` by the key of the round."""
    return Stage.objects.filter(round=round_id).exclude(kind=Stage.Kind.ARCHIVE).order_by("position", "pk")


def stage(round_: Round, kind: Stage.Kind) -> Stage | None:
    """The stage of a kind of which a year has one: self-assessment, survey, publication, archive."""
    return Stage.objects.filter(round=round_, kind=kind).order_by("position", "pk").first()


def named(round_: Round, name: str) -> Stage | None:
    return timed(round_).select_related("round").filter(name=name).first()


def require_named(round_: Round, name: str) -> Stage:
    """The stage of the round with this name. Raises Refused for an unknown name, with the names that the round has."""
    stage = named(round_, name)
    if stage is None:
        names = ", ".join(timed(round_).values_list("name", flat=True))
        known = f"các giai đoạn: {names}" if names else "kỳ này chưa có giai đoạn nào"
        raise Refused(f"Kỳ {round_.year} không có giai đoạn “{clean(name)[:40]}”; {known}.")
    return stage


def round_of(year: int) -> Round:
    """The round of a year. Raises Refused for a year without one, with the years that have one."""
    round_ = Round.objects.filter(year=year).first()
    if round_ is None:
        years = ", ".join(map(str, Round.objects.order_by("year").values_list("year", flat=True)))
        known = f"các kỳ đã có: {years}" if years else "hệ thống chưa có kỳ đánh giá nào"
        raise Refused(f"Không có kỳ {year}; {known}.")
    return round_


def closing(stage: Stage | None, unit: Unit) -> datetime | None:
    """The closing instant for one unit: its extension, else the stage's own; None when unlimited."""
    if stage is None:
        return None
    return stage.closes_for(Extension.objects.filter(stage=stage, unit=unit).first())


def is_open_for(stage: Stage | None, unit: Unit, at: datetime) -> bool:
    """Whether `unit` may act in the stage at `at`. A stage that is not there, or not set, is not open."""
    if stage is None or not stage.is_set:
        return False
    extension = Extension.objects.filter(stage=stage, unit=unit).first()
    return clock.is_open(stage.opens_at, stage.closes_for(extension), at)


def used(round_id: int) -> set[int]:
    """The stages that somebody's work already rests on: whatever refers to a stage and protects it. A query for
    each kind of record."""
    stage_ids: set[int] = set()
    for relation in Stage._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and relation.on_delete is PROTECT:
            name = relation.field.name
            rows = relation.related_model._base_manager.filter(**{f"{name}__round": round_id}).order_by()
            stage_ids.update(rows.values_list(f"{name}_id", flat=True).distinct())
    return stage_ids


def contradictions(stage: Stage) -> list[str]:
    """Sentences for every other stage of the course that lies wholly on the wrong side of this one."""
    if stage.kind in course.ASIDE:
        return []
    rows = [one for one in stages(stage.round_id) if one.pk != stage.pk and one.kind not in course.ASIDE]
    pairs = [(one, stage) if one.position < stage.position else (stage, one) for one in rows]
    return [
        f"{later.title} đóng trước khi {earlier.title} mở."
        for earlier, later in pairs
        if earlier.opens_at and later.closes_at and later.closes_at <= earlier.opens_at
    ]


class StageLine(NamedTuple):
    """One stage as the control room shows it, with who has more time."""

    stage: Stage
    extensions: list[Extension]


def stage_lines(round_: Round) -> list[StageLine]:
    """The calendar of a year without the archive; two queries."""
    more: dict[int, list[Extension]] = {}
    for row in _EXTENSIONS.rows(round_=round_.pk):
        extension, extension.unit = instances(row, Extension, Unit)
        more.setdefault(extension.stage_id, []).append(extension)
    rows = [instances(row, Stage)[0] for row in _TIMED.rows(round_=round_.pk)]
    return [StageLine(stage, more.get(stage.pk, [])) for stage in rows]


_TIMED = Prepared(lambda round_: timed_in(round_).values_list(*columns(Stage)))
_EXTENSIONS = Prepared(
    lambda round_: (
        Extension.objects.filter(stage__round=round_)
        .order_by("stage_id", *(f"unit__{name}" for name in UNITS_BY_NAME))
        .values_list(*columns(Extension), *columns(Unit, "unit__"))
    )
)
