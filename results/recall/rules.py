"""Who proposes to take a publication back, and who decides."""

from results.models import Publication
from results.publication.rules import PUBLISHED
from results.rules import may_publish
from units.rules import AnyUser


def may_propose_recall(user: AnyUser, publication: Publication) -> bool:
    """An index manager, of what is published and not asked back yet."""
    return may_publish(user) and publication.state == PUBLISHED and not publication.waits_for_recall


def may_decide_recall(user: AnyUser, publication: Publication) -> bool:
    """The second person: another index manager than the one who proposed it."""
    return may_publish(user) and publication.waits_for_recall and publication.recall_proposed_by_id != user.pk


def may_drop_recall(user: AnyUser, publication: Publication) -> bool:
    """Any index manager, while nobody has decided."""
    return may_publish(user) and publication.waits_for_recall
