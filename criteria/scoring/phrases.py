"""What a rule in words is made of, for writing and for reading alike: labels, numbers, edges, keys. No Django."""

import re
from collections.abc import Collection
from keyword import iskeyword
from typing import NamedTuple

from cchc_index.lib.text import clean, fold

from . import expression
from .reading import MAXIMUM_NAME

TOP, BOTTOM = "Số đạt yêu cầu", "Tổng số"
"""The figures of a ratio for which the words name none."""
DIRECT, RATIO, REST, WITHIN, WHERE, EMPTY = (
    "nhập điểm trực tiếp",
    "tỷ lệ",
    "còn lại",
    "không quá 100 %",
    "trong đó",
    "được bỏ trống",
)
CHOSEN, LARGEST, LEAST, MOST = "chọn", "điểm tối đa", "nhỏ nhất", "lớn nhất"
NUMBER = r"\d{1,15}(?:[.,]\d{1,10})?"
IN_CLAUSE, IN_RATIO = ';:=[]“”"', ';:[]“”"/()%='
"""The signs for which a label stands in quotes: among the clauses of steps, as a figure of a ratio."""
WIDE = str.maketrans("＞＜％：；（）／＝，", "><%:;()/=,")
"""Signs as Chinese and Japanese keyboards give them, read as ours."""
LEVEL_END = re.compile(rf"(?:→|->|(?<![<>])=>?|\bthì\b|\bđược\b) *{NUMBER} ?(?:điểm|đ)?\.?$", re.IGNORECASE)
"""Words that end like a level with its points: “chọn được 2”."""
PLAIN_FIGURE = re.compile(r"(?![xX]\b)[^\W\d_]\w*(?: (?![xX]\b)\w+)*")
"""A figure that stands in a formula without quotes."""
_RESERVED = re.compile(r"\b(nho nhat|lon nhat|diem toi da|min|max|duoc bo trong)\b")

_P = rf"({NUMBER}) ?%?"
_LOW = r"(>=|=>|≥|>|lon hon hoac bang|tu tren|tren|lon hon|cao hon|hon|vuot|tu|toi thieu|it nhat|khong duoi)"
_HIGH = r"(<=|=<|≤|<|nho hon hoac bang|den duoi|den|duoi|nho hon|thap hon|it hon|toi da|khong vuot qua|khong qua)"
_OPEN = {
    ">",
    "tu tren",
    "tren",
    "lon hon",
    "cao hon",
    "hon",
    "vuot",
    "<",
    "den duoi",
    "duoi",
    "nho hon",
    "thap hon",
} | {"it hon"}
_LEAD = re.compile(r"(neu |(ty|ti) le (la |dat )?|dat (ty le |ti le )?|hoan thanh )?")
_RANGE = re.compile(rf"(?:tu )?{_P} ?(?:[–—-]|den)( ?<| duoi)? ?{_P}")
_DOWN = re.compile(rf"(?:tu )?{_P} tro xuong")
_UP = re.compile(rf"{_P} tro len")
_FROM = re.compile(rf"{_LOW} ?{_P}(?: tro len)?")
_TO = re.compile(rf"{_HIGH} ?{_P}")
_BOTH = re.compile(rf"{_LOW} ?{_P}(?:,| va)? ?{_HIGH} ?{_P}")
_BETWEEN = re.compile(rf"{_P} ?(<=|≤|<) ?(?:ty le|ti le|x|t) ?(<=|≤|<) ?{_P}")
_JUST = re.compile(rf"(?:=|dung|bang)? ?({NUMBER}) ?%")
_REST = re.compile(r"((cac )?truong hop )?(con lai|khac)|ngoai ra|moi ty le|moi ti le")


class Edges(NamedTuple):
    """A stretch of ratios as it is written: an edge that is not written is None."""

    low: str | None = None
    low_open: bool = False
    high: str | None = None
    high_open: bool = False


def is_rest(text: str) -> bool:
    return _REST.fullmatch(fold(text)) is not None


def edges(text: str) -> Edges | None:
    """A stretch of ratios in the words and signs officials use; None for other words."""
    said = fold(text)
    said = said[_LEAD.match(said).end() :].strip()  # type: ignore[union-attr]
    if match := _BETWEEN.fullmatch(said):
        return Edges(match[1], match[2] in _OPEN, match[4], match[3] in _OPEN)
    if match := _RANGE.fullmatch(said):
        return Edges(match[1], False, match[3], bool(match[2]))
    if match := _DOWN.fullmatch(said):
        return Edges(high=match[1])
    if match := _UP.fullmatch(said):
        return Edges(match[1])
    if match := _BOTH.fullmatch(said):
        return Edges(match[2], match[1] in _OPEN, match[4], match[3] in _OPEN)
    if match := _FROM.fullmatch(said):
        return Edges(match[2], match[1] in _OPEN)
    if match := _TO.fullmatch(said):
        return Edges(None, False, match[2], match[1] in _OPEN)
    if match := _JUST.fullmatch(said):
        return Edges(match[1], False, match[1], False)
    return None


def are_answers(yes: str, no: str) -> bool:
    """Whether two words are the answers of a question: có/không, đạt/không đạt, đủ/chưa đủ."""
    yes, no = fold(yes), fold(no)
    return (yes, no) == ("co", "khong") or (yes != "" and no in (f"khong {yes}", f"chua {yes}"))


def quoted(label: str) -> str:
    return f"“{label.replace('”', '””')}”"


def label_text(label: str, signs: str) -> str:
    """A label as it stands among `signs`: in quotes where it could be misread."""
    misread = label != clean(label) or label != label.translate(WIDE) or any(sign in label for sign in signs)
    return quoted(label) if misread or LEVEL_END.search(f"{CHOSEN} {label}") else label


def figure_text(label: str) -> str:
    """A figure's label as it stands in a formula."""
    plain = PLAIN_FIGURE.fullmatch(label) and label == clean(label) and not _RESERVED.search(fold(label))
    return label if plain else quoted(label)


def key_of(label: str, taken: Collection[str]) -> str:
    """The key a label gets where none is written: the label without accents, numbered when it is taken."""
    base = re.sub(r"[^a-z0-9]+", "_", fold(label)).strip("_")[:36].strip("_")
    if not base or base[0].isdigit() or iskeyword(base) or base in (*expression.FUNCTIONS, MAXIMUM_NAME):
        base = f"so_{base}".strip("_")
    keys = (base if n == 1 else f"{base}_{n}" for n in range(1, len(taken) + 2))
    return next(key for key in keys if key not in taken)
