"""Who may appraise, release, reply and read. Each verb has a predicate and a queryset that agree.

Nobody appraises their own unit, nor one in which they declared an interest: the bar stands in `Scope`, so
that lists, cells, files and actions all inherit it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from cchc_index.lib import clock
from criteria import queries as criteria_queries
from criteria.models import Criterion, Phase, Round, RoundGroup, Source
from selfassess.models import Document, Evidence, SelfAssessment
from units import rules as people
from units.models import Membership, Role, Unit, User

from . import steps
from .models import (
    Acknowledgement,
    Action,
    Appraisal,
    AppraisalEntry,
    Assignment,
    Confirmation,
    Interest,
    Message,
    Opinion,
    Question,
    Reason,
    Release,
    Stage,
)

COUNCIL_STAGES = (Stage.ROUND1, Stage.ROUND2, Stage.FINAL, Stage.IMPORT)
RELEASABLE = (Stage.ROUND1, Stage.ROUND2, Stage.FINAL, Stage.IMPORT)
BLIND_STAGES = (Stage.ROUND1, Stage.ROUND2)
"""Where a marked leaf takes two opinions; the council's meeting decides by itself."""
REVIEWED = (Stage.ROUND1, Stage.ROUND2, Stage.FINAL)
"""Released only after their consistency report was looked at."""
UNIT_ROLES = (Role.UNIT_OFFICER, Role.UNIT_HEAD)


@dataclass(frozen=True)
class Part:
    """One assignment: leaves by units; `units` None is every unit of the block."""

    leaves: frozenset[int]
    units: frozenset[int] | None

    def has(self, unit_id: int, criterion_id: int) -> bool:
        return criterion_id in self.leaves and (self.units is None or unit_id in self.units)


@dataclass(frozen=True)
class Scope:
    """What one person may judge and read in one block."""

    parts: tuple[Part, ...]
    own_units: frozenset[int]  # and those of a declared interest: `closed_units`
    reads_all: bool
    leaves: frozenset[int]

    def covers(self, unit_id: int, criterion_id: int) -> bool:
        """Assigned to the person, and never at a closed unit."""
        return unit_id not in self.own_units and any(part.has(unit_id, criterion_id) for part in self.parts)

    def shows(self, unit_id: int, criterion_id: int) -> bool:
        """Managers and observers read every appraised cell; a member those that are assigned."""
        return (self.reads_all and criterion_id in self.leaves) or self.covers(unit_id, criterion_id)


@dataclass(frozen=True)
class Calendar:
    """The phases of the round and the stages already released to the block."""

    phases: dict[str, Phase]
    released: frozenset[str]
    at: datetime

    def is_open(self, kind: Phase.Kind) -> bool:
        phase = self.phases.get(kind)
        return phase is not None and clock.is_open(phase.opens_at, phase.closes_at, self.at)

    def has_begun(self, kind: Phase.Kind) -> bool:
        phase = self.phases.get(kind)
        return phase is not None and (phase.opens_at is None or phase.opens_at <= self.at)

    @property
    def stage(self) -> Stage | None:
        """The stage that takes decisions now. A released stage takes none: the units have seen it."""
        if self.is_open(Phase.Kind.ROUND1) and not self.released & {Stage.ROUND1, Stage.ROUND2}:
            return Stage.ROUND1
        if Stage.ROUND1 in self.released and Stage.ROUND2 not in self.released:
            return Stage.ROUND2 if self.is_open(Phase.Kind.ROUND2) else None
        if Stage.ROUND2 in self.released and Stage.FINAL not in self.released:
            return Stage.FINAL
        return None


def calendar(round_group: RoundGroup, phases: Iterable[Phase] | None = None) -> Calendar:
    """Two queries; one when the phases of the round have been read."""
    if phases is None:
        phases = Phase.objects.filter(round_id=round_group.round_id).order_by("pk")
    released = Release.objects.filter(round_group=round_group).order_by().values_list("stage", flat=True)
    return Calendar({p.kind: p for p in phases}, frozenset(released), clock.now())


def reads_all(user: people.AnyUser) -> bool:
    return people.is_index_manager(user) or people.is_observer(user)


def has_desk(user: people.AnyUser) -> bool:
    """Whether the person has any place on the council's side."""
    return people.is_council_member(user) or reads_all(user)


def closed_units(user: people.AnyUser) -> frozenset[int]:
    """The units a person never judges: their own, and those of their standing interests. Read once per
    request and kept on the user object, as roles are; what declares or withdraws forgets it."""
    kept: frozenset[int] | None = getattr(user, "_closed_units", None)
    if kept is None:
        kept = people.grants(user).own_units
        if has_desk(user):
            declared = Interest.objects.filter(member=user.pk, withdrawn_at=None).order_by()
            kept |= frozenset(declared.values_list("unit_id", flat=True))
        user._closed_units = kept  # type: ignore[union-attr]
    return kept


def forget_closed_units(user: people.AnyUser) -> None:
    user.__dict__.pop("_closed_units", None)


@dataclass(frozen=True)
class Holdings:
    """What a person's scope in a block follows from, before the tree is read. As plain tuples: it also says
    whose page a kept page is."""

    parts: tuple[tuple[int | None, tuple[int, ...]], ...]  # branch (None: the whole tree), units (none: every one)
    closed: tuple[int, ...]
    reads_all: bool

    def within(self, tree: Iterable[Criterion]) -> Scope:
        """The scope over the rows of the block's set."""
        rows = list(tree)
        parents = {row.pk: row.parent_id for row in rows}
        leaves = frozenset(row.pk for row in rows if row.is_leaf and row.source == Source.SELF)
        parts = tuple(Part(_under(branch, leaves, parents), frozenset(units) or None) for branch, units in self.parts)
        return Scope(parts, frozenset(self.closed), self.reads_all, leaves)


def holdings(user: people.AnyUser, round_group: RoundGroup) -> Holdings:
    """At most two queries."""
    held: dict[int, tuple[int | None, set[int]]] = {}
    mine = _assignments(user).filter(round_group=round_group)
    for pk, branch, unit in mine.values_list("pk", "branch_id", "units"):
        held.setdefault(pk, (branch, set()))[1].update([unit] if unit else [])
    parts = tuple((branch, tuple(sorted(units))) for branch, units in held.values())
    return Holdings(parts, tuple(sorted(closed_units(user))), reads_all(user))


def scope_of(user: people.AnyUser, round_group: RoundGroup) -> Scope:
    """What `user` may judge and read in the block: at most three queries."""
    found = Criterion.objects.filter(criteria_set_id=round_group.criteria_set_id).order_by()
    return holdings(user, round_group).within(found.only("parent_id", "is_leaf", "source"))


def _assignments(user: people.AnyUser) -> QuerySet[Assignment]:
    """The assignments that count: of a person who is a council member now."""
    if not people.is_council_member(user) or not isinstance(user, User):
        return Assignment.objects.none()
    return Assignment.objects.filter(member=user).prefetch_related("units").order_by("pk")


def _under(branch: int | None, leaves: frozenset[int], parents: Mapping[int, int | None]) -> frozenset[int]:
    """The leaves under a branch; the whole tree for None."""
    return leaves if branch is None else frozenset(leaf for leaf in leaves if branch in _line(leaf, parents))


def _line(pk: int, parents: Mapping[int, int | None]) -> Iterable[int]:
    current: int | None = pk
    while current is not None:
        yield current
        current = parents.get(current)


def may_decide(user: people.AnyUser, stage: Stage | None, scope: Scope, unit_id: int, criterion_id: int) -> bool:
    """The heart of `can_appraise` for a page that has already read scope and stage."""
    if unit_id in scope.own_units or stage is None:
        return False
    if stage == Stage.FINAL:
        return people.is_index_manager(user) and criterion_id in scope.leaves
    return scope.covers(unit_id, criterion_id)


def can_appraise(user: people.AnyUser, round_group: RoundGroup, unit: Unit, criterion: Criterion) -> bool:
    """Whether `user` may recognise or adjust this cell now. In rounds 1 and 2 an assigned council
    member, after round 2's release the index manager on behalf of the council's meeting; never at the
    own unit, never while the stage is closed."""
    if unit.group_id != round_group.group_id:
        return False
    return may_decide(user, calendar(round_group).stage, scope_of(user, round_group), unit.pk, criterion.pk)


def may_undo(
    user: people.AnyUser, stage: Stage | None, scope: Scope, cell: tuple[int, int], step: AppraisalEntry
) -> bool:
    """Whether the person may take back `step`, the decision that stands on the cell (unit, criterion), which
    no two opinions settled: who wrote it, while its own stage takes decisions and the cell is theirs to
    decide; in the council's meeting any index manager, for none of them decides there for themselves."""
    return step.stage == stage and is_undoers(user, step) and may_decide(user, stage, scope, *cell)


def is_undoers(user: people.AnyUser, step: AppraisalEntry) -> bool:
    """Whether a step is the person's own, or the council's as a whole."""
    return step.actor_id == user.pk or step.stage == Stage.FINAL


def steps_undoable_by(user: people.AnyUser, round_group: RoundGroup) -> QuerySet[AppraisalEntry]:
    """The decisions of the block that the person may take back now: `may_undo` as a queryset."""
    stage = calendar(round_group).stage
    rows = AppraisalEntry.objects.filter(
        Exists(
            SelfAssessment.objects.filter(
                round_group=round_group, unit=OuterRef("appraisal__unit"), state=SelfAssessment.State.SUBMITTED
            ).order_by()
        ),
        ~Exists(_later_decisions()),
        ~Exists(_settling_opinions()),
        appraisal__round_group=round_group,
        stage=stage or "",
        action__in=steps.DECISIONS,
        undone_by__isnull=True,
    )
    if stage == Stage.FINAL:
        rows = rows.exclude(appraisal__unit__in=closed_units(user))
        rows = rows if people.is_index_manager(user) else rows.none()
    else:
        rows = rows.filter(_assigned(user, "appraisal__"), actor=user.pk)
    return rows.order_by("appraisal", "sequence")


def _later_decisions() -> QuerySet[AppraisalEntry]:
    rows = AppraisalEntry.objects.filter(appraisal=OuterRef("appraisal"), sequence__gt=OuterRef("sequence"))
    return rows.filter(action__in=steps.DECISIONS, undone_by__isnull=True).order_by()


def _settling_opinions() -> QuerySet[Opinion]:
    """The blind opinions that a step follows from."""
    return Opinion.objects.filter(
        round_group=OuterRef("appraisal__round_group"),
        unit=OuterRef("appraisal__unit"),
        criterion=OuterRef("appraisal__criterion"),
        stage=OuterRef("stage"),
        standing_version=OuterRef("sequence") - 1,
    ).order_by()


def may_settle(user: people.AnyUser, stage: Stage | None, scope: Scope, unit_id: int, criterion_id: int) -> bool:
    """Who decides between two blind opinions that differ: an assigned member, or the index manager on
    behalf of the council; never at a closed unit. That it is neither of the two, the action checks."""
    if unit_id in scope.own_units or stage not in BLIND_STAGES:
        return False
    managing = people.is_index_manager(user) and criterion_id in scope.leaves
    return managing or may_decide(user, stage, scope, unit_id, criterion_id)


def may_pursue(user: people.AnyUser, question: Question) -> bool:
    """Who asks further and closes: whoever is assigned the cell, and the index manager; never at a closed
    unit. Questions are no points: they may be settled after the stage is closed."""
    scope = scope_of(user, question.round_group)
    if question.unit_id in scope.own_units:
        return False
    return people.is_index_manager(user) or scope.covers(question.unit_id, question.criterion_id)


def questions_visible_to(user: people.AnyUser) -> QuerySet[Question]:
    """The council's side: all for managers and observers, the assigned cells for a member."""
    rows = Question.objects.order_by("due_on", "pk")
    return rows if reads_all(user) else rows.filter(_assigned(user, ""))


def questions_of_units(user: people.AnyUser) -> QuerySet[Question]:
    """The unit's side: what its officers and head are asked, whatever other roles they hold."""
    return Question.objects.filter(unit__in=people.units_where(user, *UNIT_ROLES)).order_by("due_on", "pk")


def people_answering(unit_id: int) -> QuerySet[User]:
    """The officers and heads of a unit."""
    held = Membership.objects.filter(unit=unit_id, role__in=UNIT_ROLES, active=True, user__is_active=True)
    return User.objects.filter(pk__in=held.order_by().values("user")).order_by("username")


def must_confirm(user: people.AnyUser, round_: Round) -> bool:
    """Whether an assigned council member has yet to say that they have no other conflict in this round.
    One query for whoever has."""
    if not people.is_council_member(user):
        return False
    if Confirmation.objects.filter(round=round_, member=user.pk).exists():
        return False
    return Assignment.objects.filter(member=user.pk, round_group__round=round_).exists()


def units_appraisable_by(user: people.AnyUser, round_group: RoundGroup) -> QuerySet[Unit]:
    """The units of the block in which the person is assigned something; never the own unit."""
    return _units_covered(scope_of(user, round_group), round_group)


def units_in(scope: Scope, round_group: RoundGroup) -> QuerySet[Unit]:
    """The units whose appraisal the holder of `scope` may read on the council's side."""
    return criteria_queries.units_of(round_group) if scope.reads_all else _units_covered(scope, round_group)


def _units_covered(scope: Scope, round_group: RoundGroup) -> QuerySet[Unit]:
    parts = [part for part in scope.parts if part.leaves]
    found = criteria_queries.units_of(round_group).exclude(pk__in=scope.own_units)
    if any(part.units is None for part in parts):
        return found
    return found.filter(pk__in=[unit for part in parts for unit in part.units or ()])


def release_is_due(now: Calendar, round_group: RoundGroup, stage: Stage) -> bool:
    """Stages are released once, in the order of the year, after their phase has begun."""
    if stage in now.released:
        return False
    if stage == Stage.ROUND1:
        return now.has_begun(Phase.Kind.ROUND1) and Stage.ROUND2 not in now.released
    if stage == Stage.ROUND2:
        return Stage.ROUND1 in now.released and now.has_begun(Phase.Kind.ROUND2)
    if stage == Stage.FINAL:
        return Stage.ROUND2 in now.released
    return stage == Stage.IMPORT and Appraisal.objects.filter(round_group=round_group, stage=Stage.IMPORT).exists()


def stage_to_review(now: Calendar, round_group: RoundGroup) -> Stage | None:
    """The stage whose consistency report is looked at: the one that may be released now, else the last one
    that was. Archives are none: their points come with neither reasons nor members."""
    due = [stage for stage in REVIEWED if release_is_due(now, round_group, stage)]
    released = [stage for stage in REVIEWED if stage in now.released]
    return due[0] if due else released[-1] if released else None


def can_acknowledge(user: people.AnyUser, round_group: RoundGroup, stage: str) -> bool:
    """The index manager, on the stage in question. Looking is not deciding: a manager whose own unit is in
    the block looks too, and still decides nothing there."""
    return people.is_index_manager(user) and stage_to_review(calendar(round_group), round_group) == stage


def acknowledgements_visible_to(user: people.AnyUser) -> QuerySet[Acknowledgement]:
    """The report and who looked at it: managers and observers."""
    rows = Acknowledgement.objects.order_by("round_group", "at", "pk")
    return rows if reads_all(user) else rows.none()


def something_rests_on(release: Release) -> bool:
    """Whether a later stage has begun: then the release can no longer be taken back."""
    order = list(Stage)
    later = order[order.index(Stage(release.stage)) + 1 :] if release.stage != Stage.IMPORT else []
    later = [stage for stage in later if stage != Stage.IMPORT]
    block = release.round_group_id
    return (
        AppraisalEntry.objects.filter(appraisal__round_group=block, stage__in=later).exists()
        or Release.objects.filter(round_group=block, stage__in=later).exists()
    )


def can_reply(user: people.AnyUser, appraisal: Appraisal) -> bool:
    """The unit's officer or head, while the request for explanation is open for the unit, on a cell
    whose last decision is a released adjustment of round 1."""
    if not people.has_unit_role(user, appraisal.unit_id, *UNIT_ROLES):
        return False
    return reply_is_due(appraisal)


def reply_is_due(appraisal: Appraisal) -> bool:
    if appraisal.stage != Stage.ROUND1 or appraisal.action != Action.ADJUST:
        return False
    if not Release.objects.filter(round_group=appraisal.round_group_id, stage=Stage.ROUND1).exists():
        return False
    return explanation_open(appraisal.round_group, appraisal.unit)


def explanation_open(round_group: RoundGroup, unit: Unit) -> bool:
    return criteria_queries.is_open_for(round_group.round, Phase.Kind.EXPLANATION, unit, clock.now())


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
    seen = _open_to_units(people.grants(user).own_units)
    return AppraisalEntry.objects.filter(seen | _assigned(user, "appraisal__")).order_by("appraisal", "sequence")


def entries_open_to_units(unit_ids: Iterable[int]) -> QuerySet[AppraisalEntry]:
    """What the units' own pages show, whatever other roles the reader holds."""
    return AppraisalEntry.objects.filter(_open_to_units(unit_ids)).order_by("appraisal", "sequence")


def _open_to_units(unit_ids: Iterable[int]) -> Q:
    return Q(appraisal__unit__in=list(unit_ids)) & (Q(stage=Stage.EXPLANATION) | Q(_released()))


def appraisals_visible_to(user: people.AnyUser) -> QuerySet[Appraisal]:
    """Cells with at least one step the person may read. The row's own points are the council's newest:
    a unit's page reads `entries_visible_to`, never these columns."""
    if reads_all(user):
        return Appraisal.objects.order_by("pk")
    entries = AppraisalEntry.objects.filter(_released(), appraisal=OuterRef("pk")).order_by()
    own = Q(unit__in=people.grants(user).own_units) & Exists(entries)
    return Appraisal.objects.filter(own | _assigned(user, "")).order_by("pk")


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
    rows = AppraisalEntry.objects.filter(
        appraisal__round_group=round_group,
        appraisal__criterion=criterion_id,
        action__in=steps.DECISIONS,
        undone_by__isnull=True,
    ).exclude(appraisal__unit=unit_id)
    rows = rows if scope.reads_all else rows.exclude(appraisal__unit__in=scope.own_units)
    return rows.order_by("appraisal", "sequence")


def documents_visible_to(user: people.AnyUser) -> QuerySet[Document]:
    """Evidence files: a unit's own; for a member those attached to a submitted score, a reply or the
    answer to a question in the cells assigned to them; for managers and observers all."""
    if reads_all(user):
        return Document.objects.order_by("pk")
    wanted = Q(unit__in=people.units_where(user, *UNIT_ROLES))
    evidence = Evidence.objects.filter(
        _assigned(user, "score__assessment__", "score__"),
        score__assessment__state=SelfAssessment.State.SUBMITTED,
        removed_at=None,
    )
    replies = AppraisalEntry.objects.filter(_assigned(user, "appraisal__"), documents__isnull=False)
    answers = Message.objects.filter(_assigned(user, "question__"), documents__isnull=False)
    wanted |= Q(pk__in=evidence.order_by().values("document")) | Q(pk__in=replies.order_by().values("documents"))
    wanted |= Q(pk__in=answers.order_by().values("documents"))
    return Document.objects.filter(wanted).order_by("pk")


def _assigned(user: people.AnyUser, cell: str, criterion: str | None = None) -> Q:
    """The cells assigned to the person as a condition; `cell` leads to round_group and unit, `criterion`
    (when elsewhere) to the criterion. Never a closed unit; nothing when nothing is assigned."""
    criterion = cell if criterion is None else criterion
    found = Q(pk__in=[])
    assignments = list(_assignments(user).select_related("round_group"))
    trees = _parents(a.round_group.criteria_set_id for a in assignments)
    closed = closed_units(user)
    for assignment in assignments:
        leaves, parents = trees[assignment.round_group.criteria_set_id]
        part = Q(**{f"{cell}round_group": assignment.round_group_id})
        part &= Q(**{f"{criterion}criterion__in": _under(assignment.branch_id, leaves, parents)})
        if units := [unit.pk for unit in assignment.units.all()]:
            part &= Q(**{f"{cell}unit__in": units})
        found |= part & ~Q(**{f"{cell}unit__in": closed})
    return found


def _parents(set_ids: Iterable[int]) -> dict[int, tuple[frozenset[int], dict[int, int | None]]]:
    """Leaves and parent links of several sets, one query."""
    rows = Criterion.objects.filter(criteria_set__in=set(set_ids)).order_by("pk")
    leaves: dict[int, set[int]] = {}
    parents: dict[int, dict[int, int | None]] = {}
    for pk, parent, set_id, source in rows.values_list("pk", "parent_id", "criteria_set_id", "source"):
        parents.setdefault(set_id, {})[pk] = parent
        leaves.setdefault(set_id, set()).update([pk] if source == Source.SELF else [])
    return {set_id: (frozenset(leaves[set_id]), found) for set_id, found in parents.items()}


def can_assign(user: people.AnyUser) -> bool:
    """Who assigns, reads progress by person, and keeps the library of reasons."""
    return people.is_index_manager(user)


def assignments_manageable_by(user: people.AnyUser) -> QuerySet[Assignment]:
    return Assignment.objects.order_by("pk") if can_assign(user) else Assignment.objects.none()


def reasons_manageable_by(user: people.AnyUser) -> QuerySet[Reason]:
    return Reason.objects.order_by("code") if can_assign(user) else Reason.objects.none()
