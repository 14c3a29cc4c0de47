"""A second verifier, written from the page “Cách tính” and from nothing else: it knows no line of `results.ranking`,
`results.bundle` or `results.verify`. The numbers of the comments are those of the page's list."""

import hashlib
import json
from fractions import Fraction
from typing import Any

Block = dict[str, Any]


def agrees(data: bytes) -> bool:
    """Whether the file is what the page says that a publication is."""
    told = json.loads(data)
    rest = {key: value for key, value in told.items() if key != "digest"}
    sealed = told["digest"] == hashlib.sha256(_text(rest)).hexdigest()  # 8
    return (
        sealed and data == _text(told) + b"\n" and all(_results(block) == block["results"] for block in told["groups"])
    )


def _text(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _results(block: Block) -> list[dict[str, Any]]:
    held: dict[str, dict[str, Any]] = {unit["code"]: {} for unit in block["units"]}
    for cell in block["cells"]:
        held[cell["unit"]][cell["criterion"]] = cell
    lines = [_line(block, unit, held[unit["code"]]) for unit in block["units"]]
    ranked = sorted((index for index, _ in lines if index is not None), reverse=True)
    steps = sorted(set(ranked), reverse=True) if block["policies"]["ties"] == "dense" else ranked
    for index, line in lines:  # 6
        line["rank"] = None if index is None else steps.index(index) + 1
        reached = [band for band in block["policies"]["bands"] if index is not None and index >= Fraction(band["from"])]
        line["band"] = reached[0]["name"] if reached else ""
    with_rank = [line for _, line in lines if line["rank"] is not None]
    without = [line for _, line in lines if line["rank"] is None]
    return sorted(with_rank, key=lambda line: (line["rank"], line["unit"])) + sorted(
        without, key=lambda line: line["unit"]
    )


def _line(block: Block, unit: dict[str, str], cells: dict[str, Any]) -> tuple[Fraction | None, dict[str, Any]]:
    leaves = [row for row in block["criteria"] if row["is_leaf"] and row["kind"] == "normal"]  # 1
    halves = [[row for row in leaves if (row["source"] == "self") is own] for own in (True, False)]
    (own, own_most), (asked, asked_most) = (_half(half, cells, block["policies"]["na"]) for half in halves)
    extra = {kind: _capped(block["criteria"], kind, cells) for kind in ("bonus", "penalty")}
    points, most = own + asked + extra["bonus"] - extra["penalty"], own_most + asked_most  # 5
    missing = [[row["code"] for row in half if _open(cells, row)] for half in halves]
    open_ = sorted(missing[0] + missing[1], key=lambda code: [int(part) for part in code.split(".")])  # 7
    index = None if open_ else _percent(points, most)
    line = {
        "unit": unit["code"],
        "name": unit["name"],
        "group": block["code"],
        "points": _exact(points),
        "max_points": _exact(most),
        "index": _shown(index),
        "appraised_points": _exact(own),
        "appraised_max": _exact(own_most),
        "appraised_index": None if missing[0] else _shown(_percent(own, own_most)),
        "survey_points": _exact(asked),
        "survey_max": _exact(asked_most),
        "survey_index": None if missing[1] else _shown(_percent(asked, asked_most)),
        "bonus": _exact(extra["bonus"]),
        "penalty": _exact(extra["penalty"]),
        "incomplete": open_,
    }
    return index, line


def _open(cells: dict[str, Any], row: dict[str, Any]) -> bool:
    return cells[row["code"]]["state"] in ("not_scored", "no_ballots")


def _half(leaves: list[dict[str, Any]], cells: dict[str, Any], policy: str) -> tuple[Fraction, Fraction]:
    """2, 3: points and maximum."""
    states = [(Fraction(row["max_points"]), cells[row["code"]]) for row in leaves]
    reached = sum((Fraction(cell["points"]) for _, cell in states if cell["state"] == "scored"), Fraction(0))
    most = sum((maximum for maximum, _ in states), Fraction(0))
    away = sum((maximum for maximum, cell in states if cell["state"] == "not_applicable"), Fraction(0))
    if not away:
        return reached, most
    if policy == "shrink":
        return reached, most - away
    if policy == "full":
        return reached + away, most
    return (_rounded(reached * most / (most - away), 4), most) if most - away else (Fraction(0), Fraction(0))


def _capped(rows: list[dict[str, Any]], kind: str, cells: dict[str, Any]) -> Fraction:
    """4."""
    own = [row for row in rows if row["kind"] == kind]
    codes = {row["code"] for row in own}

    def worth(row: dict[str, Any]) -> Fraction:
        below = [child for child in own if child["parent"] == row["code"]]
        given = sum(map(worth, below), Fraction(0)) if below else Fraction(cells[row["code"]]["points"] or 0)
        return min(Fraction(row["max_points"]), given)

    return sum((worth(row) for row in own if row["parent"] not in codes), Fraction(0))


def _percent(points: Fraction, most: Fraction) -> Fraction | None:
    return points / most * 100 if most else None


def _rounded(value: Fraction, places: int) -> Fraction:
    whole = (abs(value) * 10**places + Fraction(1, 2)).__floor__()
    return Fraction(whole if value >= 0 else -whole, 10**places)


def _shown(value: Fraction | None) -> str | None:
    if value is None:
        return None
    return _digits(_rounded(value, 2), 2)


def _exact(value: Fraction) -> str:
    digits = _digits(value, 8)
    return digits.rstrip("0").rstrip(".")


def _digits(value: Fraction, places: int) -> str:
    whole, rest = divmod(abs(value.numerator) * 10**places // value.denominator, 10**places)
    return f"{'-' if value < 0 else ''}{whole}.{rest:0{places}d}"
