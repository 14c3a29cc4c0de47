"""The blocks of a year, as the pages name them; which ballots are in."""

from django.db.models import Q
from django.http import HttpRequest

from criteria.models import RoundGroup
from criteria.queries import round_in_view

from . import rules
from .models import ImportBatch

IN = Q(batch__state=ImportBatch.State.COMMITTED)
"""Ballots that count: a large batch is written in steps, and before the last none of it is in."""


def blocks_in_view(request: HttpRequest) -> list[RoundGroup]:
    """The blocks of the round in view whose survey the person may look at."""
    return list(rules.blocks_for(request.user).filter(round=round_in_view(request)))
