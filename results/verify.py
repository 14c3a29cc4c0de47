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
from functools import cache
from itertools import product
from typing import Any
from unicodedata import normalize

Node = dict[str, Any]
FORMAT, ZERO, FOUR = "cchc-index/1", Decimal(0), Decimal("0.0001")
STATES, ORIGINS = ("scored", "not_scored", "not_applicable", "no_ballots"), ("official", "illustrative")
KINDS, SOURCES, NA = ("normal", "bonus", "penalty"), ("self", "survey", "sipas", "papi"), ("rescale", "shrink", "full")
NUMBER = re.compile(r"(0|[1-9][0-9]{0,7})(\.[0-9]{0,8}[1-9])?", re.ASCII)
CODE = re.compile(r"[1-9][0-9]{0,2}(\.[1-9][0-9]{0,2}){0,7}", re.ASCII)
DECISION = re.compile(r"[0-9]{1,6}(/[0-9]{4})?/QĐ(-[A-ZĐ0-9&]{1,20}){0,4}", re.ASCII)
STRAY = re.compile(
    r"^ | \Z|  |[\x00-\x1f\x7f-\xa0\xad\xd0\xf0\u0189\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]"
)
HEAD = {"assessed_from", "assessed_to", "date", "digest", "format", "groups", "illustrative", "number", "year"}
GROUP = {"cells", "code", "criteria", "decision", "name", "note", "policies", "results", "units"}
CRITERION = {"code", "is_leaf", "kind", "max_points", "name", "parent", "printed_code", "provenance", "source"}
ANSWERS = "Tệp tự khớp; chưa có gì ngoài tệp xác nhận là bản công bố.", "Đúng là bản công bố có mã đã cho."
MARK, TITLE, POLICIES = rb'"cells":\[', {"abstract", "date", "number"}, {"bands", "na", "ties"}
CELL = re.compile(
    rb'\{"ballots":(null|[1-9][0-9]{0,8}),"criterion":"([0-9.]+)","points":(null|"[^"]*"),"self_points":(null|"[^"]*"),'
    rb'"state":"([a-z_]+)","unit":("(?:[^"\\]|\\.)*")\}(?:,(?=\{)|\Z)'
)


class Illegal(Exception):
    """Something that no publication can hold; the sentence says where."""


def need(holds: object, sentence: str) -> None:
    if not holds:
        raise Illegal(sentence)


def keys(value: Any, asked: set[str], place: str, optional: tuple[str, ...] = ()) -> Any:
    need(type(value) is dict, f"{place}: không phải đối tượng")
    need(not (odd := sorted((value.keys() ^ asked) - {*optional})), f"{place}: thừa hoặc thiếu khóa {odd}")
    return value


def text(value: Any, place: str, *, blank: bool = False) -> str:
    need(type(value) is str and (blank or value.strip()), f"{place}: không phải chữ hoặc để trống")
    return str(value)


def label(value: Any, place: str, *, blank: bool = False) -> str:
    """A name in its one spelling: composed letters, single spaces, no hidden signs, no letter that looks like Đ."""
    spelt = normalize("NFC", STRAY.sub("", text(value, place, blank=blank)))
    need(spelt == value, f"{place}: có dấu rời, dấu cách, ký tự thừa")
    return spelt


def rows(value: Any, place: str, asked: set[str] | None = None, optional: tuple[str, ...] = ()) -> list[Any]:
    need(type(value) is list, f"{place}: không phải danh sách")
    return [keys(row, asked, place, optional) if asked else row for row in value]


@cache
def number(value: Any, place: str, maximum: Decimal | int | None = None) -> Decimal:
    need(type(value) is str and NUMBER.fullmatch(value), f"{place}: số “{value}” viết không đúng")
    need(maximum is None or Decimal(value) <= maximum, f"{place}: {value} lớn hơn mức tối đa {maximum}")
    return Decimal(value)


def day(value: Any, place: str) -> date:
    need(type(value) is str and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value), f"{place}: ngày không đúng")
    return date.fromisoformat(value)


def once(values: list[str], place: str) -> None:
    need(len({value.lower() for value in values}) == len(values), f"{place}: có mục lặp lại")


def ordered(pairs: list[tuple[str, str]], place: str) -> None:
    values = [(unit, tuple(map(int, code.split(".")))) for unit, code in pairs]
    need(values == sorted(set(values)), f"{place}: có mục lặp lại hoặc không đúng thứ tự")


def check_head(bundle: Node) -> None:
    keys(bundle, HEAD, "Tệp", ("decisions", "statements", "supersedes", "errata"))
    need(bundle["format"] == FORMAT and type(bundle["illustrative"]) is bool, f"Tệp không ở dạng {FORMAT}")
    need(type(year := bundle["year"]) is int and 1900 < year < 2200, "Năm chỉ số không đúng")
    start, end = day(bundle["assessed_from"], "assessed_from"), day(bundle["assessed_to"], "assessed_to")
    need(start <= end and year in (start.year, end.year) and end.year - start.year <= 1, "Thời kỳ đánh giá không đúng")
    dated = day(bundle["date"], "date")
    need(start <= dated and end.year - 1 <= dated.year <= end.year + 5, "Ngày công bố không hợp với thời kỳ đánh giá")
    need(("supersedes" in bundle) == ("errata" in bundle), "Đính chính phải có cả số được đính chính và nội dung")
    for key in ("number", "supersedes")[: 1 + ("errata" in bundle)]:
        need(DECISION.fullmatch(text(bundle[key], key)), f"{key}: không có dạng số của quyết định")
    need(text(bundle.get("errata", "-"), "errata") and bundle.get("supersedes") != bundle["number"], "Đính chính sai")
    once([text(said, "statements") for said in rows(bundle.get("statements", ["-"]), "statements")], "statements")
    need(not any(bundle[key] in ([], {}) for key in bundle), "Tệp có mục để trống")
    for name, cited in bundle.get("decisions", {}).items():
        keys(cited, {"date", "issuer"}, label(name, "decisions"))
        need(day(cited["date"], name) <= dated, f"Quyết định {name} ban hành sau ngày công bố")
        label(cited["issuer"], name, blank=True)
    groups = rows(bundle["groups"], "Khối", GROUP, ("grounds",))
    once([key + label(group[key], f"Khối, {key}") for key in ("code", "name") for group in groups], "Danh sách khối")
    need(len({"grounds" in group for group in groups}) == 1, "Chỉ một số khối có căn cứ của điểm")
    marked = [row for group in groups for row in rows(group["criteria"], "criteria") if "illustrative" in str(row)]
    need(bundle["illustrative"] or not marked, "Tệp có tiêu chí minh họa nhưng không ghi là minh họa")


def check_group(group: Node, data: bytes, at: int, end: int) -> tuple[Node, Node]:
    """The legality of a block whose cells lie at these bytes: its criteria by code; by unit, leaf points or state."""
    place = f"Khối {group['code']}"
    need(re.search("[0-9]", label(group["decision"], place)), f"{place}: quyết định ban hành tiêu chí không có số")
    _, policies = text(group["note"], place, blank=True), keys(group["policies"], POLICIES, f"{place}, policies")
    need(policies["na"] in NA and policies["ties"] in ("competition", "dense"), f"{place}: quy định tính lạ")
    bands = rows(policies["bands"], f"{place}, mức xếp loại", {"from", "name"})
    once([label(band["name"], f"{place}, mức xếp loại") for band in bands], f"{place}, mức xếp loại")
    edges = [number(band["from"], f"{place}, ngưỡng", 100) for band in bands]
    need(edges == sorted(set(edges), reverse=True), f"{place}: mức xếp loại không theo thứ tự")
    tree = check_tree(group["criteria"], place)
    named = rows(group["units"], place, {"code", "name"})
    once([label(unit["name"], f"{place}, tên đơn vị") for unit in named], f"{place}, tên đơn vị")
    once(units := [label(unit["code"], unit["name"]) for unit in named], f"{place}, đơn vị")
    ordered([(code, "0") for code in units], f"{place}, đơn vị")
    leaves = [code for code, row in tree.items() if row["is_leaf"]]
    names, cells = {code: canonical(code) for code in units}, {code: Node() for code in units}
    for (unit, leaf), written in zip(product(units, leaves), CELL.finditer(data, at, end), strict=False):
        ballots, criterion, points, own, state, name = (part.decode() for part in written.groups())
        where, next_one = f"{place}, ô {unit} / {leaf}", (names[unit], leaf, at) == (name, criterion, written.start())
        need(next_one, f"{where}: sai chỗ, {name} / {criterion}")
        cells[unit][leaf], at = check_cell(tree[leaf], ballots, points, own, state, where), written.end()
    need(at == end and min(map(len, cells.values()), default=0) == len(leaves) > 0, f"{place}: thiếu, thừa ô")
    if "grounds" in group:
        check_grounds(group["grounds"], cells, tree, f"{place}, căn cứ")
    return tree, cells


def check_grounds(grounds: Any, units: Node, tree: Node, place: str) -> None:
    keys(grounds, {"entries", "rules"}, place)
    leaves = {code: row["source"] for code, row in tree.items() if row["is_leaf"]}
    rules = rows(grounds["rules"], place, {"criterion", "rule"})
    need(all(text(row["rule"], place) and row["criterion"] in leaves for row in rules), f"{place}: quy tắc")
    entries = rows(grounds["entries"], place, {"criterion", "documents", "reason", "unit"})
    for row in entries:
        need(row["unit"] in units and leaves.get(row["criterion"]) == "self", f"{place}: không có đơn vị, tiêu chí này")
        need(row["reason"] is None or label(row["reason"], place), place)
        need(rows(row["documents"], place, TITLE) or row["reason"], f"{place}: dòng không có lý do, không có tài liệu")
        for title in row["documents"]:
            named = label(title["number"], place, blank=True) + label(title["abstract"], place, blank=True)
            need(named and (title["date"] is None or day(title["date"], place)), f"{place}: tài liệu không có tên")
    ordered([("", row["criterion"]) for row in rules] + [(row["unit"], row["criterion"]) for row in entries], place)


def check_tree(criteria: Any, place: str) -> Node:
    for row in rows(criteria, f"{place}, tiêu chí", CRITERION):
        where = f"{place}, tiêu chí {row['code']}"
        need(type(row["code"]) is str and CODE.fullmatch(row["code"]), f"{where}: mã không đúng")
        _ = label(row["name"], where), label(row["printed_code"], where, blank=True)
        plain = type(leaf := row["is_leaf"]) is bool and row["kind"] in KINDS and row["provenance"] in ORIGINS
        need(plain and row["source"] in (SOURCES if leaf else ("",)), f"{where}: loại, nguồn gốc, nguồn điểm lạ")
        need(number(row["max_points"], where) > 0 and Decimal(row["max_points"]) % FOUR == 0, f"{where}: điểm tối đa")
    ordered([("", row["code"]) for row in criteria], f"{place}, tiêu chí")
    tree: Node = {row["code"]: row for row in criteria}
    for code, row in tree.items():
        above, where = row["parent"], f"{place}, tiêu chí {code}"
        need(above is None or (above in tree and code.startswith(f"{above}.")), f"{where}: đứng dưới {above}")
        children = [child for child in criteria if child["parent"] == code]
        need(row["is_leaf"] == (not children), f"{where}: dòng có dòng bên dưới là nhóm, không có thì chấm điểm")
        own = [Decimal(child["max_points"]) for child in children if child["kind"] == row["kind"] == "normal"]
        need(not own or sum(own) == Decimal(row["max_points"]), f"{where}: điểm tối đa khác tổng các dòng bên dưới")
    return tree


def check_cell(leaf: Node, ballots: str, points: str, own: str, state: str, where: str) -> Decimal | str:
    maximum, assessed, scored = Decimal(leaf["max_points"]), leaf["source"] == "self", state == "scored"
    need(state in STATES and state != ("no_ballots" if assessed else "not_scored"), f"{where}: trạng thái “{state}”")
    told = (points != "null") == scored and (assessed or own == "null")
    need(told and (ballots == "null" or (not assessed and scored)), f"{where}: điểm, số phiếu không khớp trạng thái")
    read = [ZERO if given == "null" else number(given[1:-1], "Điểm", maximum) for given in (own, points)]
    need(not any(value % FOUR for value in read), f"{where}: điểm quá bốn chữ số thập phân")
    return read[1] if scored else STATES[STATES.index(state)]


def half_up(value: Fraction, places: int) -> Decimal:
    whole = (abs(value) * 10**places + Fraction(1, 2)) // 1
    return Decimal(-whole if value < 0 else whole).scaleb(-places)


def half(leaves: list[tuple[str, Decimal]], cells: Node, policy: str) -> tuple[Decimal, Decimal, list[str]]:
    reached = sum((cells[c] for c, _ in leaves if cells[c] not in STATES), ZERO)
    maximum = sum((top for _, top in leaves), ZERO)
    away = sum((top for c, top in leaves if cells[c] == "not_applicable"), ZERO)
    missing = [c for c, _ in leaves if cells[c] in ("not_scored", "no_ballots")]
    if away and policy == "rescale":
        rest = Fraction(maximum - away)
        reached, maximum = (half_up(Fraction(reached) * Fraction(maximum) / rest, 4), maximum) if rest else (ZERO, ZERO)
    elif away:
        reached, maximum = (reached + away, maximum) if policy == "full" else (reached, maximum - away)
    return reached, maximum, missing


def extra(tree: Node, below: Node, cells: Node, kind: str, code: Any = None) -> Decimal:
    """Bonus or deduction: each row is worth its children, at most its maximum; missing and not applicable are 0."""
    points = sum((extra(tree, below, cells, kind, child) for child in below[code]), ZERO)
    if code is None or tree[code]["kind"] != kind:
        return points
    points = cells[code] if tree[code]["is_leaf"] and cells[code] not in STATES else points
    return min(Decimal(tree[code]["max_points"]), points)


def result(unit: Node, group: Node, shared: Any, cells: Node) -> tuple[Fraction | None, Node]:
    own, asked = (half(leaves, cells, group["policies"]["na"]) for leaves in shared[2])
    bonus, penalty = (extra(shared[0], shared[1], cells, kind) for kind in KINDS[1:])
    missing = [code for code in shared[0] if code in own[2] or code in asked[2]]
    row: Node = {"unit": unit["code"], "name": unit["name"], "group": group["code"], "incomplete": missing}
    row |= {"bonus": bonus, "penalty": penalty}
    total = own[0] + asked[0] + bonus - penalty, own[1] + asked[1], missing
    for of, (reached, most, lacking) in zip(("appraised_", "survey_", ""), (own, asked, total), strict=True):
        share = Fraction(reached) * 100 / Fraction(most) if most and not lacking else None
        row |= {f"{of}points": reached, f"{of}{'max' if of else 'max_points'}": most}
        row[f"{of}index"] = None if share is None else f"{half_up(share, 2):f}"
    exact = {key: f"{(value + ZERO).normalize():f}" for key, value in row.items() if isinstance(value, Decimal)}
    return share, row | exact


def results(group: Node, tree: Node, cells: Node) -> list[Node]:
    tops = [(c, Decimal(row["max_points"])) for c, row in tree.items() if row["is_leaf"] and row["kind"] == "normal"]
    halves = [[pair for pair in tops if (tree[pair[0]]["source"] == "self") == own] for own in (True, False)]
    below = {code: [child for child, row in tree.items() if row["parent"] == code] for code in (None, *tree)}
    rated = [result(unit, group, (tree, below, halves), cells[unit["code"]]) for unit in group["units"]]
    ranks: dict[Fraction | None, int] = {}
    for place, top in enumerate(sorted((index for index, _ in rated if index is not None), reverse=True), start=1):
        ranks.setdefault(top, len(ranks) + 1 if group["policies"]["ties"] == "dense" else place)
    for index, row in rated:
        bands = [b["name"] for b in group["policies"]["bands"] if index is not None and index >= Fraction(b["from"])]
        row |= {"rank": ranks.get(index), "band": bands[0] if bands else ""}
    return sorted((row for _, row in rated), key=lambda row: (row["rank"] is None, row["rank"], row["unit"]))


def canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def apart(data: bytes) -> tuple[Node, list[tuple[int, int]]]:
    """All but the cells, each list of them empty, and where the cells of each block lie: most of a file is cells."""
    spans = [(mark.end(), data.index(b'],"code":', mark.end())) for mark in re.finditer(MARK, data)]
    edges = [0, *(edge for span in spans for edge in span), len(data)]
    content = b"".join(data[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)).decode()
    bundle: Any = json.loads(content)
    need(canonical(bundle) + "\n" == content, "Tệp không giữ nguyên từng ký tự của bản công bố")
    return bundle, spans


def problems(data: bytes) -> list[str]:
    """Every reason why the bytes are none; nothing when they agree with themselves, as text: 1.0 and true are not 1."""
    try:
        bundle, spans = apart(data)
        check_head(bundle)
        need(all(g["cells"] == [] for g in bundle["groups"]) and len(spans) == len(bundle["groups"]), "Khối: các ô")
        around = canonical({key: value for key, value in bundle.items() if key != "digest"}).split('"cells":[]')
        seal = hashlib.sha256(around[0].encode())
        for (start, end), part in zip(spans, around[1:], strict=True):
            seal.update(memoryview(data)[start - len('"cells":[') : end + 1])
            seal.update(part.encode())
        need(bundle["digest"] == seal.hexdigest(), "Mã kiểm tra (SHA-256) không khớp nội dung: tệp đã bị sửa")
        return [
            f"Khối {group['code']}: kết quả khác với kết quả tính lại."
            for group, span in zip(bundle["groups"], spans, strict=True)
            if canonical(results(group, *check_group(group, data, *span))) != canonical(group["results"])
        ]
    except Illegal as illegal:
        return [f"{illegal}."]
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError, ArithmeticError):
        return ["Tệp không phải gói công bố đọc được."]


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        return bool(print(__doc__.splitlines()[0], file=sys.stderr)) or 2
    with open(arguments[0], "rb") as stream:
        found = problems(data := stream.read())
    own, vouched = "" if found else apart(data)[0]["digest"], len(arguments) == 2
    if not found and vouched and arguments[1].strip().lower() != own:
        found = [f"Tệp tự khớp nhưng mã kiểm tra của nó là {own}, khác mã đã cho: không phải bản công bố ấy."]
    print(*(found or [ANSWERS[vouched]]), sep="\n", file=sys.stderr if found else sys.stdout)
    return 2 if found else 0 if vouched else 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
