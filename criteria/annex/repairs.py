"""Repairs of a printed annex: misprinted codes, found by the order and the context of the rows, never by a list
of known misprints. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from criteria.tree import natural_key, normalise, prefixes, successor

FAR = 10
"""A number that exceeds every other of the file by more than this is numbered like nothing else in it."""


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A row as the repairs see it: its code as printed and its maximum, None where it is blank."""

    code: str
    points: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Repair:
    """The code of row `index` as printed and as it must read; `code` "" where nothing certain follows."""

    index: int
    printed: str
    code: str
    reason: str


def repairs(lines: Sequence[PrintedLine]) -> list[Repair]:
    """Every misprinted code of an annex, in the order of its rows, at most one repair for a row."""
    codes = [normalise(line.code) for line in lines]
    reasons = {i: "thừa hoặc sai dấu" for i, code in enumerate(codes) if code and code != lines[i].code}
    for i, code in _lost_dots(codes).items():
        codes[i], reasons[i] = code, "thiếu dấu chấm, trái thứ tự các dòng bên cạnh"
    for i, code, reason in _misfiled(codes, [line.points for line in lines]):
        codes[i], reasons[i] = code, reason
    return [Repair(i, lines[i].code, codes[i], reasons[i]) for i in sorted(reasons)]


def _lost_dots(codes: Sequence[str]) -> dict[int, str]:
    """1.43 before 1.6.1 is 1.4.3. A number that its siblings lead up to (1.10 after 1.9) is what it says."""
    present = {prefix for code in codes if code for prefix in (code, *prefixes(code))}
    suspects = {i: splits for i, code in enumerate(codes) if (splits := _splits(code)) and not _led_up(code, present)}
    trusted = [code for i, code in enumerate(codes) if code and i not in suspects]
    far = FAR + max((int(part) for code in trusted for part in code.split(".")), default=0)
    repaired: dict[int, str] = {}
    for i, splits in suspects.items():
        before = next((repaired.get(j, codes[j]) for j in range(i - 1, -1, -1) if codes[j]), None)
        after = next((codes[j] for j in range(i + 1, len(codes)) if codes[j] and j not in suspects), None)
        disordered = after is not None and natural_key(codes[i]) > natural_key(after)
        if disordered or _is_far(codes[i], far):
            fits = [code for code in splits if code not in present and _between(before, code, after)]
            chosen = _best(fits, before)
            if chosen:
                repaired[i] = chosen
                present.add(chosen)
    return repaired


def _splits(code: str) -> list[str]:
    """The code with one more dot inside a number of several digits, wherever that gives a code."""
    cuts = [i for i in range(1, len(code)) if code[i - 1].isdigit() and code[i].isdigit() and code[i] != "0"]
    return [f"{code[:i]}.{code[i:]}" for i in cuts]


def _led_up(code: str, present: Collection[str]) -> bool:
    """Whether every number over ten has the one before it in the file, down to ten."""
    for prefix in (code, *prefixes(code)):
        *head, last = prefix.split(".")
        if not all(".".join([*head, str(number)]) in present for number in range(10, int(last))):
            return False
    return True


def _is_far(code: str, far: int) -> bool:
    parts = code.split(".")
    return len(parts) > 1 and int(parts[-1]) > far


def _between(before: str | None, code: str, after: str | None) -> bool:
    key = natural_key(code)
    return (before is None or natural_key(before) < key) and (after is None or key < natural_key(after))


def _best(fits: Sequence[str], before: str | None) -> str | None:
    """The only one that fits, or the one that directly follows the row above."""
    if len(fits) == 1:
        return fits[0]
    return next((code for code in fits if before and code in (successor(before), f"{before}.1")), None)


def _misfiled(codes: Sequence[str], points: Sequence[Decimal | None]) -> list[tuple[int, str, str]]:
    """Rows numbered 1, 2, … under a code that is not there, directly below a childless row and out of
    order with what follows (9.4.1 … 9.4.5 between 9.2 and 9.3): they belong to the row above."""
    moved: list[tuple[int, str, str]] = []
    start = 1
    while start < len(codes):
        run = _run(codes, start)
        if _is_misfiled(codes, run):
            moved.extend(_refiled(codes, points, run))
        start = max(run.stop, start + 1)
    return moved


def _run(codes: Sequence[str], start: int) -> range:
    """The rows from `start` numbered 1, 2, … under one code."""
    stem, dot, last = codes[start].rpartition(".")
    stop = start
    if dot and last == "1":
        while stop < len(codes) and codes[stop] == f"{stem}.{stop - start + 1}":
            stop += 1
    return range(start, stop)


def _is_misfiled(codes: Sequence[str], run: range) -> bool:
    if len(run) < 2 or run.stop >= len(codes):
        return False
    above, after = codes[run.start - 1], codes[run.stop]
    stem = codes[run.start].rpartition(".")[0]
    if not above or not after or above == stem or above.count(".") != stem.count("."):
        return False
    childless = not any(code.startswith(f"{above}.") for code in codes)
    homeless = stem not in codes[: run.start]
    disordered = natural_key(codes[run.start]) > natural_key(after) or after == stem
    return childless and homeless and disordered and natural_key(above) < natural_key(after)


def _refiled(codes: Sequence[str], points: Sequence[Decimal | None], run: range) -> list[tuple[int, str, str]]:
    above, maximum = codes[run.start - 1], points[run.start - 1]
    parts = [points[i] for i in run]
    known = [part for part in parts if part is not None]
    if len(known) == len(parts) and maximum in (None, sum(known)):
        return [
            (i, f"{above}.{n}", f"là tiêu chí thành phần của {above} ngay trên") for n, i in enumerate(run, start=1)
        ]
    reason = f"trái thứ tự; có thể là tiêu chí thành phần của {above} nhưng tổng điểm không bằng điểm của {above}"
    return [(i, "", reason) for i in run]
