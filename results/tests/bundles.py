"""A small realistic bundle for tests: N units × two areas and a bonus block, in two blocks."""

from typing import Any

from results import bundle as bundles

AREAS = (("1", "Công tác chỉ đạo, điều hành cải cách hành chính"), ("2", "Cải cách thủ tục hành chính"))
NAMES = ("Sở Nội vụ", "Sở Tài chính", "Sở Kế hoạch và Đầu tư", "Sở Giáo dục và Đào tạo", "Văn phòng UBND Thành phố")


def criteria(leaves: int) -> list[dict[str, Any]]:
    """Two areas of `leaves` leaves each (the last of each a survey leaf) and a bonus leaf."""
    rows = []
    for code, name in AREAS:
        rows.append(_row(code, name, None, False, "", str(leaves)))
        for n in range(1, leaves + 1):
            source = "survey" if n == leaves else "self"
            rows.append(_row(f"{code}.{n}", f"Tiêu chí thành phần {code}.{n} về thủ tục, nền nếp", code, True, source))
    rows.append(_row("3", "Điểm thưởng sáng kiến", None, True, "self", "2", "bonus"))
    return rows


def _row(
    code: str, name: str, parent: str | None, leaf: bool, source: str, most: str = "1", kind: str = "normal"
) -> dict[str, Any]:
    return {
        "code": code,
        "printed_code": code,
        "name": name,
        "parent": parent,
        "is_leaf": leaf,
        "source": source,
        "kind": kind,
        "max_points": most,
        "provenance": "illustrative" if source == "self" else "official",
    }


def cells(units: list[dict[str, Any]], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Points that spread; the second unit has one leaf not applicable."""
    made = []
    for place, unit in enumerate(units):
        for n, row in enumerate(r for r in rows if r["is_leaf"]):
            state: str = "scored"
            points: str | None = ("1", "0.75", "0.5", "0")[(place * 3 + n * 5 + place * n) % 4]
            if place == 1 and n == 0:
                state, points = "not_applicable", None
            surveyed = row["source"] != "self"
            made.append(
                {
                    "unit": unit["code"],
                    "criterion": row["code"],
                    "state": state,
                    "self_points": None if surveyed else "1",
                    "points": points,
                    "ballots": 30 if surveyed else None,
                }
            )
    return made


def group(code: str, name: str, units: list[dict[str, Any]], leaves: int = 4, **policies: object) -> dict[str, Any]:
    rows = criteria(leaves)
    return {
        "code": code,
        "name": name,
        "decision": "3598/QĐ-UBND",
        "note": "phần tự đánh giá là minh họa",
        "policies": {
            "na": "rescale",
            "ties": "competition",
            "bands": [{"name": "Tốt", "from": "80"}, {"name": "Khá", "from": "60"}],
            **policies,
        },
        "criteria": rows,
        "units": units,
        "cells": cells(units, rows),
    }


def units(number: int, prefix: str = "S") -> list[dict[str, Any]]:
    return [
        {"code": f"{prefix}{n + 1:02d}", "name": NAMES[n] if n < len(NAMES) else f"Sở, ban, ngành thứ {n + 1}"}
        for n in range(number)
    ]


def districts(number: int) -> list[dict[str, Any]]:
    names = ("Quận Hoàn Kiếm", "Huyện Mỹ Đức", "Thị xã Sơn Tây", "Huyện Chương Mỹ", "Quận Long Biên")
    return [
        {"code": f"Q{n + 1:02d}", "name": names[n] if n < len(names) else f"Huyện thứ {n + 1}"} for n in range(number)
    ]


def header(**changed: object) -> dict[str, Any]:
    return {
        "year": 2031,
        "illustrative": True,
        "assessed_from": "2031-01-01",
        "assessed_to": "2031-12-31",
        "number": "123/QĐ-UBND",
        "date": "2032-03-01",
        **changed,
    }


def small(count: int = 4, leaves: int = 4, **changed: object) -> dict[str, Any]:
    """A whole bundle of two blocks with `count` units each."""
    return bundles.build(
        header(**changed),
        [
            group("so", "Sở, cơ quan tương đương Sở", units(count), leaves),
            group("quan", "UBND quận, huyện, thị xã", districts(count), leaves, na="shrink", ties="dense"),
        ],
    )


def of_areas(count: int, number: int = 3, most: str = "1") -> dict[str, Any]:
    """A bundle of one block: so many units under so many areas of a leaf each."""
    rows = [row for row in criteria(2) if row["code"] in ("1", "1.1")]
    tree = [
        {**row, "code": row["code"].replace("1", str(n), 1), "parent": row["parent"] and str(n), "max_points": most}
        for n in range(1, count + 1)
        for row in rows
    ]
    ranked = [{"code": f"S{n}", "name": f"Sở {n}"} for n in range(number)]
    own = {**group("so", "Sở", ranked), "criteria": tree, "cells": cells(ranked, tree)}
    return bundles.build(header(), [own])


REASON, ABSTRACT = "Thiếu tài liệu kiểm chứng", "Báo cáo của bà Nguyễn Thị Lan về một cửa"


def grounded() -> dict[str, Any]:
    """The same where the round lets the public read on what points rest: each first unit has a reason and a title."""
    made = small()
    for group in made["groups"]:
        title = {"number": "15/BC-THU", "date": "2031-12-01", "abstract": ABSTRACT}
        entry = {"unit": group["units"][0]["code"], "criterion": "1.1", "reason": REASON, "documents": [title]}
        group["grounds"] = {"rules": [{"criterion": "1.1", "rule": "Có: 1 điểm"}], "entries": [entry]}
    return bundles.build(header(), made["groups"])
