"""Ballots that are in already, for the file that brings them again."""

from collections.abc import Iterable, Iterator

from cchc_index.lib import canonical
from criteria.models import RoundGroup
from surveys.models import Ballot, ImportBatch, RespondentGroup, RoughCode, rough_word
from surveys.places import Places
from surveys.plan.queries import Plan
from surveys.queries import IN

from . import identity
from .identity import Known

CHUNK = 10_000
FEW, WORDS = 20_000, 500
"""Codes of a file up to which the index looks for them; how many at once."""


def known(block: RoundGroup, codes: Iterable[str]) -> dict[str, Known]:
    """The ballots of the block's whole survey, whatever their group, that share a code with `codes`, by its key."""
    asked = {identity.key(code) for code in codes} - {""}
    places = {pk: word for pk, code in _may_be(block, asked) if (word := identity.key(code)) in asked}
    ids = sorted(places)
    ballots = {}
    for start in range(0, len(ids), CHUNK):
        rows = Ballot.objects.filter(pk__in=ids[start : start + CHUNK]).order_by("pk")
        for pk, group, unit, answers in rows.values_list("pk", "respondent_group_id", "unit_id", "answers"):
            ballots[places[pk]] = Known(group, unit, bytes(answers))
    return ballots


def _may_be(block: RoundGroup, asked: set[str]) -> Iterator[tuple[int, str]]:
    """(id, code) of the survey's ballots among which those with a key of `asked` are: few are looked for by the index,
    so that they do not wait for every code of the survey to be read."""
    groups = list(RespondentGroup.objects.filter(survey__round_group=block).order_by("pk").values_list("pk", flat=True))
    ballots = Ballot.objects.filter(IN, respondent_group__in=groups)
    if len(asked) > FEW:
        yield from ballots.values_list("pk", "code").order_by("pk").iterator(chunk_size=CHUNK)
        return
    words = sorted({"", *map(rough_word, asked)})
    for start in range(0, len(words), WORDS):
        some = ballots.annotate(rough=RoughCode("code")).filter(rough__in=words[start : start + WORDS])
        yield from some.values_list("pk", "code").order_by().iterator(chunk_size=CHUNK)


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
