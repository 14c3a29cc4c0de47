"""Factories of units and people. `person(Role.UNIT_OFFICER, unit=...)` is a user with that role."""

from factory.declarations import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory, Password

from units.models import Membership, Role, Unit, UnitGroup, User


class UnitGroupFactory(DjangoModelFactory[UnitGroup]):
    class Meta:
        model = UnitGroup
        django_get_or_create = ("code",)

    code = "so"
    name = "Sở, cơ quan tương đương Sở"


class UnitFactory(DjangoModelFactory[Unit]):
    class Meta:
        model = Unit

    group = SubFactory(UnitGroupFactory)
    code = Sequence(lambda n: f"DV{n:03d}")
    name = LazyAttribute(lambda u: f"Đơn vị thử {u.code}")


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = Sequence(lambda n: f"nguoi{n}")
    full_name = Sequence(lambda n: f"Nguyễn Văn N{n}")  # a letter: no page shows the name as a number
    email = LazyAttribute(lambda u: f"{u.username}@example.vn")
    password = Password("mat-khau-thu-1")


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    user = SubFactory(UserFactory)
    role = Role.OBSERVER


def person(role: Role, unit: Unit | None = None, **fields: object) -> User:
    """A user who holds `role` (in `unit`)."""
    user = UserFactory.create(**fields)
    MembershipFactory.create(user=user, role=role, unit=unit)
    return user
