"""The instants of a complete demonstration year, in the January to March after the assessed period."""

from datetime import date, datetime, time, timedelta

from cchc_index.lib import clock
from criteria.calendar import actions as calendar_actions
from criteria.models import Round

MEETING = "final"


class DemoCalendar:
    def __init__(self, round_: Round):
        self.round = round_
        after = round_.assessed_to.year + 1
        days = ((after - 1, 12, 10), (after, 1, 10), (after, 1, 31), (after, 2, 10), (after, 2, 28), (after, 3, 31))
        edges = [date(*day) for day in days]
        names = ("self_assessment", "round1", "explanation", "round2", "publication")
        self.stages = {name: (at_five(edges[i]), at_five(edges[i + 1])) for i, name in enumerate(names)}
        self.stages["survey"] = (at_five(date(after - 1, 9, 1)), at_five(date(after, 1, 31)))

    def within(self, name: str) -> datetime:
        """A moment near the end of a stage; the council's meeting stands in the weeks of the publication."""
        if name == MEETING:
            return self.within("publication") - timedelta(days=7)
        return self.stages[name][1] - timedelta(days=2)

    def set_stages(self) -> None:
        for name, (opens, closes) in self.stages.items():
            calendar_actions.set_stage(actor=None, round_id=self.round.pk, name=name, opens_at=opens, closes_at=closes)


def at_five(day: date) -> datetime:
    """The end of an office day in Hà Nội."""
    return datetime.combine(day, time(17), tzinfo=clock.HANOI)
