"""What is new on a cell since the council last decided or the last round was released, in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef

from appraisal import steps
from appraisal.models import Action, AppraisalEntry
from appraisal.rules.stages import Calendar
from criteria.models import RoundGroup, Stage
from criteria.tree import CellKey
from selfassess.evidence.queries import evidence_changes
from selfassess.models import SelfAssessment, SelfScore


class EntryStep(NamedTuple):
    """As much of a step as is needed here."""

    pk: int
    stage_id: int
    stage_kind: str
    action: str
    undoes_id: int | None
    at: datetime
    has_papers: bool


def by_cell(
    round_group: RoundGroup, units: Sequence[int], leaves: Sequence[int], *, now: Calendar
) -> dict[CellKey, tuple[str, ...]]:
    """The cells of `units` × `leaves` on which something changed. Two queries, up to three more where an
    assessment was reopened."""
    scores = _scores(round_group, units, leaves)
    papers = evidence_changes(round_group, units)
    history = _history(round_group, units, leaves)
    found = {cell: tuple(_words(rows, scores.get(cell), papers.get(cell), now)) for cell, rows in history.items()}
    return {cell: words for cell, words in found.items() if words}


def _history(round_group: RoundGroup, units: Sequence[int], leaves: Sequence[int]) -> Mapping[CellKey, list[EntryStep]]:
    papers = AppraisalEntry.documents.through.objects.filter(appraisalentry=OuterRef("pk")).order_by()
    rows = AppraisalEntry.objects.filter(
        appraisal__round_group=round_group, appraisal__unit__in=units, appraisal__criterion__in=leaves
    ).annotate(has_papers=Exists(papers))
    fields = ("appraisal__unit_id", "appraisal__criterion_id", *EntryStep._fields)
    found: dict[CellKey, list[EntryStep]] = {}
    for row in rows.order_by("appraisal_id", "sequence").values_list(*fields):
        found.setdefault((row[0], row[1]), []).append(EntryStep(*row[2:]))
    return found


def _scores(round_group: RoundGroup, units: Sequence[int], leaves: Sequence[int]) -> dict[CellKey, datetime]:
    """When the unit last changed a score that it has submitted."""
    rows = SelfScore.objects.filter(
        assessment__round_group=round_group,
        assessment__unit__in=units,
        assessment__state=SelfAssessment.State.SUBMITTED,
        criterion__in=leaves,
        updated_at__isnull=False,
    )
    found = rows.order_by().values_list("assessment__unit_id", "criterion_id", "updated_at")
    return {(unit, leaf): at for unit, leaf, at in found if at is not None}


def _words(history: Sequence[EntryStep], scored: datetime | None, papers: datetime | None, now: Calendar) -> list[str]:
    counting = steps.counting(history)
    said = []
    if counting and scored is not None and scored > counting[-1].at:
        said.append("đơn vị sửa điểm, số liệu hoặc giải trình cách chấm")
    if counting and papers is not None and papers > counting[-1].at:
        said.append("đơn vị đổi tài liệu kiểm chứng")
    replies = [step for step in history if step.stage_kind == Stage.Kind.REPLY]
    if replies:
        said.append(_reply(replies[-1], now))
    said += [
        f"{now.short(step.stage_id)} {_DONE[step.action]}" for step in counting[-1:] if now.is_later(step.stage_id)
    ]
    return said


_DONE: dict[str, str] = {Action.RECOGNISE: "công nhận", Action.ADJUST: "điều chỉnh"}


def _reply(step: EntryStep, now: Calendar) -> str:
    if step.action == Action.AGREE:
        return f"đơn vị đồng ý với {now.short(now.answers(step.stage_id))}"
    return "đơn vị giải trình, thêm tài liệu" if step.has_papers else "đơn vị giải trình"
