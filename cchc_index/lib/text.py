"""Vietnamese text: normalising on the way in, folding for search, the order A Ă Â … D Đ."""

import re
import unicodedata
from functools import lru_cache

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: index for index, letter in enumerate(_ALPHABET)}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_SPACES = re.compile(r"\s+")
_CONTROL = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ufffe\\uffff]")
_ETH = {ord("Ð"): "Đ", ord("ð"): "đ", ord("Ɖ"): "Đ", ord("ɖ"): "đ"}


def eth_as_d(text: str) -> str:
    """`text` with the Icelandic letter Ð, which many keyboards and fonts give, as the Vietnamese Đ."""
    return text.translate(_ETH)


def clean(raw: object) -> str:
    """NFC text with single spaces, trimmed, without control characters, Ð as Đ; "" for None."""
    if raw is None:
        return ""
    if isinstance(raw, str) and raw.isascii() and raw.isprintable():
        return " ".join(raw.split())  # most cells of most files
    text = eth_as_d(unicodedata.normalize("NFC", str(raw)))
    text = "".join(c if c.isprintable() else " " for c in text)
    return _SPACES.sub(" ", text).strip()


def clean_lines(raw: object) -> str:
    """Prose of several lines: NFC, trimmed, without control characters, Ð as Đ; line breaks and tabs stay."""
    text = eth_as_d(unicodedata.normalize("NFC", str(raw or ""))).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub(" ", text).strip()


def fold(raw: object) -> str:
    """Lower case, without accents or extra spaces: "Sở Nội vụ" → "so noi vu"."""
    text = unicodedata.normalize("NFD", clean(raw).lower().replace("đ", "d"))
    # Cleaned again: a mark that stood alone leaves its space behind.
    return clean("".join(c for c in text if not unicodedata.combining(c)))


def fold_pattern(text: str) -> str:
    """A regular expression, alike in Python and PostgreSQL, for texts that hold `text` whatever their case and
    accents: "dong da" and "đống đa" both find "Đống Đa"."""
    return "".join(_SPELLINGS.get(letter) or re.escape(letter) for letter in fold(text))


def _spellings() -> dict[str, str]:
    """Each plain letter → a class of all the letters that fold to it."""
    spellings = {letter: {letter, letter.upper()} for letter in "abcdefghijklmnopqrstuvwxyz"}
    for letter in _ALPHABET:
        for tone in ("", *_TONES):
            accented = unicodedata.normalize("NFC", letter + tone)
            if len(accented) == 1:
                spellings[fold(accented)] |= {accented, accented.upper()}
    return {letter: f"[{''.join(sorted(spelt))}]" for letter, spelt in spellings.items()}


_SPELLINGS = _spellings()


SortKey = tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


def sort_key(raw: object) -> SortKey:
    """A key that sorts names as a Vietnamese dictionary does, word by word, letters before tones; numbers by value."""
    return _sort_key(clean(raw).lower())


@lru_cache(maxsize=10_000)  # the same few hundred names stand in order on most pages
def _sort_key(name: str) -> SortKey:
    words = []
    for word in _NUMBER.sub(_by_value, name).split(" "):
        letters, tones = [], []
        for char in word:
            base, tone = _split_tone(char)
            letters.append(_RANK.get(base, 100 + ord(base[0]) if base else 0))
            tones.append(tone)
        words.append((tuple(letters), tuple(tones)))
    return tuple(words)


_NUMBER = re.compile(r"[0-9]{1,9}")


def _by_value(number: re.Match[str]) -> str:
    return number[0].zfill(9)


def sort_text(raw: object) -> str:
    """`sort_key` as text of the letters a–z alone, which every database and every collation sorts alike: for a
    column to order by. Numbers count by their value: "Khu 2" before "Khu 10"."""
    words = []
    for letters, tones in sort_key(raw):
        words.append("".join(map(_two_letters, letters)) + _END + "".join(map(_one_letter, tones)))
    return _END.join(words)


_END = "aa"
"""Before every letter and tone: what is shorter comes first."""


def _two_letters(rank: int) -> str:
    """A rank of `sort_key` in two letters; beyond the last of them all signs are alike."""
    high, low = divmod(min(rank, 24 * 26 - 1), 26)
    return f"{_one_letter(high)}{chr(ord('a') + low)}"


def _one_letter(rank: int) -> str:
    return chr(ord("b") + rank)


def _split_tone(char: str) -> tuple[str, int]:
    parts = unicodedata.normalize("NFD", char)
    tone = next((_TONES[c] for c in parts if c in _TONES), 0)
    base = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
    return base, tone
