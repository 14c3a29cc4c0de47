"""Who may approve, withdraw and see a publication. Nothing of the ranking leaks before it is published."""

from django.db.models import F, QuerySet

from results.models import Publication
from results.rules import may_publish, may_see_preview
from units.rules import AnyUser

PUBLISHED, PROPOSED = Publication.State.PUBLISHED, Publication.State.PROPOSED


def may_approve(user: AnyUser, publication: Publication) -> bool:
    """The second person: another index manager than the one who proposed."""
    return may_publish(user) and publication.state == PROPOSED and publication.proposed_by_id != user.pk


def may_withdraw(user: AnyUser, publication: Publication) -> bool:
    return may_publish(user) and publication.state == PROPOSED


def may_see_publication(user: AnyUser | None, publication: Publication) -> bool:
    """Published ones: everybody; others: those who see previews."""
    return publication.state == PUBLISHED or may_see_preview(user)


def visible_publications(user: AnyUser) -> QuerySet[Publication]:
    """`may_see_publication` as a queryset; the newest first, what is not published last."""
    newest_first = F("published_at").desc(nulls_last=True)  # databases differ in where nothing stands
    everything = Publication.objects.select_related("round").order_by(newest_first, "-pk")
    return everything if may_see_preview(user) else everything.filter(state=PUBLISHED)
