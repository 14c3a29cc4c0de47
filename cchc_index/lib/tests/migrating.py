"""Databases of earlier versions: made by the migrations one by one, not by the squashed ones that stand for them."""

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader


def one_by_one(database: BaseDatabaseWrapper) -> MigrationExecutor:
    executor = MigrationExecutor(database)
    executor.loader = MigrationLoader(database, replace_migrations=False)
    return executor
