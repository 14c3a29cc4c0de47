"""What a text of a ballot file probably means: an answer of the scale, a unit. Proposals for a person to confirm."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cchc_index.lib.text import fold
from surveys.places import Places
from surveys.plan.scale import NOT_AN_ANSWER, Scale

NOT_CHOSEN, BLANK = "", "0"
"""What nobody has explained yet; a blank answer."""
_LETTERED = re.compile(r"[A-Za-z]{1,3}[ _-]?0?(\d{1,3})")
_HEADED = re.compile(r"(\d{1,3})\s*[-–.:)=]\s*\S.*")
_ITEM = re.compile(r"[A-Za-z]\s*[.):-]\s*(.+)")
_NO_ANSWER = frozenset(
    {"n/a", "na", "ktl", "kb", "kyk", "-", "–", ".", "khong tra loi", "khong biet", "khong ro", "khong co y kien"}
    | {"chua su dung", "khong danh gia", "bo trong", "khong ap dung"}
)
_FIVE = {
    "rat khong hai long": 0,
    "hoan toan khong hai long": 0,
    "khong hai long": 1,
    "binh thuong": 2,
    "hai long": 3,
    "rat hai long": 4,
    "hoan toan hai long": 4,
    "rat khong dong y": 0,
    "hoan toan khong dong y": 0,
    "khong dong y": 1,
    "phan van": 2,
    "trung lap": 2,
    "dong y": 3,
    "rat dong y": 4,
    "hoan toan dong y": 4,
    "rat kem": 0,
    "kem": 1,
    "trung binh": 2,
    "tot": 3,
    "rat tot": 4,
}
"""Words of five levels, from the worst."""


@dataclass(frozen=True, slots=True)
class UnitText:
    """A text of the unit's column that is no code and no exact name: the unit it is, or nearly seems to be."""

    text: str
    cells: int
    code: str
    nearly: bool
    """Proposed because its name comes near."""


@dataclass(frozen=True, slots=True)
class AnswerText:
    """A text of the questions' columns with the value it stands for: NOT_CHOSEN, BLANK or a value of the scale."""

    text: str
    cells: int
    value: str
    proposed: bool


def units_of(counts: Mapping[str, int], explained: Mapping[str, str], places: Places) -> list[UnitText]:
    """The texts of the unit's column that need a word, the commonest first; those that `explained` names too."""
    by_fold = {fold(text): code for text, code in explained.items()}
    listed = []
    for text, cells in counts.items():
        told = explained.get(text) or by_fold.get(fold(text), "")
        if places.unit(text) is None or told:
            near = [] if told else places.nearest_units(text)
            listed.append(UnitText(text, cells, told or (near[0][1] if near else ""), bool(near)))
    return listed


def answers_of(
    unknown: Mapping[str, int], explained: Mapping[str, str], scale: Scale, ranks: Sequence[int]
) -> list[AnswerText]:
    """The texts without a meaning in the scale, and those in `explained`. `ranks`: values from worst to best."""
    plain = Scale(scale.labels)
    told = {text: str(plain.read(value)) for text, value in explained.items() if plain.read(value) != NOT_AN_ANSWER}
    by_fold = {fold(text): value for text, value in told.items()}
    listed, seen = [], set()
    for text, cells in unknown.items():
        value = told.get(text, by_fold.get(fold(text)))
        seen.add(fold(text))
        proposal = "" if value is not None else proposed_answer(text, plain, ranks)
        listed.append(AnswerText(text, cells, proposal if value is None else value, value is None and bool(proposal)))
    listed += [AnswerText(text, 0, value, False) for text, value in told.items() if fold(text) not in seen]
    return listed


def proposed_answer(text: str, scale: Scale, ranks: Sequence[int]) -> str:
    """The value a text probably stands for, BLANK for no answer, NOT_CHOSEN where nothing suggests itself."""
    word = fold(text)
    if word in _NO_ANSWER:
        return BLANK
    for pattern in (_LETTERED, _HEADED):
        match = pattern.fullmatch(text)
        if match and int(match[1]) in scale.labels:
            return str(int(match[1]))
    item = _ITEM.fullmatch(text)
    inner = scale.read(item[1]) if item else NOT_AN_ANSWER
    if inner > 0:
        return str(inner)
    rank = _FIVE.get(fold(item[1]) if item else word)
    return str(ranks[rank]) if rank is not None and len(ranks) == len(set(_FIVE.values())) else NOT_CHOSEN
