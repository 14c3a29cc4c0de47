"""A database in which stages were words becomes one in which they are rows: nothing is lost, nothing is opened."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db.models import Model

pytestmark = pytest.mark.once

OLD = [("criteria", "0003_inputs_mark"), ("appraisal", "0006_acknowledgements")]
NEW = [("criteria", "0006_stages_are_whole"), ("appraisal", "0009_stages_are_whole")]
AT = datetime(2031, 12, 1, 1, tzinfo=UTC)
STAGES = ("self_assessment", "round1", "explanation", "round2", "final", "publication", "survey", "import")
KINDS = ("self_assessment", "appraisal", "reply", "appraisal", "meeting", "publication", "survey", "archive")


class Old:
    """Records of the old shape, made in the database `old`."""

    def __init__(self, apps: Apps):
        self.apps = apps

    def make(self, label: str, **fields: object) -> Any:
        plain = {f"{name}_id": row.pk for name, row in fields.items() if isinstance(row, Model)}
        plain |= {name: value for name, value in fields.items() if not isinstance(value, Model)}
        return self.apps.get_model(label).objects.using("old").create(**plain)

    def year(self, year: int, block: dict[str, Any]) -> Any:
        days = {"assessed_from": date(year, 1, 1), "assessed_to": date(year, 12, 31)}
        return self.make("criteria.RoundGroup", round=self.make("criteria.Round", year=year, **days), **block)


def fill(apps: Apps) -> None:
    """Two years of one cell: 2031 has been through every stage, 2032 holds an archive."""
    old = Old(apps)
    group = old.make("units.UnitGroup", code="so", name="Sở")
    unit = old.make("units.Unit", group=group, code="001", name="Sở A")
    actor = old.make("units.User", username="can.bo")
    tree = old.make("criteria.CriteriaSet", decision=old.make("criteria.Decision", number="1/QĐ"), group=group)
    leaf = old.make("criteria.Criterion", criteria_set=tree, code="1", name="Một", source="self", max_points=1)
    full, archive = (old.year(year, {"group": group, "criteria_set": tree}) for year in (2031, 2032))
    log = old.make("units.LogEntry", number=1, verb="x", object_type="x", object_id="1", at=AT)
    reason = old.make("appraisal.Reason", code="r", text="Lý do")
    phase = old.make("criteria.Phase", round=full.round, kind="explanation", opens_at=AT, closes_at=None)
    old.make("criteria.Phase", round=full.round, kind="survey")
    old.make("criteria.Extension", phase=phase, unit=unit, closes_at=AT, reason="Bão", granted_by=actor)
    cell = {"unit": unit, "criterion": leaf, "updated_at": AT}
    stood = old.make("appraisal.Appraisal", round_group=full, stage="round2", action="adjust", points=0, **cell)
    filed = old.make("appraisal.Appraisal", round_group=archive, stage="import", action="adjust", points=0, **cell)
    why = {"reason": reason, "comment": "Thiếu.", "points": 0, "action": "adjust"}
    steps = [
        {"appraisal": stood, "sequence": 1, "stage": "round1", **why},
        {"appraisal": stood, "sequence": 2, "stage": "explanation", "action": "disagree", "comment": "Có."},
        {"appraisal": stood, "sequence": 3, "stage": "round2", **why},
        {"appraisal": filed, "sequence": 1, "stage": "import", "action": "adjust", "points": 0},
    ]
    for step in steps:
        old.make("appraisal.AppraisalEntry", at=AT, log=log, **step)
    old.make("appraisal.Release", round_group=full, stage="round1", released_at=AT)
    said = {"standing_version": 0, "score_version": 0, "seat": 1, "tolerance": 0, "points": 0, "at": AT, "log": log}
    place = {"round_group": full, "unit": unit, "criterion": leaf, "stage": "round1", "member": actor}
    old.make("appraisal.Opinion", **place, **said)
    old.make("appraisal.Acknowledgement", round_group=full, stage="round1", actor=actor, at=AT, log=log)


def stages_of(apps: Apps, label: str, *fields: str) -> list[tuple[object, ...]]:
    rows = apps.get_model(label).objects.using("old").order_by("pk")
    return list(rows.values_list("stage__round__year", "stage__name", *fields))


def test_records_of_the_old_shape_point_to_the_rows_of_their_own_year(
    migrate: Callable[[list[tuple[str, str]]], Apps],
) -> None:
    fill(migrate(OLD))
    apps = migrate(NEW)
    rows = apps.get_model("criteria.Stage").objects.using("old").order_by("round__year", "position")
    assert list(rows.values_list("round__year", "name", "kind")) == [
        (year, name, kind) for year in (2031, 2032) for name, kind in zip(STAGES, KINDS, strict=True)
    ]
    assert {row.name for row in rows if row.two_opinions} == {"round1", "round2"}
    assert {row.name for row in rows if row.report_required} == {"round1", "round2", "final"}
    hours = {row.name: (row.opens_at, row.closes_at) for row in rows if row.opens_at or row.closes_at}
    # The survey's phase had no hour and was open without limit: it stays open from the period's first day.
    assert hours == {"explanation": (AT, None), "survey": (datetime(2030, 12, 31, 17, tzinfo=UTC), None)}
    assert stages_of(apps, "criteria.Extension") == [(2031, "explanation")]
    assert stages_of(apps, "appraisal.Appraisal") == [(2031, "round2"), (2032, "import")]
    assert stages_of(apps, "appraisal.AppraisalEntry", "stage_kind") == [
        (2031, "round1", "appraisal"),
        (2031, "explanation", "reply"),
        (2031, "round2", "appraisal"),
        (2032, "import", "archive"),
    ]
    for label in ("Release", "Opinion", "Acknowledgement"):
        assert stages_of(apps, f"appraisal.{label}") == [(2031, "round1")]
