"""A guide as its text says it: title, what it is for, sections with numbered steps, pictures. No Django here.

The text is a small part of Markdown: `# title`, `## section`, `1. step`, `![caption](hinh/name.png)`, other lines are
paragraphs; `**…**` is the name of a page, a button or a field, word for word as it stands on the screen.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

NAME = re.compile(r"\*\*(.+?)\*\*")
_STEP = re.compile(r"\d+\. ")
_PICTURE = re.compile(r"!\[(?P<caption>[^\]]+)\]\(hinh/(?P<name>[a-z0-9-]+\.png)\)")

Line = tuple[tuple[str, bool], ...]
"""Pieces of a sentence; True: a name on the screen."""


@dataclass(frozen=True, slots=True)
class GuidePicture:
    name: str
    caption: str


@dataclass(frozen=True, slots=True)
class GuidePart:
    """What stands together: `kind` is "section", "steps", "words" or "pictures"."""

    kind: str
    lines: list[Line] = field(default_factory=list)
    pictures: list[GuidePicture] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Guide:
    title: str
    blocks: list[GuidePart]

    @property
    def pictures(self) -> list[GuidePicture]:
        return [picture for block in self.blocks for picture in block.pictures]

    @property
    def names(self) -> list[str]:
        """Every name on the screen that the guide speaks of."""
        return [text for block in self.blocks for line in block.lines for text, is_name in line if is_name]


def read(text: str) -> Guide:
    """Raises ValueError for a text without a title."""
    title, *rest = [line.strip() for line in text.splitlines() if line.strip()]
    if not title.startswith("# "):
        raise ValueError("a guide begins with its title")
    return Guide(title.removeprefix("# "), list(_blocks(rest)))


def _kind(line: str) -> str:
    if line.startswith("## "):
        return "section"
    if _PICTURE.fullmatch(line):
        return "pictures"
    return "steps" if _STEP.match(line) else "words"


def _blocks(lines: list[str]) -> Iterator[GuidePart]:
    for kind, group in groupby(lines, _kind):
        if kind == "pictures":
            shown = [match for match in map(_PICTURE.fullmatch, group) if match]
            yield GuidePart(kind, pictures=[GuidePicture(match["name"], match["caption"]) for match in shown])
        else:
            yield GuidePart(kind, [_line(_STEP.sub("", line.removeprefix("## "), count=1)) for line in group])


def _line(text: str) -> Line:
    pieces = NAME.split(text)
    return tuple((piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece)
