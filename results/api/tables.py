"""The shapes of the interface for programs. Pure: what is published in, plain objects out.

Each shape is a typed dictionary; the interface's document (`words`) is made from the same types, so that it cannot say
anything else than what is answered. Numbers of points are exact decimal texts, as in the published JSON.
"""

from collections.abc import Mapping
from typing import Any, TypedDict

from results.grounds.tables import stated

Bundle = Mapping[str, Any]


class PublicationShape(TypedDict):
    """Một bản công bố."""

    year: int
    number: str
    date: str
    published_at: str | None
    digest: str
    illustrative: bool
    state: str
    supersedes: str | None
    errata: str
    address: str


class ListShape(TypedDict):
    """Mọi bản công bố, theo thứ tự công bố."""

    publications: list[PublicationShape]


class BandShape(TypedDict):
    """Một mức xếp loại và ngưỡng dưới của nó (%)."""

    name: str
    edge: str


class GroupShape(TypedDict):
    """Một khối: bộ tiêu chí và quy định tính của khối."""

    code: str
    name: str
    decision: str
    na_policy: str
    ties: str
    bands: list[BandShape]
    units: int
    criteria: int


class HeadShape(TypedDict):
    """Một bản công bố với các khối của nó."""

    year: int
    number: str
    date: str
    digest: str
    illustrative: bool
    assessed_from: str
    assessed_to: str
    groups: list[GroupShape]


class ResultShape(TypedDict):
    """Kết quả của một đơn vị; index và rank là null khi chưa đủ điểm."""

    group: str
    unit: str
    name: str
    rank: int | None
    index: str | None
    points: str
    max_points: str
    appraised_points: str
    appraised_max: str
    appraised_index: str | None
    survey_points: str
    survey_max: str
    survey_index: str | None
    bonus: str
    penalty: str
    band: str
    incomplete: list[str]


class RankingShape(TypedDict):
    """Bảng xếp hạng: mọi khối, hoặc một khối khi có ?group=."""

    year: int
    number: str
    results: list[ResultShape]


class CellShape(TypedDict):
    """Điểm của đơn vị ở một tiêu chí thành phần; points là null khi state khác scored."""

    criterion: str
    state: str
    self_points: str | None
    points: str | None
    ballots: int | None


class UnitShape(TypedDict):
    """Một đơn vị: kết quả và điểm từng tiêu chí."""

    year: int
    number: str
    result: ResultShape
    cells: list[CellShape]


class DocumentShape(TypedDict):
    """Tên một tài liệu kiểm chứng; tệp không công khai."""

    number: str
    date: str | None
    abstract: str


class GroundShape(TypedDict):
    """Căn cứ của điểm ở một tiêu chí thành phần."""

    criterion: str
    rule: str | None
    reason: str | None
    documents: list[DocumentShape]


class GroundsShape(TypedDict):
    """Căn cứ của mọi điểm của một đơn vị; chỉ có khi kỳ đánh giá công khai."""

    year: int
    number: str
    group: str
    unit: str
    grounds: list[GroundShape]


class CriterionShape(TypedDict):
    """Một dòng của bộ tiêu chí."""

    group: str
    code: str
    printed_code: str
    name: str
    parent: str | None
    is_leaf: bool
    source: str
    kind: str
    max_points: str
    provenance: str


class CriteriaShape(TypedDict):
    """Bộ tiêu chí: mọi khối, hoặc một khối khi có ?group=."""

    year: int
    number: str
    criteria: list[CriterionShape]


def head(bundle: Bundle) -> HeadShape:
    names = ("year", "number", "date", "digest", "illustrative", "assessed_from", "assessed_to")
    return {**_only(bundle, names), "groups": [_group(group) for group in bundle["groups"]]}  # type: ignore[typeddict-item]


def ranking(bundle: Bundle, group: str = "") -> RankingShape:
    rows = [_result(row) for block in _blocks(bundle, group) for row in block["results"]]
    return {"year": bundle["year"], "number": bundle["number"], "results": rows}


def criteria(bundle: Bundle, group: str = "") -> CriteriaShape:
    names = tuple(name for name in CriterionShape.__annotations__ if name != "group")
    rows: list[Any] = [
        {"group": block["code"], **_only(row, names)} for block in _blocks(bundle, group) for row in block["criteria"]
    ]
    return {"year": bundle["year"], "number": bundle["number"], "criteria": rows}


def unit(bundle: Bundle, group: str, code: str) -> UnitShape | None:
    """None for a unit that the publication does not rank."""
    for block in _blocks(bundle, group) if group else []:
        own = next((row for row in block["results"] if row["unit"] == code), None)
        if own is not None:
            cells: list[Any] = [_only(c, tuple(CellShape.__annotations__)) for c in block["cells"] if c["unit"] == code]
            return {"year": bundle["year"], "number": bundle["number"], "result": _result(own), "cells": cells}
    return None


def grounds(bundle: Bundle, group: str, code: str) -> GroundsShape | None:
    """None for a unit that the publication does not rank, and where the round does not say on what points rest."""
    for block in _blocks(bundle, group) if group else []:
        if "grounds" in block and any(unit["code"] == code for unit in block["units"]):
            told = _grounds(block, code)
            return {"year": bundle["year"], "number": bundle["number"], "group": group, "unit": code, "grounds": told}
    return None


def _grounds(block: Bundle, code: str) -> list[GroundShape]:
    leaves = [row["code"] for row in block["criteria"] if row["is_leaf"] and row["source"] == "self"]
    return [
        {"criterion": leaf, "rule": own.rule, "reason": own.reason, "documents": list(own.documents)}
        for leaf, own in stated(block["grounds"], code, leaves)
    ]


def _blocks(bundle: Bundle, group: str) -> list[Bundle]:
    return [block for block in bundle["groups"] if not group or block["code"] == group]


def _group(block: Bundle) -> GroupShape:
    policies = block["policies"]
    return {
        "code": block["code"],
        "name": block["name"],
        "decision": block["decision"],
        "na_policy": policies["na"],
        "ties": policies["ties"],
        "bands": [{"name": band["name"], "edge": band["from"]} for band in policies["bands"]],
        "units": len(block["units"]),
        "criteria": sum(row["is_leaf"] for row in block["criteria"]),
    }


def _result(row: Bundle) -> ResultShape:
    return _only(row, tuple(ResultShape.__annotations__))  # type: ignore[return-value]


def _only(row: Bundle, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names}
