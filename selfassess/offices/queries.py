"""Who does what of a sheet: the nearest part above a criterion names its people."""

from dataclasses import dataclass, field

from criteria import tree
from criteria.models import Criterion
from selfassess.core.task_list import TaskList, TaskRow
from selfassess.models import OfficePart, SelfAssessment
from selfassess.rules import UNIT_ROLES
from units.models import User
from units.queries import people_of


@dataclass(slots=True)
class PersonPart:
    """What one person was given, and how far it is."""

    person: User
    offices: list[str] = field(default_factory=list)
    rows: list[TaskRow] = field(default_factory=list)

    @property
    def done(self) -> int:
        return sum(not row.lacking for row in self.rows)

    @property
    def lacking(self) -> list[TaskRow]:
        return [row for row in self.rows if row.lacking]


@dataclass(slots=True)
class SheetParts:
    """A sheet shared among people: the parts as given, each person's criteria, what was given to nobody."""

    given: list[OfficePart]
    people: list[PersonPart]
    free: list[TaskRow]

    @property
    def free_lacking(self) -> list[TaskRow]:
        return [row for row in self.free if row.lacking]


def parts_of(assessment: SelfAssessment, tasks: TaskList) -> SheetParts:
    """One query."""
    rows = OfficePart.objects.filter(assessment=assessment).select_related("criterion", "person")
    given = sorted(rows.order_by("pk"), key=lambda part: (tree.natural_key(part.criterion.code), part.pk))
    by_code: dict[str, list[OfficePart]] = {}
    for part in given:
        by_code.setdefault(part.criterion.code, []).append(part)
    people: dict[int, PersonPart] = {}
    for part in given:
        one = people.setdefault(part.person_id, PersonPart(part.person))
        if part.office and part.office not in one.offices:
            one.offices.append(part.office)
    free = []
    for row in tasks.leaves:
        nearest = _nearest(row.criterion.code, by_code)
        for part in nearest:
            people[part.person_id].rows.append(row)
        if not nearest:
            free.append(row)
    return SheetParts(given, list(people.values()), free)


def _nearest(code: str, by_code: dict[str, list[OfficePart]]) -> list[OfficePart]:
    above = sorted({code, *tree.prefixes(code)}, key=len, reverse=True)
    return next((by_code[place] for place in above if place in by_code), [])


def own_rows(parts: SheetParts, user_id: int) -> list[TaskRow]:
    """What a person was given, in printed order."""
    return next((one.rows for one in parts.people if one.person.pk == user_id), [])


def branches(tasks: TaskList) -> list[Criterion]:
    """What can be given: every area, criterion and component that leads to what the unit scores itself."""
    rows: dict[str, Criterion] = {}
    for area in tasks.areas:
        rows[area.criterion.code] = area.criterion
        rows.update({row.criterion.code: row.criterion for row in area.rows})
    return sorted(rows.values(), key=lambda row: tree.natural_key(row.code))


def members_of(unit_id: int) -> list[User]:
    """The people to whom a part can be given: officers and heads of the unit."""
    return people_of([unit_id], *UNIT_ROLES).get(unit_id, [])
