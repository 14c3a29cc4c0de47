"""Factories of units and people. `person(Role.UNIT_OFFICER, unit=...)` is a user with that role."""

import factory
from factory.django import DjangoModelFactory

from units.models import Membership, Role, Unit, UnitGroup, User


class UnitGroupFactory(DjangoModelFactory):
    class Meta:
        model = UnitGroup
        django_get_or_create = ("code",)

    code = "so"
    name = "Sở, cơ quan tương đương Sở"


class UnitFactory(DjangoModelFactory):
    class Meta:
        model = Unit

    group = factory.SubFactory(UnitGroupFactory)
    code = factory.Sequence(lambda n: f"DV{n:03d}")
    name = factory.LazyAttribute(lambda u: f"Đơn vị thử {u.code}")


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"nguoi{n}")
    full_name = factory.Sequence(lambda n: f"Nguyễn Văn {n}")
    email = factory.LazyAttribute(lambda u: f"{u.username}@example.vn")
    password = factory.django.Password("mat-khau-thu-1")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    role = Role.OBSERVER


def person(role: Role, unit: Unit | None = None, **fields: object) -> User:
    """A user who holds `role` (in `unit`)."""
    user = UserFactory(**fields)
    MembershipFactory(user=user, role=role, unit=unit)
    return user
