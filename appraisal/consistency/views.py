"""The consistency report of a block, and the manager's word that it was looked at."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from appraisal.core.views.place import Place, check_desk, place
from appraisal.models import Acknowledgement, Reason
from appraisal.rules import reach, stages
from cchc_index.lib import numbers
from cchc_index.lib.faults import Refused
from criteria.models import Criterion, Stage
from units import rules as people
from units.models import Unit, User

from . import actions, charts, comparing, markup
from .comparing import ComparedDecision, Group, MemberGap, UnitGap
from .markup import UnitLine
from .queries import kept, oversight
from .queries import report as consistency_report
from .queries.oversight import Names
from .queries.report import Findings, contradiction_digest

GapValue = Decimal | Fraction


@dataclass(frozen=True)
class Judged:
    """One decision of a contradiction, with the way to its cell."""

    unit: Unit
    member: User | None
    decision: ComparedDecision
    address: str
    is_own: bool


@dataclass(frozen=True)
class Clash:
    """One criterion × reason that took different points, with the words on it."""

    criterion: Criterion
    reason: Reason
    rows: list[tuple[Decimal, list[Judged]]]
    apart: int
    words: str
    lacking: bool

    @property
    def field(self) -> str:
        return f"words-{self.criterion.pk}-{self.reason.pk}"


@dataclass(frozen=True)
class MemberGapLine:
    member: User
    gaps: MemberGap

    @property
    def share(self) -> str:
        return numbers.vn_percent(self.gaps.gap.share_adjusted, 0)

    @property
    def shares(self) -> str:
        """On the same criteria: the member's part adjusted, and the others'."""
        return f"{numbers.vn_percent(self.gaps.compared_share, 0)} / {numbers.vn_percent(self.gaps.expected_share, 0)}"

    @property
    def excess(self) -> str:
        return numbers.vn_signed(self.gaps.excess)


@require_http_methods(["GET", "POST"])
def consistency_page(request: HttpRequest, group: str) -> HttpResponse:
    """Contradictions, gaps and moves worth a second look; the index manager acknowledges them."""
    if not reach.reads_all(check_desk(request)):
        raise PermissionDenied
    here = place(request, group)
    error = ""
    if request.method == "POST":
        try:
            stage = request.POST.get("stage", "")
            _acknowledge(here, stage, request.POST)
        except Refused as refused:
            error = str(refused)
        else:
            messages.success(request, f"Đã xác nhận rà soát tính thống nhất của khối {here.round_group.group}.")
            return redirect(here.address("release", stage))
    return _page(request, here, error)


def _acknowledge(here: Place, stage: str, posted: Mapping[str, str]) -> None:
    words = {key: text for name, text in posted.items() if (key := _key(name)) is not None}
    actions.acknowledge_consistency(
        actor=here.user,
        round_group_id=here.round_group.pk,
        stage=stage,
        seen=posted.get("seen", ""),
        words=words,
    )


def _key(name: str) -> tuple[int, int] | None:
    """The criterion and reason that a field's name carries; None for any other field."""
    head, *ids = name.split("-")
    if head != "words" or len(ids) != 2 or not all(part.isdecimal() and len(part) < 19 for part in ids):
        return None
    return int(ids[0]), int(ids[1])


def _page(request: HttpRequest, here: Place, error: str) -> HttpResponse:
    found = kept.findings(here.round_group)
    known = oversight.names(found, here.units, here.tree)
    stage = stages.stage_to_review(here.calendar)
    history = _history(here)
    looks = [one for one in history if stage is not None and one.stage_id == stage.pk]
    done = next((one for one in looks if one.fingerprint == found.fingerprint), None)
    clashes = _clashes(request, here, found, known)
    rows, picture = _unit_table(_unit_lines(here, found))
    seen = oversight.oversight(found, known, here.calendar.by_name)
    cell_address = here.addresses("cell", 2)
    context = {
        "here": here,
        "report": found,
        "stage": stage,
        "done": done,
        "last": looks[0] if looks and not done else None,
        "is_released": stage is not None and stage.pk in here.calendar.released,
        "may_release": people.is_index_manager(here.user),
        "may_acknowledge": stage is not None and not done and people.is_index_manager(here.user),
        "clashes": clashes,
        "lacking": [one for one in clashes if one.lacking],
        "units": rows,
        "picture": picture,
        "members": _member_lines(found, known),
        "oversight": seen,
        "sections": [(one, markup.move_rows(one.shown, cell_address)) for one in seen.sections],
        "history": history,
        "error": error,
        "release_address": here.address("release", stage.name) if stage else "",
    }
    return render(request, "appraisal/consistency/consistency.html", context, status=422 if error else 200)


def _clashes(request: HttpRequest, here: Place, report: Findings, known: Names) -> list[Clash]:
    """Two queries. What was typed comes back; else the last words on the same decisions."""
    rows = report.contradictions
    if not rows:
        return []
    reasons = consistency_report.reasons_of(rows)
    said = consistency_report.words_by_digest(here.round_group)
    typed = request.POST if request.method == "POST" else {}
    judged = _judging(here, known)
    clashes = []
    for one in rows:
        words = typed.get(f"words-{one.criterion}-{one.reason}", said.get(contradiction_digest(one), ""))
        lacking = bool(typed) and not words.strip()
        criterion, groups = known.criteria[one.criterion], [(each.deduction, judged(each)) for each in one.groups]
        clashes.append(Clash(criterion, reasons[one.reason], groups, len(one.apart), words, lacking))
    return clashes


def _judging(here: Place, known: Names) -> Callable[[Group], list[Judged]]:
    """The decisions of a group in the one order of units, in which `known` was read."""
    places = {unit: at for at, unit in enumerate(known.units)}
    cell = here.addresses("cell", 2)

    def _judged(decision: ComparedDecision) -> Judged:
        unit, leaf = known.units[decision.unit], known.criteria[decision.criterion]
        member = known.people.get(decision.member or 0)
        return Judged(unit, member, decision, cell(unit.code, leaf.code), unit.pk in here.scope.own_units)

    return lambda group: [_judged(one) for one in sorted(group.decisions, key=lambda one: places[one.unit])]


def _unit_lines(here: Place, report: Findings) -> tuple[UnitLine, ...]:
    address = here.addresses("unit")
    rows = ((unit, report.by_unit.get(unit.pk)) for unit in here.units)
    return tuple(UnitLine(unit.pk, unit.name, address(unit.code), gap) for unit, gap in rows if gap)


@lru_cache(maxsize=kept.KEPT_BLOCKS)
def _unit_table(lines: tuple[UnitLine, ...]) -> tuple[SafeString, str]:
    """The units' rows and their picture: they take as long as the rest of the page, and say the same until a decision
    or a name changes."""
    gaps = comparing.unit_gaps({line.unit: line.gap for line in lines})
    known = {line.unit: line for line in lines}
    return markup.gap_rows(gaps, known), _picture(gaps, known)


def _picture(gaps: Sequence[UnitGap], known: Mapping[int, UnitLine]) -> str:
    """Units by what they lost on average, the most first, ties in the order of `known`; "" for too few to compare."""
    rows = [(gap.gap.mean, gap) for gap in gaps if gap.gap.mean is not None]
    middle = comparing.median([mean for mean, _ in rows])
    if middle is None or len(rows) < comparing.FEWEST_UNITS:
        return ""
    place = {unit: at for at, unit in enumerate(known)}
    rows.sort(key=lambda row: (-row[0], place[row[1].unit]))
    dots = [(known[gap.unit].name, numbers.quantize(mean), gap.stands_out) for mean, gap in rows]
    return charts.gap_dots(dots, numbers.quantize(middle), title="Điểm bị trừ trung bình của mỗi đơn vị")


def _member_lines(report: Findings, known: Names) -> list[MemberGapLine]:
    return [MemberGapLine(known.people[gap.member], gap) for gap in report.by_member if gap.member in known.people]


def _history(here: Place) -> Sequence[Acknowledgement]:
    """Who looked when, the newest first; two queries."""
    rows = stages.acknowledgements_visible_to(here.user).filter(round_group=here.round_group)
    shown = rows.select_related("actor", "stage").prefetch_related(
        "justifications__criterion", "justifications__reason"
    )
    return list(shown.order_by("-at", "-pk"))


def review_address(here: Place, stage: Stage) -> str:
    """Where the report is looked at before the stage's release; "" when it was, exactly as it stands."""
    if not stage.report_required:
        return ""
    found = kept.findings(here.round_group)
    return "" if consistency_report.acknowledgement_of(found, stage) else here.address("consistency")
