"""Who may approve, withdraw and see a publication. Nothing of the ranking leaks before it is published."""

from django.db.models import F, QuerySet

from results.models import Publication
from results.rules import may_publish, may_see_preview
from units.rules import AnyUser

PUBLISHED, PROPOSED = Publication.State.PUBLISHED, Publication.State.PROPOSED
OPEN_TO_ALL = (PUBLISHED, Publication.State.RECALLED)
"""What was published once keeps its address for good."""


def may_approve(user: AnyUser, publication: Publication) -> bool:
    """The second person: another index manager than the one who proposed."""
    return may_publish(user) and publication.state == PROPOSED and publication.proposed_by_id != user.pk


def may_withdraw(user: AnyUser, publication: Publication) -> bool:
    return may_publish(user) and publication.state == PROPOSED


def may_see_publication(user: AnyUser | None, publication: Publication) -> bool:
    """Published ones and those taken back: everybody; others: those who see previews."""
    return publication.state in OPEN_TO_ALL or may_see_preview(user)


def may_read_contents(user: AnyUser, publication: Publication) -> bool:
    """What was taken back says so at its address; what it held is read by those who see previews."""
    return publication.state != Publication.State.RECALLED or may_see_preview(user)


def visible_publications(user: AnyUser) -> QuerySet[Publication]:
    """`may_see_publication` as a queryset; the newest first, what is not published last."""
    newest_first = F("published_at").desc(nulls_last=True)  # databases differ in where nothing stands
    everything = Publication.objects.select_related("round").order_by(newest_first, "-pk")
    return everything if may_see_preview(user) else everything.filter(state__in=OPEN_TO_ALL)
