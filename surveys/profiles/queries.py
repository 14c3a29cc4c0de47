"""Which profile a file is read by."""

from django.db.models import QuerySet

from cchc_index.lib.sheets.book import SheetBook
from cchc_index.lib.text import fold
from criteria.models import RoundGroup
from surveys.ballots.outline import shapes_in
from surveys.models import MappingProfile


def profiles_of(block: RoundGroup) -> QuerySet[MappingProfile]:
    """The profiles of a block's survey, the newest first."""
    return MappingProfile.objects.filter(round_group=block).order_by("-pk")


def fitting(block: RoundGroup, book: SheetBook) -> MappingProfile | None:
    """The newest profile whose headings the file has. One query; the file is searched only where there are any."""
    profiles = list(profiles_of(block))
    shapes = shapes_in(book) if profiles else set()
    return next((profile for profile in profiles if profile.shape in shapes), None)


def senders(block: RoundGroup) -> list[str]:
    """The senders known to a block, in the order of their last profile."""
    return list(dict.fromkeys(profiles_of(block).values_list("sender", flat=True)))


def latest_of(block: RoundGroup, sender: str) -> MappingProfile | None:
    """The newest version of a sender's profile; accents and case of the name do not matter."""
    word = fold(sender)
    return next((profile for profile in profiles_of(block) if fold(profile.sender) == word), None)
