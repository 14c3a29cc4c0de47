"""Two people on one criterion: what was typed beside what is stored, line by line. No query."""

from collections.abc import Mapping
from dataclasses import dataclass

from cchc_index.lib.faults import Invalid
from cchc_index.lib.numbers import vn
from criteria import scoring
from criteria.models import Criterion
from selfassess.core import entry
from selfassess.models import SelfScore

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class ComparedValue:
    """One value in both versions."""

    label: str
    mine: str
    theirs: str

    @property
    def differs(self) -> bool:
        return self.mine != self.theirs


def compare(
    leaf: Criterion, current: SelfScore, figures: Mapping[str, object], typed: Mapping[str, str]
) -> list[ComparedValue]:
    """What the person typed (`figures` by field, the rest by name) beside the stored row."""
    taken = {**{key: str(value) for key, value in figures.items()}, **entry.read_figures(leaf, figures, {})}
    mine, theirs = figure_words(leaf, taken), figure_words(leaf, current.figures)
    lines = [ComparedValue(label, own, other) for (label, own), (_, other) in zip(mine, theirs, strict=True)]
    claimed = "na_claimed" in typed
    lines.append(ComparedValue("Điểm", NOTHING if claimed else _points(leaf, taken, typed), _stored_points(current)))
    lines.append(ComparedValue("Đề nghị không áp dụng", _yes(claimed), _yes(current.na_claimed)))
    reason = entry.text(typed.get("na_reason")) if claimed else ""
    lines.append(ComparedValue("Lý do không áp dụng", reason or NOTHING, current.na_reason or NOTHING))
    said = entry.text(typed.get("explanation"))
    return [*lines, ComparedValue("Giải trình", said or NOTHING, current.explanation or NOTHING)]


def figure_words(leaf: Criterion, figures: Mapping[str, str]) -> list[tuple[str, str]]:
    """Figures with their labels, for reading."""
    said = []
    for declared in scoring.fields(leaf.rule):
        value = figures.get(declared.key) or ""
        shown = dict(declared.choices).get(value, "") if declared.kind == "choice" else value.replace(".", ",")
        said.append((declared.label, f"{shown} {declared.unit}".strip() if shown else "chưa khai"))
    return said


def _points(leaf: Criterion, figures: Mapping[str, str], typed: Mapping[str, str]) -> str:
    """As far as it can be understood: what cannot is shown as typed."""
    direct = scoring.is_direct(leaf.rule)
    raw = typed.get("points", "") if direct else ""
    try:
        value = entry.direct_points(leaf, raw) if direct else entry.compute(leaf, figures)
    except Invalid:
        return raw or "chưa tính được"
    return vn(value) if value is not None else "chưa chấm"


def _stored_points(score: SelfScore) -> str:
    if score.na_claimed:
        return NOTHING
    return vn(score.points) if score.points is not None else "chưa chấm"


def _yes(claimed: bool) -> str:
    return "có" if claimed else "không"
