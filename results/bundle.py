"""The published bundle: built from plain data, verified from its own text. Standard library only.

`python3 -m results.bundle FILE.json` recomputes a published file on any machine, without this system's
database, settings or packages. Same inputs, same bytes: canonical JSON, no time stamps.
"""

import codecs
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from . import ranking

FORMAT = "cchc-index/1"
MAX_BYTES = 256 * 1024 * 1024
"""Twice what 10,000 units × 120 criteria take (`bench/verifier.py`)."""
SHOWN_PROBLEMS = 50

Json = dict[str, Any]

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)
_DIGEST, _CELLS, _GROUNDS = "digest", "cells", "grounds"
_PIECE = 1_000_000
"""Bytes of cells that are read at once: most of a file is cells, and as objects they take ten times their text."""


def build(header: Mapping[str, Any], groups: Sequence[Mapping[str, Any]]) -> Json:
    """The whole bundle. `header` holds year, illustrative, assessed_from, assessed_to, number and date
    (and supersedes, errata where a publication corrects another); each group is what `results_of` reads,
    in the shape of docs/architecture.md. Adds `results` and the digest. In whatever order criteria, units and
    cells are given, the bundle is the same; the blocks stand in the order of the round."""
    bundle: Json = {"format": FORMAT, **header}
    ordered = [in_order(group) for group in groups]
    bundle["groups"] = [{**group, "results": results_of(group)} for group in ordered]
    return {**bundle, _DIGEST: digest_of(bundle)}


def in_order(group: Mapping[str, Any]) -> Json:
    """The group with its criteria, units, cells and grounds in the one order of the file: codes as printed (1.2 before
    1.10), units by code point, cells by unit, then criterion."""
    ordered = {
        **group,
        "criteria": sorted(group["criteria"], key=lambda row: ranking.natural_key(row["code"])),
        "units": sorted(group["units"], key=lambda unit: str(unit["code"])),
        "cells": sorted(group["cells"], key=_place),
    }
    if _GROUNDS in group:
        rules = sorted(group[_GROUNDS]["rules"], key=lambda row: ranking.natural_key(row["criterion"]))
        ordered[_GROUNDS] = {"rules": rules, "entries": sorted(group[_GROUNDS]["entries"], key=_place)}
    return ordered


def _place(row: Mapping[str, Any]) -> tuple[str, Any]:
    return str(row["unit"]), ranking.natural_key(row["criterion"])


def canonical(value: object) -> str:
    """Sorted keys, no spaces, Vietnamese text kept: one text for one value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def text_of(bundle: Mapping[str, Any]) -> str:
    """The file's exact text: canonical JSON and one line end."""
    return canonical(bundle) + "\n"


def digest_of(bundle: Mapping[str, Any]) -> str:
    """SHA-256, in hex, over the canonical JSON of everything but the digest itself."""
    rest = {key: value for key, value in bundle.items() if key != _DIGEST}
    return hashlib.sha256(canonical(rest).encode()).hexdigest()


def results_of(group: Mapping[str, Any]) -> list[Json]:
    """The results of one group from its criteria, policies, units and cells: in order of rank, units
    without a rank last, then by code. Raises ValueError where a number or a policy cannot be read."""
    rows = [row_of(criterion) for criterion in group["criteria"]]
    units = group["units"]
    outcomes = ranking.compute(rows, policies_of(group["policies"]), cells_of(units, group["cells"]))
    results = [_result(unit, group["code"], outcomes[unit["code"]]) for unit in units]
    return sorted(results, key=lambda r: (r["rank"] is None, r["rank"], r["unit"]))


def row_of(criterion: Mapping[str, Any]) -> ranking.TreeRow:
    """A criterion of the bundle as the arithmetic reads it."""
    return ranking.TreeRow(
        criterion["code"],
        criterion["parent"],
        criterion["is_leaf"],
        criterion["source"],
        criterion["kind"],
        number(criterion["max_points"]),
    )


def policies_of(policies: Mapping[str, Any]) -> ranking.Policies:
    bands = tuple(ranking.GradeBand(band["name"], number(band["from"])) for band in policies["bands"])
    return ranking.Policies(policies["na"], policies["ties"], bands)


def cells_of(
    units: Iterable[Mapping[str, Any]], cells: Iterable[Mapping[str, Any]]
) -> dict[str, dict[str, ranking.LeafStanding]]:
    """unit code → leaf code → cell, those that say the same as one object. Raises ValueError for a cell twice or points
    that fit no state."""
    standings: dict[str, dict[str, ranking.LeafStanding]] = {unit["code"]: {} for unit in units}
    shared: dict[tuple[str, str | None], ranking.LeafStanding] = {}
    leaves: dict[str, str] = {}
    for cell in cells:
        state, points, own = cell["state"], cell["points"], standings[cell["unit"]]
        if state not in ranking.STATES or (points is None) == (state == ranking.SCORED) or cell["criterion"] in own:
            raise ValueError(f"ô {cell['unit']} / {cell['criterion']}")
        standing = shared.get((state, points))
        if standing is None:
            standing = ranking.LeafStanding(state, None if points is None else number(points))
            shared[state, points] = standing
        own[leaves.setdefault(cell["criterion"], cell["criterion"])] = standing
    return standings


def number(text: str) -> Decimal:
    """An exact decimal string as a Decimal; ValueError for anything else (exponents, NaN, floats)."""
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise ValueError(f"“{text}” không phải số thập phân viết thường")
    return Decimal(text)


def exact(value: Decimal) -> str:
    """The shortest exact text of a Decimal: 90.2200 → "90.22"."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _percent(value: Fraction | None) -> str | None:
    return None if value is None else format(ranking.half_up(value, 2), "f")


def _result(unit: Mapping[str, Any], group: str, outcome: ranking.RankedUnit) -> Json:
    return {
        "unit": unit["code"],
        "name": unit["name"],
        "group": group,
        "points": exact(outcome.points),
        "max_points": exact(outcome.max_points),
        "index": _percent(outcome.index),
        "appraised_points": exact(outcome.appraised.points),
        "appraised_max": exact(outcome.appraised.max_points),
        "appraised_index": _percent(outcome.appraised.index),
        "survey_points": exact(outcome.survey.points),
        "survey_max": exact(outcome.survey.max_points),
        "survey_index": _percent(outcome.survey.index),
        "bonus": exact(outcome.bonus),
        "penalty": exact(outcome.penalty),
        "rank": outcome.rank,
        "band": outcome.band,
        "incomplete": outcome.incomplete,
    }


class FrozenFile:
    """A published file read in pieces: `bundle` is all of it but the cells, which `cells` gives block by block."""

    def __init__(self, data: bytes) -> None:
        """Raises ValueError and RecursionError for what is no JSON."""
        self.data = data
        self.spans = list(_spans(data))
        self.bundle = self._without_cells()
        groups = self.bundle.get("groups") if isinstance(self.bundle, dict) else None
        cut = [isinstance(group, dict) and group.get(_CELLS) == [] for group in groups or ()]
        if self.spans and (len(cut) != len(self.spans) or not all(cut)):
            self.spans = []
            self.bundle = self._without_cells()

    def _without_cells(self) -> Any:
        text = b"".join(self._around()).decode()
        return json.loads(text, parse_float=_refuse_number, parse_constant=_refuse_number)

    def _around(self) -> Iterator[bytes]:
        """What stands around the cells, in its order."""
        at = 0
        for start, end in self.spans:
            yield self.data[at:start]
            at = end
        yield self.data[at:]

    def is_canonical(self) -> bool:
        """Whether the bytes, but for the cells, are those of `text_of`."""
        return text_of(self.bundle).encode() == b"".join(self._around())

    def digest(self) -> str:
        """SHA-256 over the canonical JSON of everything but the digest; of the cells as they are written."""
        rest = canonical({key: value for key, value in self.bundle.items() if key != _DIGEST})
        parts = rest.split(f'"{_CELLS}":[]') if self.spans else [rest]
        seal = hashlib.sha256(parts[0].encode())
        for (start, end), part in zip(self.spans, parts[1:], strict=True):
            seal.update(f'"{_CELLS}":['.encode())
            seal.update(memoryview(self.data)[start:end])
            seal.update(f"]{part}".encode())
        return seal.hexdigest()

    def cells(self, place: int) -> Iterator[Json]:
        """The cells of the block at this place. Raises ValueError where their text is not the canonical one."""
        if not self.spans:
            yield from self.bundle["groups"][place][_CELLS]
            return
        at, end = self.spans[place]
        while at < end:
            cut = self.data.find(_BETWEEN_CELLS, min(at + _PIECE, end), end)
            piece = b"[" + self.data[at : cut + 1 if cut >= 0 else end] + b"]"
            cells = json.loads(piece, parse_float=_refuse_number, parse_constant=_refuse_number)
            if canonical(cells).encode() != piece:
                raise ValueError(NOT_VERBATIM)
            yield from cells
            at += len(piece) - 1  # less two brackets, and the comma


def _spans(data: bytes) -> Iterator[tuple[int, int]]:
    """Where the lists of cells lie in a canonical file. A quote inside a text is written with a backslash, so that none
    of these marks stands in one."""
    for mark in re.finditer(rb'"cells":\[', data):
        end = data.find(b'],"code":', mark.end())
        if end >= 0:
            yield mark.end(), end


_BETWEEN_CELLS = b'},{"ballots":'
NOT_VERBATIM = "Tệp không giữ nguyên từng ký tự của bản công bố: tải lại tệp gốc."


def verify(content: str | bytes) -> list[str]:
    """Vietnamese sentences for all that is wrong with a published file; none when it is exact.

    Exact means: the digest covers the content, the results follow from the file's own criteria, policies
    and cells, and the bytes are the canonical ones, so that any one changed character is found.
    """
    try:
        file = FrozenFile(content if isinstance(content, bytes) else content.encode())
        if not isinstance(file.bundle, dict) or file.bundle.get("format") != FORMAT:
            return [f"Tệp không phải gói công bố ({FORMAT})."]
        problems = _sealing_problems(file)
    except (ValueError, RecursionError):  # UnicodeEncodeError is a ValueError
        return ["Tệp không phải JSON đọc được: tải lại tệp đã công bố."]
    return problems + _result_problems(file)


def _refuse_number(_text: str) -> None:
    """Numbers are strings or integers; `verify` says so of the whole file."""
    raise ValueError


def _sealing_problems(file: FrozenFile) -> list[str]:
    problems = []
    if file.bundle.get(_DIGEST) != file.digest():
        problems.append("Mã kiểm tra (SHA-256) không khớp nội dung: tệp đã bị sửa.")
    if not file.is_canonical():
        problems.append(NOT_VERBATIM)
    return problems


def _result_problems(file: FrozenFile) -> list[str]:
    groups = file.bundle.get("groups")
    if not isinstance(groups, list):
        return ["Tệp thiếu danh sách khối (groups)."]
    problems: list[str] = []
    for position, group in enumerate(groups):
        try:
            recomputed = results_of({**group, _CELLS: file.cells(position)})
            problems += _differences(group["code"], group["results"], recomputed)
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
            problems.append(f"Khối thứ {position + 1} có dữ liệu sai hoặc thiếu, không tính lại được: {error}.")
    return problems[:SHOWN_PROBLEMS]


def _differences(group: str, published: list[Json], recomputed: list[Json]) -> list[str]:
    if published == recomputed:
        return []
    before = {result["unit"]: result for result in published}
    problems = [
        f"Khối {group}, đơn vị {result['unit']}: {key} công bố {_say(before.get(result['unit'], {}).get(key))}, "
        f"tính lại {_say(value)}."
        for result in recomputed
        for key, value in result.items()
        if before.get(result["unit"], {}).get(key) != value
    ]
    return problems or [f"Khối {group}: danh sách kết quả thừa, thiếu hoặc sai thứ tự."]


def _say(value: object) -> str:
    return "(không có)" if value is None else f"“{value}”"


def read(path: Path) -> bytes:
    """The bytes of a file to verify. Raises ValueError with a sentence for a huge or non-UTF-8 file, and
    OSError where it cannot be opened."""
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"Tệp lớn hơn {MAX_BYTES // 1024 // 1024} MB, không phải gói công bố.")
    try:
        decoder = codecs.getincrementaldecoder("utf-8")()
        for at in range(0, len(data), _PIECE):
            decoder.decode(data[at : at + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise ValueError("Tệp không phải chữ UTF-8: tải lại tệp JSON đã công bố.") from error
    return data


def main(arguments: Sequence[str]) -> int:
    """0: an exact match; 2: everything that does not match, on standard error."""
    if len(arguments) != 1:
        print("Cách dùng: python3 -m results.bundle TỆP.json", file=sys.stderr)
        return 2
    try:
        problems = verify(read(Path(arguments[0])))
    except (OSError, ValueError) as error:
        problems = [str(error)]
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print("Khớp: kết quả tính lại đúng từng ký tự.")
    return 2 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
