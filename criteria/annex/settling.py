"""The rows of an annex among those the set keeps: leaves, sources, kinds and sums. No database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cchc_index.lib import numbers
from cchc_index.lib.faults import Fault
from criteria import scoring, tree

from .reading import MAX_POINTS, Annex, AnnexRow, Extras
from .totals import contradicted, contradiction
from .words import NORMAL, PAPI, PENALTY, SELF, SIPAS, SOURCE_NAMES, SURVEY


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of the set as it stands: one the file does not name, or the older state of one it does."""

    source: str
    kind: str
    max_points: Decimal


@dataclass(frozen=True, slots=True)
class Settled:
    """A row of the annex as it enters the set."""

    code: str
    printed_code: str
    name: str
    is_leaf: bool
    source: str
    kind: str
    max_points: Decimal
    printed_max: str
    rule: dict[str, Any] | None = None
    """None where the file says nothing of it."""
    extras: Extras = field(default_factory=Extras)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of the set: the annex's rows, the rows the file does not name after it, and every fault of
    the file, those found while it was read first."""

    rows: list[Settled]
    kept: dict[str, Kept]
    faults: list[Fault]


def settle(annex: Annex, kept: Mapping[str, Kept], current: Mapping[str, Kept], default_source: str) -> Settlement:
    """Place the rows of the annex. `kept` are the rows of the set that the file does not name, `current` the
    older state of those it does; `default_source` is that of leaves for which the file names none."""
    settling = _Settling(annex, kept, current, default_source)
    rows = settling.rows()
    return Settlement(rows, settling.kept_rows(), settling.faults)


class _Settling:
    """The rows of one file while they are placed."""

    def __init__(
        self, annex: Annex, kept: Mapping[str, Kept], current: Mapping[str, Kept], default_source: str
    ) -> None:
        self.annex, self.kept, self.current, self.default_source = annex, kept, current, default_source
        self.faults = list(annex.faults)
        self.by_code = {entry.code: entry for entry in annex.entries}
        self.codes = {*self.by_code, *kept}
        self.leaves = tree.leaf_codes(self.codes)
        self.kinds = {code: self._own_kind(code) for code in self.codes}
        self.points = {code: self._leaf_points(code) for code in self.leaves}
        self._derive_group_kinds()

    def rows(self) -> list[Settled]:
        settled = [self._leaf(e) if e.code in self.leaves else self._group(e) for e in self.by_code.values()]
        self._check_totals()
        if sum(self.points.values()) > MAX_POINTS:
            self.faults.append(Fault(0, "", f"tổng điểm lớn hơn {MAX_POINTS}", "kiểm tra lại cột điểm"))
        return settled

    def kept_rows(self) -> dict[str, Kept]:
        """The rows the file does not name, after it: groups take their new sums (a cap stays), a leaf that
        gets children becomes a group."""
        groups = {code: row for code, row in self.kept.items() if code not in self.leaves}
        after = {code: Kept("", self.kinds[code], self._kept_sum(code, row)) for code, row in groups.items()}
        return {**self.kept, **after}

    def _kept_sum(self, code: str, row: Kept) -> Decimal:
        return row.max_points if row.kind != NORMAL else self.sum_of(code)

    def sum_of(self, code: str, among: set[str] | None = None) -> Decimal:
        """The points of the leaves below `code` that are of its kind."""
        kind = self.kinds[code]
        start = f"{code}."
        below = (c for c in (self.leaves if among is None else among) if c.startswith(start) and self.kinds[c] == kind)
        return sum((self._leaf_points(c) for c in below), Decimal(0))

    def _ancestors(self, code: str) -> list[str]:
        return [code, *(prefix for prefix in tree.prefixes(code) if prefix in self.codes)]

    def _own_kind(self, code: str) -> str:
        """The kind of the row's cell, else of the nearest row above it in the tree that names one."""
        for place in self._ancestors(code):
            entry = self.by_code.get(place)
            if entry is not None and entry.kind:
                return entry.kind
            if entry is None and (place == code or self.kept[place].kind != NORMAL):
                return self.kept[place].kind
        return NORMAL

    def _derive_group_kinds(self) -> None:
        """A group that says nothing is of the kind of its leaves, where they are of one."""
        below: dict[str, set[str]] = {}
        for leaf in self.leaves:
            for prefix in tree.prefixes(leaf):
                below.setdefault(prefix, set()).add(self.kinds[leaf])
        for code in self.codes - self.leaves:
            entry = self.by_code.get(code)
            if self.kinds[code] == NORMAL and not (entry and entry.kind) and len(below[code]) == 1:
                self.kinds[code] = next(iter(below[code]))

    def _leaf_points(self, code: str) -> Decimal:
        entry = self.by_code.get(code)
        if entry is None:
            return self.kept[code].max_points
        points = entry.points or Decimal(0)
        return abs(points) if self.kinds[code] == PENALTY else points

    def _leaf(self, entry: AnnexRow) -> Settled:
        points = self.points[entry.code]
        if not entry.row.text("points"):
            self._fault(entry, "points", "thiếu điểm tối đa", "ghi điểm tối đa của tiêu chí")
        elif entry.points == 0:
            self._fault(entry, "points", "điểm tối đa bằng 0", "ghi điểm tối đa lớn hơn 0 theo bản in")
        elif points < 0:
            self._fault(
                entry, "points", "điểm tối đa âm", "ghi số dương, hoặc ghi “Trừ” ở cột Thưởng/trừ nếu là điểm trừ"
            )
        printed = entry.row.text("points") if entry.points is not None and entry.points < 0 else ""
        return self._settled(entry, self._source(entry), points, printed)

    def _group(self, entry: AnnexRow) -> Settled:
        total = self.sum_of(entry.code)
        kind = self.kinds[entry.code]
        printed = entry.points
        if printed is not None and kind == PENALTY:
            printed = abs(printed)
        if printed is None:
            return self._settled(entry, "", total)
        if not self._has_leaf_of(entry.code, kind):
            return self._group_of_kinds(entry, printed, total)
        if contradicted(kind, printed, total, total) is None:
            return self._settled(entry, "", printed)
        if printed == self.sum_of(entry.code, self._file_leaves()):
            return self._settled(entry, "", total)
        of_total = numbers.vn_short(total)
        self._fault(entry, "points", contradiction(printed, total), f"dùng tổng {of_total}", repairable=True)
        return self._settled(entry, "", total, entry.row.text("points")[:30])

    def _group_of_kinds(self, entry: AnnexRow, printed: Decimal, total: Decimal) -> Settled:
        """A group of bonus and deduction alike: what it prints may be either, or both, but no more."""
        below = sum((self._leaf_points(c) for c in self.leaves if c.startswith(f"{entry.code}.")), Decimal(0))
        if contradicted(NORMAL, printed, None, below) is None:
            return self._settled(entry, "", total)
        message = contradiction(printed, below)
        self._fault(entry, "points", message, "để trống ô điểm của dòng này", repairable=True)
        return self._settled(entry, "", total, entry.row.text("points")[:30])

    def _has_leaf_of(self, code: str, kind: str) -> bool:
        return any(leaf.startswith(f"{code}.") and self.kinds[leaf] == kind for leaf in self.leaves)

    def _file_leaves(self) -> set[str]:
        return tree.leaf_codes(self.by_code)

    def _settled(self, entry: AnnexRow, source: str, points: Decimal, printed_max: str = "") -> Settled:
        printed_code = entry.printed[:30] if entry.printed != entry.code else ""
        is_leaf = entry.code in self.leaves
        kind = self.kinds[entry.code]
        extras = entry.extras
        if extras.printed_code is not None:
            printed_code = extras.printed_code[:30]
        if extras.printed_points is not None and not printed_max:
            printed_max = extras.printed_points[:30]
        rule = self._rule(entry, points)
        return Settled(entry.code, printed_code, entry.name, is_leaf, source, kind, points, printed_max, rule, extras)

    def _rule(self, entry: AnnexRow, points: Decimal) -> dict[str, Any] | None:
        if not entry.extras.rule:
            return None
        if entry.code not in self.leaves:
            self._fault(entry, "rule", _GROUP_RULE, "để trống ô này, ghi quy tắc ở tiêu chí thành phần")
            return None
        try:
            return scoring.from_words(entry.extras.rule, points or MAX_POINTS)
        except scoring.WordsProblem as problem:
            examples = ", ".join(scoring.EXAMPLES)
            self._fault(entry, "rule", str(problem), f"ghi như một trong các ví dụ {examples}")
            return None

    def _source(self, entry: AnnexRow) -> str:
        """The leaf's own cell, else that of a group above, else the file's. A file that only says ĐTXHH as
        a whole leaves alone what the set already knows to be SIPAS or PAPI."""
        for code in self._ancestors(entry.code):
            near = self.by_code.get(code)
            if near is not None and near.unknown_source:
                self._fault(near, "source", f"không rõ nguồn “{near.unknown_source[:40]}”", f"ghi {SOURCE_NAMES}")
                return SELF
            if near is not None and near.source:
                return near.source
        known = self.current.get(entry.code)
        if self.default_source == SURVEY and known is not None and known.source in (SIPAS, PAPI):
            return known.source
        return self.default_source or SELF

    def _check_totals(self) -> None:
        """A fault for each printed total that is not the sum of its leaves. It has no repair: a row is missing or
        wrong, and nobody can say which."""
        leaves = tree.leaf_codes(self.by_code)
        order = [e.code if e.code in leaves and self.kinds[e.code] == NORMAL else "" for e in self.annex.entries]
        points = [self.by_code[code].points or Decimal(0) if code else Decimal(0) for code in order]
        since = 0
        for total in self.annex.totals:
            sums = (sum(points, Decimal(0)), sum(points[: total.above], Decimal(0)), sum(points[since : total.above]))
            since = total.above
            if total.points not in sums:
                text = (numbers.vn_short(total.points), numbers.vn_short(sums[1] or sums[0]))
                message = f"tổng điểm in là {text[0]} nhưng tổng các tiêu chí trong tệp là {text[1]}"
                repair = "đối chiếu với bản in, bổ sung dòng thiếu hoặc sửa điểm sai"
                self.faults.append(total.row.fault("points", message, repair))

    def _fault(self, entry: AnnexRow, key: str, message: str, repair: str, *, repairable: bool = False) -> None:
        fault = entry.fault(key, message, repair, repairable=repairable)
        if fault not in self.faults:
            self.faults.append(fault)


_GROUP_RULE = "tiêu chí có tiêu chí thành phần thì không có quy tắc chấm"
