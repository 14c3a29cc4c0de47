"""Ballots that are in already, for the file that brings them again."""

from collections.abc import Iterable, Iterator

from django.db import connection
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Collate, Lower, Replace

from cchc_index.lib import canonical
from criteria.models import RoundGroup
from surveys.models import Ballot, ImportBatch, RespondentGroup
from surveys.places import Places
from surveys.plan.queries import Plan
from surveys.queries import IN

from . import identity
from .identity import Known

CHUNK = 10_000
FEW = 2_000
"""Codes of a file up to which the database looks for them."""
_ODD_SIGNS, _OTHER_NUMBERS = r"[^!-~ ]", r"^ *0|[.,] *0[0 ]*$"


def known(block: RoundGroup, codes: Iterable[str]) -> dict[str, Known]:
    """The ballots of the block's whole survey, whatever their group, that share a code with `codes`, by its key."""
    asked = {identity.key(code) for code in codes} - {""}
    survey = Ballot.objects.filter(IN, respondent_group__survey__round_group=block)
    if connection.vendor == "postgresql" and len(asked) <= FEW:
        survey = _may_be(survey, asked)
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


def _may_be(ballots: QuerySet[Ballot], asked: set[str]) -> QuerySet[Ballot]:
    """The ballots whose code may have a key of `asked`: it is one in plain letters, or has signs that only
    `identity.key` reads, or may be another spelling of a number. The database leaves the others out, so that few new
    ballots do not wait for every code of the survey to be read here."""
    odd = _ODD_SIGNS + ("|" + _OTHER_NUMBERS if any(word.isdigit() for word in asked) else "")
    signs = Collate("code", "C")  # sign by sign: half the time of a language's own rules
    plain = Lower(Replace(signs, Value(" "), Value("")))
    return ballots.annotate(signs=signs, plain=plain).filter(Q(plain__in=asked) | Q(signs__regex=odd))


def standing(block: RoundGroup, plan: Plan, places: Places) -> str:
    """A digest of all that the check of a file depends on beside the file: the plan, what may be named, and which
    files are in already. One query; it does not grow with ballots."""
    batches = ImportBatch.objects.filter(round_group=block).exclude(kind=ImportBatch.Kind.FIGURES)
    rules = plan.questionnaire
    return canonical.digest(
        [
            plan.group.pk if plan.group else plan.respondents,
            plan.asked,
            sorted((value, label) for value, label in plan.scale.labels.items()),
            sorted((leaf, sorted(own.labels.items())) for leaf, own in plan.scales.items()),
            [rules.max_blank_share, rules.refuse_straight_line, rules.straight_line_from] if rules else None,
            [rules.refuse_duplicates, rules.duplicates_from] if rules else None,
            [[leaf.id, leaf.code, leaf.source] for leaf in places.leaves],
            sorted(places.units.items()),
            list(batches.filter(state=ImportBatch.State.COMMITTED).order_by("pk").values_list("pk", flat=True)),
        ]
    )


def said_before(group: RespondentGroup | None, units: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """(unit, answers) of the group's valid ballots about these units."""
    if group is None:
        return
    rows = Ballot.objects.filter(IN, respondent_group=group, unit__in=set(units), invalid_reason="").order_by("pk")
    for unit, answers in rows.values_list("unit_id", "answers").iterator(chunk_size=CHUNK):
        yield unit, bytes(answers)
