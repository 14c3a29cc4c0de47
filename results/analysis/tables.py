"""The tables of the analysis page. Pure: what `analysis` tells in, lines in the order of reading out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cchc_index.lib.text import sort_key

NEAR, FAR = Decimal(5), Decimal(15)
"""Points of per cent from which a gap is one, and from which it is wide."""
ABOVE = {0: "heat-0", 1: "heat-up-1", 2: "heat-up-2"}
BELOW = {0: "heat-0", 1: "heat-down-1", 2: "heat-down-2"}
CAUSE_WORDS = {
    "unclaimed": "Đơn vị không tự nhận",
    "paper": "Hội đồng điều chỉnh vì tài liệu",
    "performance": "Hội đồng điều chỉnh vì kết quả thực hiện",
    "other": "Hội đồng điều chỉnh vì lý do khác hoặc không ghi lý do",
    "survey": "Điều tra xã hội học",
}


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A gap with its class of colour; the number says the same."""

    gap: Decimal
    shade: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    """`lines`: a unit's name and its cells in the order of `areas`, None where a half is missing."""

    areas: list[tuple[str, str]]
    lines: list[tuple[str, list[HeatCell | None]]]


def shade(gap: Decimal) -> str:
    """The class of a gap: the council sees the unit better (up), or the respondents do (down)."""
    wide = (abs(gap) >= NEAR) + (abs(gap) >= FAR)
    return (ABOVE if gap > 0 else BELOW)[wide]


def heat_map(told: Mapping[str, Any]) -> HeatMap:
    """Units by the alphabet against areas in printed order, the whole unit first."""
    gaps = told["perception_gap"]
    named = {gap["area"]: gap["area_name"] for gap in gaps}
    printed = [one["criterion"] for one in told["influence"]]
    areas = sorted(named, key=lambda code: (code != "", _place(code, printed)))
    cells = {(gap["unit"], gap["area"]): Decimal(gap["gap"]) for gap in gaps}
    lines = [
        (name, [_cell(cells.get((unit, area))) for area in areas])
        for unit, name in by_alphabet(told)
        if (unit, "") in cells
    ]
    return HeatMap([(code, named[code] or "Cả đơn vị") for code in areas], lines)


def by_alphabet(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Code and name of every unit, by the Vietnamese alphabet."""
    return sorted(((one["unit"], one["name"]) for one in told["rank_ranges"]), key=lambda pair: sort_key(pair[1]))


def causes(told: Mapping[str, Any]) -> list[tuple[str, Decimal, Decimal]]:
    """Each cause in words, its points and its per cent of all that was lost."""
    total = Decimal(told["lost_points"].get("total", 0))
    return [
        (CAUSE_WORDS[cause], Decimal(points), Decimal(points) * 100 / total if total else Decimal(0))
        for cause, points in told["lost_points"].get("by_cause", {}).items()
    ]


def reasons(told: Mapping[str, Any]) -> list[tuple[str, int, Decimal]]:
    """Each reason in words, the cells it took points from and how many; the heaviest first."""
    given = told["lost_points"].get("by_reason", [])
    return [(one["text"], one["cells"], Decimal(one["points"])) for one in given]


def unit_losses(told: Mapping[str, Any]) -> list[tuple[str, list[Decimal]]]:
    """Each unit by the alphabet: points lost in all, then by cause in the order of CAUSE_WORDS."""
    by_unit = {one["unit"]: one for one in told["lost_points"].get("by_unit", [])}
    return [
        (name, [Decimal(by_unit[unit][key]) for key in ("points", *CAUSE_WORDS)])
        for unit, name in by_alphabet(told)
        if unit in by_unit
    ]


def influence_lines(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The criteria that make the most of the spread first, numbers as numbers."""
    numbers = ("mean", "lowest", "highest")
    lines = [
        {
            **one,
            **{key: None if one[key] is None else Decimal(one[key]) for key in numbers},
            "share": None if one["share_of_spread"] is None else Decimal(str(one["share_of_spread"])) * 100,
        }
        for one in told["influence"]
    ]
    return sorted(lines, key=lambda one: -(one["share"] or 0))


# --- as files ---------------------------------------------------------------------------------------

FileValue = str | Decimal | int | None


@dataclass(frozen=True, slots=True)
class AnalysisTable:
    """One table of the analysis as a file holds it; `wide` are the heads of columns of names."""

    key: str
    title: str
    heads: tuple[str, ...]
    lines: list[tuple[FileValue, ...]]
    wide: tuple[str, ...] = ("Đơn vị", "Tiêu chí", "Lĩnh vực", "Nguyên nhân", "Lý do")


def facts(told: Mapping[str, Any]) -> list[tuple[str, FileValue]]:
    """What the tables are of and how they were made."""
    head = [
        ("Năm", told["year"]),
        ("Khối", told["name"]),
        ("Dữ liệu minh họa", "có" if told["illustrative"] else "không"),
        ("Trạng thái", "bản xem trước – chưa công bố"),
        ("Số lần mô phỏng", told["draws"]),
        ("Số gieo", told["seed"]),
    ]
    return [*head, *(("Cách tính", text) for text in told["method"].values())]


def file_tables(told: Mapping[str, Any]) -> list[AnalysisTable]:
    """Every table, each line with the codes and names that it needs to stand alone."""
    names = dict(by_alphabet(told))
    return [_ranks_table(told), _influence_table(told), *_loss_tables(told, names), _gap_table(told, names)]


def _ranks_table(told: Mapping[str, Any]) -> AnalysisTable:
    keys = ("unit", "name", "rank", "low", "high", "median", "best", "worst", "open_cells")
    heads = (
        *("Mã đơn vị", "Đơn vị", "Hạng", "Khoảng 90%: từ", "Khoảng 90%: đến"),
        *("Hạng trung vị", "Hạng cao nhất", "Hạng thấp nhất", "Ô chưa có điểm"),
    )
    return AnalysisTable("khoang-hang", "Khoảng hạng", heads, [_picked(one, keys) for one in told["rank_ranges"]])


def _influence_table(told: Mapping[str, Any]) -> AnalysisTable:
    heads = (
        *("Mã tiêu chí", "Tiêu chí", "Phần chênh lệch (%)", "Đơn vị đổi hạng", "Đổi nhiều nhất (hạng)"),
        *("Trung bình", "Thấp nhất", "Cao nhất", "Mọi đơn vị đạt tối đa", "Lặp lại"),
    )
    keys = ("criterion", "name", "share", "units_moved", "largest_move", "mean", "lowest", "highest")
    lines = [
        (*_picked(one, keys), "có" if one["all_at_maximum"] else "", ", ".join(one["repeats"]))
        for one in influence_lines(told)
    ]
    return AnalysisTable("anh-huong", "Ảnh hưởng của tiêu chí", heads, lines)


def _loss_tables(told: Mapping[str, Any], names: Mapping[str, str]) -> list[AnalysisTable]:
    lost = told["lost_points"]
    by_criterion = [_picked(one, ("criterion", "name"), ("points",)) for one in lost.get("by_criterion", [])]
    by_unit = [
        (one["unit"], names[one["unit"]], *(Decimal(one[key]) for key in ("points", *CAUSE_WORDS)))
        for one in _in_order(lost.get("by_unit", []), names)
    ]
    heads = ("Mã đơn vị", "Đơn vị", "Tổng điểm mất", *CAUSE_WORDS.values())
    return [
        AnalysisTable("diem-mat-don-vi", "Điểm mất theo đơn vị", heads, by_unit),
        AnalysisTable(
            "diem-mat-tieu-chi", "Điểm mất theo tiêu chí", ("Mã tiêu chí", "Tiêu chí", "Điểm mất"), by_criterion
        ),
        AnalysisTable("diem-mat-ly-do", "Điểm mất theo lý do", ("Lý do", "Số ô", "Điểm mất"), [*reasons(told)]),
    ]


def _gap_table(told: Mapping[str, Any], names: Mapping[str, str]) -> AnalysisTable:
    heads = (
        *("Mã đơn vị", "Đơn vị", "Mã lĩnh vực", "Lĩnh vực"),
        *("Thẩm định (%)", "Điều tra (%)", "Thẩm định trừ điều tra (%)"),
    )
    lines = [
        (
            *(one["unit"], names[one["unit"]], one["area"], one["area_name"] or "Cả đơn vị"),
            *(Decimal(one[key]) for key in ("appraised", "survey", "gap")),
        )
        for one in _in_order(told["perception_gap"], names)
    ]
    return AnalysisTable("chenh-lech", "Thẩm định và điều tra", heads, lines)


def _in_order(rows: Sequence[dict[str, Any]], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Rows of units in the order of `names`."""
    place = {unit: number for number, unit in enumerate(names)}
    return sorted(rows, key=lambda one: place[one["unit"]])


def _picked(one: Mapping[str, Any], keys: Sequence[str], numbers: Sequence[str] = ()) -> tuple[FileValue, ...]:
    return (*(one[key] for key in keys), *(Decimal(one[key]) for key in numbers))


def _cell(gap: Decimal | None) -> HeatCell | None:
    return None if gap is None else HeatCell(gap, shade(gap))


def _place(area: str, printed: Sequence[str]) -> int:
    """Where the first leaf of an area is printed."""
    return next((n for n, code in enumerate(printed) if code == area or code.startswith(f"{area}.")), len(printed))
