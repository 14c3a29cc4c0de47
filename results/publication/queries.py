"""Publications and what they froze. Their bundle's text is parsed once and kept: it never changes."""

import json
from collections.abc import Collection, Hashable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max, QuerySet

from appraisal.council.samples import queries as samples
from appraisal.council.silence import queries as silence
from criteria.models import Criterion, Decision, Round, RoundGroup
from results import bundle
from results.book import Book, parse_bundle, read_bundle, slug
from results.bundle import Json
from results.computation.queries import code_version, group_inputs
from results.gates.listing import from_json
from results.grounds.queries import grounds
from results.models import Publication
from results.queries import measured_groups
from selfassess.lastyear.council import Finding
from units.auditlog.queries import mark_of
from units.models import Unit
from units.rules import AnyUser

from . import rules

PUBLISHED = Publication.State.PUBLISHED
KEPT_BOOKS = 8
"""How many parsed publications stay in memory: the ones that are being read."""


def published(round_: Round | None) -> Publication | None:
    """The publication in force of a round, without its text."""
    if round_ is None:
        return None
    in_round = _light(Publication.objects.filter(round=round_, state=PUBLISHED))
    return in_round.order_by("-published_at", "-pk").first()


def state_mark() -> tuple[object, ...]:
    """Another one as soon as something was published or taken back. One query."""
    latest = {"published": Max("published_at"), "recalled": Max("recalled_at"), "count": Count("pk")}
    return tuple(Publication.objects.filter(state__in=rules.OPEN_TO_ALL).aggregate(**latest).values())


def is_in_force(round_id: int) -> bool:
    """Whether a ranking of the round is published and not taken back. One query."""
    return Publication.objects.filter(round=round_id, state=PUBLISHED).exists()


def settled_days(group_ids: Collection[int]) -> QuerySet[RoundGroup, tuple[int, date]]:
    """Each of these blocks with the last day of its years in force."""
    blocks = RoundGroup.objects.filter(group__in=group_ids, round__publications__state=PUBLISHED)
    return blocks.order_by().values_list("group_id", "round__assessed_to").distinct()


def listed_units(group_id: int, day: date) -> frozenset[str]:
    """The codes of a block's units in what is in force of the years that end on this day."""
    blocks = RoundGroup.objects.filter(group=group_id, round__assessed_to=day).select_related("round", "group")
    codes: set[str] = set()
    for block in blocks.order_by("pk"):
        publication = published(block.round)
        frozen = book_of(publication).block(block.group.code) if publication else None
        codes |= {line.unit for line in frozen.rows} if frozen else set()
    return frozenset(codes)


def publications(round_: Round | None) -> list[Publication]:
    """Everything that was published in a round, the newest first, what was taken back among it."""
    in_round = _light(Publication.objects.filter(round=round_, state__in=rules.OPEN_TO_ALL))
    return list(in_round.order_by("-published_at", "-pk"))


def find(user: AnyUser, year: int, number: str) -> Publication | None:
    """The publication at a stable address, when the person may see it: a published one before others."""
    in_year = _light(rules.visible_publications(user).filter(round__year=year))
    same = [p for p in in_year if slug(p.number) == number]
    order = (PUBLISHED, Publication.State.RECALLED, Publication.State.PROPOSED, Publication.State.WITHDRAWN)
    return min(same, key=lambda p: (order.index(Publication.State(p.state)), -p.pk), default=None)


def _light(publications: QuerySet[Publication]) -> QuerySet[Publication]:
    beside = ("superseded_by", "supersedes")
    return publications.defer("bundle", *(f"{other}__bundle" for other in beside)).select_related("round", *beside)


def other_published_years() -> list[int]:
    """The years that have a publication, newest first: where an empty page can lead."""
    published = Publication.objects.filter(state=PUBLISHED).order_by("-round__year")
    return list(published.values_list("round__year", flat=True).distinct())


def book_of(publication: Publication) -> Book:
    """The bundle as objects; read from the database once per publication."""
    return _book(publication.pk, publication.digest)


@lru_cache(maxsize=KEPT_BOOKS)
def _book(pk: int, digest: str) -> Book:
    return parse_bundle(Publication.objects.values_list("bundle", flat=True).get(pk=pk, digest=digest))


def text_of(publication: Publication) -> str:
    """The published JSON, byte for byte."""
    return Publication.objects.values_list("bundle", flat=True).get(pk=publication.pk)


def header(round_: Round, number: str | None = None, dated: date | None = None) -> Json:
    """The head of a bundle, with the dates and issuers of the decisions that its blocks name, where they are known.
    That of a preview has neither number nor date. `statements`: what silence meant, and what random samples showed,
    each once: two stages may bear one title."""
    cited = _decisions(round_)
    statements = list(dict.fromkeys((*silence.sentences(round_.pk), *samples.sentences(round_.pk))))
    return {
        "year": round_.year,
        "illustrative": round_.illustrative,
        "assessed_from": round_.assessed_from.isoformat(),
        "assessed_to": round_.assessed_to.isoformat(),
        "number": number,
        "date": dated.isoformat() if dated else None,
        **({"decisions": cited} if cited else {}),
        **({"statements": statements} if statements else {}),
    }


def _decisions(round_: Round) -> Json:
    rows = Decision.objects.filter(sets__round_groups__round=round_, issued_on__isnull=False).order_by("number")
    return {
        number: {"date": issued_on.isoformat(), "issuer": issuer}
        for number, issued_on, issuer in rows.values_list("number", "issued_on", "issuer").distinct()
        if issued_on
    }


def inputs_of(round_: Round, groups: Iterable[RoundGroup], *, grounded: bool | None = None) -> list[Json]:
    """What a publication of these blocks freezes, those without units left out; `grounded`: with the grounds of the
    points, else as the round lets the public read them."""
    inputs = [(group, group_inputs(group)) for group in groups]
    measured = [(group, read) for group, read in inputs if read["units"]]
    if not (round_.shows_grounds if grounded is None else grounded):
        return [read for _, read in measured]
    return [bundle.in_order({**read, "grounds": grounds(group)}) for group, read in measured]


def preview_bundle(round_: Round, round_group: RoundGroup | None = None) -> Json:
    """What would be published now (of one block, or of all that have units). Not for those outside."""
    groups = [round_group] if round_group else measured_groups(round_)
    return bundle.build(header(round_), inputs_of(round_, groups))


def bundle_of(publication: Publication) -> Json:
    """The frozen bundle of a publication."""
    bundle: dict[str, Any] = json.loads(publication.bundle)
    return bundle


def printed(publication: Publication) -> Json:
    """What the publication's papers are made of: the frozen bundle, and beside it what the record says of it."""
    record = {
        "gates": [str(gate) for gate in from_json(publication.open_gates)],
        "proposer_reason": publication.proposer_reason,
        "approver_reason": publication.approver_reason,
        "archives": publication.archives,
        "log": mark_of("results.publication", publication.pk, "publication.publish"),
    }
    return {**bundle_of(publication), "record": record}


def changed_since(publication: Publication) -> bool:
    """Whether the inputs of the round are no longer those the publication froze."""
    frozen = [_without_results(group) for group in bundle_of(publication)["groups"]]
    return frozen != inputs_of(publication.round, measured_groups(publication.round))


def _without_results(group: Json) -> Json:
    return {key: value for key, value in group.items() if key != "results"}


def preview_book(round_: Round) -> Book:
    """What would be published now, computed from the live tables. For index managers and observers. Kept until an input
    of a block, its list of units or what the head says changes: each change gives the block a mark that never comes
    back."""
    groups = measured_groups(round_)
    marks = tuple((group.pk, group.inputs_mark, group.group.units_version, group.criteria_set_id) for group in groups)
    return _preview(round_.pk, (code_version(), json.dumps(header(round_)), round_.shows_grounds, marks))


@lru_cache(maxsize=KEPT_BOOKS)
def _preview(round_id: int, _mark: Hashable) -> Book:
    return read_bundle(preview_bundle(Round.objects.get(pk=round_id)))


def grounded_book(round_: Round) -> Book:
    """What would be published now if the round let the public read the grounds of the points. Not for those outside."""
    inputs = inputs_of(round_, measured_groups(round_), grounded=True)
    return read_bundle(bundle.build(header(round_), inputs))


def waiting(round_: Round) -> Publication | None:
    """The proposal of a round that waits for its second person."""
    return Publication.objects.filter(round=round_, state=Publication.State.PROPOSED).first()


def published_points(round_group: RoundGroup, unit: Unit, criteria: Sequence[Criterion]) -> dict[int, Finding]:
    """What the publication in force says of a unit's leaves, for the unit's own page a year later
    (selfassess.lastyear.council): frozen, whatever the tables say now. One query once its bundle has been read."""
    publication = published(round_group.round)
    block = book_of(publication).block(round_group.group.code) if publication else None
    if publication is None or block is None:
        return {}
    points = {}
    for criterion in criteria:
        cell = block.cell(unit.code, criterion.code)
        if cell.state in ("scored", "not_applicable"):
            stage = f"Công bố số {publication.number}"
            points[criterion.pk] = Finding(cell.points, cell.state == "not_applicable", stage)
    return points
