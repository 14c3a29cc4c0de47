"""Reads of people: how a list finds them, and the page of all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, Prefetch, Q, QuerySet

from cchc_index.lib import clock, codes
from cchc_index.lib.text import fold, fold_pattern, sort_key
from units.mail.queries import INVITING
from units.models import UNITS_BY_NAME, Membership, Role, RoleProposal, Unit, UnitGroup, User

OTHER_WORDS = {
    "cong chuc": Role.UNIT_OFFICER,
    "cong chuc chuyen trach": Role.UNIT_OFFICER,
    "thu truong": Role.UNIT_HEAD,
    "thanh vien hoi dong": Role.COUNCIL_MEMBER,
    "thanh vien tham dinh": Role.COUNCIL_MEMBER,
    "quan ly chi so": Role.INDEX_MANAGER,
    "phu trach dieu tra xa hoi hoc": Role.SURVEY_OPERATOR,
    "nguoi quan sat": Role.OBSERVER,
}
"""What offices write for a role beside the word of the pages, folded."""


def role_words() -> dict[str, str]:
    """Folded words → role; the pages' own words come first."""
    words = [*((role.label, role) for role in Role), *OTHER_WORDS.items()]
    return {fold(word): role.value for word, role in words}


def role_labels() -> list[str]:
    return [str(role.label) for role in Role]


@dataclass(frozen=True, slots=True)
class UnitBook:
    """Units as a list names them: by code, in one block or any."""

    by_code: Mapping[str, list[Unit]]
    groups: Mapping[str, UnitGroup]

    def group(self, text: str) -> UnitGroup | None:
        return self.groups.get(fold(text))

    def units(self, code: str, group: UnitGroup | None) -> list[Unit]:
        rows = self.by_code.get(codes.key(code), [])
        return [row for row in rows if group is None or row.group_id == group.pk]


def unit_book() -> UnitBook:
    """Two queries."""
    by_code: dict[str, list[Unit]] = {}
    for unit in Unit.objects.select_related("group").order_by("pk"):
        by_code.setdefault(codes.key(unit.code), []).append(unit)
    groups = {fold(text): group for group in UnitGroup.objects.order_by("pk") for text in (group.code, group.name)}
    return UnitBook(by_code, groups)


RoleKey = tuple[int, str, int | None]


@dataclass(frozen=True, slots=True)
class AccountBook:
    """Accounts as people name them, and of those that may be meant what they hold and what is proposed for them."""

    by_username: Mapping[str, User]
    by_email: Mapping[str, list[User]]
    by_name: Mapping[str, list[User]]
    roles: Mapping[RoleKey, Membership]
    waiting: Mapping[RoleKey, RoleProposal]

    def units(self, user: User) -> set[int | None]:
        """Where the account has or had a role, or is to have one."""
        return {unit for pk, _, unit in (*self.roles, *self.waiting) if pk == user.pk}

    def holds(self, user: User, role: str, unit_id: int | None) -> bool:
        key = (user.pk, role, unit_id)
        return key in self.roles or key in self.waiting


def account_book(names: Iterable[str], emails: Iterable[str], usernames: Iterable[str]) -> AccountBook:
    """Every account by its user name, and those with one of these names, addresses or user names with their roles.
    Three queries."""
    folded, asked, called = set(map(fold, names)), set(emails), {name.lower() for name in usernames}
    by_username: dict[str, User] = {}
    by_email: dict[str, list[User]] = {}
    by_name: dict[str, list[User]] = {}
    meant = []
    for user in User.objects.order_by("pk"):
        by_username[user.username.lower()] = user
        if named := fold(user.full_name) in folded:
            by_name.setdefault(fold(user.full_name), []).append(user)
        if mailed := user.email and user.email.lower() in asked:
            by_email.setdefault(user.email.lower(), []).append(user)
        if named or mailed or user.username.lower() in called:
            meant.append(user)
    return AccountBook(by_username, by_email, by_name, roles_of(meant), waiting_of(meant))


def roles_of(users: Iterable[User]) -> dict[RoleKey, Membership]:
    rows = Membership.objects.filter(user__in=list(users)).order_by("pk")
    return {(row.user_id, row.role, row.unit_id): row for row in rows}


def waiting_of(users: Iterable[User]) -> dict[RoleKey, RoleProposal]:
    rows = RoleProposal.objects.filter(user__in=list(users), state=RoleProposal.State.OPEN).order_by("pk")
    return {(row.user_id, row.role, row.unit_id): row for row in rows}


PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Sought:
    """What the list of people is filtered by."""

    words: str = ""
    role: str = ""
    never_came: bool = False
    no_address: bool = False


def people(sought: Sought) -> QuerySet[User]:
    """Accounts with their roles; search without case and accents."""
    rows = User.objects.prefetch_related(
        Prefetch("memberships", Membership.objects.select_related("unit").order_by("role", "pk"))
    )
    for word in sought.words.split():
        pattern = fold_pattern(word)
        rows = rows.filter(Q(full_name__regex=pattern) | Q(email__regex=pattern) | Q(username__regex=pattern))
    if sought.role:
        holders = Membership.objects.in_force().filter(role=sought.role)
        rows = rows.filter(pk__in=holders.order_by().values("user"))
    if sought.never_came:
        rows = rows.filter(last_login=None, is_active=True)
    if sought.no_address:
        rows = rows.filter(email="", is_active=True)
    return rows


def page_of(sought: Sought, number: str | None) -> tuple[Page[int], list[User]]:
    """One page of `people` in the order of a Vietnamese dictionary, which no database knows alike. Four queries."""
    names = sorted(people(sought).order_by().values_list("full_name", "username", "pk"), key=_by_name)
    page = Paginator([pk for _, _, pk in names], PAGE_SIZE).get_page(number)
    place = {pk: at for at, pk in enumerate(page.object_list)}
    return page, sorted(people(sought).filter(pk__in=place), key=lambda user: place[user.pk])


def in_order(sought: Sought) -> list[User]:
    """All of `people` in the order of a Vietnamese dictionary. Two queries."""
    return sorted(people(sought).order_by(), key=lambda user: _by_name((user.full_name, user.username, user.pk)))


def _by_name(row: tuple[str, str, int]) -> tuple[object, str]:
    return sort_key(row[0]), row[1]


def never_came() -> int:
    return User.objects.filter(last_login=None, is_active=True).count()


def no_address() -> int:
    return User.objects.filter(email="", is_active=True).count()


def overdue_newcomers() -> list[User]:
    """Open accounts with an address and a role that never signed in and were last written to a week ago or longer, up
    to `REMINDERS` times after the first letter. Two queries."""
    held = Membership.objects.in_force().order_by().values("user")
    letters = Count("mails", filter=Q(mails__event__startswith=INVITING))
    latest = Max("mails__created_at", filter=Q(mails__event__startswith=INVITING))
    rows = User.objects.filter(last_login=None, is_active=True, pk__in=held).exclude(email="")
    rows = rows.annotate(invited=letters, invited_at=latest)
    return list(rows.filter(invited__gte=1, invited__lte=REMINDERS, invited_at__lte=clock.now() - AGAIN).order_by("pk"))


AGAIN = timedelta(days=7)
REMINDERS = 3


def chosen(ids: Iterable[int]) -> list[User]:
    return list(User.objects.filter(pk__in=ids, is_active=True).order_by("pk"))


def person(pk: int) -> User | None:
    return people(Sought()).filter(pk=pk).first()


def open_proposals() -> QuerySet[RoleProposal]:
    """What waits for a second person, the oldest first."""
    rows = RoleProposal.objects.filter(state=RoleProposal.State.OPEN).select_related("user", "unit", "proposed_by")
    return rows.order_by("proposed_at", "pk")


def proposals_for(user: User) -> list[RoleProposal]:
    """What somebody proposed for the person and a second has not confirmed yet."""
    return list(open_proposals().filter(user=user))


def decided_proposals(limit: int = 50) -> list[RoleProposal]:
    rows = RoleProposal.objects.exclude(state=RoleProposal.State.OPEN)
    return list(rows.select_related("user", "unit", "proposed_by", "decided_by").order_by("-decided_at", "-pk")[:limit])


def units_to_choose() -> QuerySet[Unit]:
    """Every unit by block and name."""
    return Unit.objects.select_related("group").order_by("group__position", *UNITS_BY_NAME)


def account_of(pk: int) -> User | None:
    return User.objects.filter(pk=pk, is_active=True).first()


def accounts_called(typed: str) -> list[User]:
    """Open accounts of a user name or an address, as somebody types it who forgot the password."""
    text = typed.strip()
    rows = (
        User.objects.filter(Q(username=text) | Q(email__iexact=text), is_active=True) if text else User.objects.none()
    )
    return list(rows.order_by("pk"))
