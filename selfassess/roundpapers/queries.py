"""Reads of the documents of a round: whom they concern, what is new for a person."""

from collections.abc import Sequence

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from criteria.models import Round
from selfassess.models import RoundPaper, RoundPaperOpening
from units import rules as people
from units.models import Membership, Role, Unit, UnitGroup, User

Audience = RoundPaper.Audience
UNIT_ROLES = (Role.UNIT_OFFICER, Role.UNIT_HEAD)
AUDIENCES: dict[str, tuple[Role, ...]] = {
    Audience.EVERYBODY: tuple(Role),
    Audience.UNITS: UNIT_ROLES,
    Audience.COUNCIL: (Role.COUNCIL_MEMBER,),
    Audience.SURVEY: (Role.SURVEY_OPERATOR,),
    Audience.MANAGERS: (Role.INDEX_MANAGER,),
}
"""The roles that a document concerns; index managers and observers read all."""


def reads_all(user: people.AnyUser) -> bool:
    return people.is_index_manager(user) or people.is_observer(user)


def may_read(user: people.AnyUser, paper: RoundPaper) -> bool:
    """Whether the person reads the document: it concerns them, or they read all."""
    return papers_visible_to(user).filter(pk=paper.pk).exists()


def papers_visible_to(user: people.AnyUser) -> QuerySet[RoundPaper]:
    """`may_read` as a queryset. What waits to be completed, or was withdrawn, only index managers and observers see."""
    rows = RoundPaper.objects.select_related("round", "group", "posted_by", "withdrawn_by")
    if reads_all(user):
        return rows
    roles = people.grants(user).roles
    posted = rows.filter(posted_at__isnull=False, withdrawn_at=None)
    beyond_units = [name for name, wanted in AUDIENCES.items() if roles & {*wanted} - {*UNIT_ROLES}]
    of_units = [name for name, wanted in AUDIENCES.items() if roles & {*wanted} & {*UNIT_ROLES}]
    blocks = Unit.objects.filter(pk__in=people.units_where(user, *UNIT_ROLES)).order_by().values("group")
    of_block = Q(audience__in=of_units) & (Q(group=None) | Q(group__in=blocks))
    return posted.filter(Q(audience__in=beyond_units) | of_block)


def papers_of(user: people.AnyUser, round_: Round) -> list[RoundPaper]:
    """The round's documents that the person reads, the newest first, each with `is_new` and how many have opened it.
    One query."""
    mine = RoundPaperOpening.objects.filter(paper=OuterRef("pk"), opened_by=user.pk)
    rows = papers_visible_to(user).filter(round=round_).annotate(opened=Count("openings"), read=Exists(mine))
    return list(rows.order_by("-posted_at", "-pk"))


def new_for(user: people.AnyUser, round_: Round) -> list[RoundPaper]:
    """The round's documents that concern the person and that they have not opened; one query."""
    mine = RoundPaperOpening.objects.filter(paper=OuterRef("pk"), opened_by=user.pk)
    rows = papers_visible_to(user).filter(round=round_, posted_at__isnull=False, withdrawn_at=None)
    return list(rows.exclude(Exists(mine)).exclude(posted_by=user.pk).order_by("-posted_at", "-pk"))


def concerned(paper: RoundPaper) -> list[User]:
    """The people whom a document concerns, for the letter that announces it."""
    roles = AUDIENCES[paper.audience]
    rows = Membership.objects.in_force().filter(role__in=roles)
    if paper.group_id is not None:
        rows = rows.exclude(Q(role__in=UNIT_ROLES) & ~Q(unit__group=paper.group_id))
    return list(User.objects.filter(pk__in=rows.order_by().values("user")).order_by("username"))


def paper_of(round_: Round, pk: int, user: people.AnyUser) -> RoundPaper | None:
    return papers_visible_to(user).filter(round=round_, pk=pk).first()


def groups_of(round_: Round) -> list[UnitGroup]:
    return list(UnitGroup.objects.filter(round_groups__round=round_).order_by("position", "code"))


def standing(round_: Round) -> Sequence[RoundPaper]:
    """What a later year would take over: the documents that were not withdrawn, in the order they came."""
    return list(RoundPaper.objects.filter(round=round_, withdrawn_at=None).order_by("pk"))
