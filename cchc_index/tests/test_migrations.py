"""A new database starts from the squashed migrations; one that was made by the earlier ones goes on from there."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from pytest_django import DjangoDbBlocker, Settings

from cchc_index.lib.tests.migrating import one_by_one

APPS = ("units", "criteria", "selfassess", "surveys", "appraisal", "results")

Names = list[tuple[str, str]]


@pytest.fixture(autouse=True)
def _migrations_are_looked_at(settings: Settings) -> None:
    """Small runs make their tables without them (--nomigrations); here they are the matter."""
    settings.MIGRATION_MODULES = {}


@pytest.fixture
def database(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[BaseDatabaseWrapper]:
    """An empty database of its own."""
    settings = {**connections["default"].settings_dict, "ENGINE": "django.db.backends.sqlite3", "OPTIONS": {}}
    connections.databases["other"] = {**settings, "NAME": str(tmp_path / "other.sqlite3")}
    with django_db_blocker.unblock():
        yield connections["other"]
        connections["other"].close()
    del connections["other"]
    del connections.databases["other"]


def squashed(loader: MigrationLoader) -> dict[tuple[str, str], Names]:
    """Each squashed migration of this project and those it stands for."""
    return {name: list(found.replaces) for name, found in loader.replacements.items() if name[0] in APPS}


def earlier(loader: MigrationLoader) -> Names:
    return [name for names in squashed(loader).values() for name in names]


def record(database: BaseDatabaseWrapper, names: Iterable[tuple[str, str]]) -> None:
    recorder = MigrationRecorder(database)
    recorder.ensure_schema()
    recorder.migration_qs.bulk_create(recorder.Migration(app=app, name=name) for app, name in names)


def planned(database: BaseDatabaseWrapper) -> Names:
    """What `migrate` would run on this database, of this project's own migrations."""
    executor = MigrationExecutor(database)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [(step.app_label, step.name) for step, _ in plan if step.app_label in APPS]


def tables(state: ProjectState) -> dict[tuple[str, str], object]:
    """Every column and every constraint of this project's records, without the order they were added in."""

    def sorted_parts(options: dict[str, Any]) -> dict[str, object]:
        parts: dict[str, Any] = {"constraints": [], "indexes": [], **options}
        return {
            **{key: value for key, value in options.items() if key not in parts or not isinstance(value, list)},
            "constraints": sorted(repr(part.deconstruct()) for part in parts["constraints"]),
            "indexes": sorted(repr(part.deconstruct()) for part in parts["indexes"]),
        }

    return {
        key: ({name: field.deconstruct()[1:] for name, field in model.fields.items()}, sorted_parts(model.options))
        for key, model in state.models.items()
        if key[0] in APPS
    }


def test_each_app_has_one_squashed_migration_that_stands_for_all_before_it() -> None:
    loader = MigrationLoader(None)
    assert sorted(app for app, _ in squashed(loader)) == sorted(APPS)
    for (app, name), replaced in squashed(loader).items():
        last = replaced[-1][1]
        assert name == f"0001_squashed_{last}"
        assert replaced == sorted(
            key for key in loader.disk_migrations if key[0] == app and key[1] <= last and key[1] != name
        )


def test_a_new_database_takes_the_squashed_ones_instead_of_those_before(database: BaseDatabaseWrapper) -> None:
    plan = planned(database)
    loader = MigrationLoader(None)
    assert set(squashed(loader)) <= set(plan)
    assert set(plan).isdisjoint(earlier(loader))


def test_a_database_of_the_earlier_migrations_runs_only_what_came_after(database: BaseDatabaseWrapper) -> None:
    loader = MigrationLoader(None)
    record(database, earlier(loader))
    assert set(planned(database)).isdisjoint({*earlier(loader), *squashed(loader)})


def test_a_database_that_stopped_on_the_way_goes_on_by_the_earlier_ones(database: BaseDatabaseWrapper) -> None:
    loader = MigrationLoader(None)
    done = [("units", "0001_initial"), ("criteria", "0001_initial"), ("criteria", "0002_initial")]
    record(database, done)
    plan = planned(database)
    assert set(plan).isdisjoint(done)
    for app in ("units", "criteria"):
        replaced = [name for name in earlier(loader) if name[0] == app]
        assert [name for name in plan if name in replaced] == [name for name in replaced if name not in done]


@pytest.mark.parametrize("app", APPS)
def test_a_database_in_which_one_app_is_ahead_of_those_below_goes_on(database: BaseDatabaseWrapper, app: str) -> None:
    """An upgrade was interrupted, or the version of then knew no more of the others."""
    loader = one_by_one(database).loader
    last = max(name for name in earlier(loader) if name[0] == app)
    done = loader.graph.forwards_plan(last)
    record(database, done)
    MigrationLoader(database).check_consistent_history(database)
    plan = planned(database)
    assert set(plan).isdisjoint(done)
    stood_for = [old for name, names in squashed(loader).items() if name in plan for old in names]
    assert set(earlier(loader)) <= {*done, *plan, *stood_for}


def test_both_ways_lead_to_the_same_tables() -> None:
    loader: Any = MigrationLoader(None)  # the stubs do not know all of it
    new = loader.project_state(list(squashed(loader)))
    loader.replace_migrations = False
    loader.build_graph()
    old = loader.project_state([names[-1] for names in squashed(loader).values()])
    assert tables(new) == tables(old)
