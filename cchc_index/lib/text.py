"""Vietnamese text: normalising on the way in, folding for search, the order A Ă Â … D Đ."""

import re
import unicodedata

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: index for index, letter in enumerate(_ALPHABET)}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_SPACES = re.compile(r"\s+")


def clean(raw: object) -> str:
    """NFC text with single spaces, trimmed, without control characters; "" for None."""
    if raw is None:
        return ""
    text = unicodedata.normalize("NFC", str(raw))
    text = "".join(c if c.isprintable() else " " for c in text)
    return _SPACES.sub(" ", text).strip()


def fold(raw: object) -> str:
    """Lower case, without accents or extra spaces: "Sở Nội vụ" → "so noi vu"."""
    text = unicodedata.normalize("NFD", clean(raw).lower().replace("đ", "d"))
    # Cleaned again: a mark that stood alone leaves its space behind.
    return clean("".join(c for c in text if not unicodedata.combining(c)))


def sort_key(raw: object) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """A key that sorts names as a Vietnamese dictionary does, word by word, letters before tones."""
    words = []
    for word in clean(raw).lower().split(" "):
        letters, tones = [], []
        for char in word:
            base, tone = _split_tone(char)
            letters.append(_RANK.get(base, 100 + ord(base[0])))
            tones.append(tone)
        words.append((tuple(letters), tuple(tones)))
    return tuple(words)


def _split_tone(char: str) -> tuple[str, int]:
    parts = unicodedata.normalize("NFD", char)
    tone = next((_TONES[c] for c in parts if c in _TONES), 0)
    base = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
    return base, tone
