"""Taking a year's finished scores: the unit's own, the council's, the survey's, all or nothing."""

from django.db import transaction

from appraisal.archive import actions as archive
from criteria.models import RoundGroup
from selfassess.archive import actions as selfassess
from surveys.scores import actions as scores

from .sheet import Archive


@transaction.atomic
def import_archive(round_group: RoundGroup, archived: Archive) -> tuple[int, int, int]:
    """Write what the file says; how many cells changed of each kind. Raises what the three imports raise."""
    own = selfassess.import_scores(actor=None, round_group=round_group, rows=archived.own) if archived.own else 0
    appraised = (
        archive.import_standings(actor=None, round_group=round_group, rows=archived.appraised)
        if archived.appraised
        else 0
    )
    surveyed = (
        scores.import_scores(actor=None, round_group=round_group, rows=archived.surveyed) if archived.surveyed else 0
    )
    return own, appraised, surveyed
