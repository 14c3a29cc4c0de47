"""What stands out in the appraisal of a block: moves worth a second look, and what happened after a stage
was released or an assessment submitted. Reads with a constant number of queries."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from appraisal.consistency import outliers
from appraisal.consistency.outliers import CellValue, Concentration, Move
from appraisal.core import digests as core_digests
from appraisal.models import Release
from cchc_index.lib import clock
from cchc_index.lib.numbers import vn, vn_percent
from cchc_index.lib.prepared import Prepared
from cchc_index.lib.workdays import holiday_name, is_workday
from criteria.calendar.actions import VERB_SET
from criteria.models import Criterion, Extension, Stage
from selfassess.models import SelfAssessment, SelfScore, Transition
from units.auditlog.models import LogEntry
from units.models import Unit, User

from .report import Findings

INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Names:
    """Who and what the numbers of a report stand for."""

    units: Mapping[int, Unit]
    criteria: Mapping[int, Criterion]
    people: Mapping[int, User]


def names(report: Findings, units: Iterable[Unit], criteria: Iterable[Criterion]) -> Names:
    """One query, for the people."""
    people = User.objects.in_bulk(report.members)
    return Names({u.pk: u for u in units}, {c.pk: c for c in criteria}, people)


class MoveLine(NamedTuple):
    """One move as the page shows it."""

    unit: Unit
    criterion: Criterion
    member: User | None
    at: datetime
    stage: str
    change: str
    note: str


@dataclass(frozen=True)
class Section:
    """Moves of one kind; the first are drawn as `shown`."""

    title: str
    hint: str
    moves: Sequence[Move]
    shown: Sequence[MoveLine]

    most = 30

    @property
    def total(self) -> int:
        return len(self.moves)


class Event(NamedTuple):
    """Something else than a move: a release taken back, an assessment reopened, a deadline moved."""

    at: datetime
    who: str
    what: str
    unit: Unit | None
    reason: str
    criterion: Criterion | None = None


@dataclass(frozen=True)
class MemberShare:
    """One person made most of the moves at a unit."""

    unit: Unit
    member: User
    concentration: Concentration

    @property
    def elsewhere(self) -> str:
        return vn_percent(self.concentration.elsewhere, 0)


@dataclass(frozen=True)
class Oversight:
    sections: list[Section]
    shares: list[MemberShare]
    events: list[Event]
    moves: int = 0
    quiet: list[str] = field(default_factory=list)
    """The titles of what was looked for and not found."""

    @property
    def count(self) -> int:
        return sum(one.total for one in self.sections) + len(self.shares) + len(self.events)


def oversight(report: Findings, known: Names, stages: Mapping[str, Stage]) -> Oversight:
    """Everything worth a second look; at most eight queries."""
    block = report.round_group_id
    released, events = _releases(block, stages)
    drawn = _sections(
        report, known, _windows(stages, released), {stage: min(at) for stage, at in released.items()}, stages
    )
    shares = [
        MemberShare(known.units[one.unit], known.people[one.member], one)
        for one in outliers.concentrations(report.moves)
        if one.member in known.people
    ]
    events += [*_reopened(block, known), *_extended(stages, known), *_moved_deadlines(stages)]
    return Oversight(
        sections=[one for one in drawn if one.total],
        shares=shares,
        events=sorted(events, key=lambda one: one.at, reverse=True),
        moves=len(report.moves),
        quiet=[one.title for one in drawn if not one.total],
    )


def working_hours() -> outliers.Hours:
    return outliers.Hours(*settings.APPRAISAL_HOURS, is_workday, clock.HANOI)


class Window(NamedTuple):
    """The hour before an instant of a stage."""

    words: str
    stage: str
    end: datetime


def _windows(stages: Mapping[str, Stage], released: Mapping[str, list[datetime]]) -> list[Window]:
    found = []
    for stage in stages.values():
        if stage.kind == Stage.Kind.APPRAISAL and stage.closes_at is not None:
            found.append(Window(f"giờ cuối trước hạn đóng {stage.title}", stage.name, stage.closes_at))
    for name, instants in released.items():
        found += [Window(f"giờ trước khi thông báo kết quả {_title(stages, name)}", name, at) for at in instants]
    return found


def _title(stages: Mapping[str, Stage], name: str) -> str:
    """What a stage is called; its name in the log where the year no longer has it."""
    return stages[name].title if name in stages else name


def _sections(
    report: Findings,
    known: Names,
    windows: Sequence[Window],
    first_released: Mapping[str, datetime],
    stages: Mapping[str, Stage],
) -> list[Section]:
    moves, hours = report.moves, working_hours()

    def _section(title: str, hint: str, moved: Sequence[Move], note: Callable[[int], str] = _nothing) -> Section:
        shown = [
            _drawn(move, report, known, _title(stages, move.step.stage), note(at))
            for at, move in enumerate(moved[: Section.most])
        ]
        return Section(title, hint, moved, shown)

    late, why_late = _late(moves, windows)
    again = [move for rows in report.often for move in rows]
    outside, others = outliers.after_hours(moves, hours), outliers.by_another(moves)
    span = f"{hours.start:%H:%M}–{hours.end:%H:%M}"
    return [
        _section(
            "Đổi điểm trong giờ cuối",
            "Trong một giờ trước hạn đóng, trước khi thông báo kết quả, hoặc vừa qua.",
            late,
            why_late.__getitem__,
        ),
        _section(
            "Sửa kết quả của người khác",
            "Người ghi bước này không phải người đã quyết định trước đó.",
            others,
            lambda at: _former(others[at], known),
        ),
        _section(
            "Tiêu chí của một đơn vị bị đổi điểm nhiều lần trong một giai đoạn",
            "Xếp trước là nơi bị đổi điểm nhiều lần nhất.",
            again,
        ),
        _section(
            "Đổi điểm ngoài giờ làm việc",
            f"Ngoài {span} ngày làm việc, giờ Hà Nội: thứ Hai đến thứ Sáu, trừ ngày nghỉ lễ và kể cả ngày làm bù.",
            outside,
            lambda at: _day(clock.hanoi(outside[at].step.at).date()),
        ),
        _section(
            "Đổi điểm sau khi đã thông báo kết quả cho đơn vị",
            "Ghi vào giai đoạn sau lần thông báo đầu tiên của giai đoạn đó (đã thu hồi thông báo).",
            outliers.after_release(moves, first_released),
        ),
    ]


def _nothing(_at: int) -> str:
    return ""


def _late(moves: Sequence[Move], windows: Sequence[Window]) -> tuple[list[Move], list[str]]:
    """The moves that lie in a window, or in the hour that has just gone by, and these in words."""
    found: dict[int, list[str]] = {}
    for window in windows:
        for at in outliers.hour_before(moves, window.end):
            if moves[at].step.stage == window.stage:
                found.setdefault(at, []).append(window.words)
    for at in outliers.just_now(moves, clock.now() + INSTANT):
        found.setdefault(at, []).append("trong một giờ vừa qua")
    places = sorted(found)
    return [moves[at] for at in places], ["; ".join(found[at]) for at in places]


def _former(move: Move, known: Names) -> str:
    former = known.people.get(move.former or 0)
    return f"trước đó do {former} quyết định" if former else ""


def _day(day: date) -> str:
    return ", ".join(filter(None, (DAYS[day.weekday()], holiday_name(day))))


DAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


def _drawn(move: Move, report: Findings, known: Names, stage: str, note: str) -> MoveLine:
    step = move.step
    own = report.own.get(step.cell)
    before = _words(move.before) if move.before else f"tự đánh giá {_words(own)}"
    return MoveLine(
        known.units[step.unit],
        known.criteria[step.criterion],
        known.people.get(step.member or 0),
        step.at,
        stage,
        f"{before} → {_words(move.after) if move.after else 'chờ thẩm định'}",
        note,
    )


def _words(value: CellValue | None) -> str:
    if value is None or (value.points is None and not value.not_applicable):
        return "chưa chấm"
    return "không áp dụng" if value.not_applicable else vn(value.points)


def _releases(block: int, stages: Mapping[str, Stage]) -> tuple[dict[str, list[datetime]], list[Event]]:
    """When each stage was released, withdrawn releases included, and the withdrawals. Two queries."""
    released: dict[str, set[datetime]] = {}
    for stage, at in _RELEASED.rows(block=block):
        released.setdefault(stage, set()).add(at)
    mine: set[str] = set()
    events = []
    log = LogEntry.objects.filter(verb__in=(core_digests.VERB_RELEASE, core_digests.VERB_WITHDRAW_RELEASE)).order_by(
        "number"
    )
    for entry in log:
        kept = entry.after or {}
        if entry.verb == core_digests.VERB_RELEASE and kept.get("round_group") == block:
            mine.add(entry.object_id)
            released.setdefault(kept["stage"], set()).add(datetime.fromisoformat(f"{kept['at']}+00:00"))
        elif entry.verb == core_digests.VERB_WITHDRAW_RELEASE and entry.object_id in mine:
            stage = _title(stages, (entry.before or {})["stage"])
            events.append(Event(entry.at, entry.actor_name, f"thu hồi thông báo kết quả {stage}", None, entry.reason))
    return {stage: sorted(at) for stage, at in released.items()}, events


_RELEASED = Prepared(
    lambda block: Release.objects.filter(round_group=block).order_by("pk").values_list("stage__name", "released_at")
)
_OPENED_AGAIN = Prepared(
    lambda block: Transition.objects.filter(assessment__round_group=block, verb="reopen").order_by().values_list("pk")
)


def _reopened(block: int, known: Names) -> list[Event]:
    """Assessments opened again after they were submitted, and the points changed since. Five queries; one where none
    was."""
    if not _OPENED_AGAIN.rows(block=block):
        return []
    steps = list(
        Transition.objects.filter(assessment__round_group=block, verb="reopen")
        .select_related("assessment", "actor")
        .order_by("at", "pk")
    )
    found = [
        Event(step.at, str(step.actor or ""), "mở lại bản tự đánh giá đã nộp", known.units[unit], step.reason)
        for step in steps
        if (unit := step.assessment.unit_id) in known.units
    ]
    back = [step for step in steps if step.assessment.state == SelfAssessment.State.SUBMITTED]
    return [*found, *_changed_scores(back, known)] if back else found


def _changed_scores(back: Sequence[Transition], known: Names) -> list[Event]:
    """The scores that changed after the first reopening of assessments that are submitted again: a draft is
    its unit's own business."""
    since: dict[int, datetime] = {}
    for step in back:
        since.setdefault(step.assessment_id, step.at)
    scores = SelfScore.objects.filter(assessment__in=since).order_by("pk")
    cells = {
        str(row[0]): row[1:] for row in scores.values_list("pk", "assessment_id", "assessment__unit_id", "criterion_id")
    }
    log = LogEntry.objects.filter(
        verb="selfassess.score", at__gte=min(since.values()), unit__in={unit for _, unit, _ in cells.values()}
    ).order_by("number")
    found = []
    for entry in log:
        assessment, unit, criterion = cells.get(entry.object_id, (0, 0, 0))
        if entry.at < since.get(assessment, entry.at + INSTANT) or unit not in known.units:
            continue
        before, after = _claim(entry.before), _claim(entry.after)
        if assessment and before != after and criterion in known.criteria:
            what = f"đơn vị đổi điểm tự đánh giá sau khi đã nộp: {before} → {after}"
            found.append(Event(entry.at, entry.actor_name, what, known.units[unit], "", known.criteria[criterion]))
    return found


def _claim(stored: dict[str, object] | None) -> str:
    """A score as the log keeps it, in words."""
    if stored and stored.get("na_claimed"):
        return "không áp dụng"
    points = stored.get("points") if stored else None
    return str(points).replace(".", ",") if points is not None else "chưa chấm"


def _extended(stages: Mapping[str, Stage], known: Names) -> list[Event]:
    rows = Extension.objects.filter(stage__in=stages.values()).order_by("granted_at", "pk")
    return [
        Event(
            row.granted_at,
            str(row.granted_by),
            f"gia hạn {row.stage.title} đến {clock.in_words(row.closes_at)}",
            known.units[row.unit_id],
            row.reason,
        )
        for row in rows.select_related("stage", "granted_by")
        if row.unit_id in known.units
    ]


STAGE_TYPES = ("criteria.stage", "criteria.phase")
"""What the log has called a stage: in its first year, a phase."""


def _moved_deadlines(stages: Mapping[str, Stage]) -> list[Event]:
    """Closings that were moved after they had been set; one query."""
    labels = {str(one.pk): one.title for one in stages.values()}
    log = LogEntry.objects.filter(verb=VERB_SET, object_type__in=STAGE_TYPES, object_id__in=labels)
    found = []
    for entry in log.order_by("number"):
        before, after = ((kept or {}).get("closes_at") for kept in (entry.before, entry.after))
        if before and before != after:
            what = f"dời hạn đóng {labels[entry.object_id]}: {_moment(before)} → {_moment(after)}"
            found.append(Event(entry.at, entry.actor_name, what, None, entry.reason))
    return found


def _moment(stored: str | None) -> str:
    return clock.in_words(datetime.fromisoformat(stored)) if stored else "không hạn"
