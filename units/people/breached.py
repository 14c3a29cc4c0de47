"""Passwords that others have lost already, and their siblings: P@ssw0rd2024! is "password" with what everybody adds.

Two lists are shipped under fixtures/passwords: 30,000 passwords of real breaches as the first bytes of their digests
(nobody needs to read them), and words that Vietnamese passwords are made of, in the clear. docs/third-party.md
says how they came; `python -m units.people.breached LIST TARGET` makes the first from a text of one password a line.
"""

import hashlib
import re
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from cchc_index.lib.text import fold

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "passwords"
WIDTH = 6
"""Bytes of a digest: of 2⁴⁸ values 30,000 are taken, so that a good password is refused once in ten milliards."""
WORDS = 4
"""Names and words in a row that are still one guess."""
LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
SIGNS = re.compile(r"[^a-z0-9]+")


def is_known(password: str) -> bool:
    """Whether a password, or what is left of it without the usual additions, is one of the first that are tried."""
    return any(_is_listed(form) or _is_made_of_words(form) or _is_repeated(form) for form in forms(password))


def forms(password: str) -> Iterator[str]:
    """The password in lower case without accents; then without signs, without digits and signs at its ends, and with
    letters for the digits and signs that stand for them."""
    plain = fold(password).replace(" ", "")
    read = {plain, plain.translate(LEET), _core(plain).translate(LEET)}
    for text in sorted(read):
        yield text
        bare = SIGNS.sub("", text)
        yield bare
        yield re.sub(r"^[0-9]+|[0-9]+$", "", bare)


def _core(text: str) -> str:
    """Without the digits and signs at both ends."""
    return re.sub(r"^[^a-z]+|[^a-z]+$", "", text)


def _is_listed(text: str) -> bool:
    mark, marks = digest(text), _digests()
    at = bisect_left(range(len(marks) // WIDTH), mark, key=lambda n: marks[n * WIDTH : (n + 1) * WIDTH])
    return marks[at * WIDTH : (at + 1) * WIDTH] == mark


def _is_made_of_words(text: str) -> bool:
    """Whether it is nothing but words of the list in a row."""
    reached = {0: 0}  # place in the text → fewest words up to it
    for start in range(len(text)):
        if start not in reached or reached[start] == WORDS:
            continue
        for end in range(start + 1, min(len(text), start + _longest()) + 1):
            if text[start:end] in _words():
                reached[end] = min(reached.get(end, WORDS), reached[start] + 1)
    return bool(text) and len(text) in reached


def _is_repeated(text: str) -> bool:
    """One short piece over and over, or keys in a row: aaaaaaaaaa, abcabcabcabc, 1234567890, zyxwvutsrq."""
    if re.fullmatch(r"(.{1,4})\1+", text):
        return True
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    return len(text) > WORDS and steps in ({1}, {-1})


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:WIDTH]


def pack(passwords: Iterable[str]) -> bytes:
    """The file of a list: digests in their order, one after the other."""
    return b"".join(sorted({digest(text.strip().lower()) for text in passwords if text.strip()}))


@cache
def _digests() -> bytes:
    return (FOLDER / "breached.bin").read_bytes()


@cache
def _words() -> frozenset[str]:
    lines = (FOLDER / "tieng-viet.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@cache
def _longest() -> int:
    return max(map(len, _words()))


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(pack(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()))
