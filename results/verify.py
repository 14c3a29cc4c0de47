#!/usr/bin/env python3
"""Verify a published file of the index, with Python's standard library alone: python3 verify.py FILE.json [DIGEST]

Exit 0: it is the publication whose SHA-256 digest was given (the city gives it). Exit 3: it agrees with itself –
legal, its results follow from its own inputs – but nothing outside vouches for it. Exit 2: it is not; the reasons.
"""

import hashlib
import json
import re
import sys
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

Node = dict[str, Any]
FORMAT, ZERO, FOUR = "cchc-index/1", Decimal(0), Decimal("0.0001")
STATES = ("scored", "not_scored", "not_applicable", "no_ballots")
KINDS, SOURCES, ORIGINS = (
    ("normal", "bonus", "penalty"),
    ("self", "survey", "sipas", "papi"),
    ("official", "illustrative"),
)
NUMBER = re.compile(r"(0|[1-9][0-9]{0,7})(\.[0-9]{0,8}[1-9])?", re.ASCII)
CODE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){0,7}", re.ASCII)
HEAD = {"assessed_from", "assessed_to", "date", "digest", "format", "groups", "illustrative", "number", "year"}
GROUP = {"cells", "code", "criteria", "decision", "name", "note", "policies", "results", "units"}
CRITERION = {"code", "is_leaf", "kind", "max_points", "name", "parent", "printed_code", "provenance", "source"}
NAMES = [("points", "max_points", "index")]
NAMES += [(f"{half}_points", f"{half}_max", f"{half}_index") for half in ("appraised", "survey")]
CELL = {"ballots", "criterion", "points", "self_points", "state", "unit"}


class Illegal(Exception):
    """Something that no publication can hold; the sentence says where."""


def need(holds: object, sentence: str) -> None:
    if not holds:
        raise Illegal(sentence)


def keys(value: Any, asked: set[str], place: str, optional: tuple[str, ...] = ()) -> None:
    need(type(value) is dict, f"{place}: không phải đối tượng")
    extra, missing = value.keys() - asked - set(optional), asked - value.keys()
    need(not extra and not missing, f"{place}: thừa khóa {sorted(extra)}, thiếu khóa {sorted(missing)}")


def text(value: Any, place: str, *, blank: bool = False) -> str:
    need(type(value) is str and (blank or value.strip()), f"{place}: không phải chữ hoặc để trống")
    return str(value)


def rows(value: Any, place: str) -> list[Any]:
    need(type(value) is list, f"{place}: không phải danh sách")
    return list(value)


def number(value: Any, place: str, maximum: Decimal | int | None = None) -> Decimal:
    """A number in its one spelling: no sign, no leading or trailing zeros, no exponent."""
    need(type(value) is str and NUMBER.fullmatch(value), f"{place}: số “{value}” viết không đúng")
    need(maximum is None or Decimal(value) <= maximum, f"{place}: {value} lớn hơn mức tối đa {maximum}")
    return Decimal(value)


def day(value: Any, place: str) -> date:
    need(type(value) is str and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value), f"{place}: ngày không đúng")
    return date.fromisoformat(value)


def once(values: list[Any], place: str) -> list[Any]:
    need(len(set(values)) == len(values), f"{place}: có mục lặp lại")
    return values


def check_head(bundle: Node) -> None:
    keys(bundle, HEAD, "Tệp", ("decisions", "statements", "supersedes", "errata"))
    need(bundle["format"] == FORMAT, f"Tệp không ở dạng {FORMAT}")
    year = bundle["year"]
    need(type(year) is int and 1900 < year < 2200, "Năm chỉ số không đúng")
    need(type(bundle["illustrative"]) is bool, "illustrative: phải là true hoặc false")
    start, end = day(bundle["assessed_from"], "assessed_from"), day(bundle["assessed_to"], "assessed_to")
    need(start <= end and year in (start.year, end.year), "Thời kỳ đánh giá không thuộc năm chỉ số")
    need(re.search(r"[0-9]", text(bundle["number"], "number")), "Số công bố không có chữ số nào")
    dated = day(bundle["date"], "date")
    need(end.year <= dated.year + 1 and start <= dated, "Ngày công bố trước thời kỳ đánh giá")
    need(dated.year <= year + 20, "Ngày công bố quá xa năm chỉ số")
    need(("supersedes" in bundle) == ("errata" in bundle), "Đính chính phải có cả số được đính chính và nội dung")
    if "errata" in bundle and text(bundle["errata"], "errata"):
        need(text(bundle["supersedes"], "supersedes") != bundle["number"], "Công bố không thể đính chính chính nó")
    _ = [text(sentence, "statements") for sentence in rows(bundle.get("statements", []), "statements")]
    need(type(decisions := bundle.get("decisions", {})) is dict, "decisions: không phải đối tượng")
    for name, cited in decisions.items():
        keys(cited, {"date", "issuer"}, f"decisions {name}")
        need(day(cited["date"], f"decisions {name}") <= dated, f"Quyết định {name} ban hành sau ngày công bố")
        text(cited["issuer"], f"decisions {name}", blank=True)
    for group in (groups := rows(bundle["groups"], "groups")):
        keys(group, GROUP, "Khối")
    need(once([text(group["code"], "Mã khối") for group in groups], "Danh sách khối"), "Tệp không có khối nào")
    marked = [row for group in groups for row in rows(group["criteria"], "criteria") if "illustrative" in str(row)]
    need(bundle["illustrative"] or not marked, "Tệp có tiêu chí minh họa nhưng không ghi là minh họa")


def check_group(group: Node) -> Node:
    """The legality of a block; gives its criteria by code."""
    place = f"Khối {group['code']}"
    _ = text(group["name"], place), text(group["decision"], place), text(group["note"], place, blank=True)
    keys(policies := group["policies"], {"bands", "na", "ties"}, f"{place}, policies")
    need(policies["na"] in ("rescale", "shrink", "full"), f"{place}: cách xử lý không áp dụng lạ")
    need(policies["ties"] in ("competition", "dense"), f"{place}: cách xếp hạng bằng điểm lạ")
    for band in rows(policies["bands"], place):
        keys(band, {"from", "name"}, f"{place}, mức xếp loại")
    edges = once([number(band["from"], f"{place}, ngưỡng", 100) for band in policies["bands"]], f"{place}, ngưỡng")
    once([text(band["name"], f"{place}, mức xếp loại") for band in policies["bands"]], f"{place}, mức xếp loại")
    need(edges == sorted(edges, reverse=True), f"{place}: mức xếp loại không theo thứ tự")
    tree = check_tree(group["criteria"], place)
    for unit in rows(group["units"], place):
        keys(unit, {"code", "name"}, place)
        text(unit["name"], f"{place}, tên đơn vị")
    units = once([text(unit["code"], f"{place}, mã đơn vị") for unit in group["units"]], f"{place}, đơn vị")
    need(units, f"{place}: không có đơn vị nào")
    leaves = [code for code, row in tree.items() if row["is_leaf"]]
    seen = []
    for cell in rows(group["cells"], place):
        keys(cell, CELL, f"{place}, ô")
        where = f"{place}, ô {cell['unit']} / {cell['criterion']}"
        need(cell["unit"] in units and cell["criterion"] in leaves, f"{where}: không có đơn vị hoặc tiêu chí này")
        check_cell(cell, tree[cell["criterion"]], where)
        seen.append((cell["unit"], cell["criterion"]))
    need(len(once(seen, f"{place}, các ô")) == len(units) * len(leaves), f"{place}: thiếu ô của đơn vị và tiêu chí")
    return tree


def check_tree(criteria: Any, place: str) -> Node:
    for row in rows(criteria, place):
        keys(row, CRITERION, f"{place}, tiêu chí")
        where = f"{place}, tiêu chí {row['code']}"
        need(type(row["code"]) is str and CODE.fullmatch(row["code"]), f"{where}: mã không đúng")
        text(row["name"], where)
        text(row["printed_code"], where, blank=True)
        need(type(row["is_leaf"]) is bool and row["kind"] in KINDS, f"{where}: loại không đúng")
        sources = SOURCES if row["is_leaf"] else ("",)
        need(row["provenance"] in ORIGINS and row["source"] in sources, f"{where}: nguồn gốc, nguồn điểm không đúng")
        need(number(row["max_points"], where) > 0 and Decimal(row["max_points"]) % FOUR == 0, f"{where}: điểm tối đa")
    tree: Node = dict(zip(once([row["code"] for row in criteria], place), criteria, strict=True))
    for code, row in tree.items():
        above, where = row["parent"], f"{place}, tiêu chí {code}"
        need(above is None or (above in tree and code.startswith(f"{above}.")), f"{where}: đứng dưới {above}")
        children = [child for child in criteria if child["parent"] == code]
        need(row["is_leaf"] == (not children), f"{where}: dòng có dòng bên dưới là nhóm, không có thì chấm điểm")
        own = [Decimal(child["max_points"]) for child in children if child["kind"] == row["kind"] == "normal"]
        need(not own or sum(own) == Decimal(row["max_points"]), f"{where}: điểm tối đa khác tổng các dòng bên dưới")
    return tree


def check_cell(cell: Node, leaf: Node, where: str) -> None:
    maximum, state, own = Decimal(leaf["max_points"]), cell["state"], leaf["source"] == "self"
    need(state in STATES and state != ("no_ballots" if own else "not_scored"), f"{where}: trạng thái “{state}”")
    need((cell["points"] is not None) == (state == "scored"), f"{where}: điểm không khớp trạng thái")
    for given in (cell["points"], cell["self_points"]):
        need(given is None or number(given, where, maximum) % FOUR == 0, f"{where}: điểm quá bốn chữ số thập phân")
    need(own or cell["self_points"] is None, f"{where}: tiêu chí ĐTXHH không có điểm tự đánh giá")
    asked, plain = cell["ballots"], not own and state == "scored"
    need(asked is None or (type(asked) is int and asked > 0 and plain), f"{where}: số phiếu không đúng")


def half_up(value: Fraction, places: int) -> Decimal:
    scaled = abs(value) * 10**places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    whole += 2 * rest >= scaled.denominator
    return Decimal(-whole if value < 0 else whole).scaleb(-places)


def exact(value: Decimal) -> str:
    return f"{(value + ZERO).normalize():f}"


def half(leaves: list[tuple[str, Decimal]], cells: Node, policy: str) -> tuple[Decimal, Decimal, list[str]]:
    """Points and maximum of one half after the policy for what does not apply, and the leaves that are missing."""
    reached = sum((Decimal(cells[c]["points"]) for c, _ in leaves if cells[c]["points"] is not None), ZERO)
    maximum = sum((top for _, top in leaves), ZERO)
    away = sum((top for c, top in leaves if cells[c]["state"] == "not_applicable"), ZERO)
    missing = [c for c, _ in leaves if cells[c]["state"] in ("not_scored", "no_ballots")]
    if away and policy == "shrink":
        maximum -= away
    elif away and policy == "full":
        reached += away
    elif away and away == maximum:
        reached = maximum = ZERO
    elif away:
        reached = half_up(Fraction(reached) * Fraction(maximum) / Fraction(maximum - away), 4)
    return reached, maximum, missing


def extra(tree: Node, cells: Node, kind: str) -> Decimal:
    """Bonus or deduction: each row is worth its children, at most its maximum; missing and not applicable are 0."""

    def above(code: str) -> Any:
        parent = tree[code]["parent"]
        while parent is not None and tree[parent]["kind"] != kind:
            parent = tree[parent]["parent"]
        return parent

    mine = [code for code in tree if tree[code]["kind"] == kind]

    def worth(code: str) -> Decimal:
        below = [child for child in mine if above(child) == code]
        own = Decimal(cells[code]["points"] or 0) if tree[code]["is_leaf"] else sum(map(worth, below), ZERO)
        return min(Decimal(tree[code]["max_points"]), own)

    return sum((worth(code) for code in mine if above(code) is None), ZERO)


def percent(points: Decimal, maximum: Decimal, missing: list[str]) -> Fraction | None:
    return Fraction(points) * 100 / Fraction(maximum) if maximum and not missing else None


def result(unit: Node, group: Node, tree: Node, cells: Node) -> tuple[Fraction | None, Node]:
    """(the exact index, the unit's row without rank and band)."""
    normal = [(code, row) for code, row in tree.items() if row["is_leaf"] and row["kind"] == "normal"]
    mine = [(code, Decimal(row["max_points"])) for code, row in normal if row["source"] == "self"]
    theirs = [(code, Decimal(row["max_points"])) for code, row in normal if row["source"] != "self"]
    own, asked = (half(leaves, cells, group["policies"]["na"]) for leaves in (mine, theirs))
    bonus, penalty = extra(tree, cells, "bonus"), extra(tree, cells, "penalty")
    missing = sorted(own[2] + asked[2], key=lambda code: [int(part) for part in code.split(".")])
    total = own[0] + asked[0] + bonus - penalty, own[1] + asked[1], missing
    row: Node = {"unit": unit["code"], "name": unit["name"], "group": group["code"], "incomplete": missing}
    row |= {"bonus": exact(bonus), "penalty": exact(penalty)}
    for names, part in zip(NAMES, (total, own, asked), strict=True):
        index = percent(*part)
        shown = None if index is None else f"{half_up(index, 2):f}"
        row |= zip(names, (exact(part[0]), exact(part[1]), shown), strict=True)
    return percent(*total), row


def results(group: Node, tree: Node) -> list[Node]:
    cells: Node = {unit["code"]: {} for unit in group["units"]}
    for cell in group["cells"]:
        cells[cell["unit"]][cell["criterion"]] = cell
    rated = [result(unit, group, tree, cells[unit["code"]]) for unit in group["units"]]
    ranks: dict[Fraction | None, int] = {}
    for place, top in enumerate(sorted((index for index, _ in rated if index is not None), reverse=True), start=1):
        ranks.setdefault(top, len(ranks) + 1 if group["policies"]["ties"] == "dense" else place)
    for index, row in rated:
        row["rank"] = ranks.get(index)
        bands = [b["name"] for b in group["policies"]["bands"] if index is not None and index >= Fraction(b["from"])]
        row["band"] = bands[0] if bands else ""
    return sorted((row for _, row in rated), key=lambda row: (row["rank"] is None, row["rank"], row["unit"]))


def canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def problems(data: bytes) -> list[str]:
    """Every reason why the bytes are no publication; none when they agree with themselves."""
    try:
        content = data.decode("utf-8")
        bundle = json.loads(content)
        need(canonical(bundle) + "\n" == content, "Tệp không giữ nguyên từng ký tự của bản công bố")
        check_head(bundle)
        rest = {key: value for key, value in bundle.items() if key != "digest"}
        digest = hashlib.sha256(canonical(rest).encode()).hexdigest()
        need(bundle["digest"] == digest, "Mã kiểm tra (SHA-256) không khớp nội dung: tệp đã bị sửa")
        found = []
        for group in bundle["groups"]:
            # Compared as text: 1.0 and true are not 1.
            if canonical(results(group, check_group(group))) != canonical(group["results"]):
                found.append(f"Khối {group['code']}: kết quả khác với kết quả tính lại.")
        return found
    except Illegal as illegal:
        return [f"{illegal}."]
    except (ValueError, RecursionError, TypeError, KeyError, ArithmeticError):
        return ["Tệp không phải gói công bố đọc được."]


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 2
    with open(arguments[0], "rb") as stream:
        data = stream.read()
    found = problems(data)
    own = "" if found else json.loads(data)["digest"]
    if not found and len(arguments) == 2 and arguments[1].strip().lower() != own:
        found = [f"Tệp tự khớp nhưng mã kiểm tra của nó là {own}, khác mã đã cho: không phải bản công bố ấy."]
    print(*found, sep="\n", file=sys.stderr)
    if found:
        return 2
    vouched = len(arguments) == 2
    print(
        "Đúng là bản công bố có mã đã cho." if vouched else "Tệp tự khớp; chưa có gì ngoài tệp xác nhận là bản công bố."
    )
    return 0 if vouched else 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
