"""Commands as README, CONTRIBUTING and docs/ print them: found in the text, with every variant their brackets mean."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
MANAGE = ".venv/bin/python manage.py "
PROGRAMS = r"(sudo |useradd |install |make\b|deploy/cchc |python3? -m |\.venv/bin/|manage\.py |git |bench/\S+\.py )"


def printed() -> dict[str, str]:
    """Every command in the documents, by its text, with the document it was met in first."""
    found: dict[str, str] = {}
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))):
        for command in commands_of(path.read_text(encoding="utf-8")):
            found.setdefault(command, path.name)
    return found


def commands_of(text: str) -> Iterator[str]:
    """The lines of fenced `sh` blocks, and inline code that begins with a program, or with a command of ours and its
    arguments. A name alone in a sentence speaks of a command; alone in the first cell of a table it is one."""
    for block in re.findall(r"^ *```sh\n(.*?)^ *```", text, re.S | re.M):
        yield from filter(None, (re.sub(r"\s+#.*", "", line).strip() for line in block.splitlines()))
    prose = re.sub(r"^ *```.*?^ *```", "", text, flags=re.S | re.M)
    for start, code in re.findall(r"(^\| )?`([^`]+)`", prose, re.M):
        name, _, arguments = code.partition(" ")
        if re.match(PROGRAMS, code) and "…" not in code.removesuffix("…/QĐ-UBND"):
            yield code
        elif name in get_commands() and (start or re.match(r"[\[A-Z-]", arguments)):
            yield MANAGE + code.replace("\\|", "|")


def variants(command: str) -> list[str]:
    """What the brackets mean: without anything optional, with all of it, and each of the alternatives once."""
    parts = re.split(r"\[([^\]]+)\]", command)
    fixed, optional = parts[::2], parts[1::2]
    bare = "".join(fixed)
    full = "".join(a + b for a, b in zip(fixed, [*optional, ""], strict=True))
    texts = [bare, *(each for each in alternatives(full) if each != bare)]
    return [" ".join(text.split()) for text in texts]


def alternatives(text: str) -> Iterator[str]:
    """`--format json|csv` is two commands; of several such places each word comes up once."""
    places = [match.split("|") for match in re.findall(r"\S+\|\S+", text)]
    for number in range(max(map(len, places), default=1)):
        chosen = text
        for place in places:
            chosen = chosen.replace("|".join(place), place[min(number, len(place) - 1)])
        yield chosen
