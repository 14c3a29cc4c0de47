"""A rule as a spreadsheet formula, so that points appear as one types. The server computes again anyway.

Comparisons multiply instead of dividing and round the noise of binary fractions away, so that 90 % is 90 %.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from criteria.models import Criterion
from criteria.scoring.reading import HUNDRED, MAXIMUM_NAME, Interval, exact, fields, intervals, kind_of

CHECK = '"kiểm tra số liệu"'
MAX_LENGTH = 8000
MAX_NESTED = 50
_NAME = re.compile(r"[A-Za-z_]\w*")


def formula(criterion: Criterion, cells: Mapping[str, str], na: str, options: tuple[str, str]) -> str | None:
    """`=…` for the points of a rule; `cells` holds each figure's cell, `na` the cell of the N/A claim,
    `options` the ranges of option words and points. None for direct entry and rules too long for a cell."""
    make = _MAKERS.get(kind_of(criterion.rule))
    body = make(criterion, cells, options) if make else None
    if body is None:
        return None
    whole = f'=IF(TRIM({na})<>"","",{body})'
    return whole if len(whole) <= MAX_LENGTH else None


def _steps(criterion: Criterion, cells: Mapping[str, str], options: tuple[str, str]) -> str:
    """Compared whole: a lookup would read * and ? of the words as wildcards."""
    chosen, (words, points) = cells["option"], options
    return f'IF(SUMPRODUCT(--({words}={chosen}))=1,SUMPRODUCT(({words}={chosen})*{points}),"")'


def _bands(criterion: Criterion, cells: Mapping[str, str], options: tuple[str, str]) -> str | None:
    found = intervals(criterion.rule)
    if len(found) > MAX_NESTED:
        return None
    top, bottom = cells["numerator"], cells["denominator"]
    body = CHECK
    for interval in reversed(found):
        body = f"IF({_holds(interval, top, bottom)},{_number(Fraction(interval.points))},{body})"
    return _when_given([top, bottom], _guarded(criterion, top, bottom, body))


def _holds(interval: Interval, top: str, bottom: str) -> str:
    tests = [f"{_over(top, bottom, interval.low)}{'>' if interval.low_open else '>='}0"]
    if interval.high is not None:
        tests.append(f"{_over(top, bottom, interval.high)}{'<' if interval.high_open else '<='}0")
    return f"AND({','.join(tests)})"


def _over(top: str, bottom: str, percent: Fraction) -> str:
    """How far the ratio lies over `percent`, times the denominator: its sign decides."""
    return f"ROUND(100*{top}-{_number(percent)}*{bottom},8)"


def _proportional(criterion: Criterion, cells: Mapping[str, str], options: tuple[str, str]) -> str:
    top, bottom = cells["numerator"], cells["denominator"]
    threshold = min(exact(criterion.rule["threshold"]), HUNDRED)
    reached = f"{_over(top, bottom, threshold)}>=0"
    if exact(criterion.rule["threshold"]) > HUNDRED:
        reached = "FALSE"  # the ratio counts as 100 % at most, so nobody reaches it
    points = f"ROUND(MIN({top}/{bottom},1)*{_number(Fraction(criterion.max_points))},4)"
    return _when_given([top, bottom], _guarded(criterion, top, bottom, f"IF({reached},{points},0)"))


def _guarded(criterion: Criterion, top: str, bottom: str, body: str) -> str:
    """What the server refuses shows as words: nothing to divide by, negative, more than there is."""
    wrong = [f"{bottom}<=0", f"{top}<0"]
    if criterion.rule.get("forbid_over"):
        wrong.append(f"{top}>{bottom}")
    return f"IF(OR({','.join(wrong)}),{CHECK},{body})"


def _formula(criterion: Criterion, cells: Mapping[str, str], options: tuple[str, str]) -> str:
    """The decision's own arithmetic: its grammar is a spreadsheet's but for the names."""
    maximum = _number(Fraction(criterion.max_points))
    words = {"min": "MIN", "max": "MAX", MAXIMUM_NAME: maximum} | {key: f"N({cell})" for key, cell in cells.items()}
    body = _NAME.sub(lambda name: words[name[0]], " ".join(criterion.rule["expression"].split()))
    needed = [cells[f.key] for f in fields(criterion.rule) if not f.optional]
    held = f"IFERROR(ROUND(MIN(MAX({body},0),{maximum}),4),{CHECK})"
    return _when_given(needed, held) if needed else held


def _when_given(cells: Sequence[str], body: str) -> str:
    """Nothing while a needed figure is missing: not scored is not zero."""
    return f'IF(COUNT({",".join(cells)})<{len(cells)},"",{body})'


def _number(value: Fraction) -> str:
    """An exact decimal of a rule; rules hold only numbers that end."""
    whole, rest = divmod(value.numerator * 10**10 // value.denominator, 10**10)
    return f"{whole}.{rest:010d}".rstrip("0").rstrip(".")


_MAKERS: Mapping[str, Callable[[Criterion, Mapping[str, str], tuple[str, str]], str | None]] = {
    "steps": _steps,
    "yes_no": _steps,
    "bands": _bands,
    "proportional": _proportional,
    "formula": _formula,
}
