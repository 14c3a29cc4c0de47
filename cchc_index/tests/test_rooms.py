"""The rooms hold: what stands in none, or imports upwards, fails lint; views ask a query; imports stand on top."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

PACKAGES = ("cchc_index", "units", "criteria", "selfassess", "appraisal", "surveys", "results")
REASONS = {"start-up cost", "optional service", "registration", "child process"}
"""Why an import may stand inside a function: `# inline: <reason>` on its line."""

ROOT = Path(settings.BASE_DIR)
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
EXHAUSTIVE = [contract for contract in CONTRACTS if contract.get("exhaustive")]


def containers() -> set[str]:
    return {name for contract in EXHAUSTIVE for name in contract["containers"]}


def sources(*packages: str) -> Iterator[Path]:
    """The modules of the packages without tests and migrations."""
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            if not {"tests", "migrations"} & set(path.relative_to(ROOT).parts):
                yield path


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree's code to break."""
    copy = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def lint(folder: Path) -> str:
    """What lint-imports says there; it must not be content."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=folder, env={"PYTHONPATH": "."}, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def append(path: Path, line: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")


def test_lint_names_what_stands_in_no_room_and_what_imports_upwards(house: Path) -> None:
    for container in containers():
        (house / container.replace(".", "/") / "oddment.py").write_text("", encoding="utf-8")
    append(house / "criteria" / "models.py", "from criteria.actions import freeze")
    append(house / "units" / "auditlog" / "digests.py", "from units.auditlog.actions import record")
    append(house / "surveys" / "queries.py", "from cchc_index import navigation")
    append(house / "units" / "sheet.py", "from django.conf import settings")

    told = lint(house)

    assert {name for name in containers() if f"- {name}.oddment" not in told} == set()
    for upward in (
        "criteria.models -> criteria.actions",
        "units.auditlog.digests -> units.auditlog.actions",
        "surveys.queries -> cchc_index.navigation",
        "units.sheet -> django",
    ):
        assert upward in told


def test_every_app_has_its_rooms_and_none_is_excused() -> None:
    assert set(PACKAGES) <= containers()
    assert not any(contract.get("ignore_imports") for contract in CONTRACTS)
    ignored = {name for contract in EXHAUSTIVE for name in contract.get("exhaustive_ignores", ())}
    assert ignored <= {"tests", "migrations"}


def test_no_room_of_the_frame_is_left_out_of_the_order_of_the_apps() -> None:
    """The frame stands above the apps module by module, for its library stands below them."""
    order = next(contract for contract in CONTRACTS if contract["name"].startswith("Data moves one way"))
    top = {name.strip() for name in re.split(r"[:|]", order["layers"][0])}
    rooms = {path.stem for path in (ROOT / "cchc_index").iterdir() if path.suffix == ".py" or path.is_dir()}

    assert top == {f"cchc_index.{name}" for name in rooms - {"__init__", "__pycache__", "lib"}}


def test_views_and_forms_ask_a_query() -> None:
    asking = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources(*PACKAGES)
        if {"views", "forms"} & {path.stem, *path.relative_to(ROOT).parts}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(r"\.(objects|_default_manager)\b", line)
    ]
    assert asking == []


def test_an_import_inside_a_function_says_one_of_the_few_reasons() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources(*PACKAGES)
        for node, line in inline_imports(path.read_text(encoding="utf-8"))
        if line.rpartition("# inline: ")[2] not in REASONS
    ]
    assert found == []


def inline_imports(text: str) -> Iterator[tuple[ast.stmt, str]]:
    """Imports inside functions, each with its line."""
    lines = text.splitlines()
    for function in ast.walk(ast.parse(text)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield node, lines[node.lineno - 1]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("import os", ["    import os"]),
        ("from a import b  # inline: by mood", ["    from a import b  # inline: by mood"]),
        ("x = 1", []),
    ],
)
def test_an_import_inside_a_function_is_seen(line: str, told: list[str]) -> None:
    assert [line for _, line in inline_imports(f"import top\n\n\ndef work():\n    {line}\n")] == told
