"""What passes between council and unit: replies to adjustments, questions and who answers them."""

from django.db.models import QuerySet

from appraisal.models import Action, Appraisal, Question
from criteria.calendar import queries as criteria_calendar
from criteria.models import Stage
from units import rules as people
from units.models import Membership, Role, User

from .reach import assigned_cells, reads_all, scope_of
from .stages import calendar

UNIT_ROLES = (Role.UNIT_OFFICER, Role.UNIT_HEAD)


def may_send(user: people.AnyUser, unit_id: int) -> bool:
    """The head of the unit answers for it; its officers prepare."""
    return people.has_unit_role(user, unit_id, Role.UNIT_HEAD)


def can_reply(user: people.AnyUser, appraisal: Appraisal) -> bool:
    """Who prepares the answer: the unit's officer or head, while the request for explanation is open for the unit,
    on a cell whose last decision is a released adjustment of the appraisal that is answered."""
    if not people.has_unit_role(user, appraisal.unit_id, *UNIT_ROLES):
        return False
    return reply_due(appraisal) is not None


def reply_due(appraisal: Appraisal) -> Stage | None:
    """The stage in which the unit may answer what stands on the cell now; None while it may not."""
    if appraisal.action != Action.ADJUST:
        return None
    now = calendar(appraisal.round_group)
    found = now.reply_to(appraisal.stage_id)
    if found is None or appraisal.stage_id not in now.released:
        return None
    if now.is_over(appraisal.stage_id):  # nobody would read what comes after the next release
        return None
    return found if criteria_calendar.is_open_for(found, appraisal.unit, now.at) else None


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
    held = Membership.objects.in_force().filter(unit=unit_id, role__in=UNIT_ROLES)
    return User.objects.filter(pk__in=held.order_by().values("user")).order_by("username")
