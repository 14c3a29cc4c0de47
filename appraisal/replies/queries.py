"""What was adjusted and released, as the units see it, with their answers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.urls import reverse

from appraisal.models import Action, Appraisal, AppraisalEntry, Release, ReplyDraft, ReplyReceipt
from appraisal.rules import answering, reading
from appraisal.rules.stages import NO_SEQUEL, Calendar, Sequel, calendars
from cchc_index.lib import clock
from cchc_index.lib.numbers import vn_signed
from criteria.calendar import queries as criteria_calendar
from criteria.models import Round, RoundGroup, Stage
from selfassess.lifecycle.council import WaitingWork
from selfassess.models import Document, SelfScore
from units import rules as people
from units.models import Unit, User, by_name


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
    draft: ReplyDraft | None

    @property
    def difference(self) -> str:
        """What the adjustment took or gave, with its sign; "" where one side has no points."""
        if self.first.points is None or self.self_points is None:
            return ""
        return vn_signed(self.first.points - self.self_points)

    @property
    def is_sent(self) -> bool:
        """Whether the council has what the unit prepared."""
        if self.draft is None or self.reply is None:
            return self.draft is None
        papers = ({paper.pk for paper in side.documents.all()} for side in (self.draft, self.reply))
        said = (self.draft.answer, self.draft.comment) == (self.reply.action, self.reply.comment)
        return said and next(papers) == next(papers)

    @property
    def prepared(self) -> str:
        """How far the answer is, before it is sent; "" when nothing waits to be sent."""
        if not self.sequel.reply or self.draft is None or self.is_sent:
            return ""
        if not self.draft.answer:
            return "đang soạn"
        lacking = "" if self.draft.is_whole else ", thiếu giải trình"
        return f"đã soạn: {self.draft.get_answer_display()}{lacking}, chưa gửi"

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


def blocks_of(units: QuerySet[Unit]) -> QuerySet[RoundGroup]:
    """The blocks, of every round, that these units stand in."""
    return RoundGroup.objects.filter(group__in=units.order_by().values("group"))


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
    drafts = {draft.appraisal_id: draft for draft in _drafts().filter(appraisal__in=by_cell)}
    rows = (
        _reply_row(group, own, times[group[0].appraisal.round_group_id], drafts.get(pk))
        for pk, group in by_cell.items()
    )
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


def _drafts() -> QuerySet[ReplyDraft]:
    rows = ReplyDraft.objects.select_related("updated_by", "appraisal__stage", "appraisal__unit")
    rows = rows.select_related("appraisal__criterion", "appraisal__round_group__round", "appraisal__round_group__group")
    return rows.prefetch_related("documents").order_by("appraisal__criterion__position", "pk")


def drafts_of(round_group_id: int, unit_id: int) -> QuerySet[ReplyDraft]:
    """What a unit has prepared, in the order of its criteria."""
    return _drafts().filter(appraisal__round_group=round_group_id, appraisal__unit=unit_id)


def waiting(round_group: RoundGroup, unit: Unit) -> Iterator[WaitingWork]:
    """What the unit reads on its first page: adjusted criteria that wait for its answer."""
    rows = reply_rows(reading.entries_open_to_units([unit.pk]).filter(appraisal__round_group=round_group))
    asked = [row for row in rows if row.is_unanswered and answering.reply_due(row.appraisal)]
    if not asked:
        return
    stage = Stage.objects.filter(pk=asked[0].sequel.reply).first()
    closes = criteria_calendar.closing(stage, unit)
    until = f", hạn {clock.in_words(closes)}" if closes else ""
    yield WaitingWork(
        f"{len(asked)} tiêu chí bị điều chỉnh chờ đơn vị trả lời{until}",
        f"{reverse('appraisal:replies')}?nam={round_group.round.year}",
    )


def receipts_visible_to(user: User) -> QuerySet[ReplyReceipt]:
    """The receipts of the person's own units."""
    rows = ReplyReceipt.objects.filter(unit__in=people.units_where(user, *answering.UNIT_ROLES))
    return rows.select_related("unit", "sent_by", "round_group__round")


def documents_named(unit_id: int, keys: Iterable[int]) -> QuerySet[Document]:
    """Those of the unit's documents that a form names."""
    return Document.objects.filter(pk__in=list(keys), unit=unit_id).order_by("-uploaded_at", "-pk")


def own_score(cell: Appraisal) -> SelfScore | None:
    """What the unit itself declared on the criterion."""
    rows = SelfScore.objects.filter(
        assessment__round_group=cell.round_group_id, assessment__unit=cell.unit_id, criterion=cell.criterion_id
    )
    return rows.order_by("pk").first()


def receipts_of(units: Iterable[Unit], round_: Round | None) -> QuerySet[ReplyReceipt]:
    """What these units have sent, the last first."""
    rows = ReplyReceipt.objects.filter(unit__in=list(units), round_group__round=round_)
    return rows.select_related("unit", "sent_by", "stage", "round_group__round").order_by("-sent_at", "-pk")


def _reply_row(group: list[AppraisalEntry], own: OwnScores, now: Calendar, draft: ReplyDraft | None) -> ReplyRow | None:
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
        draft=draft,
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
