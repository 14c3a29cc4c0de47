"""A rule read from the words of an official; `rule_to_words` is the way back. No Django."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cchc_index.lib.numbers import exact as exact_text
from cchc_index.lib.text import clean, fold

from .checking import validate
from .phrases import BOTTOM, LARGEST, LEAST, MOST, NUMBER, PLAIN_FIGURE, TOP, WIDE, are_answers, edges, is_rest, key_of
from .reading import MAXIMUM_NAME

EXAMPLES = (
    "“> 90 %: 2; 70–90 %: 1; < 70 %: 0”",
    "“Số đúng hạn / Tổng số, từ 80 %”",
    "“Đầy đủ: 1; Chưa đầy đủ: 0,5; Không: 0”",
    "“có/không”",
)
MAX_LENGTH = 4000
_FIRST_HIDDEN = 0xE000
_HIDDEN = re.compile("[\ue000-\uf8ff]")
_QUOTED = re.compile(r"“((?:[^”]|””)*)”|\"((?:[^\"]|\"\")*)\"")
_POINTS = rf"({NUMBER}) ?(?:điểm|đ)?\.?"
_CLAUSES = (
    re.compile(rf"(.+): *{_POINTS}", re.DOTALL | re.IGNORECASE),
    re.compile(rf"(.+?) *(?:→|->|(?<![<>])=>?|\bthì được\b|\bthì\b|\bđược\b) *{_POINTS}", re.DOTALL | re.IGNORECASE),
)
_WITHIN = r"không (?:vượt )?(?:quá )?100 ?%"
_LEAST = rf"(?:tính )?(?:từ|≥|>=|tối thiểu|đạt từ) ?({NUMBER}) ?%(?: trở lên)?"
_TAIL = re.compile(rf"(.+?)(?: ?[,;] ?| )(?:({_WITHIN})|{_LEAST}|(?:trên|>) ?{NUMBER} ?%)\.?", re.IGNORECASE)
_RATIO = re.compile(r"(?:tính )?(?:theo )?(?:tỷ|tỉ) lệ", re.IGNORECASE)
_UNIT = re.compile(r"(.+?) ?\(([^()]+)\)", re.DOTALL)
_KEYED = re.compile(r"(.+?) ?\[([^\[\]]+)\]", re.DOTALL)
_DECLARED = re.compile(r"([^\[\]()]+?)(?: ?\[([^\[\]]+)\])?(?: ?\(([^()]+)\))?(,? ?được bỏ trống)?", re.IGNORECASE)
_FORMULA = re.compile(r"điểm *= *(.+?)(?:; *trong đó *: *(.+))?", re.DOTALL | re.IGNORECASE)
_FIGURE = re.compile(
    rf"({NUMBER})|((?i:{LEAST}|min)(?= ?\())|((?i:{MOST}|max)(?= ?\())|((?i:{LARGEST})\b)"
    rf"|([\ue000-\uf8ff]|{PLAIN_FIGURE.pattern})(?: ?\[([^\[\]]+)\])?|([×*÷:/+−–;,()xX-]|\s+)"
)
_SIGNS = {"×": "*", "x": "*", "X": "*", "÷": "/", ":": "/", "−": "-", "–": "-", ";": ","}
_DIRECT = ("nhap diem truc tiep", "nhap diem", "nhap truc tiep", "don vi tu nhap diem", "cham truc tiep")


class WordsProblem(ValueError):
    """Words that are no rule; the message is a Vietnamese sentence."""


def from_words(text: str, max_points: Decimal) -> dict[str, Any]:
    """The rule that `text` says, fit for a criterion of `max_points`. Raises WordsProblem."""
    if len(text) > MAX_LENGTH:
        raise WordsProblem(f"quy tắc dài quá {MAX_LENGTH} ký tự")
    words = _Words.of(text)
    rule = words.formula() if words.is_formula else words.clauses()
    if faults := validate(rule, max_points):
        raise WordsProblem(" ".join(faults))
    return rule


@dataclass(slots=True)
class _Words:
    """The text with every quoted label hidden behind one sign."""

    text: str
    labels: list[str]

    @classmethod
    def of(cls, text: str) -> "_Words":
        labels: list[str] = []

        def hide(match: re.Match[str]) -> str:
            inner, plain = match.groups()
            labels.append(inner.replace("””", "”") if inner is not None else plain.replace('""', '"'))
            return chr(_FIRST_HIDDEN + len(labels) - 1)

        bare = _HIDDEN.sub(" ", text)
        return cls(_QUOTED.sub(hide, bare).translate(WIDE).strip(), labels)

    @property
    def is_formula(self) -> bool:
        return _FORMULA.fullmatch(self.text) is not None

    def label(self, text: str) -> str:
        """What stands there: a label in quotes to the letter, else the words."""
        text = text.strip()
        if len(text) == 1 and _HIDDEN.match(text):
            return self.labels[ord(text) - _FIRST_HIDDEN]
        return clean(_HIDDEN.sub(lambda m: self.labels[ord(m[0]) - _FIRST_HIDDEN], text))

    def clauses(self) -> dict[str, Any]:
        parts = [clean_part for part in re.split(r"[;\n]", self.text) if (clean_part := _tidy(part))]
        if not parts:
            raise WordsProblem("quy tắc chưa có nội dung")
        if len(parts) == 1 and fold(parts[0]) in _DIRECT:
            return {"kind": "direct"}
        answers = self._answers(parts[0])
        if answers is not None:
            return self._yes_no(answers, parts[1:])
        if not any(_clause(part) for part in parts):
            return self._proportional("; ".join(parts))
        return self._levels(parts)

    # --- yes or no ---

    def _answers(self, part: str) -> dict[str, Any] | None:
        """The two answers of "có/không", "đạt/không đạt"; None for another clause. What is in quotes is a figure."""
        if part.count("/") != 1 or _HIDDEN.search(part):
            return None
        yes, no = (self.label(side) for side in part.split("/"))
        if not are_answers(yes, no):
            return None
        return {} if fold(no) == "khong" else {"yes": yes, "no": no}

    def _yes_no(self, answers: dict[str, Any], parts: list[str]) -> dict[str, Any]:
        rule = {"kind": "yes_no", **answers}
        for part in parts:
            word, colon, text = part.partition(":")
            key = {"co": "yes", "khong": "no"}.get(fold(word))
            if colon and key and not re.fullmatch(_POINTS, text.strip()):
                rule[key] = self.label(text)
            elif not colon and (chosen := self._chosen(part)):
                rule["label"] = chosen
            else:
                raise WordsProblem(f"“{self.label(part)[:60]}” không đi với có/không: “có” được điểm tối đa, “không” 0")
        return rule

    def _chosen(self, part: str) -> str:
        head, _, label = part.partition(" ")
        return self.label(label) if fold(head) == "chon" else ""

    # --- a ratio ---

    def _proportional(self, text: str) -> dict[str, Any]:
        least, within = "0", False
        while match := _TAIL.fullmatch(text):
            text, forbidden, threshold = match.groups()
            if not forbidden and threshold is None:
                raise WordsProblem("tỷ lệ tính từ đúng một ngưỡng; ghi “từ 80 %”, không ghi “trên 80 %”")
            least, within = _number(threshold) if threshold else least, within or bool(forbidden)
        rule = {"kind": "proportional", **self._ratio(text), "threshold": least}
        return {**rule, "forbid_over": True} if within else rule

    def _ratio(self, text: str) -> dict[str, str]:
        """“Số đúng hạn / Tổng số (hồ sơ)”, or “tỷ lệ” alone."""
        match = _UNIT.fullmatch(text)
        text, unit = (match[1], {"unit": self.label(match[2])}) if match else (text, {})
        if _RATIO.fullmatch(text):
            return {"numerator": TOP, "denominator": BOTTOM, **unit}
        start, equals, rest = text.partition("=")
        sides = (rest if equals and _RATIO.fullmatch(start.strip()) else text).split("/")
        if len(sides) == 1:
            raise WordsProblem(f"không đọc được “{self.label(text)[:60]}”")
        labels = [self.label(side) for side in sides]
        if len(labels) > 2 or not all(labels):
            raise WordsProblem("tỷ lệ gồm hai số liệu cách nhau bằng một dấu /; đặt tên số liệu có dấu / trong “…”")
        return {"numerator": labels[0], "denominator": labels[1], **unit}

    # --- levels: bands of a ratio, or steps ---

    def _levels(self, parts: list[str]) -> dict[str, Any]:
        heads, within, levels = [], False, list[tuple[str, str]]()
        for part in parts:
            level = _clause(part)
            if level is None and re.fullmatch(_WITHIN, part, re.IGNORECASE):
                within = True
            elif level is None:
                heads.append(part)
            else:
                levels.append(level)
        head, colon, condition = levels[0][0].partition(":")
        if colon and "/" in head:
            heads.append(head.strip())
            levels[0] = (condition.strip(), levels[0][1])
        stretches = [None if _HIDDEN.search(label) else edges(label) for label, _ in levels]
        if not any(stretches):
            return self._steps(heads, levels)
        for (label, _), stretch in zip(levels, stretches, strict=True):
            if stretch is None and not is_rest(label):
                raise WordsProblem(f"không đọc được khoảng tỷ lệ “{self.label(label)[:60]}”")
        if "%" not in self.text:
            raise WordsProblem(f"“{levels[0][0][:60]}” không rõ là tỷ lệ hay số lượng; ghi dấu % nếu là tỷ lệ")
        bands = [_band(stretch, points) for stretch, (_, points) in zip(stretches, levels, strict=True)]
        rule = {"kind": "bands", **self._ratio(heads[0] if heads else "tỷ lệ"), "bands": bands}
        if len(heads) > 1:
            raise WordsProblem(f"“{self.label(heads[1])[:60]}” thiếu điểm; ghi “{self.label(heads[1])[:60]}: 1”")
        return {**rule, "forbid_over": True} if within else rule

    def _steps(self, heads: list[str], levels: list[tuple[str, str]]) -> dict[str, Any]:
        chosen = self._chosen(heads[0]) if heads else ""
        lacking = heads[1:] if chosen else heads
        if lacking:
            raise WordsProblem(f"“{self.label(lacking[0])[:60]}” thiếu điểm; ghi “{self.label(lacking[0])[:60]}: 1”")
        if len(levels) < 2:
            raise WordsProblem("chỉ có một mức; ghi ít nhất hai mức, cách nhau bằng dấu ;")
        options: list[dict[str, str]] = []
        for text, points in levels:
            label, key = self._keyed(text)
            key = key or key_of(label, [option["key"] for option in options])
            options.append({"key": key, "label": label, "points": points})
        return {"kind": "steps", "options": options, **({"label": chosen} if chosen else {})}

    def _keyed(self, text: str) -> tuple[str, str]:
        match = _KEYED.fullmatch(text)
        return (self.label(match[1]), self.label(match[2])) if match else (self.label(text), "")

    # --- formulas ---

    def formula(self) -> dict[str, Any]:
        match = _FORMULA.fullmatch(self.text)
        text, declared = match.groups() if match else ("", None)
        figures = _Figures(self, [] if declared is None else re.split(r";|\n", declared))
        return {"kind": "formula", "expression": figures.expression(text), "fields": figures.fields}


class _Figures:
    """The figures of a formula: those declared behind “trong đó”, else those it names, in their order."""

    def __init__(self, words: _Words, declarations: list[str]) -> None:
        self.words, self.declared = words, bool(declarations)
        self.fields: list[dict[str, Any]] = []
        for text in declarations:
            match = _DECLARED.fullmatch(text.strip())
            if match is None:
                raise WordsProblem(f"không đọc được số liệu “{words.label(text)[:60]}” sau “trong đó”")
            label, key, unit, empty = match.groups()
            field = self._add(words.label(label), words.label(key or ""))
            field |= {"unit": words.label(unit)} if unit else {}
            field |= {"optional": True} if empty else {}

    def _add(self, label: str, key: str) -> dict[str, Any]:
        field = {"key": key or key_of(label, [field["key"] for field in self.fields]), "label": label}
        self.fields.append(field)
        return field

    def expression(self, text: str) -> str:
        written, at = [], 0
        while at < len(text):
            match = _FIGURE.match(text, at)
            if match is None:
                raise WordsProblem(f"không đọc được “{self.words.label(text[at:])[:40]}” trong công thức")
            written.append(self._token(*match.groups()))
            at = match.end()
        return "".join(written)

    def _token(self, number: str, least: str, most: str, largest: str, label: str, key: str, sign: str) -> str:
        if number:
            return number.replace(",", ".")
        if sign:
            return _SIGNS.get(sign, sign)
        return "min" if least else "max" if most else MAXIMUM_NAME if largest else self._key(label, key or "")

    def _key(self, written: str, key: str) -> str:
        label = self.words.label(written)
        for alike in (lambda f: f["label"] == label, lambda f: fold(f["label"]) == fold(label)):
            found = [field["key"] for field in self.fields if alike(field) and key in ("", field["key"])]
            if found:
                return str(found[0])
        if self.declared:
            raise WordsProblem(f"công thức dùng “{label[:60]}” mà sau “trong đó” không có")
        return str(self._add(label, key)["key"])


def _tidy(part: str) -> str:
    return " ".join(part.split())


def _clause(part: str) -> tuple[str, str] | None:
    """A level with its points: “> 90 %: 2”, “> 90 % được 2 điểm”."""
    match = next((match for pattern in _CLAUSES if (match := pattern.fullmatch(part))), None)
    return (match[1].strip(), _number(match[2])) if match else None


def _number(text: str) -> str:
    return exact_text(Decimal(text.replace(",", ".")))


def _band(stretch: Any, points: str) -> dict[str, Any]:
    band: dict[str, Any] = {}
    if stretch is not None and stretch.low is not None:
        band |= {"from": _number(stretch.low)} | ({"from_open": True} if stretch.low_open else {})
    if stretch is not None and stretch.high is not None:
        band |= {"to": _number(stretch.high)} | ({"to_open": True} if stretch.high_open else {})
    return {**band, "points": points}
