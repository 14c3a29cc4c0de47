"""The year after the reorganisation, with 141 units: filled in small steps while people already use the site.

Each step is a transaction of its own, so that nobody who writes waits long, and does nothing where it was done before:
a year that was left half filled goes on where it stopped.
"""

from collections.abc import Iterator, Mapping
from itertools import islice

from django.db import transaction

from appraisal.models import Release
from cchc_index.lib import clock
from criteria.models import Round, Stage
from criteria.queries import round_groups
from results.models import Publication
from results.publication import actions as publications
from selfassess.models import SelfAssessment
from surveys.models import ImportBatch
from units.auditlog.actions import record
from units.auditlog.digests import marked
from units.models import User

from .block import DemoBlock
from .calendar import DemoCalendar

NUMBER = "03/QĐ-MINHHOA"
UNITS_AT_ONCE = 20
YEARS = (2025,)


def mark_illustrative(round_: Round) -> None:
    """Say of a year that what follows was invented; once."""
    if not round_.illustrative:
        round_.illustrative = True
        round_.save(update_fields=["illustrative"])
        record(actor=None, verb="criteria.round", obj=round_, after={"illustrative": True, **marked(round_)})


def fill(year: int, people: Mapping[str, User]) -> bool:
    """Fill the year, whose frame is loaded, to its publication; whether anything was left to do."""
    round_ = Round.objects.get(year=year)
    decided = Publication.objects.filter(round=round_)
    if decided.filter(state=Publication.State.PUBLISHED).exists():
        return False
    mark_illustrative(round_)
    calendar = DemoCalendar(round_)
    calendar.set_stages()
    blocks = [DemoBlock(round_group) for round_group in round_groups(round_)]
    for block in blocks:
        _fill_block(block, people, calendar)
    with clock.at(calendar.within("publication")):
        for block in blocks:
            block.hand_survey_over(operator=people["dieutra"], manager=people["quanly1"])
        proposal = decided.filter(state=Publication.State.PROPOSED).first() or publications.propose(
            actor=people["quanly1"], round_id=round_.pk, number=NUMBER, dated=clock.today()
        )
        publications.approve(actor=people["quanly2"], publication_id=proposal.pk)
    return True


def _fill_block(block: DemoBlock, people: Mapping[str, User], calendar: DemoCalendar) -> None:
    with clock.at(calendar.within("self_assessment")):
        for codes in _pieces(block):
            with transaction.atomic():  # own and the council's points: a unit counts as done by the former
                block.archive(actor=people["quanly1"], without=block.units.keys() - codes)
        known = ImportBatch.objects.filter(round_group=block.round_group).values_list("respondent_group", flat=True)
        block.survey(actor=people["dieutra"], without=set(known))
    kinds = (Stage.Kind.APPRAISAL, Stage.Kind.MEETING)
    for stage in Stage.objects.filter(round=block.round_group.round, kind__in=kinds).order_by("position"):
        if not Release.objects.filter(round_group=block.round_group, stage=stage).exists():
            with clock.at(calendar.within(stage.name)):
                block.release(people["quanly1"], stage.name)


def _pieces(block: DemoBlock) -> Iterator[set[str]]:
    """The units that are still without scores, some at a time."""
    done = set(SelfAssessment.objects.filter(round_group=block.round_group).values_list("unit__code", flat=True))
    left = iter([code for code in block.units if code not in done])
    while piece := set(islice(left, UNITS_AT_ONCE)):
        yield piece
