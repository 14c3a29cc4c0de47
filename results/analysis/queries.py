"""The analysis of a block as it stands: every number in one plain shape, for the command line and the desk."""

import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from appraisal.reasons import queries as reasons
from cchc_index.lib import sealed_cache
from cchc_index.lib.numbers import exact_text
from cchc_index.lib.programs import source_digest
from cchc_index.lib.text import sort_key
from criteria.models import RoundGroup
from results import bundle, ranking
from results.bundle import Json
from results.computation.queries import code_version
from results.publication.queries import preview_bundle
from results.ranking import RankedUnit
from surveys.analysis.errors import sampling_errors

from .gaps import gaps
from .influence import LeafInfluence, influences
from .losses import LossCell, Losses, losses
from .ranges import DrawnUnit, RankRange, ranges
from .whatif import SupposedUnit, Supposition, what_if

PAGE_DRAWS, PAGE_SEED = 2_000, 1
"""What the page draws; the command draws as many as it is told to."""

NOT_YET = "Kế hoạch điều tra bảo vệ các ô ít phiếu: phần phân tích có khi giai đoạn điều tra đóng."
"""Two looks while ballots come would tell what the few between them answered."""

METHOD = {
    "rank_ranges": (
        "Mỗi lần rút thay điểm ĐTXHH của đơn vị bằng điểm đó cộng sai số chọn mẫu của phiếu (phân phối chuẩn), mỗi ô "
        "chưa có điểm bằng một giá trị đều từ 0 đến điểm tối đa, rồi xếp hạng lại; low–high chứa 90% số lần rút."
    ),
    "influence": (
        "share_of_spread: phần phương sai của tổng điểm do tiêu chí mang lại; units_moved: số đơn "
        "vị đổi hạng, mất hạng hoặc có hạng khi bỏ tiêu chí; largest_move: số hạng đổi nhiều nhất của đơn vị có hạng "
        "cả trước và sau; repeats: tiêu chí có tương quan từ 0,98."
    ),
    "lost_points": (
        "Điểm tối đa trừ điểm đạt của mọi ô đã có điểm: unclaimed – đơn vị không tự nhận; paper, performance, other – "
        "Hội đồng điều chỉnh vì tài liệu, vì kết quả thực hiện, vì lý do khác; survey – điều tra."
    ),
    "perception_gap": "Tỷ lệ % thẩm định trừ tỷ lệ % điều tra, theo lĩnh vực có đủ hai phần; area rỗng là cả đơn vị.",
}


def analysis(block: RoundGroup, *, draws: int, seed: int) -> Json:
    """The whole analysis of a block, from the inputs that a publication would freeze now."""
    return BlockAnalysis(block).told(draws, seed)


def kept_analysis(block: RoundGroup) -> Json:
    """The analysis as the page shows it, kept until the block's inputs, its units or the program change."""
    known = (block.pk, block.inputs_version, block.group.units_version, block.round.illustrative, _made_by())
    key = f"analysis:{sealed_cache.mark_of(*known, PAGE_DRAWS, PAGE_SEED)}"
    told = sealed_cache.get(key)
    if told is None:
        told = analysis(block, draws=PAGE_DRAWS, seed=PAGE_SEED)
        sealed_cache.put(key, told)
    return dict(told)


@cache
def _made_by() -> str:
    """The program that makes an analysis: the arithmetic of the points, and that of each part."""
    parts = (BlockAnalysis, gaps, influences, losses, ranges, sampling_errors)
    return code_version() + source_digest(*(sys.modules[part.__module__] for part in parts))[:16]


def _by_rank(line: Json) -> tuple[Any, ...]:
    """Best rank first; units that nothing tells apart by the Vietnamese alphabet, as in every list."""
    return line["rank"] is None, line["rank"], line["median"], sort_key(line["name"]), line["unit"]


class BlockAnalysis:
    """The inputs of a block, read once."""

    def __init__(self, block: RoundGroup):
        self.block = block
        preview = preview_bundle(block.round, block)
        self.illustrative = preview["illustrative"]
        self.group: Json = preview["groups"][0] if preview["groups"] else {}
        self.rows = [bundle.row_of(criterion) for criterion in self.group.get("criteria", [])]
        self.names = {criterion["code"]: criterion["name"] for criterion in self.group.get("criteria", [])}
        self.units: list[Json] = self.group.get("units", [])

    def supposed(self, supposed: Supposition) -> list[SupposedUnit]:
        """Every unit before and after what is supposed; nothing is written."""
        policies = bundle.policies_of(self.group["policies"])
        return what_if(self.rows, policies, bundle.cells_of(self.units, self.group["cells"]), supposed)

    def told(self, draws: int, seed: int) -> Json:
        head = {
            "year": self.block.round.year,
            "group": self.block.group.code,
            "name": self.block.group.name,
            "illustrative": self.illustrative,
            "draws": draws,
            "seed": seed,
            "method": METHOD,
        }
        if not self.units:
            return {**head, "rank_ranges": [], "influence": [], "lost_points": {}, "perception_gap": []}
        policies = bundle.policies_of(self.group["policies"])
        cells = bundle.cells_of(self.units, self.group["cells"])
        outcomes = ranking.compute(self.rows, policies, cells)
        return {
            **head,
            "rank_ranges": self._ranges(outcomes, draws, seed, dense=policies.ties == ranking.DENSE),
            "influence": [self._influence(leaf) for leaf in influences(self.rows, policies, cells)],
            "lost_points": self._losses(),
            "perception_gap": self._gaps(),
        }

    # --- ranks -------------------------------------------------------------------------------------

    def _ranges(self, outcomes: Mapping[str, RankedUnit], draws: int, seed: int, *, dense: bool) -> list[Json]:
        errors = sampling_errors(self.block)
        maxima = {row.code: float(row.max_points) for row in self.rows}
        drawn = [_drawn(outcomes[unit["code"]], errors.get(unit["code"], 0.0), maxima) for unit in self.units]
        found = ranges(drawn, draws, seed, dense=dense)
        lines = [
            self._range(unit, outcomes[unit["code"]], errors.get(unit["code"], 0.0), of)
            for unit, of in zip(self.units, found, strict=True)
        ]
        return sorted(lines, key=_by_rank)

    @staticmethod
    def _range(unit: Json, outcome: RankedUnit, error: float, of: RankRange) -> Json:
        return {
            "unit": unit["code"],
            "name": unit["name"],
            "rank": outcome.rank,
            "low": of.low,
            "median": of.median,
            "high": of.high,
            "best": of.best,
            "worst": of.worst,
            "survey_error": round(error, 4),
            "open_cells": len(outcome.incomplete),
        }

    def _influence(self, leaf: LeafInfluence) -> Json:
        return {
            "criterion": leaf.code,
            "name": self.names[leaf.code],
            "mean": None if leaf.mean is None else exact_text(round(leaf.mean, 4)),
            "lowest": exact_text(leaf.lowest),
            "highest": exact_text(leaf.highest),
            "share_of_spread": None if leaf.share_of_spread is None else round(leaf.share_of_spread, 4),
            "units_moved": leaf.moved,
            "largest_move": leaf.largest_move,
            "all_at_maximum": leaf.all_at_maximum,
            "repeats": list(leaf.repeats),
        }

    # --- points ------------------------------------------------------------------------------------

    def _scored(self) -> Iterator[tuple[Json, ranking.TreeRow, Decimal]]:
        """Every scored normal leaf of every unit with its points."""
        leaves = {row.code: row for row in self.rows if row.is_leaf and row.kind == ranking.NORMAL}
        for cell in self.group["cells"]:
            if cell["state"] == ranking.SCORED and cell["criterion"] in leaves:
                yield cell, leaves[cell["criterion"]], bundle.number(cell["points"])

    def _losses(self) -> Json:
        given, texts = self._reasons()
        counted = losses(
            LossCell(
                cell["unit"],
                leaf.code,
                leaf.max_points,
                points,
                None if cell["self_points"] is None else bundle.number(cell["self_points"]),
                leaf.source != ranking.SELF,
                given.get((cell["unit"], leaf.code), ""),
            )
            for cell, leaf, points in self._scored()
        )
        return _told_losses(counted, texts, self.names)

    def _reasons(self) -> tuple[dict[tuple[str, str], str], dict[str, str]]:
        """(unit, criterion) → code of the last reason that took points there; code → the reason's text."""
        given: dict[tuple[str, str], str] = {}
        texts: dict[str, str] = {}
        for use in reasons.uses(self.block.round):
            place, reason = use.entry.appraisal, use.entry.reason
            if place.round_group_id == self.block.pk and reason is not None:
                given[place.unit.code, place.criterion.code] = reason.code
                texts[reason.code] = reason.text
        return given, texts

    def _gaps(self) -> list[Json]:
        areas = _areas(self.rows)
        found = gaps(
            (cell["unit"], areas[leaf.code], leaf.source != ranking.SELF, points, leaf.max_points)
            for cell, leaf, points in self._scored()
        )
        return [
            {
                "unit": gap.unit,
                "area": gap.area,
                "area_name": self.names.get(gap.area, ""),
                "appraised": _percent(gap.appraised),
                "survey": _percent(gap.survey),
                "gap": _percent(gap.gap),
            }
            for gap in found
        ]


def _drawn(outcome: RankedUnit, error: float, maxima: Mapping[str, float]) -> DrawnUnit:
    return DrawnUnit(
        float(outcome.points),
        float(outcome.max_points),
        float(outcome.survey.points),
        float(outcome.survey.max_points),
        error,
        tuple(maxima[code] for code in outcome.incomplete),
    )


def _told_losses(counted: Losses, texts: Mapping[str, str], names: Mapping[str, str]) -> Json:
    by_reason = sorted(counted.by_reason.items(), key=lambda item: (-item[1], item[0]))
    by_criterion = sorted(counted.by_criterion.items(), key=lambda item: (-item[1], ranking.natural_key(item[0])))
    return {
        "total": exact_text(counted.total),
        "by_cause": {cause: exact_text(points) for cause, points in counted.by_cause.items()},
        "by_reason": [
            {"reason": code, "text": texts[code], "cells": counted.cells_by_reason[code], "points": exact_text(points)}
            for code, points in by_reason
        ],
        "by_criterion": [
            {"criterion": code, "name": names[code], "points": exact_text(points)} for code, points in by_criterion
        ],
        "by_unit": [
            {"unit": unit, "points": exact_text(sum(causes.values(), Decimal(0))), **_exact(causes)}
            for unit, causes in sorted(counted.by_unit.items())
        ],
    }


def _exact(values: Mapping[str, Decimal]) -> dict[str, Any]:
    return {key: exact_text(value) for key, value in values.items()}


def _areas(rows: list[ranking.TreeRow]) -> dict[str, str]:
    """Every row's area: the row without a parent above it."""
    parents = {row.code: row.parent for row in rows}
    areas = {}
    for code in parents:
        area = code
        while (above := parents[area]) is not None:
            area = above
        areas[code] = area
    return areas


def _percent(value: Fraction) -> str:
    return format(ranking.half_up(value, 2), "f")
