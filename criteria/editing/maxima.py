"""New maxima of a frozen set as somebody types them, a criterion a line; what the decision totals stays met. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cchc_index.lib.numbers import NumberProblem, parse_decimal, vn_short
from criteria import scoring
from criteria.annex.totals import Expected, Named, by_part, contradictions, counted, misses
from criteria.annex.words import SELF
from criteria.scoring.reading import Rule

_LINE = re.compile(r"(?:tiêu chí )?(?P<code>\S+?) ?[:=] ?(?P<points>\S+)(?: điểm)?\.?", re.IGNORECASE)


class MaximaProblem(ValueError):
    """A Vietnamese sentence on what cannot be taken."""


@dataclass(frozen=True, slots=True)
class _MaximumRow:
    """A criterion as it would be."""

    code: str
    is_leaf: bool
    source: str
    kind: str
    max_points: Decimal


def read_maxima(text: str, rows: Sequence[Named]) -> dict[str, Decimal]:
    """`1.1: 1,5`, a line each: the criteria whose maximum would change, by code. Raises MaximaProblem."""
    known = {row.code: row.max_points for row in rows}
    maxima: dict[str, Decimal] = {}
    for line in filter(None, (part.strip() for part in re.split(r"[\n;]", text))):
        written = _LINE.fullmatch(line)
        if written is None:
            raise MaximaProblem(f"“{line[:40]}” không đọc được; ghi mã, dấu hai chấm, điểm, ví dụ “1.1: 1,5”.")
        code = written["code"]
        if code not in known:
            raise MaximaProblem(f"Bộ tiêu chí không có mã “{code[:30]}”.")
        if code in maxima:
            raise MaximaProblem(f"Tiêu chí {code} được ghi hai lần.")
        maxima[code] = _points(code, written["points"])
    return {code: points for code, points in maxima.items() if points != known[code]}


def _points(code: str, text: str) -> Decimal:
    try:
        points = parse_decimal(text)
    except NumberProblem as problem:
        raise MaximaProblem(f"Điểm tối đa của tiêu chí {code}: {problem}.") from None
    if points is None or points <= 0:
        raise MaximaProblem(f"Điểm tối đa của tiêu chí {code} phải lớn hơn 0.")
    return points


def check_maxima(maxima: Mapping[str, Decimal], rows: Sequence[Named], rules: Mapping[str, Rule]) -> None:
    """Raises MaximaProblem where a group would contradict its criteria, where a total of the set would be another one,
    and where a rule does not fit its new maximum; `rules`: of leaves, as they would be, by code."""
    after = [
        _MaximumRow(row.code, row.is_leaf, row.source, row.kind, maxima.get(row.code, row.max_points)) for row in rows
    ]
    before = {fault.message for fault in contradictions(rows)}
    problems = [fault.message for fault in contradictions(after) if fault.message not in before]
    points = counted(by_part(rows))
    total, own = sum(points.values(), Decimal(0)), points.get(SELF, Decimal(0))
    missed = misses(Expected(total, own, total - own), after)
    problems += [fault.message.replace("như đã yêu cầu", "như hiện nay") for fault in missed]
    if problems:
        raise MaximaProblem(f"{_sentence('; '.join(problems))}: ghi cả những tiêu chí khác đổi cùng.")
    for row in rows:
        if row.is_leaf and row.code in maxima and row.source == SELF:
            _check_rule(row, maxima[row.code], rules[row.code])


def _check_rule(row: Named, maximum: Decimal, rule: Rule) -> None:
    if faults := scoring.validate(rule, maximum):
        raise MaximaProblem(
            f"Quy tắc chấm của tiêu chí {row.code} không hợp với điểm tối đa {vn_short(maximum)}: {faults[0]} "
            "Đính chính quy tắc cùng lúc ở trang của tiêu chí đó."
        )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
