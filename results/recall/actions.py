"""Taking a publication back: proposed by one, decided by another, never erased."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from results.models import Publication
from results.publication import queries
from results.publication.actions import locked_publication, refuse_fresh
from results.publication.digests import publication_facts
from results.rules import may_publish
from units.auditlog.actions import record, tell_witnesses
from units.auditlog.digests import Facts
from units.models import User

from . import mails


@transaction.atomic
def propose_recall(*, actor: User, publication_id: int, reason: str) -> Publication:
    """Ask to take back the publication in force. Raises PermissionDenied unless the actor is an index manager; Refused
    without a reason, for what is not in force, and while somebody has asked already."""
    publication = _locked(actor, publication_id)
    in_force = queries.published(publication.round)
    if in_force is None or in_force.pk != publication.pk:
        raise Refused("Chỉ thu hồi được bản công bố đang có hiệu lực.")
    if publication.waits_for_recall:
        raise Refused("Đã có đề nghị thu hồi bản này, đang chờ người thứ hai quyết định.")
    if not clean(reason):
        raise Refused("Nhập lý do thu hồi công bố.")
    before = publication_facts(publication)
    publication.recall_reason, publication.recall_proposed_by = clean(reason), actor
    publication.recall_proposed_at = clock.now()
    publication.save()
    _log(actor, "propose_recall", publication, before)
    return publication


@transaction.atomic
def drop_recall(*, actor: User, publication_id: int) -> Publication:
    """Take the proposal back; the publication stays in force. Raises PermissionDenied and Refused."""
    publication = _locked_waiting(actor, publication_id)
    before = publication_facts(publication)
    publication.recall_reason, publication.recall_proposed_by, publication.recall_proposed_at = "", None, None
    publication.save()
    _log(actor, "drop_recall", publication, before)
    return publication


@transaction.atomic
def decide_recall(*, actor: User, publication_id: int) -> Publication:
    """The second person takes the publication back. What it had corrected is in force again. Raises PermissionDenied
    for anybody but another index manager; Refused when nobody has asked, or the person's role is too fresh."""
    publication = _locked_waiting(actor, publication_id)
    if publication.recall_proposed_by_id == actor.pk:
        raise PermissionDenied("Người quyết định thu hồi phải khác người đề nghị thu hồi.")
    refuse_fresh(actor)
    before = publication_facts(publication)
    publication.state, publication.supersedes = Publication.State.RECALLED, None
    publication.recalled_by, publication.recalled_at = actor, clock.now()
    publication.save()
    mails.tell_recall(publication)
    _log(actor, "recall", publication, before)
    tell_witnesses(f"Thu hồi công bố số {publication.number}")
    return publication


def _locked(actor: User, publication_id: int) -> Publication:
    if not may_publish(actor):
        raise PermissionDenied
    return locked_publication(publication_id)


def _locked_waiting(actor: User, publication_id: int) -> Publication:
    publication = _locked(actor, publication_id)
    if not publication.waits_for_recall:
        raise Refused("Không có đề nghị thu hồi nào của bản công bố này đang chờ quyết định.")
    return publication


def _log(actor: User, verb: str, publication: Publication, before: Facts) -> None:
    record(
        actor=actor,
        verb=f"publication.{verb}",
        obj=publication,
        before=before,
        after=publication_facts(publication),
        reason=publication.recall_reason,
        anchor=verb == "recall",
    )
