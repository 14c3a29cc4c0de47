"""`docs/architecture.md` says what the code is: its rooms are the linted ones, what it offers is there."""

import importlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
CODE = re.compile(r"`([^`]+)`")
NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def table(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    section = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def linted_rooms() -> Iterator[str]:
    """The rows that the contracts ask for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for contract in project["tool"]["importlinter"]["contracts"]:
        if contract.get("exhaustive"):
            places = ", ".join(f"`{name}`" for name in contract["containers"])
            layers = (" ".join(f"`{room}`" for room in re.findall(r"\w+", layer)) for layer in contract["layers"])
            yield f"| {places} | {' ▸ '.join(layers)} |"


def test_the_rooms_told_are_the_rooms_linted() -> None:
    told = [f"| {' | '.join(row)} |" for row in table("Rooms, from top to bottom")]
    assert sorted(told) == sorted(linted_rooms())


def resolve(path: str) -> Any:
    """The module or the thing in a module that a dotted path names. Raises ImportError or AttributeError."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for name in parts[length:]:
            found = getattr(found, name)
        return found
    raise ImportError(path)


def is_there(path: str) -> bool:
    try:
        resolve(path)
    except (ImportError, AttributeError):
        return False
    return True


def offers(cell: str) -> list[str]:
    """The names a cell offers: what stands in code marks, up to a bracket."""
    return [match.group(0) for text in CODE.findall(cell) if (match := NAME.match(text))]


OFFERS = table("What the apps ask of each other")


@pytest.mark.parametrize("row", OFFERS, ids=[row[0].replace("`", "").split(",")[0] for row in OFFERS])
def test_what_a_module_offers_is_there(row: list[str]) -> None:
    modules = CODE.findall(row[0])
    missing = [name for name in offers(row[1]) if not any(is_there(f"{module}.{name}") for module in modules)]

    assert [module for module in modules if not is_there(module)] == []
    assert missing == []


def test_the_table_of_offers_is_read() -> None:
    names = [name for row in OFFERS for name in offers(row[1])]
    assert len(names) > 100
    assert not is_there("units.auditlog.actions.erase")
    assert not is_there("units.keepsakes")
