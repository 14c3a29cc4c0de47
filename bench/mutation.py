"""Which changes of the arithmetic and of the rules of rights would no test notice?

`make mutate` changes every module of MODULES by mutmut, one small change at a time, in a copy of the committed project,
and runs the tests named beside it. `make mutate MODULES="results/ranking.py …"` takes some of them, and
MUTATION_CHILDREN=1 judges one change at a time, for a machine on which others work. Prints a line for each module and
every change that survived, unless docs/mutation.md names it as equivalent. Exit 1 below FLOOR.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOOR = 0.95
CHILDREN = os.environ.get("MUTATION_CHILDREN", "2")
EQUIVALENT = re.compile(r"^\| `([\w.ǁ]+__mutmut_\d+)` \|", re.MULTILINE)
CHANGED = re.compile(r"^[-+] .+$", re.MULTILINE)
RESULT = re.compile(r"^\s*([\w.ǁ]+__mutmut_\d+): (.+)$", re.MULTILINE)

MODULES: Mapping[str, Sequence[str]] = {
    "results/ranking.py": ["results/tests/test_ranking.py"],
    "results/bundle.py": [
        "results/tests/test_bundle.py",
        # The changed module imports mutmut, which the standard library has not.
        "--deselect=results/tests/test_bundle.py::test_verifies_with_the_standard_library_alone",
    ],
    "surveys/tally.py": ["surveys/tests/test_tally.py"],
    "surveys/validity.py": ["surveys/tests/test_tally.py"],
    "criteria/scoring/*.py": ["criteria/tests/test_scoring.py", "criteria/tests/test_scoring_words.py"],
    "surveys/plan/scale.py": ["surveys/tests/test_scale.py"],
    "criteria/tree.py": ["criteria/tests/test_tree.py"],
    "criteria/bands.py": ["criteria/tests/test_bands.py"],
    "criteria/course.py": ["criteria/tests/test_course.py"],
    "cchc_index/lib/numbers.py": ["cchc_index/lib/tests/test_numbers.py"],
    "appraisal/steps.py": ["appraisal/tests/test_steps.py"],
    "appraisal/assignments/sharing.py": ["appraisal/tests/assignments/test_sharing.py"],
    "appraisal/consistency/charts.py": ["appraisal/tests/consistency/test_charts.py"],
    "appraisal/consistency/comparing.py": ["appraisal/tests/consistency/test_comparing.py"],
    "appraisal/consistency/outliers.py": ["appraisal/tests/consistency/test_outliers.py"],
    "appraisal/opinions/agreement.py": ["appraisal/tests/opinions/test_agreement.py"],
    "units/rules.py": ["units/tests/test_rules.py", "units/tests/test_roles.py"],
    "criteria/rules.py": ["criteria/tests/test_rules.py"],
    "selfassess/rules.py": ["selfassess/tests/test_rules.py"],
    "surveys/rules.py": ["surveys/tests/test_rules.py"],
    "results/rules.py": ["results/tests/test_rules.py"],
    "results/jobs/rules.py": ["results/tests/test_rules.py"],
    "results/publication/rules.py": ["results/tests/test_rules.py"],
    "results/statement/rules.py": ["results/tests/test_statement_rules.py"],
    **{
        f"appraisal/rules/{name}.py": ["appraisal/tests/rules"]
        for name in ("answering", "deciding", "reach", "reading", "stages")
    },
}
"""The modules that must not slip, as globs of mutmut, and what pytest is told: the tests that know them."""

SETTINGS = """
from pathlib import Path

from cchc_index.settings import *

DATABASES["default"]["TEST"] = {"NAME": str(Path(__file__).with_name("kept.sqlite3"))}
DATABASES["default"]["OPTIONS"]["init_command"] = (
    "PRAGMA journal_mode=DELETE;PRAGMA synchronous=OFF;PRAGMA foreign_keys=ON;"
)
"""
"""Settings of the copy: its tables are made once and kept, for every change is judged in a forked process of its own.
Without a write-ahead log: two processes that hold one through the same connection lose it, and a test that ends with
“disk I/O error” would count as a change noticed."""
KEPT = ["--ds", "kept_tables", "--reuse-db"]


@dataclass(frozen=True)
class MutantVerdict:
    """One change: its name and what became of it (`killed`, `survived`, `no tests`, `timeout`, …)."""

    name: str
    outcome: str
    change: str = ""
    """The lines it took away and put there, if no test noticed."""

    @property
    def is_killed(self) -> bool:
        return self.outcome in ("killed", "timeout")

    @property
    def module(self) -> str:
        return self.name.rpartition(".")[0]


def verdicts(pattern: str, tests: Sequence[str]) -> list[MutantVerdict]:
    """Every change of the modules of `pattern`, judged by `tests` alone."""
    with tempfile.TemporaryDirectory(prefix="cchc-mutation-") as folder:
        copy = Path(folder)
        archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True)  # noqa: S607
        subprocess.run(["tar", "-x"], cwd=copy, input=archive.stdout, check=True)  # noqa: S607
        _prepare(copy, pattern, tests)
        tool = str(ROOT / ".venv" / "bin" / "mutmut")
        subprocess.run([tool, "run", "--max-children", CHILDREN], cwd=copy, stdout=subprocess.DEVNULL, check=False)
        said = subprocess.run([tool, "results", "--all", "true"], cwd=copy, capture_output=True, text=True, check=True)
        judged = [MutantVerdict(*found) for found in RESULT.findall(said.stdout)]
        return [one if one.is_killed else replace(one, change=_change(tool, copy, one.name)) for one in judged]


def _change(tool: str, copy: Path, name: str) -> str:
    said = subprocess.run([tool, "show", name], cwd=copy, capture_output=True, text=True, check=True)
    return "\n".join(CHANGED.findall(said.stdout))


def _prepare(copy: Path, pattern: str, tests: Sequence[str]) -> None:
    """Tell mutmut what to change, which tests to run, and where the tables are kept."""
    (copy / "kept_tables.py").write_text(SETTINGS)
    settings = (copy / "pyproject.toml").read_text()
    chosen = f"only_mutate = {[pattern]!r}\npytest_add_cli_args_test_selection = {[*tests]!r}\n"
    settings = settings.replace("[tool.mutmut]\n", f"[tool.mutmut]\n{chosen}")
    settings = settings.replace("pytest_add_cli_args = [", f"pytest_add_cli_args = [{str(KEPT)[1:-1]}, ")
    (copy / "pyproject.toml").write_text(settings.replace("also_copy = [", 'also_copy = [\n  "kept_tables.py",'))


def equivalents() -> set[str]:
    """The changes that docs/mutation.md names as changing nothing, each with its reason there."""
    return set(EQUIVALENT.findall((ROOT / "docs" / "mutation.md").read_text()))


def report(judged: Sequence[MutantVerdict], excused: set[str]) -> Iterator[str]:
    counted = [verdict for verdict in judged if verdict.name not in excused]
    by_module = Counter(verdict.module for verdict in counted)
    for module, total in sorted(by_module.items()):
        killed = sum(verdict.is_killed for verdict in counted if verdict.module == module)
        yield f"{module:<44} {killed:>5} / {total:<5} {100 * killed / total:6.1f} %"
    yield from (
        f"  {verdict.name}: {verdict.outcome}\n{verdict.change}" for verdict in counted if not verdict.is_killed
    )


def main(chosen: Sequence[str]) -> int:
    excused, judged = equivalents(), list[MutantVerdict]()
    for pattern in chosen or MODULES:
        found = verdicts(pattern, MODULES[pattern])
        print("\n".join(report(found, excused)), flush=True)
        judged += found
    counted = [verdict for verdict in judged if verdict.name not in excused]
    share = sum(verdict.is_killed for verdict in counted) / max(1, len(counted))
    print(
        f"Tất cả: {100 * share:.1f} % của {len(counted)}, không kể {len(judged) - len(counted)} thay đổi tương đương."
    )
    return 0 if share >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
