"""Which columns of the database the proof covers: the list is made from the models, so that a new column must be proved
or said not to be."""

from functools import cache

import pytest

from cchc_index.tests.columns import OURS, columns, is_found, name_of
from cchc_index.tests.ledger_year import year
from deploy.service_files import ROOT

LIST = ROOT / "cchc_index" / "tests" / "columns.txt"
PROVED, UNTRIED = "+", "?"
REASONS = {"m", "d", "c"}


@cache
def listed() -> dict[str, str]:
    """Each column of the list with its sign."""
    found: dict[str, str] = {}
    for line in LIST.read_text().splitlines():
        if line and not line.startswith("#"):
            model, _, names = line.partition(":")
            found |= {f"{model}.{name[1:]}": name[0] for name in names.split()}
    return found


def test_every_column_has_its_place_in_the_list() -> None:
    """Whoever adds a column proves it (`check_ledger`) or writes down why it bears no meaning."""
    there = {name_of(model, field) for model, field in columns()}
    assert there - listed().keys() == set()
    assert listed().keys() - there == set()
    assert set(listed().values()) == {PROVED, UNTRIED, *REASONS}


@pytest.mark.django_db
@pytest.mark.parametrize("app", OURS)
def test_what_the_list_calls_proved_is_found_when_changed(app: str) -> None:
    """Each column of each table that the small year fills is changed behind the program's back, one after the other."""
    year()
    proved = [(model, field) for model, field in columns() if listed().get(name_of(model, field)) == PROVED]
    mine = [(model, field) for model, field in proved if model._meta.app_label == app]
    assert mine
    assert [name_of(model, field) for model, field in mine if not is_found(model, field)] == []
