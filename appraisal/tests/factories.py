"""A small block with submitted self-assessments, assigned council members and the library of reasons."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypedDict

from django.core.files.base import ContentFile

from appraisal.consistency import actions as consistency
from appraisal.consistency.queries import report as consistency_report
from appraisal.models import Acknowledgement, Appraisal, Assignment, Confirmation, Question, Reason, Release
from appraisal.reasons.actions import DEFAULT_REASONS
from appraisal.releases import actions as releases
from cchc_index.lib import clock
from criteria.models import Criterion, Round, RoundGroup, Source, Stage
from criteria.tests.factories import RoundFactory, RoundGroupFactory, open_stage, small_round, stage_named
from selfassess.models import Document, Evidence, SelfAssessment, SelfScore
from units.models import Role, Unit, User
from units.tests.factories import UnitFactory, person


def submitted(round_group: RoundGroup, unit: Unit, points: dict[str, str | None]) -> SelfAssessment:
    """A submitted assessment; `points` by leaf code, None claims "not applicable", absent is unscored."""
    assessment = SelfAssessment.objects.create(
        round_group=round_group, unit=unit, state="submitted", submitted_at=clock.now(), imported=True
    )
    for code, value in points.items():
        SelfScore.objects.create(
            assessment=assessment,
            criterion=Criterion.objects.get(criteria_set=round_group.criteria_set_id, code=code),
            points=None if value is None else Decimal(value),
            na_claimed=value is None,
            na_reason="Không có nhiệm vụ." if value is None else "",
            explanation="Đã hoàn thành theo kế hoạch.",
        )
    return assessment


def assign(
    member: User, round_group: RoundGroup, branch: Criterion | None = None, units: Iterable[Unit] = ()
) -> Assignment:
    assignment = Assignment.objects.create(round_group=round_group, member=member, branch=branch)
    assignment.units.set(units)
    confirmed(member, round_group.round)
    return assignment


def confirmed(member: User, round_: Round) -> Confirmation:
    """The member has said that they have no other conflict of interest."""
    return Confirmation.objects.get_or_create(round=round_, member=member, defaults={"at": clock.now()})[0]


def stage_of(round_group: RoundGroup, name: str) -> Stage:
    """The row of a stage, by its name."""
    return stage_named(round_group.round, name)


def release_row(round_group: RoundGroup, stage: str) -> Release:
    """A stage released without its action, for a test that starts later in the year."""
    row = stage_of(round_group, stage)
    return Release.objects.create(round_group=round_group, stage=row, released_at=clock.now())


def acknowledged(manager: User, round_group: RoundGroup, stage: str = "round1") -> Acknowledgement:
    """The consistency report as it stands now, looked at, with words for every contradiction."""
    found = consistency_report.report(round_group)
    words = {one.key: "Mức độ thiếu khác nhau." for one in found.contradictions}
    return consistency.acknowledge_consistency(
        actor=manager, round_group_id=round_group.pk, stage=stage, seen=found.fingerprint, words=words
    )


def release_stage(manager: User, round_group: RoundGroup, stage: str = "round1") -> Release:
    """A stage released as a manager does it: the report first."""
    acknowledged(manager, round_group, stage)
    return releases.release(actor=manager, round_group_id=round_group.pk, stage=stage)


def document(unit: Unit, by: User, number: str = "12/BC-THU") -> Document:
    body = b"%PDF-1.4 thu nghiem " + number.encode()
    return Document.objects.create(
        unit=unit,
        number=number,
        abstract="Báo cáo thử",
        file=ContentFile(body, name="bao-cao.pdf"),
        original_name="báo cáo.pdf",
        content_type="application/pdf",
        size=len(body),
        digest="0" * 64,
        uploaded_by=by,
    )


def attach(score: SelfScore, file: Document, page: int | None = 1) -> Evidence:
    return Evidence.objects.create(score=score, document=file, page=page)


class Cell(TypedDict):
    """A cell as the verbs of the council ask for it."""

    round_group_id: int
    unit_id: int
    criterion_id: int


@dataclass
class Council:
    """Three units: `first` and `second` scored, `home` is where the member comes from."""

    round_group: RoundGroup
    first: Unit
    second: Unit
    home: Unit
    member: User
    manager: User
    officer: User
    head: User
    leaf: Criterion
    other_leaf: Criterion
    reason: Reason
    scores: dict[str, str | None] = field(default_factory=dict)

    def cell(self, unit: Unit | None = None, leaf: Criterion | None = None) -> Cell:
        return {
            "round_group_id": self.round_group.pk,
            "unit_id": (unit or self.first).pk,
            "criterion_id": (leaf or self.leaf).pk,
        }

    def standing(self, unit: Unit | None = None, leaf: Criterion | None = None) -> Appraisal:
        return Appraisal.objects.get(**self.cell(unit, leaf))


def council(stage: str | None = "round1") -> Council:
    """Leaves 1.1 (2 points) and 1.2 (1 point) scored 1.5 and 0 by all units; the member holds the whole tree."""
    round_group = small_round()
    group = round_group.group
    first, second, home = (UnitFactory.create(group=group, code=code) for code in ("DV1", "DV2", "NHA"))
    member = person(Role.COUNCIL_MEMBER, home)
    scores: dict[str, str | None] = {"1.1": "1.5", "1.2": "0"}
    for unit in (first, second, home):
        submitted(round_group, unit, scores)
    assign(member, round_group)
    if stage:
        open_stage(round_group.round, stage)
    Reason.objects.bulk_create(Reason(code=code, text=text) for code, text in DEFAULT_REASONS)
    leaves = Criterion.objects.filter(criteria_set=round_group.criteria_set_id, source=Source.SELF).order_by("position")
    return Council(
        round_group=round_group,
        first=first,
        second=second,
        home=home,
        member=member,
        manager=person(Role.INDEX_MANAGER, home),
        officer=person(Role.UNIT_OFFICER, first),
        head=person(Role.UNIT_HEAD, first),
        leaf=leaves[0],
        other_leaf=leaves[1],
        reason=Reason.objects.get(code="thieu-tai-lieu"),
        scores=scores,
    )


def next_year(case: Council) -> Council:
    """The same units, people and criteria a year later, submitted again and open for round 1."""
    later = case.round_group.round.year + 1
    block = RoundGroupFactory.create(round=RoundFactory.create(year=later), criteria_set=case.round_group.criteria_set)
    for unit in (case.first, case.second, case.home):
        submitted(block, unit, case.scores)
    assign(case.member, block)
    open_stage(block.round, "round1")
    return replace(case, round_group=block)


def fresh(user: User) -> User:
    """The same person as a new request sees them: roles are kept on the user object."""
    return User.objects.get(pk=user.pk)


def question_row(case: Council, unit: Unit) -> Question:
    """A question without its action: one at a unit whose people sit on the council, too."""
    cell = {"round_group": case.round_group, "unit": unit, "criterion": case.leaf, "opened_by": case.manager}
    now = {"opened_at": clock.now(), "due_on": clock.today()}
    return Question.objects.get_or_create(**cell, defaults=now)[0]
