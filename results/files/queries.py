"""The files of a publication as they were first made."""

from django.db.models import QuerySet

from cchc_index.lib.whole import same_file
from results.models import Publication, PublishedFile


def recorded(publication: Publication, name: str) -> PublishedFile | None:
    """The file of this name, where it has been made."""
    return PublishedFile.objects.filter(publication=publication, name=name).first()


def files_of(publication: Publication) -> QuerySet[PublishedFile]:
    """All files of a publication that have been made."""
    return PublishedFile.objects.filter(publication=publication).order_by("name")


def is_whole(row: PublishedFile) -> bool:
    """Whether the stored file is still what was made. Raises OSError where the store does not answer."""
    return same_file(row.file, row.digest)
