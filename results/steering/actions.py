"""Reminding, with one press, everybody for whom something waits."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from criteria.models import Round
from results.gates import queries as gates
from results.rules import may_publish
from units.auditlog.actions import record
from units.mail import actions as mail
from units.mail.letters import Letter
from units.models import Role, User
from units.queries import people_of

from . import mails, queries, tables
from .tables import SteeredMember, SteeredUnit


@transaction.atomic
def remind(*, actor: User, round_id: int, lack: str = "", block: str = "") -> mail.Posted:
    """Write to officers and heads of the units that a filter shows what waits for them: one letter a day to a person,
    nothing to who is done. Raises PermissionDenied unless the actor is an index manager; Refused when nothing waits."""
    if not may_publish(actor):
        raise PermissionDenied
    round_ = Round.objects.select_for_update(of=("self",)).get(pk=round_id)
    lines = concerned(queries.situation(round_).lines, lack, block)
    if not lines:
        raise Refused("Không có việc nào đang chờ các đơn vị này: không gửi thư.")
    posted = mail.post_all(letters(round_, lines))
    if posted.written:
        after = {"units": [line.code for line in lines], "letters": posted.written}
        record(actor=actor, verb="round.remind", obj=round_, after=after)
    return posted


@transaction.atomic
def remind_members(*, actor: User, round_id: int) -> mail.Posted:
    """Write to every member of the council for whom criteria wait: how far they are and what remains; one letter a day.
    Raises PermissionDenied unless the actor is an index manager; Refused when nothing waits."""
    if not may_publish(actor):
        raise PermissionDenied
    round_ = Round.objects.select_for_update(of=("self",)).get(pk=round_id)
    waiting = [one for one in queries.members(gates.facts(round_)) if one.waiting]
    if not waiting:
        raise Refused("Không có tiêu chí nào đang chờ thành viên Hội đồng thẩm định: không gửi thư.")
    posted = mail.post_all(member_letters(round_, waiting))
    if posted.written:
        after = {"members": [one.pk for one in waiting], "letters": posted.written}
        record(actor=actor, verb="round.remind", obj=round_, after=after)
    return posted


def member_letters(round_: Round, waiting: Sequence[SteeredMember]) -> list[tuple[Letter, User]]:
    """One query."""
    accounts = User.objects.in_bulk([one.pk for one in waiting])
    return [(mails.member_digest(round_, one, clock.today()), accounts[one.pk]) for one in waiting]


def concerned(lines: Sequence[SteeredUnit], lack: str, block: str) -> list[SteeredUnit]:
    """The units under the filter for which something waits that is theirs to do."""
    return [line for line in tables.shown(lines, lack, block) if line.tasks]


def letters(round_: Round, lines: Sequence[SteeredUnit]) -> list[tuple[Letter, User]]:
    """One letter for each person, of all their units among the lines. Two queries."""
    by_unit = {line.pk: line for line in lines}
    people: dict[int, tuple[User, list[SteeredUnit]]] = {}
    for pk, holders in people_of(by_unit, Role.UNIT_OFFICER, Role.UNIT_HEAD).items():
        for person in holders:
            people.setdefault(person.pk, (person, []))[1].append(by_unit[pk])
    today = clock.today()
    return [(mails.digest(round_, person, rows, today), person) for person, rows in people.values()]
