"""What is new on a cell since the council last decided or the last round was released, in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from appraisal import steps
from appraisal.models import Action
from appraisal.rules.stages import Calendar
from criteria.models import Stage
from criteria.tree import CellKey


class EntryStep(NamedTuple):
    """As much of a step as is needed here."""

    pk: int
    sequence: int
    stage_id: int
    stage_kind: str
    action: str
    undoes_id: int | None
    at: datetime
    has_papers: bool


def by_cell(
    history: Mapping[CellKey, Sequence[EntryStep]],
    scores: Mapping[CellKey, datetime],
    papers: Mapping[CellKey, datetime],
    *,
    corrected: Mapping[int, datetime],
    now: Calendar,
) -> dict[CellKey, tuple[str, ...]]:
    """The cells on which something changed, from the steps of each, and when the unit last changed its score and
    its evidence; `corrected`: by leaf, when its rule was. No query."""
    found = {
        cell: tuple(_words(rows, scores.get(cell), papers.get(cell), corrected.get(cell[1]), now))
        for cell, rows in history.items()
    }
    return {cell: words for cell, words in found.items() if words}


RULE_CORRECTED = "quy tắc chấm đã được đính chính sau khi thẩm định"


def _words(
    history: Sequence[EntryStep],
    scored: datetime | None,
    papers: datetime | None,
    corrected: datetime | None,
    now: Calendar,
) -> list[str]:
    counting = steps.counting(history)
    said = []
    if counting and scored is not None and scored > counting[-1].at:
        said.append("đơn vị sửa điểm, số liệu hoặc giải trình cách chấm")
    if counting and papers is not None and papers > counting[-1].at:
        said.append("đơn vị đổi tài liệu kiểm chứng")
    if counting and corrected is not None and corrected > counting[-1].at:
        said.append(RULE_CORRECTED)
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
