"""Files that their author sealed again: honest ones, legal ones at random, and forgeries of every kind."""

import json
import random
from collections.abc import Callable
from typing import Any

from results import bundle
from results.tests import bundles

Forgery = Callable[[dict[str, Any]], object]
UNITS = [{"code": f"S{n}", "name": f"Sở {n}"} for n in range(4)]
PERIOD = {"assessed_from": "2024-01-01", "assessed_to": "2024-12-31"}
HEAD = bundles.header(year=2024, number="12/QĐ-UBND", date="2025-03-01", **PERIOD)


def honest(**policies: str) -> dict[str, Any]:
    """A legal bundle, every part of it its own."""
    groups = [bundles.group("so", "Sở", UNITS), bundles.group("huyen", "Huyện", UNITS)]
    groups[0]["policies"] |= policies
    cited = {"3598/QĐ-UBND": {"date": "2024-07-10", "issuer": "UBND"}}
    made: dict[str, Any] = json.loads(json.dumps(bundle.build({**HEAD, "decisions": cited}, groups)))
    return made


def sealed(forged: dict[str, Any]) -> bytes:
    """As the author of a forgery leaves it: results computed anew where they can be, a digest that fits, one text."""
    for group in forged["groups"] if isinstance(forged.get("groups"), list) else ():
        try:
            group["results"] = bundle.results_of(group)
        except Exception:  # noqa: S112 – the forger leaves what cannot be computed
            continue
    forged["digest"] = bundle.digest_of(forged)
    return bundle.text_of(forged).encode()


def put(*path: object, value: object) -> Forgery:
    """A forgery that puts `value` at a place."""

    def forge(forged: dict[str, Any]) -> None:
        place: Any = forged
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return forge


def drop(*path: object) -> Forgery:
    def forge(forged: dict[str, Any]) -> None:
        place: Any = forged
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return forge


def twice(*path: object) -> Forgery:
    def forge(forged: dict[str, Any]) -> None:
        place: Any = forged
        for step in path:
            place = place[step]
        place.append(json.loads(json.dumps(place[0])))

    return forge


def everywhere(key: str, old: object, new: object) -> Forgery:
    """Replace a value under every key of that name."""

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: new if k == key and v == old else walk(v) for k, v in value.items()}
        return [walk(item) for item in value] if isinstance(value, list) else value

    return lambda forged: forged.update(walk(forged))


def renamed(old: str, new: str) -> Forgery:
    """A unit under another code, its cells with it."""
    return lambda forged: [everywhere(key, old, new)(forged) for key in ("code", "unit")]


G, CELL, LEAF = ("groups", 0), ("groups", 0, "cells", 0), ("groups", 0, "criteria", 1)
FORGERIES: dict[str, Forgery] = {
    "a score below zero": put(*CELL, "points", value="-0.5"),
    "a score above the maximum": put(*CELL, "points", value="1.25"),
    "the unit's own score above the maximum": put(*CELL, "self_points", value="7"),
    "a score of five places": put(*CELL, "points", value="0.12345"),
    "a score spelt 00.75": put(*CELL, "points", value="00.75"),
    "a score spelt 0.750": put(*CELL, "points", value="0.750"),
    "a score spelt -0": put(*CELL, "points", value="-0"),
    "a score spelt 1.0": put(*CELL, "points", value="1.0"),
    "a score spelt +1": put(*CELL, "points", value="+1"),
    "a score spelt 1e0": put(*CELL, "points", value="1e0"),
    "a score in full-width digits": put(*CELL, "points", value="１"),
    "a score as a number": put(*CELL, "points", value=1),
    "a score as true": put(*CELL, "points", value=True),
    "no score that is scored": put(*CELL, "points", value=None),
    "a score that does not apply": put(*CELL, "state", value="not_applicable"),
    "a state nobody knows": put(*CELL, "state", value="excellent"),
    "no ballots where nobody is asked": lambda f: f["groups"][0]["cells"][0].update(state="no_ballots", points=None),
    "ballots of an assessed leaf": put(*CELL, "ballots", value=3),
    "ballots below zero": put("groups", 0, "cells", 3, "ballots", value=-1),
    "ballots as text": put("groups", 0, "cells", 3, "ballots", value="30"),
    "ballots as true": put("groups", 0, "cells", 3, "ballots", value=True),
    "an own score of a surveyed leaf": put("groups", 0, "cells", 3, "self_points", value="1"),
    "a cell of nobody": put(*CELL, "unit", value="S9"),
    "a cell of no leaf": put(*CELL, "criterion", value="7.7"),
    "a cell of a group row": put(*CELL, "criterion", value="1"),
    "a cell twice": twice(*G, "cells"),
    "a cell less": drop(*CELL),
    "an extra key in a cell": put(*CELL, "comment", value="good"),
    "a key less in a cell": drop(*CELL, "ballots"),
    "a unit twice": twice(*G, "units"),
    "a unit less, its cells left": drop(*G, "units", 0),
    "a unit without a name": put(*G, "units", 0, "name", value=" "),
    "a unit whose name is a number": put(*G, "units", 0, "name", value=5),
    "a unit without a code": put(*G, "units", 0, "code", value=""),
    "an extra key in a unit": put(*G, "units", 0, "rank", value=1),
    "no units": lambda f: f["groups"][0].update(units=[], cells=[]),
    "a leaf twice": lambda f: f["groups"][0]["criteria"].append(dict(f["groups"][0]["criteria"][1])),
    "a leaf less, its cells left": drop(*LEAF),
    "a leaf less with its cells": lambda f: without_leaf(f, "1.1"),
    "a leaf worth more": put(*LEAF, "max_points", value="2"),
    "a leaf worth nothing": put(*LEAF, "max_points", value="0"),
    "a leaf worth less than nothing": put(*LEAF, "max_points", value="-1"),
    "an area worth more than its leaves": put(*G, "criteria", 0, "max_points", value="40"),
    "a maximum spelt 1.00": put(*LEAF, "max_points", value="1.00"),
    "a leaf under nobody": put(*LEAF, "parent", value="8"),
    "a leaf under itself": put(*LEAF, "parent", value="1.1"),
    "a leaf that is a group": put(*LEAF, "is_leaf", value=False),
    "a group that is a leaf": put(*G, "criteria", 0, "is_leaf", value=True),
    "is_leaf as a number": put(*LEAF, "is_leaf", value=1),
    "a source nobody knows": put(*LEAF, "source", value="rumour"),
    "a kind nobody knows": put(*LEAF, "kind", value="gift"),
    "an origin nobody knows": put(*LEAF, "provenance", value="official-looking"),
    "a code that is no code": everywhere("code", "1.1", "1.x"),
    "a criterion without words": put(*LEAF, "name", value=""),
    "an extra key in a criterion": put(*LEAF, "weight", value="2"),
    "bands out of order": lambda f: f["groups"][0]["policies"]["bands"].reverse(),
    "a band twice": twice(*G, "policies", "bands"),
    "a band beyond 100": put(*G, "policies", "bands", 0, "from", value="101"),
    "a band without a name": put(*G, "policies", "bands", 0, "name", value=""),
    "a policy nobody knows": put(*G, "policies", "na", value="generous"),
    "ties nobody knows": put(*G, "policies", "ties", value="random"),
    "an extra policy": put(*G, "policies", "curve", value="up"),
    "a block twice": lambda f: f["groups"].append(json.loads(json.dumps(f["groups"][0]))),
    "no blocks": put("groups", value=[]),
    "a block without a decision": put(*G, "decision", value=""),
    "an extra key in a block": put(*G, "secret", value=1),
    "dated 2099": put("date", value="2099-01-01"),
    "dated before the period": put("date", value="1990-01-01"),
    "dated the 31st of February": put("date", value="2025-02-31"),
    "dated 1/3/2025": put("date", value="1/3/2025"),
    "no date": put("date", value=None),
    "no number": put("number", value=None),
    "a number without a digit": put("number", value="x"),
    "a period that ends before it begins": put("assessed_to", value="2023-12-31"),
    "a period of another year": lambda f: f.update(assessed_from="2022-01-01", assessed_to="2022-12-31"),
    "a year as text": put("year", value="2024"),
    "a year as true": put("year", value=True),
    "illustrative taken off": put("illustrative", value=False),
    "illustrative as a number": put("illustrative", value=1),
    "another format": put("format", value="cchc-index/2"),
    "an extra key": put("approved", value=True),
    "a correction of nothing": put("errata", value="sửa điểm"),
    "a correction of itself": lambda f: f.update(supersedes=f["number"], errata="sửa điểm"),
    "a score spelt 1e1": put(*CELL, "points", value="1e1"),
    "a score between blanks": put(*CELL, "points", value=" 1 "),
    "a score that is no number": put(*CELL, "points", value="NaN"),
    "a score with a comma": put(*CELL, "points", value="0,5"),
    "an empty score": put(*CELL, "self_points", value=""),
    "a score of a million digits": put(*CELL, "points", value="9" * 1_000_000),
    "an empty parent": put(*G, "criteria", 0, "parent", value=""),
    "a leaf numbered 1.01": lambda f: [everywhere(key, "1.1", "1.01")(f) for key in ("code", "criterion")],
    "a leaf numbered 0": lambda f: [everywhere(key, "3", "0")(f) for key in ("code", "criterion")],
    "no criteria": lambda f: f["groups"][0].update(criteria=[], cells=[]),
    "criteria in another order": lambda f: f["groups"][0]["criteria"].reverse(),
    "units in another order": lambda f: f["groups"][0]["units"].reverse(),
    "cells in another order": lambda f: f["groups"][0]["cells"].reverse(),
    "units whose codes differ in case": renamed("S1", "s0"),
    "a blank behind a unit's code": renamed("S1", "S1 "),
    "a name with loose accents": put(*G, "units", 0, "name", value="So\u031b\u0309 0"),
    "a name with a blank behind it": put(*G, "units", 0, "name", value="Sở 0 "),
    "a name with a sign nobody sees": put(*G, "units", 0, "name", value="Sở\u200b 1"),
    "a name that turns the writing": put(*G, "units", 0, "name", value="\u202eSở 1"),
    "a name on two lines": put(*G, "units", 0, "name", value="Sở\n1"),
    "blocks whose codes differ in case": put("groups", 1, "code", value="SO"),
    "bands whose names differ in case": put(*G, "policies", "bands", 1, "name", value="tốt"),
    "bands of one edge": put(*G, "policies", "bands", 1, "from", value="80"),
    "a correction of what is no number": lambda f: f.update(supersedes="x", errata="sửa điểm"),
    "a correction of itself in small letters": lambda f: f.update(supersedes="12/qđ-ubnd", errata="sửa điểm"),
    "a number with the wrong Đ": put("number", value="12/Q\u00d0-UBND"),
    "a number with a blank behind it": put("number", value="12/QĐ-UBND "),
    "a number of a thousand signs": put("number", value="12/QĐ-" + "UBND" * 250),
    "dated 2099-02-30": put("date", value="2099-02-30"),
    "dated in full-width digits": put("date", value="２025-03-01"),
    "dated with an hour": put("date", value="2025-03-01T00:00"),
    "a period of a century": put("assessed_from", value="1924-01-01"),
    "an empty list of statements": put("statements", value=[]),
    "a statement twice": put("statements", value=["Im lặng là đồng ý."] * 2),
    "statements within statements": put("statements", value=[[[["Im lặng là đồng ý."]]]]),
    "no cited decisions": put("decisions", value={}),
    "a decision of a set without a digit": put(*G, "decision", value="Quyết định của UBND"),
    "units of one name": put(*G, "units", 1, "name", value="Sở 0"),
    "units whose names differ in case": put(*G, "units", 1, "name", value="SỞ 0"),
    "blocks of one name": put("groups", 1, "name", value="Sở"),
    "blocks whose names differ in case": put("groups", 1, "name", value="sở"),
    "dated twenty years late": put("date", value="2044-03-01"),
    "dated in the sixth year after the period": put("date", value="2030-01-01"),
    "a blank before a criterion": put(*LEAF, "name", value=" Ban hành kế hoạch"),
    "a blank behind a criterion": put(*LEAF, "name", value="Ban hành kế hoạch "),
    "two blanks in a criterion": put(*LEAF, "name", value="Ban hành  kế hoạch"),
    "a sign nobody sees in a criterion": put(*LEAF, "name", value="Ban hành\u200b kế hoạch"),
    "a blank behind a printed code": put(*LEAF, "printed_code", value="1.1 "),
    "a blank behind an issuer": put("decisions", "3598/QĐ-UBND", "issuer", value="UBND "),
    "a decision after the publication": put("decisions", "3598/QĐ-UBND", "date", value="2025-12-31"),
}


def without_leaf(forged: dict[str, Any], code: str) -> None:
    group = forged["groups"][0]
    group["criteria"] = [row for row in group["criteria"] if row["code"] != code]
    group["cells"] = [cell for cell in group["cells"] if cell["criterion"] != code]


TITLE = {"number": "15/BC-SNV", "date": "2024-12-01", "abstract": "Báo cáo tự đánh giá"}


def grounded() -> dict[str, Any]:
    """An honest bundle that says on what its points rest."""
    groups = honest()["groups"]
    for group in groups:
        group["grounds"] = {
            "rules": [{"criterion": "1.1", "rule": "Có: 1 điểm"}, {"criterion": "1.4", "rule": "Điều tra"}],
            "entries": [
                {"unit": "S0", "criterion": "1.1", "reason": "Thiếu tài liệu kiểm chứng", "documents": [dict(TITLE)]},
                {"unit": "S0", "criterion": "1.2", "reason": None, "documents": [{**TITLE, "date": None}]},
                {"unit": "S1", "criterion": "3", "reason": "Quá hạn", "documents": []},
            ],
        }
    made: dict[str, Any] = json.loads(json.dumps(bundle.build(HEAD, groups)))
    return made


ENTRY, RULE = (*G, "grounds", "entries", 0), (*G, "grounds", "rules", 0)
GROUNDLESS: dict[str, Forgery] = {
    "grounds of one block only": drop(*G, "grounds"),
    "grounds as a list": put(*G, "grounds", value=[]),
    "an extra key in the grounds": put(*G, "grounds", "members", value=["Nguyễn Văn A"]),
    "grounds without rules": drop(*G, "grounds", "rules"),
    "a rule twice": twice(*G, "grounds", "rules"),
    "a rule of no leaf": put(*RULE, "criterion", value="7.7"),
    "a rule of a group row": put(*RULE, "criterion", value="1"),
    "a rule without words": put(*RULE, "rule", value=" "),
    "a rule as a list": put(*RULE, "rule", value=["Có: 1 điểm"]),
    "an extra key in a rule": put(*RULE, "author", value="A"),
    "an entry twice": twice(*G, "grounds", "entries"),
    "an entry of nobody": put(*ENTRY, "unit", value="S9"),
    "an entry of a unit as a list": put(*ENTRY, "unit", value=["S0"]),
    "an entry of no leaf": put(*ENTRY, "criterion", value="7.7"),
    "an entry of a group row": put(*ENTRY, "criterion", value="1"),
    "an entry of a surveyed leaf": put(*ENTRY, "criterion", value="1.4"),
    "an entry that says nothing": lambda f: f["groups"][0]["grounds"]["entries"][2].update(reason=None),
    "an empty reason": put(*ENTRY, "reason", value=""),
    "a reason as a number": put(*ENTRY, "reason", value=3),
    "a comment beside the reason": put(*ENTRY, "comment", value="Ông A chấm"),
    "documents as an object": put(*ENTRY, "documents", value={}),
    "a file beside a title": put(*ENTRY, "documents", 0, "file", value="evidence/1.pdf"),
    "a title without its date": drop(*ENTRY, "documents", 0, "date"),
    "a title that names nothing": lambda f: f["groups"][0]["grounds"]["entries"][0]["documents"][0].update(
        number="", abstract=""
    ),
    "a title of the 31st of February": put(*ENTRY, "documents", 0, "date", value="2024-02-31"),
    "a blank behind a reason": put(*ENTRY, "reason", value="Quá hạn "),
    "two blanks in a title": put(*ENTRY, "documents", 0, "abstract", value="Báo cáo  tự đánh giá"),
    "a sign nobody sees in a title's number": put(*ENTRY, "documents", 0, "number", value="15/BC\u00ad-SNV"),
    "a title whose number is none": put(*ENTRY, "documents", 0, "number", value=None),
}

RESPELT: dict[str, tuple[str, str]] = {
    "a space between two cells": ('"},{"ballots"', '"}, {"ballots"'),
    "a space in a cell": ('"ballots":null,"criterion":"1.1"', '"ballots": null,"criterion":"1.1"'),
    "keys of a cell in another order": ('"ballots":null,"criterion":"1.1"', '"criterion":"1.1","ballots":null'),
    "a key of a cell twice": ('"ballots":null,"criterion":"1.1"', '"ballots":null,"ballots":null,"criterion":"1.1"'),
    "a letter of a unit escaped": ('"unit":"S0"', '"unit":"\\u00530"'),
    "a comma after the last cell": ('"}],"code"', '"},],"code"'),
    "no comma between two cells": ('"},{"ballots"', '"}{"ballots"'),
    "words between two cells": ('"},{"ballots"', '"},null,{"ballots"'),
    "cells twice": ('"cells":[', '"cells":[],"cells":['),
    "a space before the cells": ('"cells":[', '"cells": ['),
}


def shuffle(cell: dict[str, Any], chance: random.Random) -> None:
    """Another state or other points."""
    surveyed = cell["self_points"] is None
    fate = chance.random()
    if fate < 0.1:
        cell.update(state="not_applicable", points=None, ballots=None)
    elif fate < 0.12:
        cell.update(state="no_ballots" if surveyed else "not_scored", points=None, ballots=None)
    else:
        points = bundle.exact(bundle.number(f"{chance.randrange(10_001) / 10_000:.4f}"))
        cell.update(state="scored", points=points, ballots=30 if surveyed else None)


def random_bundle(seed: int) -> dict[str, Any]:
    """A tree with a capped bonus of two leaves and a penalty, random policies, states and points."""
    chance = random.Random(seed)
    policies = {"na": chance.choice(["rescale", "shrink", "full"]), "ties": chance.choice(["competition", "dense"])}
    made = honest(**policies)
    for group in made["groups"]:
        group["criteria"] += [
            {**group["criteria"][0], "code": "8", "printed_code": "8", "kind": "bonus", "max_points": "1.5"},
            *({**row_of(group, "8", "bonus", n), "max_points": "1"} for n in (1, 2)),
            {**row_of(group, "9", "penalty", 0), "parent": None, "code": "9", "printed_code": "9"},
        ]
        for unit in group["units"]:
            sample = {"unit": unit["code"], "state": "scored", "self_points": "0", "points": "0", "ballots": None}
            group["cells"] += [{**sample, "criterion": code} for code in ("8.1", "8.2", "9")]
        for cell in group["cells"]:
            shuffle(cell, chance)
    built: dict[str, Any] = bundle.build(
        {k: v for k, v in made.items() if k not in ("groups", "digest")}, made["groups"]
    )
    return built


def row_of(group: dict[str, Any], parent: str, kind: str, number: int) -> dict[str, Any]:
    """A leaf that the unit scores itself."""
    code = f"{parent}.{number}"
    return {**group["criteria"][1], "code": code, "printed_code": code, "parent": parent, "kind": kind}
