"""The official frame from `fixtures/official/`: blocks, units, decisions, criteria sets, rounds, surveys.

Loading only adds. What already stands is somebody's work and is left alone; the report says so where it
differs from the files. Criteria that are not in a published text are marked illustrative row by row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Model

from criteria import published
from criteria.actions import inputs_changed
from criteria.calendar.actions import default_stages
from criteria.models import CriteriaSet, Criterion, Decision, Provenance, Round, RoundGroup, Source
from criteria.tree import natural_key, parent_code
from surveys.models import AnswerOption, AnswerScale, RespondentGroup, Survey
from units.auditlog.actions import record
from units.auditlog.digests import marked
from units.models import Succession, Unit, UnitGroup
from units.settled import SettledYears, Span, change_of_list

from .files import FOLDER, csv_rows, day, frame_of, json_of

PRINTED_SOURCES = {"survey": Source.SURVEY, "sipas": Source.SIPAS, "papi": Source.PAPI, "": Source.GROUP}

OfficialRow = Mapping[str, Any]
Texts = Mapping[tuple[str, str], Sequence[OfficialRow]]
"""The rows of every set of the files, by decision number and block code."""


@dataclass
class LoadReport:
    """What one load did: rows added by kind, and sentences on what was left as it stood."""

    added: dict[str, int] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    written: dict[tuple[str, int], Model] = field(default_factory=dict)
    """Records that the load wrote, by kind and key: the log marks them."""

    def add(self, what: str, count: int = 1) -> None:
        if count:
            self.added[what] = self.added.get(what, 0) + count

    def wrote(self, *rows: Model) -> None:
        self.written |= {(row._meta.label_lower, row.pk): row for row in rows}

    def lines(self) -> list[str]:
        """The report for people."""
        added = [f"Thêm {count} {what}." for what, count in self.added.items()]
        return [*(added or ["Không có gì thay đổi."]), *self.kept]


@transaction.atomic
def load_official(*, folder: Path = FOLDER) -> LoadReport:
    """Add what is missing of the official frame, all or nothing; from the command line only.

    Idempotent: a second run changes nothing and logs nothing. Never overwrites a value that stands.
    Raises OSError when a file is missing.
    """
    frame = frame_of(folder)
    report = LoadReport()
    groups = _load_groups(frame["groups"], report)
    touched = _load_units(csv_rows(folder / "units.csv"), groups, report)
    _end_units(frame.get("ends", ()), report)
    decisions = _load_decisions(frame["decisions"], report)
    texts = {(row["decision"], row["group"]): _criteria_rows(row, folder) for row in frame["sets"]}
    for row in frame["sets"]:
        _load_set(row, texts, decisions[row["decision"]], groups[row["group"]], report)
    for row in frame["rounds"]:
        touched |= _load_round(row, groups, report)
    _load_scales([row["year"] for row in frame["rounds"]], frame["scales"], report)
    _finish(groups, touched, report)
    return report


def _finish(groups: Mapping[str, UnitGroup], touched: set[int], report: LoadReport) -> None:
    for round_group in RoundGroup.objects.filter(group_id__in=touched).order_by("pk"):
        inputs_changed(round_group.pk)
    if report.added:
        record(
            actor=None,
            verb="official.load",
            obj=next(iter(groups.values())),
            after={**report.added, **marked(*report.written.values())},
        )


# --- who is measured ----------------------------------------------------------------------------


def _load_groups(rows: Sequence[OfficialRow], report: LoadReport) -> dict[str, UnitGroup]:
    groups = {}
    for row in rows:
        group, created = UnitGroup.objects.get_or_create(code=row["code"], defaults=row)
        report.add("khối", created)
        report.wrote(*([group] if created else []))
        if not created and group.name == group.code:
            _fill(group, {"name": row["name"], "position": row["position"]}, "tên khối", report)
        groups[row["code"]] = group
    return groups


def _load_units(rows: Sequence[OfficialRow], groups: Mapping[str, UnitGroup], report: LoadReport) -> set[int]:
    """Add missing units; gives the ids of the blocks that grew."""
    known = {(u.group_id, u.code): u for u in Unit.objects.filter(group__in=groups.values()).order_by("pk")}
    settled = SettledYears([group.pk for group in groups.values()])
    fresh = []
    for row in rows:
        unit = known.get((groups[row["group"]].pk, row["code"]))
        if unit is None:
            new = _unit(row, groups[row["group"]])
            if _leaves_published_years(settled, new, None, new.span, report):
                fresh.append(new)
        elif unit.name != row["name"]:
            report.kept.append(f"Đơn vị {unit.code}: giữ tên “{unit.name}” (tệp ghi “{row['name']}”).")
    Unit.objects.bulk_create(fresh)
    report.wrote(*fresh)
    report.add("đơn vị", len(fresh))
    return {unit.group_id for unit in fresh}


def _leaves_published_years(
    settled: SettledYears, unit: Unit, before: Span | None, after: Span, report: LoadReport
) -> bool:
    """Whether no published year would gain or lose the unit; what would is left as it stands and named."""
    day = settled.broken(unit.group_id, unit.code, before, after)
    if day:
        report.kept.append(f"Đơn vị {unit.code}: để nguyên; {change_of_list(unit.name, day)}.")
    return day is None


def _unit(row: OfficialRow, group: UnitGroup) -> Unit:
    texts = {key: row[key] for key in ("code", "name", "subtype", "source", "doubt")}
    return Unit(group=group, valid_from=day(row["valid_from"]), valid_to=day(row["valid_to"]), **texts)


def _end_units(rows: Sequence[OfficialRow], report: LoadReport) -> None:
    """Close the units that a reorganisation ended, with what became of them; a unit that has a last day keeps it.

    A row has `group`, `code`, `last_day`, `note`, and `into` (a code of the same block), `abolished`, or neither where
    no source says what became of the unit.
    """
    known = {(u.group.code, u.code): u for u in Unit.objects.select_related("group").order_by("pk")}
    settled = SettledYears({unit.group_id for unit in known.values()})
    ended, successions = [], []
    for row in rows:
        unit = known.get((row["group"], row["code"]))
        if unit is None or unit.valid_to is not None or (row["group"], row.get("into", row["code"])) not in known:
            continue
        last = day(row["last_day"])
        if not _leaves_published_years(settled, unit, Span(unit.valid_from), Span(unit.valid_from, last), report):
            continue
        unit.valid_to = last
        ended.append(unit)
        if "into" in row or row.get("abolished"):
            successions.append(_succession(unit, row, known))
        else:
            unit.doubt = row["note"]
    Unit.objects.bulk_update(ended, ["valid_to", "doubt"])
    report.wrote(*ended)
    Succession.objects.bulk_create(successions)
    report.add("ngày kết thúc của đơn vị cũ", len(ended))


def _succession(unit: Unit, row: OfficialRow, known: Mapping[tuple[str, str], Unit]) -> Succession:
    successor = known[row["group"], row["into"]] if "into" in row else None
    kind = Succession.Kind.ABOLITION if successor is None else Succession.Kind.MERGE
    first_day = date.fromisoformat(row["last_day"]) + timedelta(days=1)
    return Succession(predecessor=unit, successor=successor, kind=kind, on=first_day, note=row["note"])


# --- what measures them -------------------------------------------------------------------------


def _load_decisions(rows: Sequence[OfficialRow], report: LoadReport) -> dict[str, Decision]:
    decisions = {}
    for row in rows:
        values = {**row, "issued_on": day(row["issued_on"])}
        decision, created = Decision.objects.get_or_create(number=row["number"], defaults=values)
        report.add("quyết định", created)
        report.wrote(*([decision] if created else []))
        if not created:
            blank = {key: value for key, value in values.items() if value and not getattr(decision, key)}
            _fill(decision, blank, "chi tiết quyết định", report)
        decisions[row["number"]] = decision
    return decisions


def _load_set(row: OfficialRow, texts: Texts, decision: Decision, group: UnitGroup, report: LoadReport) -> None:
    criteria = texts[decision.number, group.code]
    criteria_set, created = CriteriaSet.objects.get_or_create(
        decision=decision, group=group, defaults={"note": row["note"]}
    )
    if not created:
        _say_if_different(criteria_set, criteria, report)
        return
    report.add("bộ tiêu chí")
    report.wrote(criteria_set)
    report.add("tiêu chí", len(_plant(criteria_set, criteria, _previous(row, texts, group))))


def _say_if_different(criteria_set: CriteriaSet, criteria: Sequence[OfficialRow], report: LoadReport) -> None:
    standing = set(criteria_set.criteria.values_list("code", "name", "max_points", "provenance"))
    ours = {(r["code"], r["name"], Decimal(r["max_points"]), r["provenance"]) for r in criteria}
    if standing != ours:
        report.kept.append(f"Bộ tiêu chí {criteria_set}: đã có nội dung riêng, để nguyên.")


def _criteria_rows(row: OfficialRow, folder: Path) -> list[dict[str, Any]]:
    """The rows of a set in the order of their codes: published ones and illustrative ones, each marked."""
    published = [_published(r) for r in csv_rows(folder / row["official"])] if "official" in row else []
    texts = json_of(folder / row["illustrative"])
    invented = [{**r, "provenance": Provenance.ILLUSTRATIVE} for r in texts]
    return sorted([*published, *invented], key=lambda r: natural_key(r["code"]))


def _published(row: OfficialRow) -> dict[str, Any]:
    return {
        "code": row["code"],
        "printed_code": row["printed_code"],
        "name": row["name"],
        "max_points": row["max_points"],
        "printed_max": row["printed_max_points"],
        "source": PRINTED_SOURCES[row["source"]],
        "provenance": Provenance.OFFICIAL,
    }


def _plant(
    criteria_set: CriteriaSet, rows: Sequence[OfficialRow], previous: Mapping[str, Criterion]
) -> dict[str, Criterion]:
    """Create the rows level by level, so that each finds its parent saved."""
    planted: dict[str, Criterion] = {}
    for level in _levels(rows):
        fresh = [_criterion(criteria_set, position, row, planted, previous) for position, row in level]
        Criterion.objects.bulk_create(fresh)
        planted.update({criterion.code: criterion for criterion in fresh})
    return planted


def _levels(rows: Sequence[OfficialRow]) -> Iterator[list[tuple[int, OfficialRow]]]:
    numbered = list(enumerate(rows))
    for depth in sorted({row["code"].count(".") for row in rows}):
        yield [(position, row) for position, row in numbered if row["code"].count(".") == depth]


def _criterion(
    criteria_set: CriteriaSet,
    position: int,
    row: OfficialRow,
    planted: Mapping[str, Criterion],
    previous: Mapping[str, Criterion],
) -> Criterion:
    parent = parent_code(row["code"], planted)
    return Criterion(
        criteria_set=criteria_set,
        parent=planted[parent] if parent else None,
        code=row["code"],
        printed_code=row.get("printed_code", ""),
        name=row["name"],
        position=position,
        is_leaf=bool(row.get("source")),
        source=row.get("source", ""),
        kind=row.get("kind", Criterion.Kind.NORMAL),
        max_points=Decimal(row["max_points"]),
        printed_max=row.get("printed_max", ""),
        rule=row.get("rule", {}),
        guidance=row.get("guidance", ""),
        provenance=row["provenance"],
        previous=previous.get(row.get("previous", "")),
    )


def _previous(row: OfficialRow, texts: Texts, group: UnitGroup) -> dict[str, Criterion]:
    """The criteria of the earlier set by code, where code and name are still those of the files: to a set that was
    replaced by another nothing is linked."""
    earlier = row.get("previous", "")
    names = {(r["code"], r["name"]) for r in texts.get((earlier, group.code), ())}
    standing = Criterion.objects.filter(criteria_set__decision__number=earlier, criteria_set__group=group)
    return {c.code: c for c in standing.order_by("position") if (c.code, c.name) in names}


# --- when, and who is asked ---------------------------------------------------------------------


def _load_round(row: OfficialRow, groups: Mapping[str, UnitGroup], report: LoadReport) -> set[int]:
    """The round with its blocks and surveys; gives the ids of the blocks that are new in it."""
    days = {key: day(row[key]) for key in ("assessed_from", "assessed_to", "plan_date")}
    defaults = {"plan_number": row["plan_number"], **days}
    current, created = Round.objects.get_or_create(year=row["year"], defaults=defaults)
    report.add("kỳ đánh giá", created)
    report.wrote(*([current] if created else []))
    default_stages(current)
    if not created:
        blank = {key: value for key, value in defaults.items() if value and not getattr(current, key)}
        _fill(current, blank, "chi tiết kỳ đánh giá", report)
        _say_if_period_differs(current, defaults, report)
    fresh = set()
    for code, respondents in row["respondents"].items():
        if _load_round_group(current, row["decision"], groups[code], respondents, report):
            fresh.add(groups[code].pk)
    return fresh


def _say_if_period_differs(current: Round, defaults: Mapping[str, Any], report: LoadReport) -> None:
    if (current.assessed_from, current.assessed_to) != (defaults["assessed_from"], defaults["assessed_to"]):
        report.kept.append(
            f"{current}: giữ thời kỳ đánh giá {current.assessed_from:%d/%m/%Y} – {current.assessed_to:%d/%m/%Y} "
            f"(tệp ghi {defaults['assessed_from']:%d/%m/%Y} – {defaults['assessed_to']:%d/%m/%Y})."
        )


def _load_round_group(
    current: Round, decision: str, group: UnitGroup, respondents: Sequence[OfficialRow], report: LoadReport
) -> bool:
    if published.is_published(current.pk) and not current.groups.filter(group=group).exists():
        report.kept.append(f"{current}: đã công bố, không thêm khối “{group}”.")
        return False
    criteria_set = CriteriaSet.objects.get(decision__number=decision, group=group)
    block, created = RoundGroup.objects.select_related("criteria_set__decision").get_or_create(
        round=current, group=group, defaults={"criteria_set": criteria_set}
    )
    report.add("khối trong kỳ", created)
    if block.criteria_set_id != criteria_set.pk:
        report.kept.append(f"{block}: đang dùng bộ tiêu chí {block.criteria_set.decision}, để nguyên.")
    survey, is_new = Survey.objects.get_or_create(round_group=block)
    report.add("cuộc điều tra", is_new)
    _load_respondents(survey, respondents, report)
    return created


def _load_respondents(survey: Survey, rows: Sequence[OfficialRow], report: LoadReport) -> None:
    """Only into a survey that has none: a group that the operator took out stays out."""
    if survey.respondent_groups.exists():
        return
    fresh = [RespondentGroup(survey=survey, position=number, **row) for number, row in enumerate(rows, start=1)]
    RespondentGroup.objects.bulk_create(fresh)
    report.add("nhóm đối tượng", len(fresh))


def _load_scales(years: Sequence[int], rows: Sequence[OfficialRow], report: LoadReport) -> None:
    """The scales of the years; each year has its own."""
    rounds = dict(Round.objects.filter(year__in=years).order_by("year").values_list("year", "pk"))
    known = set(AnswerScale.objects.filter(round__in=rounds.values()).values_list("round_id", "code"))
    fresh = [
        (AnswerScale(round_id=pk, code=row["code"], name=row["name"]), row["options"])
        for pk in rounds.values()
        for row in rows
        if (pk, row["code"]) not in known
    ]
    AnswerScale.objects.bulk_create([scale for scale, _ in fresh])
    AnswerOption.objects.bulk_create(
        AnswerOption(scale=scale, value=o["value"], label=o["label"], share=Decimal(o["share"]))
        for scale, options in fresh
        for o in options
    )
    report.add("thang trả lời", len(fresh))


def _fill(obj: UnitGroup | Decision | Round, values: Mapping[str, Any], what: str, report: LoadReport) -> None:
    """Put values into fields that stand empty."""
    if not values:
        return
    for name, value in values.items():
        setattr(obj, name, value)
    obj.save(update_fields=list(values))
    report.wrote(obj)
    report.add(what)
