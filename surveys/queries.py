"""The blocks of a year, as the pages name them."""

from django.http import HttpRequest

from criteria.models import RoundGroup
from criteria.queries import round_in_view

from . import rules


def blocks_in_view(request: HttpRequest) -> list[RoundGroup]:
    """The blocks of the round in view whose survey the person may look at."""
    return list(rules.blocks_for(request.user).filter(round=round_in_view(request)))
