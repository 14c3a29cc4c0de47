"""A block of full size in the second round, written in bulk: for counting queries and measuring pages.

Needs nothing but Django, so that `bench/` may use it. No step of it went through the actions: the ledger
would complain, pages don't.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from appraisal.core.actions.entries import Verdict, write_one
from appraisal.models import Action, Appraisal, AppraisalEntry, Assignment, Confirmation, Reason, Release
from cchc_index.lib import clock
from criteria.calendar.actions import default_stages
from criteria.models import CriteriaSet, Criterion, Decision, Round, RoundGroup, Source, Stage
from criteria.tests.factories import open_stage, stage_named
from selfassess.models import Document, Evidence, SelfAssessment, SelfScore
from units.auditlog.actions import record
from units.models import Membership, Role, Unit, UnitGroup, User

AREAS = 8
YEAR = 2097


@dataclass(frozen=True)
class LargeBlock:
    round_group: RoundGroup
    units: list[Unit]
    leaves: list[Criterion]
    member: User
    manager: User

    def say_again(self) -> Appraisal:
        """The decision that stands on the first cell once more: a step of its own, logged like any other."""
        rows = Appraisal.objects.filter(round_group=self.round_group, action=Action.RECOGNISE)
        standing = rows.select_related("stage", "unit", "criterion").earliest("pk")
        verdict = Verdict(standing.action, standing.points, standing.not_applicable)
        write_one(standing, verdict, standing.stage, self.member, "test")
        return standing


def large_block(units: int = 53, leaves: int = 100, *, year: int = YEAR) -> LargeBlock:
    """Everything submitted with one or two documents a score; of ten cells six are recognised, one is
    adjusted and answered, one adjusted and silent, two wait. The member holds the whole tree."""
    group = UnitGroup.objects.create(code=f"rat-lon-{year}", name="Khối rất lớn")
    places = [Unit(group=group, code=f"L{year % 100}{n:02d}", name=f"Đơn vị lớn số {n}") for n in range(units)]
    measured = Unit.objects.bulk_create(places)
    block = _round(group, year)
    tree = _leaves(block.criteria_set, leaves)
    member = _person(f"thanhvien-{year}", Role.COUNCIL_MEMBER)
    manager = _person(f"quanly-{year}", Role.INDEX_MANAGER)
    Assignment.objects.create(round_group=block, member=member)
    Confirmation.objects.create(round=block.round, member=member, at=clock.now())
    head = _person(f"thutruong-{year}", Role.UNIT_HEAD, measured[0])
    scores = _scores(block, measured, tree, head)
    _evidence(scores, measured, member, year)
    _decisions(block, scores, member)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # the planner knows full tables, as the database's own upkeep leaves them
    return LargeBlock(block, measured, tree, member, manager)


def _person(name: str, role: Role, unit: Unit | None = None) -> User:
    user = User.objects.create(username=f"rat-lon-{name}", full_name=name, email=f"{name}@example.vn")
    Membership.objects.create(user=user, role=role, unit=unit)
    return user


def _round(group: UnitGroup, year: int) -> RoundGroup:
    decision = Decision.objects.create(number=f"rất lớn {year}")
    criteria_set = CriteriaSet.objects.create(decision=decision, group=group)
    round_ = Round.objects.create(year=year, assessed_from=date(year, 1, 1), assessed_to=date(year, 12, 31))
    at = clock.now()
    block = RoundGroup.objects.create(round=round_, group=group, criteria_set=criteria_set, frozen_at=at)
    default_stages(round_)
    for name in ("round1", "explanation", "round2"):
        open_stage(round_, name, closes=at + timedelta(days=9))
    Release.objects.create(round_group=block, stage=stage_named(round_, "round1"), released_at=at)
    return block


def _leaves(criteria_set: CriteriaSet, count: int) -> list[Criterion]:
    """Spread over the areas, each with components of half a point to two points."""
    areas = min(AREAS, count)
    position = 0
    rows = []
    for area_number in range(1, areas + 1):
        inside = count // areas + (area_number <= count % areas)
        words = {"name": f"Lĩnh vực số {area_number}", "max_points": Decimal(inside)}
        area = Criterion.objects.create(
            criteria_set=criteria_set, code=str(area_number), position=position, is_leaf=False, source="", **words
        )
        for number in range(1, inside + 1):
            code = f"{area_number}.{number // 4 + 1}.{number % 4 + 1}"
            name = f"Tiêu chí thành phần {code} về mức độ hoàn thành kế hoạch cải cách hành chính"
            shared = {"criteria_set": criteria_set, "parent": area, "source": Source.SELF, "code": code, "name": name}
            rows.append(Criterion(**shared, position=position + number, max_points=Decimal(number % 4 + 1) / 2))
        position += 1000
    return Criterion.objects.bulk_create(rows)


def _scores(block: RoundGroup, units: list[Unit], leaves: list[Criterion], head: User) -> list[SelfScore]:
    state = {"state": SelfAssessment.State.SUBMITTED, "submitted_at": clock.now(), "submitted_by": head}
    assessments = SelfAssessment.objects.bulk_create(
        SelfAssessment(round_group=block, unit=unit, **state) for unit in units
    )
    words = "Đã hoàn thành theo kế hoạch."
    rows = [
        SelfScore(
            assessment=assessment,
            criterion=leaf,
            points=None if (at + n) % 29 == 3 else leaf.max_points / (1 + n % 2),
            na_claimed=(at + n) % 29 == 3,
            explanation=words,
        )
        for at, assessment in enumerate(assessments)
        for n, leaf in enumerate(leaves)
    ]
    return SelfScore.objects.bulk_create(rows, batch_size=500)


def _evidence(scores: list[SelfScore], units: list[Unit], by: User, year: int) -> None:
    """Twenty documents a unit, of which some warn; one score in seven has none."""
    paper = {"abstract": "Báo cáo", "original_name": "bao-cao.pdf", "content_type": "application/pdf", "size": 9}
    read = {"format": 1, "text": "read", "number_found": True, "signed": True, "pages_read": 4}
    rows = [
        Document(
            unit=unit,
            number=f"{n}/BC-{unit.code}",
            issued_on=date(year - (n % 7 == 2), 6, 1),
            file=f"evidence/{unit.code}-{n}.pdf",
            digest=f"{unit.pk:032d}{n:032d}" if n % 10 else f"{n:064d}",
            pages=4,
            uploaded_by=by,
            reading={**read, "number_found": n % 9 != 4},
            **paper,
        )
        for unit in units
        for n in range(20)
    ]
    papers: dict[int, list[Document]] = {}
    for document in Document.objects.bulk_create(rows, batch_size=500):
        papers.setdefault(document.unit_id, []).append(document)
    links = []
    for n, score in enumerate(scores):
        theirs = papers[score.assessment.unit_id]
        links += [Evidence(score=score, document=theirs[(n + k) % 20], page=2) for k in range(n % 7 != 6 and 1 + n % 2)]
    Evidence.objects.bulk_create(links, batch_size=500)


def _decisions(block: RoundGroup, scores: list[SelfScore], by: User) -> None:
    decided = [(n % 10, score) for n, score in enumerate(scores) if n % 10 < 8]
    stage = stage_named(block.round, "round1")
    rows = [_standing(block, stage, score, adjusted=kind >= 6, version=1 + (kind == 6)) for kind, score in decided]
    standings = Appraisal.objects.bulk_create(rows, batch_size=500)
    log = record(actor=by, verb="appraisal.measured", obj=block)
    reason = Reason.objects.get_or_create(code="rat-lon", defaults={"text": "Thiếu tài liệu"})[0]
    shared = {"actor": by, "at": clock.now(), "log": log}
    first, second = (_in_stage(block, name) for name in ("round1", "explanation"))
    entries = []
    for (kind, _), row in zip(decided, standings, strict=True):
        said = {"points": row.points, "not_applicable": row.not_applicable}
        why = {"reason": reason, "comment": "Thiếu báo cáo."} if row.action == Action.ADJUST else {}
        entries.append(AppraisalEntry(appraisal=row, sequence=1, **first, action=row.action, **said, **why, **shared))
        if kind == 6:
            answer = {"action": Action.DISAGREE, "comment": "Đã gửi đúng hạn."} if row.pk % 2 else {"action": "agree"}
            entries.append(AppraisalEntry(appraisal=row, sequence=2, **second, **answer, **shared))
    AppraisalEntry.objects.bulk_create(entries, batch_size=500)


def _in_stage(block: RoundGroup, name: str) -> dict[str, object]:
    stage = stage_named(block.round, name)
    return {"stage": stage, "stage_kind": stage.kind}


def _standing(block: RoundGroup, stage: Stage, score: SelfScore, *, adjusted: bool, version: int) -> Appraisal:
    points = score.points
    if adjusted:
        points = Decimal("0.25") if score.na_claimed or points is None else points / 2
    return Appraisal(
        round_group=block,
        unit_id=score.assessment.unit_id,
        criterion_id=score.criterion_id,
        stage=stage,
        action=Action.ADJUST if adjusted else Action.RECOGNISE,
        points=points,
        not_applicable=points is None,
        version=version,
        updated_at=clock.now(),
    )
