"""What was adjusted and released, as the units see it, with their answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from appraisal.models import Action, Appraisal, AppraisalEntry, Release
from appraisal.rules.stages import NO_SEQUEL, Calendar, Sequel, calendars
from criteria.models import Round, RoundGroup, Stage
from selfassess.models import SelfScore
from units.models import Unit, by_name


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
    sequel: Sequel

    @property
    def status(self) -> tuple[str, str]:
        if self.later is not None:
            return ("ok", "đã công nhận") if self.later.action == Action.RECOGNISE else ("low", "giữ điều chỉnh")
        if self.sequel.is_over:
            return "low", f"giữ kết quả {self.sequel.name}"
        if self.reply is None:
            return ("wait", "chưa trả lời") if self.sequel.reply else ("low", "điều chỉnh")
        if self.reply.action == Action.AGREE:
            return "ok", "đồng ý"
        return "wait", f"không đồng ý, chờ {self.sequel.waits_for}"

    @property
    def is_unanswered(self) -> bool:
        """Whether an answer is still asked for."""
        return bool(self.sequel.reply) and self.reply is None and self.later is None and not self.sequel.is_over


def calendars_of(current: Round | None, units: Iterable[Unit]) -> dict[int, Calendar]:
    """{block: its calendar in the round}, for the blocks of some units; three queries."""
    groups = {unit.group_id for unit in units}
    blocks = list(RoundGroup.objects.filter(round=current, group__in=groups).order_by("pk"))
    times = calendars(blocks)
    return {block.group_id: times[block.pk] for block in blocks}


def reply_rows(entries: QuerySet[AppraisalEntry]) -> list[ReplyRow]:
    """The adjusted criteria among released `entries`, in the order of units and printed codes."""
    found = entries.select_related(
        "stage",
        "actor",
        "reason",
        "undone_by",
        "appraisal__unit",
        "appraisal__criterion",
        "appraisal__round_group__round",
    ).prefetch_related("documents")
    by_cell: dict[int, list[AppraisalEntry]] = {}
    for entry in found.order_by(*by_name("appraisal__unit"), "appraisal__criterion__position", "appraisal", "sequence"):
        by_cell.setdefault(entry.appraisal_id, []).append(entry)
    own = _own_scores(group[0].appraisal for group in by_cell.values())
    times = calendars({group[0].appraisal.round_group for group in by_cell.values()})
    rows = (_reply_row(group, own, times[group[0].appraisal.round_group_id]) for group in by_cell.values())
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


def _reply_row(group: list[AppraisalEntry], own: OwnScores, now: Calendar) -> ReplyRow | None:
    """None for a cell the council took as it was."""
    council = [entry for entry in group if entry.stage_kind != Stage.Kind.REPLY]
    if all(entry.action != Action.ADJUST for entry in council):
        return None
    first = _answered(council, now)
    later = council[-1] if council[-1] is not first else None
    sequel = now.sequels.get(first.stage_id, NO_SEQUEL)
    replies = [entry for entry in group if entry.stage_kind == Stage.Kind.REPLY and entry.stage_id == sequel.reply]
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
        sequel=sequel,
    )


def _answered(council: list[AppraisalEntry], now: Calendar) -> AppraisalEntry:
    """The decision that the unit answers: the last adjustment of an appraisal that a reply follows; where none of
    them adjusted, what the first of them said; else the first adjustment there is."""
    asking = {entry.stage_id: entry for entry in council if now.reply_to(entry.stage_id) is not None}
    adjusted = [entry for entry in asking.values() if entry.action == Action.ADJUST]
    found = [*adjusted[-1:], *asking.values()]
    return found[0] if found else next(entry for entry in council if entry.action == Action.ADJUST)


def releases_to(units: Iterable[Unit], round_: Round | None) -> QuerySet[Release]:
    """The stages of the round that were released to the blocks of these units."""
    groups = {unit.group_id for unit in units}
    return Release.objects.filter(round_group__round=round_, round_group__group__in=groups)
