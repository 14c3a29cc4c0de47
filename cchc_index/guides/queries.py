"""Which guides there are, and which of them a person gets."""

from functools import cache
from pathlib import Path

from django.conf import settings

from units import rules as people
from units.models import Role

from .reading import Guide, read

FOLDER: Path = settings.BASE_DIR / "docs" / "huong-dan"
ADMINISTRATOR = "quan-tri"
BY_ROLE: dict[str, str] = {
    Role.UNIT_OFFICER: "cong-chuc",
    Role.UNIT_HEAD: "thu-truong",
    Role.COUNCIL_MEMBER: "hoi-dong",
    Role.INDEX_MANAGER: "quan-ly",
    Role.SURVEY_OPERATOR: "dieu-tra",
    Role.OBSERVER: "quan-sat",
}
"""By role, the name of its guide in the folder and in addresses."""
ALL = (*BY_ROLE.values(), ADMINISTRATOR)


def guides_for(user: people.AnyUser) -> list[str]:
    """The guides of the person's roles; whoever answers questions gets all of them."""
    if people.is_index_manager(user) or getattr(user, "is_superuser", False):
        return list(ALL)
    roles = people.grants(user).roles
    return [name for role, name in BY_ROLE.items() if role in roles]


@cache
def guide(name: str) -> Guide:
    """One of ALL, as its text says."""
    return read((FOLDER / f"{name}.md").read_text(encoding="utf-8"))


def picture(name: str) -> bytes:
    """A picture that a guide shows. Raises KeyError for any other name."""
    known = {one.name for each in ALL for one in guide(each).pictures}
    if name not in known:
        raise KeyError(name)
    return (FOLDER / "hinh" / name).read_bytes()
