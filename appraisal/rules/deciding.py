"""Who decides a cell, who takes a decision back, and who settles two opinions that are too far apart."""

from django.db.models import Exists, OuterRef, QuerySet

from appraisal import steps
from appraisal.models import AppraisalEntry, Opinion
from criteria.models import Criterion, RoundGroup, Stage
from selfassess.models import SelfAssessment
from units import rules as people
from units.models import Unit

from .reach import Scope, assigned_cells, closed_units, scope_of
from .stages import calendar


def has_pen(user: people.AnyUser) -> bool:
    """Whether the person decides anything anywhere: asked before a form is looked at, so that who only reads hears that
    and not what they forgot to fill in."""
    return people.is_council_member(user) or people.is_index_manager(user)


def may_decide(user: people.AnyUser, stage: Stage | None, scope: Scope, unit_id: int, criterion_id: int) -> bool:
    """The heart of `can_appraise` for a page that has already read scope and stage."""
    if unit_id in scope.own_units or stage is None:
        return False
    if stage.kind == Stage.Kind.MEETING:
        return people.is_index_manager(user) and criterion_id in scope.leaves
    return scope.covers(unit_id, criterion_id)


def can_appraise(user: people.AnyUser, round_group: RoundGroup, unit: Unit, criterion: Criterion) -> bool:
    """Whether `user` may recognise or adjust this cell now. In an appraisal an assigned council member, in the
    council's meeting the index manager on its behalf; never at the own unit, never while the stage is closed."""
    if unit.group_id != round_group.group_id:
        return False
    return may_decide(user, calendar(round_group).stage, scope_of(user, round_group), unit.pk, criterion.pk)


def may_undo(
    user: people.AnyUser, stage: Stage | None, scope: Scope, cell: tuple[int, int], step: AppraisalEntry
) -> bool:
    """Whether the person may take back `step`, the decision that stands on the cell (unit, criterion), which
    no two opinions settled: who wrote it, while its own stage takes decisions and the cell is theirs to
    decide; in the council's meeting any index manager, for none of them decides there for themselves."""
    same = stage is not None and step.stage_id == stage.pk
    return same and is_undoers(user, step) and may_decide(user, stage, scope, *cell)


def is_undoers(user: people.AnyUser, step: AppraisalEntry) -> bool:
    """Whether a step is the person's own, or the council's as a whole."""
    return step.actor_id == user.pk or step.stage_kind == Stage.Kind.MEETING


def steps_undoable_by(user: people.AnyUser, round_group: RoundGroup) -> QuerySet[AppraisalEntry]:
    """The decisions of the block that the person may take back now: `may_undo` as a queryset."""
    stage = calendar(round_group).stage
    rows = AppraisalEntry.objects.filter(
        Exists(
            SelfAssessment.objects.filter(
                round_group=OuterRef("appraisal__round_group"),
                unit=OuterRef("appraisal__unit"),
                state=SelfAssessment.State.SUBMITTED,
            ).order_by()
        ),
        ~Exists(_later_decisions()),
        ~Exists(_settling_opinions()),
        appraisal__round_group=round_group,
        stage=stage,
        action__in=steps.DECISIONS,
        undone_by__isnull=True,
    )
    if stage is not None and stage.kind == Stage.Kind.MEETING:
        rows = rows.exclude(appraisal__unit__in=closed_units(user))
        rows = rows if people.is_index_manager(user) else rows.none()
    else:
        rows = rows.filter(assigned_cells(user, "appraisal__"), actor=user.pk)
    return rows.order_by("appraisal")


def _later_decisions() -> QuerySet[AppraisalEntry]:
    rows = AppraisalEntry.objects.filter(appraisal=OuterRef("appraisal"), sequence__gt=OuterRef("sequence"))
    return rows.filter(action__in=steps.DECISIONS, undone_by__isnull=True).order_by()


def _settling_opinions() -> QuerySet[Opinion]:
    """The blind opinions that a step follows from. Its stage tells the year, its unit the block."""
    return Opinion.objects.filter(
        unit=OuterRef("appraisal__unit"),
        criterion=OuterRef("appraisal__criterion"),
        stage=OuterRef("stage"),
        standing_version=OuterRef("sequence") - 1,
    ).order_by()


def may_settle(user: people.AnyUser, stage: Stage | None, scope: Scope, unit_id: int, criterion_id: int) -> bool:
    """Who decides between two blind opinions that differ: an assigned member, or the index manager on
    behalf of the council; never at a closed unit. That it is neither of the two, the action checks."""
    if unit_id in scope.own_units or stage is None or not stage.two_opinions:
        return False
    managing = people.is_index_manager(user) and criterion_id in scope.leaves
    return managing or may_decide(user, stage, scope, unit_id, criterion_id)
