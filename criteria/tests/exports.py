"""What `export_criteria` promises, for the sets of any block: into the same database nothing changes, into an empty one
the same trees stand."""

import io
from pathlib import Path
from typing import Any

from django.core.management import call_command

from criteria import queries
from criteria.annex.actions import import_criteria
from criteria.annex.importing import AnnexImport
from criteria.models import CriteriaSet, Criterion, Round, RoundGroup
from units.auditlog.models import LogEntry

FIELDS = (
    "code", "printed_code", "name", "is_leaf", "source", "kind", "max_points", "printed_max", "rule", "guidance",
    "provenance",
)  # fmt: skip
Tree = dict[str, dict[str, Any]]


def exported(block: RoundGroup, folder: Path) -> Path:
    file = folder / f"{block.round.year}-{block.group.code}.xlsx"
    year, group = str(block.round.year), block.group.code
    call_command("export_criteria", "--year", year, "--group", group, "--out", str(file), stdout=io.StringIO())
    return file


def imported(block: RoundGroup, file: Path) -> AnnexImport:
    return import_criteria(
        actor=None,
        file=file,
        year=block.round.year,
        group=block.group.code,
        decision=block.criteria_set.decision.number,
        na_policy=block.criteria_set.na_policy,
        ties=block.criteria_set.ties,
    )


def tree(block: RoundGroup) -> Tree:
    rows = queries.printed_tree(block.criteria_set_id)
    facts = {row.code: {name: getattr(row, name) for name in FIELDS} for row in rows}
    parents = {row.pk: row.code for row in rows}
    for row in rows:
        facts[row.code]["parent"] = parents.get(row.parent_id or 0)
        facts[row.code]["previous"] = row.previous.code if row.previous else row.previous_code
    return facts


def emptied() -> None:
    """As if the set had never been in this database."""
    RoundGroup.objects.all().delete()
    Criterion.objects.all().delete()
    CriteriaSet.objects.all().delete()
    Round.objects.all().delete()


def blocks() -> list[RoundGroup]:
    return list(RoundGroup.objects.select_related("round", "group", "criteria_set__decision").order_by("pk"))


def assert_nothing_changes(folder: Path) -> None:
    before = {block.pk: (tree(block), block.inputs_version) for block in blocks()}
    entries = LogEntry.objects.count()
    assert before
    for block in blocks():
        outcome = imported(block, exported(block, folder))
        assert (outcome.changes, outcome.changed, outcome.repairs) == (0, {}, []), str(block)
    assert {block.pk: (tree(block), block.inputs_version) for block in blocks()} == before
    assert LogEntry.objects.count() == entries


def assert_same_trees(folder: Path) -> None:
    before = [(block, tree(block), exported(block, folder)) for block in blocks()]
    sets = {block.pk: (block.criteria_set.na_policy, block.criteria_set.ties) for block, _, _ in before}
    assert before
    emptied()
    for block, rows, file in before:
        imported(block, file)
        stands = RoundGroup.objects.get(round__year=block.round.year, group=block.group)
        assert tree(stands) == rows, str(block)
        assert (stands.criteria_set.na_policy, stands.criteria_set.ties) == sets[block.pk]
