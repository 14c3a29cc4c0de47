"""The house counted, at any revision: `bench/structure.py [REVISION …]` (without one: as it lies here)."""

import ast
import io
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("units", "criteria", "selfassess", "appraisal", "surveys", "results")
ROOMS = {
    *("models", "digests", "rules", "queries", "mails", "actions", "ledger", "forms", "resources", "views", "urls"),
    *("admin", "tasks", "apps", "management", "templatetags", "migrations", "tests", "__init__"),
}
PURE = {"scoring", "tree", "validity", "tally", "ranking"}
# The records by which a feature of the appraisal is recognised, the same at both ends.
FEATURES = ("Assignment", "Interest", "Question", "Release", "BlindCriterion")


def sources(tree: Path, *folders: str) -> list[Path]:
    """Python files of these folders without tests and migrations."""
    files = (path for folder in folders for path in sorted((tree / folder).rglob("*.py")))
    return [path for path in files if not {"tests", "migrations"} & set(path.relative_to(tree).parts)]


def at_root(tree: Path) -> tuple[list[str], int]:
    """Modules at the root of the apps: those outside of the design's rooms, and how many there are."""
    paths = [path for app in APPS for path in sorted((tree / app).glob("*.py"))]
    return [f"{path.parent.name}.{path.stem}" for path in paths if path.stem not in ROOMS | PURE], len(paths)


def place(dotted: str) -> str:
    """Where a module lies: app.feature, or app.room at an app's root."""
    return ".".join(dotted.split(".")[:2])


def ties(tree: Path) -> list[tuple[str, str]]:
    """Pairs of features, or of rooms at an app's root, that import each other."""
    arrows = set()
    for path in sources(tree, *APPS, "cchc_index"):
        own = place(".".join(path.relative_to(tree).with_suffix("").parts))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for target in targets(node):
                other = place(target)
                if target.split(".")[0] in (*APPS, "cchc_index") and other != own:
                    arrows.add((own, other))
    return sorted((one, other) for one, other in arrows if (other, one) in arrows and one < other)


def targets(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def repeated_types(tree: Path) -> Counter[str]:
    """Names of classes at the top of more than one module; a class in a class, such as Meta, is not at the top."""
    names: Counter[str] = Counter()
    for path in sources(tree, *APPS, "cchc_index"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        names.update({node.name for node in body if isinstance(node, ast.ClassDef)})
    for conventional in ("Command", "Migration"):
        names.pop(conventional, None)
    return Counter({name: count for name, count in names.items() if count > 1})


def longest_function(tree: Path) -> tuple[int, int]:
    """Lines of the longest function, and of the ninetieth of a hundred."""
    lengths = sorted(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for path in sources(tree, *APPS, "cchc_index")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    )
    return lengths[-1], lengths[len(lengths) * 9 // 10]


def report(name: str, tree: Path) -> None:
    files = sources(tree, *APPS, "cchc_index")
    outside, everything = at_root(tree)
    templates = (path.read_text(encoding="utf-8") for path in (tree / "templates").rglob("*.*"))
    widths = [len(line) for text in templates for line in text.splitlines()]
    longest, usual = longest_function(tree)
    repeated = repeated_types(tree)
    print(f"== {name}")
    print(f"python files {len(files)}, lines {sum(len(p.read_text(encoding='utf-8').splitlines()) for p in files)}")
    print(f"largest file {max(len(p.read_text(encoding='utf-8').splitlines()) for p in files)} lines")
    print(f"functions: 90 % within {usual} lines, longest {longest}")
    print(f"modules at the root of the six apps: {everything}, outside of the design's rooms {len(outside)}")
    print(f"  {' '.join(outside)}")
    print(f"packages that import each other: {len(ties(tree))} {ties(tree)}")
    print(
        f"lines over 120 in templates: {sum(width > 120 for width in widths)} of {len(widths)}, longest {max(widths)}"
    )
    print(f"names of classes at the top of several modules: {len(repeated)} {dict(repeated.most_common(8))}")
    appraisal = {path: path.read_text(encoding="utf-8") for path in sources(tree, "appraisal")}
    for feature in FEATURES:
        touched = [path for path, text in appraisal.items() if re.search(rf"\b{feature}\b", text)]
        print(f"files of appraisal that name {feature}: {len(touched)} in {len({p.parent for p in touched})} folders")


def archived(revision: str) -> bytes:
    git = shutil.which("git") or "git"
    return subprocess.run(
        [git, "-C", str(ROOT), "archive", "--format=zip", revision], check=True, capture_output=True
    ).stdout


def main() -> None:
    if not sys.argv[1:]:
        report("here", ROOT)
    for revision in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            with zipfile.ZipFile(io.BytesIO(archived(revision))) as archive:
                archive.extractall(folder)
            report(revision, Path(folder))


if __name__ == "__main__":
    main()
