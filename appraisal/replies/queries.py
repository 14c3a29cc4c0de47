"""What was adjusted and released, as the units see it, with their answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from appraisal.models import Action, Appraisal, AppraisalEntry, Release, Stage
from criteria.models import Round
from selfassess.models import SelfScore
from units.models import Unit


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One adjusted criterion as its unit sees it: released steps and its own replies only."""

    appraisal: Appraisal
    self_points: Decimal | None
    na_claimed: bool
    first: AppraisalEntry
    later: AppraisalEntry | None
    reply: AppraisalEntry | None
    entries: tuple[AppraisalEntry, ...]
    round2_over: bool

    @property
    def status(self) -> tuple[str, str]:
        if self.later is not None:
            return ("ok", "đã công nhận") if self.later.action == Action.RECOGNISE else ("low", "giữ điều chỉnh")
        if self.round2_over:
            return "low", "giữ kết quả lần 1"
        if self.reply is None:
            return "wait", "chưa trả lời"
        return ("ok", "đồng ý") if self.reply.action == Action.AGREE else ("wait", "không đồng ý, chờ lần 2")


def reply_rows(entries: QuerySet[AppraisalEntry]) -> list[ReplyRow]:
    """The adjusted criteria among released `entries`, in the order of units and printed codes."""
    found = entries.select_related(
        "actor", "reason", "undone_by", "appraisal__unit", "appraisal__criterion", "appraisal__round_group__round"
    ).prefetch_related("documents")
    by_cell: dict[int, list[AppraisalEntry]] = {}
    for entry in found.order_by("appraisal__unit__code", "appraisal__criterion__position", "appraisal", "sequence"):
        by_cell.setdefault(entry.appraisal_id, []).append(entry)
    own = _own_scores(group[0].appraisal for group in by_cell.values())
    over = set(Release.objects.filter(stage=Stage.ROUND2).values_list("round_group_id", flat=True))
    rows = (_reply_row(group, own, group[0].appraisal.round_group_id in over) for group in by_cell.values())
    return [row for row in rows if row is not None]


OwnScores = dict[tuple[int, int, int], tuple[Decimal | None, bool]]


def _own_scores(appraisals: Iterable[Appraisal]) -> OwnScores:
    """By block, unit and criterion: two rounds may share a criteria set."""
    wanted = list(appraisals)
    rows = SelfScore.objects.filter(
        assessment__round_group__in={a.round_group_id for a in wanted},
        assessment__unit__in={a.unit_id for a in wanted},
    ).order_by("pk")
    fields = ("assessment__round_group_id", "assessment__unit_id", "criterion_id", "points", "na_claimed")
    return {row[:3]: row[3:] for row in rows.values_list(*fields)}


def _reply_row(group: list[AppraisalEntry], own: OwnScores, round2_over: bool) -> ReplyRow | None:
    """None for a cell the council took as it was."""
    council = [entry for entry in group if entry.stage != Stage.EXPLANATION]
    adjusted = [entry for entry in council if entry.action == Action.ADJUST]
    if not adjusted:
        return None
    first = next((e for e in reversed(council) if e.stage == Stage.ROUND1), adjusted[0])
    later = council[-1] if council[-1] is not first else None
    replies = [entry for entry in group if entry.stage == Stage.EXPLANATION]
    cell = first.appraisal
    points, claimed = own.get((cell.round_group_id, cell.unit_id, cell.criterion_id), (None, False))
    return ReplyRow(
        appraisal=first.appraisal,
        self_points=points,
        na_claimed=claimed,
        first=first,
        later=later,
        reply=replies[-1] if replies else None,
        entries=tuple(group),
        round2_over=round2_over,
    )


def releases_to(units: Iterable[Unit], round_: Round | None) -> QuerySet[Release]:
    """The stages of the round that were released to the blocks of these units."""
    groups = {unit.group_id for unit in units}
    return Release.objects.filter(round_group__round=round_, round_group__group__in=groups)
