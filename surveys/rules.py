"""Who may: the survey operator and the index manager work here, the observer reads; who shall approve the points reads
these. Single ballots are for operators. Units see nothing: their people were rated in the ballots."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from criteria.models import RoundGroup
from units import rules as people
from units.models import User

from . import approvers
from .models import ImportBatch

View = Callable[..., HttpResponse]


def may_work(user: people.AnyUser) -> bool:
    """Upload, commit and undo."""
    return people.is_survey_operator(user) or people.is_index_manager(user)


def may_see_ballots(user: people.AnyUser, batch: ImportBatch) -> bool:
    """See what a file says ballot by ballot: its first rows, faults that quote it, the sheets given back, its words.
    For operators, and for an index manager who brought the very file; all others get counts. What came in online or
    was typed from paper is nobody's own. A file of finished figures holds no ballots."""
    if people.is_survey_operator(user) or batch.kind == ImportBatch.Kind.FIGURES:
        return may_work(user)
    own = batch.kind == ImportBatch.Kind.BALLOTS and user.pk is not None and batch.created_by_id == user.pk
    return own and may_work(user) and not batch.bundles.exists()


def may_be_told_ballots(actor: User | None) -> bool:
    """Whether the faults of a person's file may quote the ballots that are in already: else whoever guesses a ballot's
    code reads it. None is the command line, which may."""
    return actor is None or people.is_survey_operator(actor)


def may_read(user: people.AnyUser) -> bool:
    return people.reads_surveys(user)


def person(request: HttpRequest) -> User:
    """Who asks. Raises PermissionDenied for nobody."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def blocks_for(user: people.AnyUser) -> QuerySet[RoundGroup]:
    """The blocks whose survey the person may look at."""
    blocks = RoundGroup.objects.select_related("round", "group", "criteria_set__decision")
    return blocks.order_by("-round__year", "group__position", "pk") if may_read(user) else blocks.none()


def may_read_points(user: people.AnyUser) -> bool:
    """Read points, their formula and the coverage: all who read surveys, and before whom one lies to be approved."""
    return may_read(user) or bool(approvers.blocks_before(user))


def point_blocks_for(user: people.AnyUser) -> QuerySet[RoundGroup]:
    """`may_read_points` as a queryset: every block for who reads surveys, else those that lie before the person."""
    if may_read(user):
        return blocks_for(user)
    blocks = RoundGroup.objects.select_related("round", "group", "criteria_set__decision")
    return blocks.filter(pk__in=approvers.blocks_before(user)).order_by("-round__year", "group__position", "pk")


def closed_answers(user: people.AnyUser) -> set[int]:
    """The units of which the person does not read how the groups answered: the own ones of who only approves."""
    return set() if may_read(user) else approvers.closed_units(user)


def batches_for(user: people.AnyUser) -> QuerySet[ImportBatch]:
    """The batches the person may look at."""
    batches = ImportBatch.objects.select_related(
        "round_group__round", "round_group__group", "respondent_group", "profile"
    )
    return batches.order_by("-created_at", "-pk") if may_read(user) else batches.none()


def readers_only(view: View) -> View:
    """The page is for those who may read; others get 403."""
    return _guarded(view, may_read)


def approvers_too(view: View) -> View:
    """The page is for those who may read points; others get 403."""
    return _guarded(view, may_read_points)


def workers_only(view: View) -> View:
    """The page is for those who may work; others get 403."""
    return _guarded(view, may_work)


def _guarded(view: View, may: Callable[[people.AnyUser], bool]) -> View:
    @wraps(view)
    def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not may(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked
