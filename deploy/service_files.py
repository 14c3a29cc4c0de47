"""The files of this folder as systemd reads them: units and the settings file. The standard library alone.

`python deploy/service_files.py ENVIRONMENT_FILE COMMAND…` runs COMMAND with those settings, in the project's folder.
"""

import os
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INSTALLED = "/opt/cchc"
"""The folder that the units name; the project stands there in production."""


@dataclass(frozen=True)
class Service:
    """A unit: its command as printed, the priority, the folder it starts in."""

    name: str
    command: tuple[str, ...]
    nice: int
    folder: str

    def here(self, *replacements: tuple[str, str]) -> list[str]:
        """The command with the project where it stands now, and further texts replaced (a port)."""
        words = [word.replace(INSTALLED, str(ROOT)) for word in self.command]
        for old, new in replacements:
            words = [word.replace(old, new) for word in words]
        return words


def service(name: str) -> Service:
    """The unit `deploy/NAME.service`."""
    lines = (ROOT / "deploy" / f"{name}.service").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return Service(name, tuple(shlex.split(given["ExecStart"])), int(given.get("Nice", 0)), given["WorkingDirectory"])


def services() -> list[Service]:
    return [service(path.stem) for path in sorted((ROOT / "deploy").glob("*.service"))]


def environment(text: str) -> dict[str, str]:
    """The settings of an EnvironmentFile, by the rules of systemd.exec(5): no expansion, `#` and `;` begin comments at
    the start of a line only, quotes and backslashes as there."""
    return dict(_assignments(iter(text.replace("\r\n", "\n") + "\n")))


def _assignments(letters: Iterator[str]) -> Iterator[tuple[str, str]]:
    for first in letters:
        if first in "#;":
            _skip_comment(letters)
        elif not first.isspace():
            key = _key(first, letters)
            if key is not None:
                yield key, _value(letters)


def _skip_comment(letters: Iterator[str]) -> None:
    for letter in letters:
        if letter == "\n":
            return
        if letter == "\\":
            next(letters, "")


def _key(first: str, letters: Iterator[str]) -> str | None:
    """Up to the sign of equality; None for a line without one."""
    key = first
    for letter in letters:
        if letter == "=":
            return key.rstrip()
        if letter == "\n":
            return None
        key += letter
    return None


def _value(letters: Iterator[str]) -> str:
    """Up to the end of the line. A quote opens only where nothing without quotes stands before it; blanks round what
    stands without quotes do not count."""
    sure, plain, bare = "", "", False
    for letter in letters:
        if letter == "\n":
            break
        if letter in "'\"" and not bare:
            sure += _quoted(letter, letters)
        elif letter == "\\":
            escaped = next(letters, "\n")
            sure, plain, bare = sure + plain + ("" if escaped == "\n" else escaped), "", True
        elif bare or not letter.isspace():
            plain, bare = plain + letter, True
    return sure + plain.rstrip()


def _quoted(quote: str, letters: Iterator[str]) -> str:
    value = ""
    for letter in letters:
        if letter == quote:
            break
        if letter == "\\" and quote == '"':
            escaped = next(letters, "")
            letter = escaped if escaped in '"\\`$' else "" if escaped == "\n" else f"\\{escaped}"
        value += letter
    return value


def run(settings: Mapping[str, str], command: Sequence[str]) -> None:
    """Become `command`, with the settings, in the project's folder."""
    os.chdir(ROOT)
    os.execvpe(command[0], list(command), {**os.environ, **settings})  # noqa: S606 (what the operator typed)


if __name__ == "__main__":
    run(environment(Path(sys.argv[1]).read_text(encoding="utf-8")), sys.argv[2:])
