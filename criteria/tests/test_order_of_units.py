"""The one order of units, whatever the database: the Vietnamese alphabet, numbers by value, the code last."""

import io
import random

import pytest

from criteria.queries import measured, units_of
from criteria.tests.factories import RoundGroupFactory
from units import actions
from units.models import UNITS_BY_NAME, Unit
from units.tests.factories import UnitFactory

pytestmark = pytest.mark.django_db

IN_ORDER = [
    *("Phường Ba Đình", "Phường Bạch Mai", "Phường Bồ Đề", "Phường Cầu Giấy", "Phường Dương Nội", "Phường Đại Mỗ"),
    *("Phường Đống Đa", "Phường Ô Chợ Dừa", "Phường Ô Diên", "Phường Phú Thượng", "Phường Tây Hồ", "Phường Từ Liêm"),
    *("Phường 2", "Phường 10", "Xã An Khánh", "Xã Ba Vì", "Xã Đa Phúc"),
]


def names() -> list[str]:
    return list(Unit.objects.order_by(*UNITS_BY_NAME).values_list("name", flat=True))


def test_the_database_sorts_as_the_alphabet_does() -> None:
    shuffled = random.Random(9).sample(IN_ORDER, len(IN_ORDER))
    block = RoundGroupFactory.create()
    Unit.objects.bulk_create(Unit(group=block.group, code=f"{n:03d}", name=name) for n, name in enumerate(shuffled))
    letters = [name for name in IN_ORDER if not name[-1].isdigit()]
    assert [name for name in names() if not name[-1].isdigit()] == letters
    assert names().index("Phường 2") < names().index("Phường 10")
    assert [unit.name for unit in units_of(block)] == names()
    assert measured(block) == list(units_of(block))


def test_a_renamed_unit_moves() -> None:
    first, second = UnitFactory.create(name="Xã An Khánh"), UnitFactory.create(name="Xã Ba Vì")
    file = io.BytesIO(f"Mã;Tên đơn vị\n{first.code};Xã Đa Phúc\n".encode())
    actions.import_units(actor=None, source=file, name="don-vi.csv", group_code=first.group.code)
    assert names() == ["Xã Ba Vì", "Xã Đa Phúc"]
    second.name = "Xã Ứng Hòa"
    second.save()
    assert names() == ["Xã Đa Phúc", "Xã Ứng Hòa"]


def test_units_of_one_name_stand_by_their_codes() -> None:
    for code in ("B", "A"):
        UnitFactory.create(code=code, name="Xã An Khánh")
    assert list(Unit.objects.order_by(*UNITS_BY_NAME).values_list("code", flat=True)) == ["A", "B"]
