"""A rule in the words of an official, on one line, which `words_to_rule` reads back as the same rule. No Django."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from cchc_index.lib.text import fold

from .phrases import (
    BOTTOM,
    CHOSEN,
    DIRECT,
    EMPTY,
    IN_CLAUSE,
    IN_RATIO,
    LARGEST,
    LEAST,
    MOST,
    NUMBER,
    RATIO,
    REST,
    TOP,
    WHERE,
    WITHIN,
    are_answers,
    edges,
    figure_text,
    is_rest,
    key_of,
    label_text,
    quoted,
)
from .reading import MAXIMUM_NAME, Field, Rule, exact, fields, kind_of, number
from .words import plain

_TOKEN = re.compile(r"[A-Za-z_]\w*|\d+\.\d+|[*,]")


def in_words(rule: Rule) -> str:
    """The rule on one line: `> 90 %: 2; 70–90 %: 1; < 70 %: 0`; "" for a rule that was never set."""
    return _WRITERS[kind_of(rule)](rule) if rule else ""


def _number(raw: object) -> str:
    return plain(exact(raw))


def _steps(rule: Rule) -> str:
    rows = rule["options"]
    stretches = [edges(row["label"]) is not None for row in rows]
    misread = [stretch or is_rest(row["label"]) for stretch, row in zip(stretches, rows, strict=True)]
    stand_out = misread if all(misread) else stretches
    clauses, taken = [], set[str]()
    for row, doubtful in zip(rows, stand_out, strict=True):
        label = quoted(row["label"]) if doubtful else label_text(row["label"], IN_CLAUSE)
        clauses.append(f"{label}{_key(row['key'], row['label'], taken)}: {_number(row['points'])}")
        taken.add(row["key"])
    return "; ".join([*_chosen(rule), *clauses])


def _key(key: str, label: str, taken: set[str]) -> str:
    return "" if key == key_of(label, taken) else f" [{label_text(key, IN_CLAUSE)}]"


def _chosen(rule: Rule) -> list[str]:
    return [f"{CHOSEN} {label_text(rule['label'], IN_CLAUSE)}"] if "label" in rule else []


def _yes_no(rule: Rule) -> str:
    yes, no = rule.get("yes", ""), rule.get("no", "")
    is_pair = yes and fold(no) == f"khong {fold(yes)}" and fold(yes) != "co"
    if is_pair and label_text(yes, IN_RATIO) == yes and label_text(no, IN_RATIO) == no:
        return "; ".join([f"{yes}/{no}", *_chosen(rule)])
    words = [f"{word}: {_answer(rule[key])}" for key, word in (("yes", "có"), ("no", "không")) if key in rule]
    return "; ".join(["có/không", *words, *_chosen(rule)])


def _answer(text: str) -> str:
    return quoted(text) if re.fullmatch(rf"{NUMBER}.*", text) else label_text(text, IN_CLAUSE)


def _bands(rule: Rule) -> str:
    ratio = _ratio(rule)
    clauses = [f"{_edges(band)}: {_number(band['points'])}" for band in rule["bands"]]
    within = [WITHIN] if rule.get("forbid_over") else []
    return "; ".join([*([] if ratio == RATIO else [ratio]), *clauses, *within])


def _proportional(rule: Rule) -> str:
    least = [] if number(rule["threshold"]) == 0 else [f"từ {_number(rule['threshold'])} %"]
    return ", ".join([_ratio(rule), *least, *([WITHIN] if rule.get("forbid_over") else [])])


def _ratio(rule: Rule) -> str:
    top, bottom = rule["numerator"], rule["denominator"]
    named = (top, bottom) != (TOP, BOTTOM)
    shown = quoted(top) if are_answers(top, bottom) else label_text(top, IN_RATIO)
    ratio = f"{shown} / {label_text(bottom, IN_RATIO)}" if named else RATIO
    return f"{ratio} ({label_text(rule['unit'], IN_RATIO)})" if rule.get("unit") else ratio


def _edges(band: Rule) -> str:
    low, high = (_number(band[name]) if name in band else "" for name in ("from", "to"))
    above, below = bool(band.get("from_open")), bool(band.get("to_open"))
    if not low and not high:
        return REST
    if not high:
        return f"{'>' if above else '≥'} {low} %"
    if not low:
        return f"{'<' if below else '≤'} {high} %"
    if low == high:
        return f"đúng {low} %"
    if not above and not below:
        return f"{low}–{high} %"
    return f"{'trên' if above else 'từ'} {low} {'đến dưới' if below else 'đến'} {high} %"


def _formula(rule: Rule) -> str:
    declared = fields(rule)
    twice = {label for label, count in Counter(field.label for field in declared).items() if count > 1}
    names = {f.key: figure_text(f.label) + (f" [{f.key}]" if f.label in twice else "") for f in declared}
    words = {"min": LEAST, "max": MOST, "*": "×", ",": ";", MAXIMUM_NAME: LARGEST, **names}
    text = _TOKEN.sub(lambda m: words.get(m[0], m[0].replace(".", ",")), rule["expression"].strip())
    clauses = _declarations(declared, rule["expression"])
    return f"Điểm = {text}" + (f"; {WHERE}: {'; '.join(clauses)}" if clauses else "")


def _declarations(declared: Sequence[Field], expression: str) -> list[str]:
    """The figures with what the expression does not say of them; none where it says all."""
    clauses, taken = [], set[str]()
    for field in declared:
        unit = f" ({label_text(field.unit, IN_RATIO)})" if field.unit else ""
        key = _key(field.key, field.label, taken)
        clauses.append(f"{figure_text(field.label)}{key}{unit}{f', {EMPTY}' if field.optional else ''}")
        taken.add(field.key)
    keys = {field.key for field in declared}
    met = list(dict.fromkeys(token for token in _TOKEN.findall(expression) if token in keys))
    bare = [figure_text(field.label) for field in declared]
    return [] if clauses == bare and met == [field.key for field in declared] else clauses


_WRITERS: Mapping[str, Callable[[Rule], str]] = {
    "direct": lambda rule: DIRECT,
    "steps": _steps,
    "yes_no": _yes_no,
    "bands": _bands,
    "proportional": _proportional,
    "formula": _formula,
}
