"""A class or a type alias has a name of its own, and the glossary names what is there."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from cchc_index.tests.test_architecture import is_there

ROOT = Path(settings.BASE_DIR)
TREES = ("cchc_index", "units", "criteria", "selfassess", "appraisal", "surveys", "results", "bench", "deploy")

BY_CONVENTION = {"Command", "Config"}
"""Django finds a command by its class's name; each app's configuration is called after the app it lies in."""

ONE_MEANING = {
    "Context": "what a page is rendered with, in two packages of views",
    "Method": "short for SurveyScore.Method, for who reads it and who writes it",
    "Question": "what somebody is asked to answer: respondents in a questionnaire, a unit by the council",
    "Scan": "short for Document.Scan, for who reads it and who writes it",
    "View": "a view function, where decorators of views are written",
}


def _modules() -> Iterator[Path]:
    for tree in TREES:
        for path in sorted((ROOT / tree).rglob("*.py")):
            if not {"tests", "migrations"} & {*path.parts}:
                yield path


def _defined(source: str) -> Iterator[str]:
    """Classes and type aliases (capital letter, not a constant) at the top of a module."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name) and target.id[0].isupper() and not target.id.isupper():
                    yield target.id


def test_a_name_of_a_type_stands_at_the_top_of_one_module() -> None:
    homes = defaultdict(list)
    for path in _modules():
        for name in _defined(path.read_text(encoding="utf-8")):
            homes[name].append(str(path.relative_to(ROOT)))
    repeated = {name: where for name, where in homes.items() if len(where) > 1 and name not in BY_CONVENTION}
    assert not {name: where for name, where in repeated.items() if name not in ONE_MEANING or len(where) > 2}
    assert set(repeated) == set(ONE_MEANING), "a name that is no longer repeated leaves the list"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("class Cell: ...", ["Cell"]),
        ("Cell = tuple[int, int]", ["Cell"]),
        ("Cell: type = tuple[int, int]", ["Cell"]),
        ("LIMIT = 3\ncell = 4\ndef made():\n    class Inner: ...", []),
    ],
)
def test_what_counts_as_a_name_of_a_type(source: str, names: list[str]) -> None:
    assert list(_defined(source)) == names


GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
TERMS = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in GLOSSARY.splitlines() if line[:1] == "|"][
    2:
]


def test_the_glossary_has_four_cells_a_term_and_each_term_once() -> None:
    assert all(len(term) == 4 and all(term) for term in TERMS)
    words = [term[0] for term in TERMS]
    assert len(words) >= 30
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term[0])
def test_what_the_glossary_names_is_there(term: list[str]) -> None:
    paths = re.findall(r"`([\w.]+)`", term[3])
    assert paths
    assert [path for path in paths if not is_there(path)] == []


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term[0])
def test_the_code_name_of_a_term_is_the_name_of_what_it_points_to(term: list[str]) -> None:
    """A code name is the last part of one of the paths, so that it cannot be renamed on one side."""
    named, paths = re.findall(r"`([\w.]+)`", term[1]), re.findall(r"`([\w.]+)`", term[3])
    assert named
    assert all(any(path == name or path.endswith(f".{name}") for path in paths) for name in named)
