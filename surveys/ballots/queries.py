"""Ballots that are in already, for the file that brings them again."""

from collections.abc import Iterable

from criteria.models import RoundGroup
from surveys.models import Ballot

from . import identity
from .identity import Known

CHUNK = 10_000


def known(block: RoundGroup, codes: Iterable[str]) -> dict[str, Known]:
    """The ballots of the block's whole survey, whatever their group, that share a code with `codes`, by its key."""
    asked = {identity.key(code) for code in codes} - {""}
    survey = Ballot.objects.filter(respondent_group__survey__round_group=block)
    places: dict[int, str] = {}
    for pk, code in survey.order_by("pk").values_list("pk", "code").iterator(chunk_size=CHUNK):
        if (word := identity.key(code)) in asked:
            places[pk] = word
    ids = list(places)
    ballots = {}
    for start in range(0, len(ids), CHUNK):
        rows = Ballot.objects.filter(pk__in=ids[start : start + CHUNK]).order_by("pk")
        for pk, group, unit, answers in rows.values_list("pk", "respondent_group_id", "unit_id", "answers"):
            ballots[places[pk]] = Known(group, unit, bytes(answers))
    return ballots
