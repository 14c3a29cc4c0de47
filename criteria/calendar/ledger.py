"""The proof of the calendar: hours, words and extensions are those that somebody set last, as the log has it.

What decides whether a unit was in time must not be moved in silence. A stage of which the log says nothing is left out:
years from before the log knew the calendar have such stages.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import Model

from criteria.models import Extension, Round, Stage
from units.auditlog.models import LogEntry

from .actions import VERB_ADD, VERB_CHANGE, VERB_EXTEND, VERB_MOVE, VERB_ROUND, VERB_SET

VERBS = (VERB_ADD, VERB_CHANGE, VERB_EXTEND, VERB_ROUND, VERB_SET, "admin_add", "admin_change")
PROVED: dict[type[Model], tuple[str, ...]] = {
    Stage: ("opens_at", "closes_at", "name", "title", "kind", "two_opinions", "report_required"),
    Extension: ("closes_at", "reason", "unit", "granted_by"),
    Round: ("assessed_from", "assessed_to", "plan_number", "plan_date"),
}


def check() -> Iterator[str]:
    """Vietnamese sentences for every stage, extension and year that is not as the log says; none when all agree. Six
    queries."""
    yield from _check_orders()
    logged = _replay()
    for model, names in PROVED.items():
        for row in model._default_manager.order_by("pk").iterator(2000):
            facts = logged.get((model._meta.label_lower, row.pk))
            if facts is None:
                if isinstance(row, Extension):
                    yield f"Gia hạn số {row.pk}: nhật ký không ghi ai cho phép."
                continue
            fields = [field for field in model._meta.concrete_fields if field.name in names and field.name in facts]
            differs = [field for field in fields if not _same(facts[field.name], field.value_from_object(row))]
            if differs:
                words = ", ".join(str(field.verbose_name) for field in differs)
                yield f"{str(model._meta.verbose_name).capitalize()} số {row.pk}: {words} khác với nhật ký."


def _check_orders() -> Iterator[str]:
    """The stages of a year follow one another as the log had them last. An entry of a stage that was taken out says
    nothing: the order of those that stand is in an earlier one too."""
    standing: dict[Round, list[Stage]] = {}
    for stage in Stage.objects.select_related("round").order_by("round_id", "position", "pk").iterator(2000):
        standing.setdefault(stage.round, []).append(stage)
    homes = {stage.pk: round_ for round_, stages in standing.items() for stage in stages}
    logged: dict[Round, list[str]] = {}
    verbs, kind = (VERB_ADD, VERB_MOVE, VERB_SET), Stage._meta.label_lower
    for entry in LogEntry.objects.filter(verb__in=verbs, object_type=kind).order_by("number").iterator(2000):
        order = entry.after.get("order") if isinstance(entry.after, dict) else None
        if order and (home := homes.get(int(entry.object_id))):
            logged[home] = order
    for round_, names in logged.items():
        now = [stage.name for stage in standing[round_] if stage.name in names]
        places = {stage.position for stage in standing[round_]}
        if now != [name for name in names if name in now] or len(places) < len(standing[round_]):
            yield f"{round_}: thứ tự các giai đoạn khác với nhật ký."


def _replay() -> dict[tuple[str, int], dict[str, Any]]:
    """By model and key what was written last of each field."""
    labels = {model._meta.label_lower for model in PROVED}
    found: dict[tuple[str, int], dict[str, Any]] = {}
    rows = LogEntry.objects.filter(verb__in=VERBS, object_type__in=labels).order_by("number")
    for entry in rows.iterator(2000):
        after = entry.after if isinstance(entry.after, dict) else {}
        if entry.verb == VERB_EXTEND:
            after = {**after, "reason": entry.reason, "unit": entry.unit_id, "granted_by": entry.actor_id}
        found.setdefault((entry.object_type, int(entry.object_id)), {}).update(after)
    return found


def _same(logged: Any, value: Any) -> bool:
    """Moments are the same on whatever clock they are written."""
    if isinstance(value, date) and isinstance(logged, str):
        try:
            read = datetime.fromisoformat(logged)
        except ValueError:
            return False
        return read == value if isinstance(value, datetime) else read.date() == value
    return bool(logged == value)
