"""Reminders to the units that have not submitted, 7, 3 and 1 days before their own closing."""

from collections.abc import Iterator
from datetime import datetime

from cchc_index.lib import clock
from criteria.models import Extension, Phase, RoundGroup
from units import mail
from units.models import Unit

from . import mails
from .models import SelfAssessment

DAYS = (1, 3, 7)


def send() -> mail.Posted:
    """Write the reminders that are due today. May run as often as it likes: each is written once, and one
    that a stopped machine missed is made up for while its deadline is still ahead."""
    letters = [letter for phase in _open_phases() for letter in _of_phase(phase)]
    return mail.post_all(letters)


def _open_phases() -> list[Phase]:
    now = clock.now()
    found = Phase.objects.filter(kind=Phase.Kind.SELF_ASSESSMENT, closes_at__isnull=False).select_related("round")
    return [phase for phase in found.order_by("pk") if phase.opens_at is None or phase.opens_at <= now]


def _of_phase(phase: Phase) -> Iterator[tuple[mail.Letter, mail.User]]:
    """Five queries whatever the number of units."""
    extensions = {e.unit_id: e for e in Extension.objects.filter(phase=phase).order_by("pk")}
    due = {}
    for unit in _units(phase):
        closes = phase.closes_for(extensions.get(unit.pk))
        step = due_step(closes)
        if closes is not None and step is not None:
            due[unit] = (closes, step)
    standing = _standing(phase)
    people = mail.people_of([unit.pk for unit in due], *mails.BOTH)
    for unit, (closes, step) in due.items():
        state = standing.get(unit.pk)
        if state == SelfAssessment.State.SUBMITTED:
            continue
        words = SelfAssessment.State(state).label if state else "chưa bắt đầu"
        local = clock.hanoi(closes)
        letter = mails.reminder(phase, unit, local.date(), step, words, f"{local:%H:%M ngày %d/%m/%Y}")
        yield from mails.letters_to(people.get(unit.pk, []), letter)


def due_step(closes: datetime | None) -> int | None:
    """Which of DAYS a closing has reached, by the calendar of Hà Nội; None before the first and after
    the closing itself."""
    if closes is None or closes <= clock.now():
        return None
    left = (clock.hanoi(closes).date() - clock.today()).days
    return next((step for step in DAYS if left <= step), None)


def _units(phase: Phase) -> list[Unit]:
    period = phase.round
    groups = RoundGroup.objects.filter(round=period).order_by().values("group")
    measured = Unit.objects.valid_between(period.assessed_from, period.assessed_to).filter(group__in=groups)
    return list(measured.order_by("group", "code"))


def _standing(phase: Phase) -> dict[int, str]:
    found = SelfAssessment.objects.filter(round_group__round=phase.round).order_by("pk")
    return dict(found.values_list("unit_id", "state"))
