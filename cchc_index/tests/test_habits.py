"""What the repository promises about itself: licences, dependencies, checks, commits, versions."""

import ast
import hashlib
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

ROOT = Path(settings.BASE_DIR)
APPS = ("cchc_index", "units", "criteria", "selfassess", "appraisal", "surveys", "results")


def _application() -> list[Path]:
    return [path for app in APPS for path in (ROOT / app).rglob("*.py") if not {"tests", "migrations"} & {*path.parts}]


def _everything() -> list[Path]:
    trees = (*APPS, "bench", "deploy")
    return [*(path for tree in trees for path in (ROOT / tree).rglob("*.py")), *ROOT.glob("*.py")]


# --- licences -------------------------------------------------------------------------------------


def test_every_file_of_others_is_listed_as_it_was_published() -> None:
    table = (ROOT / "docs" / "third-party.md").read_text()
    listed = dict(re.findall(r"^\| `((?:static|fixtures)/\S+)` .*`([0-9a-f]{64})` \|$", table, re.M))
    files = [*(ROOT / "static" / "vendor").glob("*"), *(ROOT / "static" / "fonts").glob("*")]
    files += (ROOT / "fixtures" / "passwords").glob("*.bin")
    theirs = [path for path in files if path.suffix != ".txt"]
    assert listed == {str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest() for path in theirs}


def test_every_licence_named_in_the_list_lies_beside_its_files() -> None:
    named = set(re.findall(r"`((?:static|fixtures)/\S+\.txt)`", (ROOT / "docs" / "third-party.md").read_text()))
    licences = {"static/vendor/htmx.LICENSE.txt", "static/fonts/OFL.txt", "fixtures/passwords/zxcvbn.LICENSE.txt"}
    assert named == licences
    assert all((ROOT / name).stat().st_size for name in named)


# --- length ---------------------------------------------------------------------------------------

LONGEST_FILE, LONGEST_FUNCTION = 500, 60


def _lengths(path: Path) -> Iterator[tuple[str, int]]:
    """Names of what a file holds too much of, with its lines."""
    source = path.read_text()
    if (lines := source.count("\n")) > LONGEST_FILE:
        yield path.name, lines
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION:
            yield f"{path.name}:{node.name}", lines


@pytest.mark.once
def test_files_and_functions_stay_short() -> None:
    """Migrations are Django's own writing."""
    written = [path for path in _everything() if "migrations" not in path.parts]
    assert dict(pair for path in written for pair in _lengths(path)) == {}


def test_a_file_and_a_function_that_are_too_long_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "long.py"
    path.write_text("def endless():\n" + "    pass\n" * LONGEST_FILE)
    assert dict(_lengths(path)) == {"long.py": 501, "long.py:endless": 501}
    path.write_text("def short():\n" + "    pass\n" * (LONGEST_FUNCTION - 1))
    assert dict(_lengths(path)) == {}


# --- dependencies ---------------------------------------------------------------------------------


def _imported(paths: Iterable[Path]) -> set[str]:
    """Names of the packages that these sources import, at their first part."""
    found: set[str] = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found


def _direct(name: str) -> Iterator[tuple[str, str]]:
    """Distribution and reason of each line of a requirements file."""
    for line in (ROOT / name).read_text().splitlines():
        if match := re.fullmatch(r"([A-Za-z0-9-]+)==\S+?(?:\s+# (.+))?", line):
            yield match[1].lower(), match[2] or ""


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "sources"),
    [("requirements.in", _application), ("requirements-s3.in", _application), ("requirements-dev.in", _everything)],
)
def test_every_direct_dependency_is_imported_or_says_why_it_stays(name: str, sources: Callable[[], list[Path]]) -> None:
    packages = importlib.metadata.packages_distributions()
    used = {
        distribution.lower().replace("_", "-")
        for package in _imported(sources())
        for distribution in packages.get(package, ())
    }
    listed = dict(_direct(name))
    assert listed
    assert {each for each, reason in listed.items() if not reason and each not in used} == set()
    assert {each for each, reason in listed.items() if reason and each in used} == set()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-s3.txt", "requirements-dev.txt"])
def test_every_pin_of_a_lock_has_a_digest(name: str) -> None:
    pins = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text())[1:]
    assert pins
    assert [pin for pin in pins if "--hash=sha256:" not in pin] == []


def test_lock_is_complete_for_the_python_of_debian_12() -> None:
    assert "async-timeout==" in (ROOT / "requirements.txt").read_text()


# --- checks ---------------------------------------------------------------------------------------


def test_hooks_are_the_parts_of_make_lint() -> None:
    parts = re.search(r"^lint: (.+)$", (ROOT / "Makefile").read_text(), re.M)
    assert parts
    hooks = re.findall(r"^ +entry: make -s (.+)$", (ROOT / ".pre-commit-config.yaml").read_text(), re.M)
    assert hooks == parts[1].split()


@pytest.mark.once
def test_asserts_of_the_application_only_narrow_types() -> None:
    asserts = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in _application()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assert) and not _narrows(node.test)
    ]
    assert asserts == []


def _narrows(test: ast.expr) -> bool:
    """`x is not None` or `isinstance(x, …)`."""
    if isinstance(test, ast.Compare):
        return isinstance(test.ops[0], ast.IsNot) and ast.unparse(test.comparators[0]) == "None"
    return isinstance(test, ast.Call) and ast.unparse(test.func) == "isinstance"


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ("surveys/tally: ballots without a unit are counted\n\nThey were left out of n.\n", 0),
        (f"docs: {'a' * 66}\n\nWhy.\n", 0),
        (f"docs: {'a' * 67}\n\nWhy.\n", 1),
        ("Ballots without a unit are counted\n\nWhy.\n", 1),
        ("surveys/tally: ballots without a unit are counted\n", 1),
        ("surveys/tally: ballots without a unit are counted\n\n# Changes to be committed:\n", 1),
    ],
)
def test_commit_says_its_area_in_72_characters_and_why(message: str, status: int, tmp_path: Path) -> None:
    file = tmp_path / "message"
    file.write_text(message)
    done = subprocess.run([sys.executable, ROOT / ".ci" / "subjects", file], capture_output=True)
    assert done.returncode == status


# --- versions -------------------------------------------------------------------------------------


def _version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


@pytest.mark.django_db
def test_page_says_the_version(client: Client) -> None:
    assert f"Phiên bản {_version()}" in client.get(reverse("account_login")).text


def test_newest_entry_of_the_changelog_is_this_version_with_its_date() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ – (\d{4}-\d\d-\d\d|unreleased)", heading) for heading in headings)
    assert headings[0].startswith(f"{_version()} – ")


def test_every_version_says_what_an_operator_must_do() -> None:
    versions = re.split(r"^## ", (ROOT / "CHANGELOG.md").read_text(), flags=re.M)[1:]
    assert [text.splitlines()[0] for text in versions if "**What an operator must do.**" not in text] == []
