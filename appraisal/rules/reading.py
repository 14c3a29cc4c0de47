"""Who reads which steps, standings, precedents and documents. Nothing of a stage reaches a unit before its release."""

from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from appraisal import steps
from appraisal.models import Action, Appraisal, AppraisalEntry, Interest, Message, Release
from criteria.models import RoundGroup, Stage
from selfassess.models import Document, Evidence, SelfAssessment
from units import rules as people

from .answering import UNIT_ROLES
from .reach import Scope, assigned_cells, reads_all
from .verifying import evidence_to_verify


def _released() -> Q:
    """A step whose stage has been released to its block. What was taken back before, and that it was, stays
    among the council: it never stood when the units were told."""
    stage = Release.objects.filter(round_group=OuterRef("appraisal__round_group"), stage=OuterRef("stage"))
    return Q(Exists(stage.order_by()), undone_by__isnull=True) & ~Q(action=Action.UNDO)


def entries_visible_to(user: people.AnyUser) -> QuerySet[AppraisalEntry]:
    """Steps a person may read. Units: the released stages of their own, and their own replies.
    Members: the cells assigned to them. Managers and observers: all."""
    if reads_all(user):
        return AppraisalEntry.objects.order_by("appraisal", "sequence")
    seen = _open_to_units(people.grants(user).home_units)
    return AppraisalEntry.objects.filter(seen | assigned_cells(user, "appraisal__")).order_by("appraisal", "sequence")


def entries_open_to_units(unit_ids: Iterable[int]) -> QuerySet[AppraisalEntry]:
    """What the units' own pages show, whatever other roles the reader holds."""
    return AppraisalEntry.objects.filter(_open_to_units(unit_ids)).order_by("appraisal", "sequence")


def _open_to_units(unit_ids: Iterable[int]) -> Q:
    return Q(appraisal__unit__in=list(unit_ids)) & (Q(stage_kind=Stage.Kind.REPLY) | Q(_released()))


def appraisals_visible_to(user: people.AnyUser) -> QuerySet[Appraisal]:
    """Cells with at least one step the person may read. The row's own points are the council's newest:
    a unit's page reads `entries_visible_to`, never these columns."""
    if reads_all(user):
        return Appraisal.objects.order_by("pk")
    entries = AppraisalEntry.objects.filter(_released(), appraisal=OuterRef("pk")).order_by()
    own = Q(unit__in=people.grants(user).home_units) & Exists(entries)
    return Appraisal.objects.filter(own | assigned_cells(user, "")).order_by("pk")


def may_read_precedents(scope: Scope, unit_id: int, criterion_id: int, *, owes_opinion: bool) -> bool:
    """Who sees beside a cell how its criterion was decided elsewhere: whoever may read the cell. Not while
    they owe one of its two blind opinions (`owes_opinion`): it would lean on those of the others."""
    return scope.shows(unit_id, criterion_id) and not owes_opinion


def precedents_visible_to(
    scope: Scope, round_group: RoundGroup, unit_id: int, criterion_id: int, *, owes_opinion: bool
) -> QuerySet[AppraisalEntry]:
    """The decisions that count on the criterion at the other units of the block, by the predicate above.
    Other members' units are the point of a precedent, so no assignment is asked; a closed unit stays closed."""
    if not may_read_precedents(scope, unit_id, criterion_id, owes_opinion=owes_opinion):
        return AppraisalEntry.objects.none()
    rows = decided_elsewhere(round_group.pk, criterion_id, unit_id)
    return rows.exclude(appraisal__unit__in=closed_precedents(scope)).order_by("appraisal", "sequence")


def decided_elsewhere(block: int, criterion: int, unit: int) -> QuerySet[AppraisalEntry]:
    """What could be a precedent, whoever asks."""
    rows = AppraisalEntry.objects.filter(
        appraisal__round_group=block,
        appraisal__criterion=criterion,
        action__in=steps.DECISIONS,
        undone_by__isnull=True,
    )
    return rows.exclude(appraisal__unit=unit)


def closed_precedents(scope: Scope) -> frozenset[int]:
    """The units of which a person sees no decision beside others."""
    return frozenset() if scope.reads_all else scope.own_units


def documents_visible_to(user: people.AnyUser) -> QuerySet[Document]:
    """Evidence files: a unit's own; for a member those attached to a submitted score, a reply or the
    answer to a question in the cells assigned to them; for the people of a verifying agency those of what it
    verifies; for managers and observers all."""
    if reads_all(user):
        return Document.objects.order_by("pk")
    wanted = Q(unit__in=people.units_where(user, *UNIT_ROLES))
    evidence = Evidence.objects.filter(
        assigned_cells(user, "score__assessment__", "score__"),
        score__assessment__state=SelfAssessment.State.SUBMITTED,
        removed_at=None,
    )
    replies = AppraisalEntry.objects.filter(assigned_cells(user, "appraisal__"), documents__isnull=False)
    answers = Message.objects.filter(assigned_cells(user, "question__"), documents__isnull=False)
    wanted |= Q(pk__in=evidence.order_by().values("document")) | Q(pk__in=replies.order_by().values("documents"))
    wanted |= Q(pk__in=answers.order_by().values("documents"))
    wanted |= Q(pk__in=evidence_to_verify(user).order_by().values("document"))
    return Document.objects.filter(wanted).order_by("pk")


def interests_visible_to(user: people.AnyUser) -> QuerySet[Interest]:
    """Every declared interest for an index manager, their own for anybody else; the standing ones first."""
    standing_first = F("withdrawn_at").asc(nulls_first=True)  # databases differ in where nothing stands
    rows = Interest.objects.order_by(standing_first, "member__full_name", "-declared_at")
    return rows if people.is_index_manager(user) else rows.filter(member=user.pk)
