"""A class or a type alias has a name of its own, and the glossary names what is there."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from cchc_index.tests.test_architecture import is_there

pytestmark = pytest.mark.once

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


WORDS_OF_ONE_USE = {"found", "said", "kept", "wanted"}
"""Words that fit any variable, so that each must say its own thing: what was found may have been missing,
what was said is
told to people, what is kept stays in a store, what is wanted somebody asks for."""

WHERE_THEY_SAY_IT = {
    ("found", "cchc_index/lib/sheets/table.py"): "the headings found on a page",
    ("found", "cchc_index/lib/sheets/xlsx.py"): "the marks found in the text of a sheet",
    ("said", "cchc_index/lib/sheets/table.py"): "sentences on what was left out of a file or understood otherwise",
    ("said", "units/administration/resources.py"): "those sentences, for the preview of an import",
    ("said", "units/actions.py"): "those sentences, for whoever imports units",
    ("said", "units/sheet.py"): "those sentences, of a list of units",
    ("said", "units/people/sheet.py"): "those sentences, of a list of people",
    ("said", "units/people/planning.py"): "those sentences, for whoever imports people",
    ("said", "criteria/annex/actions.py"): "those sentences, for whoever imports an annex",
    ("said", "criteria/annex/importing.py"): "those sentences, for whoever imports an annex",
    ("said", "criteria/annex/reading.py"): "those sentences, of an annex",
    ("said", "selfassess/workbook/reading.py"): "those sentences, of a unit's workbook",
    ("said", "selfassess/workbook/comparing.py"): "those sentences, for the preview of a unit's workbook",
    ("said", "surveys/ballots/sheet.py"): "those sentences, of a file of ballots",
    ("said", "surveys/figures/sheet.py"): "those sentences, of a file of figures",
    ("said", "results/archive/sheet.py"): "those sentences, of a file of finished scores",
    ("kept", "criteria/annex/importing.py"): "rows of the set that the file does not name and that stay stored",
    ("kept", "criteria/annex/settling.py"): "rows of the set that the file does not name and that stay stored",
    ("kept", "cchc_index/official/actions.py"): "sentences on what was left in the database as it stood",
}


def _shared_names(source: str) -> Iterator[str]:
    """What more than one function can read: parameters, attributes, functions, names of modules and classes."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Module | ast.ClassDef):
            for line in node.body:
                targets = line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)]
                yield from (target.id for target in targets if isinstance(target, ast.Name))


def test_found_said_kept_and_wanted_are_shared_only_for_what_they_say() -> None:
    shared = set()
    for path in _modules():
        place = path.relative_to(ROOT)
        names = {*_shared_names(path.read_text(encoding="utf-8"))} & WORDS_OF_ONE_USE
        shared |= {(name, place.as_posix()) for name in names}
    assert shared == set(WHERE_THEY_SAY_IT)


@pytest.mark.parametrize(
    "source",
    ["found = 1", "class A:\n    found: int", "def a(*, found): ...", "def found(): ...", "self.found = 1"],
)
def test_what_counts_as_a_shared_name(source: str) -> None:
    assert "found" in set(_shared_names(source))
    assert "found" not in set(_shared_names("def a():\n    found = 1"))


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
