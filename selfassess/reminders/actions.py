"""Writing the reminders that are due."""

from collections.abc import Iterator

from cchc_index.lib import clock
from criteria.models import Extension, Stage
from selfassess.models import SelfAssessment
from units.mail import actions as mail
from units.mail.letters import Letter
from units.models import Role, User
from units.queries import people_of

from . import mails
from .queries import due_step, measured_units, open_stages, states


def send_reminders() -> mail.Posted:
    """Write the reminders that are due today. May run as often as it likes: each is written once, and one
    that a stopped machine missed is made up for while its deadline is still ahead."""
    letters = [letter for stage in open_stages() for letter in _of_stage(stage)]
    return mail.post_all(letters)


def _of_stage(stage: Stage) -> Iterator[tuple[Letter, User]]:
    """Five queries whatever the number of units."""
    extensions = {e.unit_id: e for e in Extension.objects.filter(stage=stage).order_by("pk")}
    due = {}
    for unit in measured_units(stage):
        closes = stage.closes_for(extensions.get(unit.pk))
        step = due_step(closes)
        if closes is not None and step is not None:
            due[unit] = (closes, step)
    standing = states(stage)
    people = people_of([unit.pk for unit in due], Role.UNIT_OFFICER, Role.UNIT_HEAD)
    for unit, (closes, step) in due.items():
        state = standing.get(unit.pk)
        if state == SelfAssessment.State.SUBMITTED:
            continue
        words = SelfAssessment.State(state).label if state else "chưa bắt đầu"
        day = clock.hanoi(closes).date()
        letter = mails.reminder(stage, unit, day, step, words, clock.in_words(closes))
        yield from ((letter, person) for person in people.get(unit.pk, []))
