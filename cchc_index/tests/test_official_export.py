"""The official sets and those of the demonstration go out as sheets and come in again without a change."""

from pathlib import Path

import pytest

from cchc_index.official.actions import load_official
from criteria.tests.exports import assert_nothing_changes, assert_same_trees

pytestmark = pytest.mark.django_db


def test_official_sets_come_back_into_the_same_database_without_a_change(tmp_path: Path) -> None:
    load_official()
    assert_nothing_changes(tmp_path)


def test_official_sets_come_back_into_an_empty_database_as_they_are(tmp_path: Path) -> None:
    load_official()
    assert_same_trees(tmp_path)
