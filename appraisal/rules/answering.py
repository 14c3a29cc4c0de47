"""What passes between council and unit: replies to adjustments, questions and who answers them."""

from django.db.models import QuerySet

from appraisal.models import Action, Appraisal, Question, Stage
from cchc_index.lib import clock
from criteria import queries as criteria_queries
from criteria.models import Phase, RoundGroup
from units import rules as people
from units.models import Membership, Role, Unit, User

from .reach import assigned_cells, reads_all, scope_of
from .stages import released_stages

UNIT_ROLES = (Role.UNIT_OFFICER, Role.UNIT_HEAD)


def can_reply(user: people.AnyUser, appraisal: Appraisal) -> bool:
    """The unit's officer or head, while the request for explanation is open for the unit, on a cell
    whose last decision is a released adjustment of round 1."""
    if not people.has_unit_role(user, appraisal.unit_id, *UNIT_ROLES):
        return False
    return reply_is_due(appraisal)


def reply_is_due(appraisal: Appraisal) -> bool:
    if appraisal.stage != Stage.ROUND1 or appraisal.action != Action.ADJUST:
        return False
    released = released_stages(appraisal.round_group_id)
    if Stage.ROUND1 not in released or Stage.ROUND2 in released:  # nobody would read what comes after round 2
        return False
    return explanation_open(appraisal.round_group, appraisal.unit)


def explanation_open(round_group: RoundGroup, unit: Unit) -> bool:
    return criteria_queries.is_open_for(round_group.round, Phase.Kind.EXPLANATION, unit, clock.now())


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
    return rows if reads_all(user) else rows.filter(assigned_cells(user, ""))


def questions_of_units(user: people.AnyUser) -> QuerySet[Question]:
    """The unit's side: what its officers and head are asked, whatever other roles they hold."""
    return Question.objects.filter(unit__in=people.units_where(user, *UNIT_ROLES)).order_by("due_on", "pk")


def people_answering(unit_id: int) -> QuerySet[User]:
    """The officers and heads of a unit."""
    held = Membership.objects.filter(unit=unit_id, role__in=UNIT_ROLES, active=True, user__is_active=True)
    return User.objects.filter(pk__in=held.order_by().values("user")).order_by("username")
