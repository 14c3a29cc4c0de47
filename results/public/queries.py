"""All publications of all years, as the list of them says it; and what became of the units."""

from django.db.models import Q

from results.models import Publication
from results.publication.rules import OPEN_TO_ALL
from units.auditlog import queries as auditlog
from units.models import Succession, Unit, by_name
from units.rules import AnyUser, grants

from .changes import SuccessionStep
from .listing import PublishedLine, bound


def all_publications() -> list[tuple[Publication, PublishedLine]]:
    """Everything that was ever published, in that order, with its line of the list. One query."""
    rows = Publication.objects.filter(state__in=OPEN_TO_ALL).defer("bundle").select_related("round", "supersedes")
    held = list(rows.order_by("published_at", "pk"))
    return list(zip(held, bound(map(_facts, held)), strict=True))


def _facts(publication: Publication) -> PublishedLine:
    return {
        "year": publication.round.year,
        "number": publication.number,
        "date": publication.dated.isoformat(),
        "published_at": publication.published_at.isoformat() if publication.published_at else None,
        "digest": publication.digest,
        "supersedes": publication.supersedes.number if publication.supersedes else None,
        "errata": publication.errata,
        "illustrative": publication.round.illustrative,
        "state": publication.state,
        "recalled_at": publication.recalled_at.isoformat() if publication.recalled_at else None,
        "recall_reason": publication.recall_reason,
    }


def log_head() -> tuple[int, str]:
    """How many entries the log has, and the digest of the last."""
    head = auditlog.head()
    return (head.count, head.digest) if head else (0, "")


def in_force() -> list[Publication]:
    """The publication in force of every year, the newest year first. One query."""
    rows = Publication.objects.filter(state=Publication.State.PUBLISHED).defer("bundle").select_related("round")
    latest: dict[int, Publication] = {}
    for publication in rows.order_by("published_at", "pk"):
        latest[publication.round.year] = publication
    return [latest[year] for year in sorted(latest, reverse=True)]


def is_home_unit(user: AnyUser, group: str, code: str) -> bool:
    """Whether somebody is of this unit (block and unit by code). No query for who has no unit."""
    home = grants(user).home_units
    return bool(home) and Unit.objects.filter(pk__in=home, code=code, group__code=group).exists()


def successions(group: str) -> list[SuccessionStep]:
    """What became of the units of a block (by code), and what they came from; the oldest first. One query."""
    in_block = Q(predecessor__group__code=group) | Q(successor__group__code=group)
    rows = Succession.objects.filter(in_block).select_related("predecessor", "successor")
    return [
        SuccessionStep(
            step.on,
            step.get_kind_display(),
            step.predecessor.name,
            step.successor.name if step.successor else "",
            step.successor.code if step.successor else "",
        )
        for step in rows.order_by("on", *by_name("predecessor"), "pk")
    ]


def year_before(year: int, *, illustrative: bool) -> Publication | None:
    """The publication in force of the latest earlier year; an official year is compared with official ones only. One
    query."""
    rows = Publication.objects.filter(state=Publication.State.PUBLISHED, round__year__lt=year).defer("bundle")
    if not illustrative:
        rows = rows.filter(round__illustrative=False)
    return rows.select_related("round").order_by("-round__year", "-published_at", "-pk").first()
