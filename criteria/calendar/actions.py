"""The verbs that write to a year's calendar: hours, extensions, and the list of stages itself."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.days import is_plausible_year
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from criteria import course, published, rules
from criteria.actions import inputs_changed
from criteria.models import Extension, Round, RoundGroup, Stage
from criteria.queries import units_of_round
from units.auditlog.actions import record
from units.auditlog.digests import marked
from units.models import Unit, User

from . import mails, queries

VERB_ROUND = "criteria.round"
VERB_SET = "phase.set"
VERB_EXTEND = "phase.extend"
"""As the log has called them since before the two calendars were one."""
VERB_ADD, VERB_CHANGE, VERB_MOVE, VERB_REMOVE = "stage.add", "stage.change", "stage.move", "stage.remove"


@transaction.atomic
def save_round(
    *,
    actor: User,
    year: int,
    assessed_from: date,
    assessed_to: date,
    plan_number: str = "",
    plan_date: date | None = None,
) -> tuple[Round, bool]:
    """Make the round of a year with the usual stages, or correct its facts; the round, and whether it is new. Saving
    what stands writes nothing.

    Raises PermissionDenied for anybody but an index manager; Refused for days in the wrong order, and for another
    assessed period once a block of the round has scores: it decides which units are measured.
    """
    rules.require_manager(actor)
    if not is_plausible_year(year):
        raise Refused(f"Năm chỉ số “{year}” không đúng; gõ năm gồm bốn chữ số, ví dụ 2025.")
    if assessed_to < assessed_from:
        raise Refused("Ngày kết thúc thời kỳ đánh giá phải sau ngày bắt đầu; sửa lại một trong hai ngày.")
    period = {"assessed_from": assessed_from, "assessed_to": assessed_to}
    facts = {**period, "plan_number": clean(plan_number), "plan_date": plan_date}
    _, made = Round.objects.get_or_create(year=year, defaults=facts)
    round_ = Round.objects.select_for_update(of=("self",)).get(year=year)
    before = {name: getattr(round_, name) for name in facts}
    if made:
        default_stages(round_)
    elif before == facts:
        return round_, False
    elif before["assessed_to"] != assessed_to or before["assessed_from"] != assessed_from:
        _move_period(round_)
    for name, fact in facts.items():
        setattr(round_, name, fact)
    round_.save()
    logged = {**_said_facts(facts), **marked(round_)}
    record(actor=actor, verb=VERB_ROUND, obj=round_, before=None if made else _said_facts(before), after=logged)
    return round_, made


def _move_period(round_: Round) -> None:
    """Ask for new rankings, for other units may be measured. Raises Refused once there are scores."""
    for block in refuse_other_period(round_):
        inputs_changed(block.pk)


def refuse_other_period(round_: Round) -> list[RoundGroup]:
    """The blocks of the round, locked. Raises Refused once one of them has scores: another period measures other
    units."""
    blocks = list(RoundGroup.objects.select_for_update(of=("self",)).filter(round=round_).order_by("pk"))
    if any(block.frozen_at for block in blocks):
        raise Refused(f"{round_} đã có điểm nên không đổi được thời kỳ đánh giá: các đơn vị được đánh giá sẽ khác đi.")
    return blocks


def _said_facts(facts: Mapping[str, object]) -> dict[str, object]:
    return {name: fact.isoformat() if isinstance(fact, date) else fact for name, fact in facts.items()}


# --- hours -------------------------------------------------------------------------------------------


@transaction.atomic
def set_stage(
    *, actor: User | None, round_id: int, name: str, opens_at: datetime | None, closes_at: datetime | None
) -> Stage:
    """Open, move or close a stage of the round: [opens_at, closes_at), a missing edge is no limit.

    An extension that no longer closes later than the stage itself is taken back, or it would shorten the unit's
    time. Raises PermissionDenied for anybody but an index manager, Refused for an unknown name or edges in the
    wrong order. Setting what stands already writes nothing.
    """
    rules.require_manager(actor)
    _require_sane(opens_at, closes_at)
    if opens_at and closes_at and closes_at <= opens_at:
        raise Refused("Giờ đóng phải sau giờ mở; sửa lại một trong hai giờ.")
    stage = _locked_stage(_locked_round(round_id), name)
    if (stage.opens_at, stage.closes_at) == (opens_at, closes_at):
        return stage
    if not (opens_at or closes_at):
        raise Refused("Chưa ghi giờ nào: để trống cả hai là bỏ mọi thời hạn; giữ lại ít nhất giờ mở hoặc giờ đóng.")
    before = edges(stage) if stage.is_set else None
    stage.opens_at, stage.closes_at = opens_at, closes_at
    stage.save(update_fields=["opens_at", "closes_at"])
    after = {**edges(stage), "extensions_ended": _end_needless_extensions(stage), "order": _order(stage.round)}
    record(actor=actor, verb=VERB_SET, obj=stage, before=before, after=after)
    return stage


@transaction.atomic
def set_hours(
    *, actor: User, round_id: int, hours: Mapping[str, tuple[datetime | None, datetime | None]]
) -> list[Stage]:
    """`set_stage` for many stages of a round by name, all or none; those that have neither an hour nor one given stay.
    The stages that changed. Raises as `set_stage`, with the stage's title before the sentence."""
    rules.require_manager(actor)
    changed = []
    for stage in queries.stages(_locked_round(round_id).pk):
        opens_at, closes_at = hours.get(stage.name, (stage.opens_at, stage.closes_at))
        if (stage.opens_at, stage.closes_at) == (opens_at, closes_at):
            continue
        try:
            moved = set_stage(actor=actor, round_id=round_id, name=stage.name, opens_at=opens_at, closes_at=closes_at)
        except Refused as refused:
            raise Refused(f"{stage.title}: {refused}") from None
        changed.append(moved)
    return changed


def _require_sane(*edges: datetime | None) -> None:
    """Raises Refused for a year outside 2000–2100: 0206 and 20206 are mistyped."""
    if any(edge is not None and not 2000 <= edge.year <= 2100 for edge in edges):
        raise Refused("Năm của giờ mở, giờ đóng phải từ 2000 đến 2100; kiểm tra lại số năm.")


def _locked_round(round_id: int) -> Round:
    round_ = Round.objects.select_for_update(of=("self",), no_key=True).filter(pk=round_id).first()
    if round_ is None:
        raise Refused("Không có kỳ đánh giá này; tải lại trang rồi chọn lại kỳ.")
    return round_


def _locked_stage(round_: Round, name: str) -> Stage:
    queries.require_named(round_, name)
    stage = Stage.objects.select_for_update(of=("self",), no_key=True).get(round=round_, name=name)
    stage.round = round_
    return stage


def edges(stage: Stage) -> dict[str, str | None]:
    """The hours of a stage as the log keeps them."""
    hours = {"opens_at": stage.opens_at, "closes_at": stage.closes_at}
    return {name: clock.hanoi(edge).isoformat() if edge else None for name, edge in hours.items()}


def _end_needless_extensions(stage: Stage) -> list[str]:
    """Remove the extensions the new closing overtakes; the codes of their units, for the log."""
    needless = Extension.objects.filter(stage=stage)
    if stage.closes_at is not None:
        needless = needless.filter(closes_at__lte=stage.closes_at)
    codes = list(needless.order_by("unit__code").values_list("unit__code", flat=True))
    needless.delete()
    return codes


@transaction.atomic
def grant_extension(*, actor: User, stage_id: int, unit_id: int, closes_at: datetime, reason: str) -> Extension:
    """Let one unit act in the stage until `closes_at`, with a reason; replaces its earlier extension.

    Raises PermissionDenied for anybody but an index manager; Refused when the reason is missing, the unit
    is not measured in the round, or the new closing is not later than the stage's own and than now.
    """
    rules.require_manager(actor)
    reason = clean(reason)
    if not reason:
        raise Refused("Phải ghi lý do gia hạn.")
    _require_sane(closes_at)
    stage = Stage.objects.select_for_update(of=("self",)).select_related("round").filter(pk=stage_id).first()
    if stage is None:
        raise Refused("Không có giai đoạn này; tải lại trang rồi chọn lại.")
    unit = _measured_unit(stage, unit_id)
    _require_later(stage, closes_at)
    old = Extension.objects.filter(stage=stage, unit=unit).first()
    before = {"closes_at": clock.hanoi(old.closes_at).isoformat(), "reason": old.reason} if old else None
    extension, _ = Extension.objects.update_or_create(
        stage=stage, unit=unit, defaults={"closes_at": closes_at, "reason": reason, "granted_by": actor}
    )
    if before is None or (old and old.closes_at != closes_at):
        mails.tell_extension(extension)
    after = {"closes_at": clock.hanoi(closes_at).isoformat()}
    record(actor=actor, verb=VERB_EXTEND, obj=extension, before=before, after=after, unit=unit, reason=reason)
    return extension


def _measured_unit(stage: Stage, unit_id: int) -> Unit:
    unit = units_of_round(stage.round).filter(pk=unit_id).first()
    if unit is None:
        raise Refused(f"Đơn vị này không được đánh giá trong {stage.round}; chọn đơn vị khác.")
    return unit


def _require_later(stage: Stage, closes_at: datetime) -> None:
    if stage.closes_at is None:
        raise Refused("Giai đoạn này chưa có giờ đóng nên không cần gia hạn.")
    if closes_at <= stage.closes_at:
        raise Refused("Gia hạn phải sau giờ đóng chung của giai đoạn; chọn thời điểm muộn hơn.")
    if closes_at <= clock.now():
        raise Refused("Gia hạn phải kết thúc trong tương lai; chọn thời điểm muộn hơn.")


# --- the list ----------------------------------------------------------------------------------------


@transaction.atomic
def default_stages(round_: Round) -> bool:
    """Give a round that has no stages those a year starts from; whether it did. Part of making a round, which
    says so in the log by itself."""
    if Stage.objects.filter(round=round_).exists():
        return False
    rows = [Stage(round=round_, position=at, **one._asdict()) for at, one in enumerate(course.DEFAULT, start=1)]
    Stage.objects.bulk_create(rows)
    return True


@transaction.atomic
def copy_stages(*, actor: User | None, source: Round, target: Round) -> bool:
    """Give `target` the list of stages of `source`, without an hour; whether it changed. Only while `target` has the
    default ones and nobody has touched them. Part of copying a year, which says so in the log by itself. Raises
    PermissionDenied for anybody but an index manager or the command line."""
    rules.require_manager(actor)
    _locked_round(target.pk)
    published.refuse_published(target.pk, target.year, "thay danh sách giai đoạn")
    wanted = _planned(queries.stages(source.pk))
    standing = queries.stages(target.pk)
    if not wanted or _planned(standing) == wanted or not _is_untouched(standing):
        return False
    Stage.objects.filter(pk__in=[stage.pk for stage in standing]).delete()
    rows = [Stage(round=target, position=at, **one._asdict()) for at, one in enumerate(wanted, start=1)]
    Stage.objects.bulk_create(rows)
    return True


def same_stages(source: Round, target: Round) -> bool:
    """Whether two rounds have the same stages, whatever their hours."""
    return _planned(queries.stages(source.pk)) == _planned(queries.stages(target.pk))


def _planned(rows: Sequence[Stage]) -> list[course.Planned]:
    return [course.Planned(row.name, row.title, row.kind, row.two_opinions, row.report_required) for row in rows]


def _is_untouched(rows: Sequence[Stage]) -> bool:
    """Whether a list is the default one, without an hour and with nothing that rests on it."""
    if _planned(rows) != list(course.DEFAULT) or any(row.is_set for row in rows):
        return not rows
    return not queries.used(rows[0].round_id) and not Extension.objects.filter(stage__in=rows).exists()


def archive_stage(round_: Round) -> Stage:
    """Where finished scores of an archive are written; made where a round has no such stage."""
    planned = next(one for one in course.DEFAULT if one.kind == course.ARCHIVE)
    last = max((row.position for row in queries.stages(round_.pk)), default=0)
    values = {**planned._asdict(), "position": last + 1}
    return Stage.objects.get_or_create(round=round_, kind=course.ARCHIVE, defaults=values)[0]


@transaction.atomic
def add_stage(
    *,
    actor: User,
    round_id: int,
    kind: str,
    title: str,
    after: str,
    two_opinions: bool = False,
    report_required: bool = False,
) -> Stage:
    """Put another appraisal, reply or meeting into the year, after the stage named `after`.

    Raises PermissionDenied for anybody but an index manager; Refused without a title, for another kind, for a
    place that makes no sense, and before a stage that somebody's work already rests on.
    """
    rules.require_manager(actor)
    title = _checked_title(title)
    if kind not in course.LISTED:
        raise Refused("Chỉ thêm được thẩm định, giải trình hoặc cuộc họp Hội đồng.")
    round_ = _locked_round(round_id)
    rows = _locked_list(round_)
    stage = Stage(round=round_, name=_free_name(kind, rows), title=title, kind=kind, position=0)
    stage.two_opinions, stage.report_required = _checked_flags(kind, two_opinions, report_required)
    _put(rows, [*rows[: (at := _place_after(rows, after))], stage, *rows[at:]])
    record(actor=actor, verb=VERB_ADD, obj=stage, after={**_facts(stage), "order": _order(round_)})
    return stage


@transaction.atomic
def change_stage(*, actor: User, stage_id: int, title: str, two_opinions: bool, report_required: bool) -> Stage:
    """Call a stage otherwise, or change how it is decided. The title may change until the year is published, for the
    published file names it; what the council must do may not, once its work rests on the stage. Raises
    PermissionDenied, Refused."""
    rules.require_manager(actor)
    stage, _ = _locked_in_list(stage_id)
    title = _checked_title(title)
    flags = _checked_flags(stage.kind, two_opinions, report_required)
    if flags != (stage.two_opinions, stage.report_required):
        _refuse_used(stage, "không thể đổi cách thẩm định khi đang thực hiện")
    before = _facts(stage)
    stage.title, (stage.two_opinions, stage.report_required) = title, flags
    if _facts(stage) == before:
        return stage
    stage.save(update_fields=["title", "two_opinions", "report_required"])
    record(actor=actor, verb=VERB_CHANGE, obj=stage, before=before, after=_facts(stage))
    return stage


@transaction.atomic
def move_stage(*, actor: User, stage_id: int, after: str) -> Stage:
    """Put a stage elsewhere in the year, after the stage named `after`. Raises as `add_stage` does."""
    rules.require_manager(actor)
    stage, rows = _locked_in_list(stage_id)
    others = [row for row in rows if row.pk != stage.pk]
    before = [row.name for row in rows]
    ordered = [*others[: (at := _place_after(others, after))], stage, *others[at:]]
    if [row.name for row in ordered] == before:
        return stage
    _put(rows, ordered)
    record(actor=actor, verb=VERB_MOVE, obj=stage, before={"order": before}, after={"order": _order(stage.round)})
    return stage


@transaction.atomic
def remove_stage(*, actor: User, stage_id: int) -> None:
    """Take an appraisal, reply or meeting out of the year; only while nothing rests on it. Its extensions go with
    it. Raises PermissionDenied, Refused."""
    rules.require_manager(actor)
    stage, rows = _locked_in_list(stage_id)
    if stage.kind not in course.LISTED:
        raise Refused(f"Kỳ nào cũng có {stage.title}: không bỏ được.")
    _refuse_used(stage, "không bỏ được")
    _put(rows, [row for row in rows if row.pk != stage.pk])
    record(actor=actor, verb=VERB_REMOVE, obj=stage, before={**_facts(stage), **edges(stage)})
    stage.delete()


def _locked_in_list(stage_id: int) -> tuple[Stage, list[Stage]]:
    found = Stage.objects.filter(pk=stage_id).first()
    rows = _locked_list(_locked_round(found.round_id)) if found else []
    stage = next((row for row in rows if row.pk == stage_id), None)
    if stage is None:
        raise Refused("Không còn giai đoạn này; tải lại trang rồi chọn lại.")
    return stage, rows


def _locked_list(round_: Round) -> list[Stage]:
    """The stages in their order, with all blocks of the round locked: every verb of the council locks the block, so
    nobody decides meanwhile. Raises Refused in a published year: the list says how its points came about."""
    published.refuse_published(round_.pk, round_.year, "thêm, đổi tên, đổi cách thẩm định, dời hay bỏ giai đoạn")
    list(RoundGroup.objects.select_for_update(of=("self",), no_key=True).filter(round=round_).order_by("pk"))
    rows = queries.stages(round_.pk)
    for row in rows:
        row.round = round_
    return rows


def _place_after(rows: Sequence[Stage], name: str) -> int:
    at = next((at for at, row in enumerate(rows) if row.name == name), None)
    if at is None:
        raise Refused("Chọn giai đoạn đứng ngay trước trong danh sách.")
    return at + 1


def _put(rows: Sequence[Stage], ordered: Sequence[Stage]) -> None:
    """Number the stages anew in the order `ordered`. Raises Refused when the order makes no sense, or would change the
    place of a stage that work rests on or of one before it."""
    if fault := course.fault([row.kind for row in ordered]):
        raise Refused(fault)
    used = queries.used(ordered[0].round_id)
    fixed = max((at for at, row in enumerate(rows, start=1) if row.pk in used and row.kind in course.LISTED), default=0)
    if [row.pk for row in _course(ordered)][: len(_course(rows[:fixed]))] != [row.pk for row in _course(rows[:fixed])]:
        last = rows[fixed - 1]
        raise Refused(f"{last.title} đã có kết quả: không thêm, dời hay bỏ giai đoạn trước nó được nữa.")
    for at, row in enumerate(ordered, start=1):
        if row.position != at:
            row.position = at
            row.save()


def _course(rows: Sequence[Stage]) -> list[Stage]:
    return [row for row in rows if row.kind not in course.ASIDE]


def _refuse_used(stage: Stage, why: str) -> None:
    if stage.pk in queries.used(stage.round_id):
        raise Refused(f"{stage.title} đã có kết quả của Hội đồng hoặc đơn vị: {why}.")


def _free_name(kind: str, rows: Sequence[Stage]) -> str:
    """ "round3" after "round2": what commands and the log will call the stage."""
    stem = {course.APPRAISAL: "round", course.REPLY: "explanation", course.MEETING: "final"}[kind]
    taken = {row.name for row in rows}
    first = f"{stem}1" if kind == course.APPRAISAL else stem
    return next(name for name in [first, *(f"{stem}{n}" for n in range(2, 100))] if name not in taken)


def _checked_title(title: str) -> str:
    title = clean(title)
    if not title or len(title) > 100:
        raise Refused("Tên giai đoạn phải có và không dài quá 100 ký tự, ví dụ Thẩm định lần 3.")
    return title


def _checked_flags(kind: str, two_opinions: bool, report_required: bool) -> tuple[bool, bool]:
    if two_opinions and kind != course.APPRAISAL:
        raise Refused("Chỉ lần thẩm định mới cần hai ý kiến độc lập.")
    if report_required and kind not in course.DECIDING:
        raise Refused("Chỉ thẩm định và Hội đồng quyết định mới có báo cáo rà soát tính thống nhất.")
    return two_opinions, report_required


def _facts(stage: Stage) -> dict[str, object]:
    return {
        "name": stage.name,
        "title": stage.title,
        "kind": stage.kind,
        "two_opinions": stage.two_opinions,
        "report_required": stage.report_required,
    }


def _order(round_: Round) -> list[str]:
    return [row.name for row in queries.stages(round_.pk)]
