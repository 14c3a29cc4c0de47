"""Points by the people whom each respondent group stands for, beside the official points (`surveys.poststratified`).

They are told only of cells of which every group is told: there they follow from what pages show anyway. Anywhere else
they would be a second equation beside the official points, and two would solve for the two groups that are kept.
"""

from collections import defaultdict

from criteria import queries as criteria_queries
from criteria.models import SURVEY_SOURCES, RoundGroup
from criteria.tree import CellKey
from surveys.models import GroupPeople, RespondentGroup, Tally
from surveys.plan.queries import worth_of
from surveys.poststratified import Stratum, poststratified
from surveys.suppression import untold
from units.models import Unit

from .queries import FormulaInWords, answers_of, figures_by_cell, part_of, rule_of

WEIGHED_BY = "số người"


def people_of(block: RoundGroup) -> dict[tuple[int, int], int]:
    """(group, unit) → people, as far as the plan says. One query."""
    rows = GroupPeople.objects.filter(respondent_group__survey__round_group=block).order_by("pk")
    return {(group, unit): people for group, unit, people in rows.values_list("respondent_group", "unit", "people")}


def adjusted(block: RoundGroup, unit: Unit | None = None) -> dict[CellKey, FormulaInWords]:
    """(unit, criterion) → its points by people, of a unit or the whole block; {} where the plan names no people. One
    query then, nine otherwise."""
    people = people_of(block)
    if not people:
        return {}
    leaves = {leaf.pk: leaf.max_points for leaf in criteria_queries.leaves(block.criteria_set_id, SURVEY_SOURCES)}
    worth, small, least_n = worth_of(block), *rule_of(block)
    figures = figures_by_cell(block, leaves, unit)
    groups = list(RespondentGroup.objects.filter(survey__round_group=block).order_by("position", "code"))
    measured = [group.pk for group in groups if not group.takes_ballots]
    cells: defaultdict[CellKey, dict[int, Tally]] = defaultdict(dict)
    rows = Tally.objects.filter(respondent_group__survey__round_group=block, **({"unit": unit} if unit else {}))
    for row in rows.select_related("respondent_group").order_by("pk"):
        cells[row.unit_id, row.criterion_id][row.respondent_group_id] = row
    told = {}
    for cell, parts in cells.items():
        home, leaf = cell
        known = [part_of(parts[group.pk], worth) for group in groups if group.pk in parts]
        if leaf not in leaves or untold(known, small=small, least_n=least_n):
            continue
        strata = [
            Stratum(
                group.name,
                people.get((group.pk, home)),
                answers_of(parts[group.pk], worth[group.pk, leaf]) if group.pk in parts else None,
            )
            for group in groups
            if (group.pk, leaf) in worth
        ]
        sizes = [people[group, home] for group in measured if (group, home) in people]
        made = poststratified(leaves[leaf], strata, figures.get(cell), sum(sizes) if sizes else None, least_n)
        if made is not None:
            told[cell] = FormulaInWords(made, WEIGHED_BY)
    return told


def by_unit(told: dict[CellKey, FormulaInWords]) -> dict[int, dict[int, FormulaInWords]]:
    """Unit → criterion → its points by people, for pages."""
    units: defaultdict[int, dict[int, FormulaInWords]] = defaultdict(dict)
    for (unit, leaf), made in told.items():
        units[unit][leaf] = made
    return dict(units)
