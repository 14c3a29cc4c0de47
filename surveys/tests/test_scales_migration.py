"""One scale that served all years becomes one for each year, with the same answers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django import DjangoDbBlocker, Settings

from cchc_index.lib.tests.migrating import one_by_one

pytestmark = pytest.mark.once

BEFORE, AFTER = ("surveys", "0008_checked_rows"), ("surveys", "0011_scales_of_a_year")


@pytest.fixture
def database(tmp_path: Path, settings: Settings, django_db_blocker: DjangoDbBlocker) -> Iterator[BaseDatabaseWrapper]:
    """An empty database, made by migrations, in the place of the tests' own: migrations speak to the default one."""
    settings.MIGRATION_MODULES = {}
    standing, known = connections["default"], connections.databases["default"]
    fresh = {**known, "ENGINE": "django.db.backends.sqlite3", "OPTIONS": {}, "NAME": str(tmp_path / "x.sqlite3")}
    connections.databases["default"] = fresh
    connections["default"] = connections.create_connection("default")
    with django_db_blocker.unblock():
        yield connections["default"]
        connections["default"].close()
    connections["default"], connections.databases["default"] = standing, known


def migrated(database: BaseDatabaseWrapper, target: tuple[str, str]) -> Apps:
    executor = one_by_one(database)
    executor.migrate([target])
    return executor.loader.project_state([target]).apps


def rows(apps: Apps, app: str, name: str) -> Any:
    model: Any = apps.get_model(app, name)
    return model.objects


def two_years(apps: Apps) -> None:
    """Blocks of 2030 and 2031 whose questionnaires share a scale; a second scale that nobody uses."""
    group = rows(apps, "units", "UnitGroup").create(code="so", name="Sở", position=1)
    decision = rows(apps, "criteria", "Decision").create(number="1/QĐ")
    set_ = rows(apps, "criteria", "CriteriaSet").create(decision=decision, group=group)
    scale = rows(apps, "surveys", "AnswerScale").create(code="nam-muc", name="Năm mức")
    rows(apps, "surveys", "AnswerScale").create(code="bon-muc", name="Bốn mức")
    for value, share in ((1, "0"), (2, "0.5"), (3, "1")):
        rows(apps, "surveys", "AnswerOption").create(scale=scale, value=value, label=f"Mức {value}", share=share)
    for year in (2030, 2031):
        round_ = rows(apps, "criteria", "Round").create(
            year=year, assessed_from=f"{year}-01-01", assessed_to=f"{year}-12-31"
        )
        block = rows(apps, "criteria", "RoundGroup").create(round=round_, group=group, criteria_set=set_)
        survey = rows(apps, "surveys", "Survey").create(round_group=block)
        respondents = rows(apps, "surveys", "RespondentGroup").create(survey=survey, code="dan", name="Dân")
        rows(apps, "surveys", "Questionnaire").create(respondent_group=respondents, title=f"{year}", scale=scale)


def test_each_year_has_its_own_scales_afterwards(database: BaseDatabaseWrapper) -> None:
    two_years(migrated(database, BEFORE))
    after = migrated(database, AFTER)
    scales = rows(after, "surveys", "AnswerScale").order_by("round__year", "code")
    assert list(scales.values_list("round__year", "code")) == [
        (2030, "bon-muc"), (2030, "nam-muc"), (2031, "bon-muc"), (2031, "nam-muc"),
    ]  # fmt: skip
    for sheet in rows(after, "surveys", "Questionnaire").select_related("scale__round"):
        assert sheet.title == str(sheet.scale.round.year)
        options = rows(after, "surveys", "AnswerOption").filter(scale=sheet.scale).order_by("value")
        assert [(o.value, o.label, o.share) for o in options] == [(1, "Mức 1", 0), (2, "Mức 2", 0.5), (3, "Mức 3", 1)]
