"""The proof of scores: each equals its last entry in the log, or what an archive's import left it at."""

from collections.abc import Iterator

from cchc_index.lib.numbers import exact_text
from selfassess.core.digests import ARCHIVE_NA_REASON
from selfassess.core.ledger import CHUNK, logged
from selfassess.models import SelfScore
from units.auditlog.digests import Facts

ImportedCell = tuple[str, str, str]
"""block id, unit code, criterion code: how an import names a score"""


def check() -> Iterator[str]:
    """Scores that differ from the log, as sentences."""
    places = _places()
    names = {pk: cell for cell, pk in places.items()}
    said, invented = _replay(places)
    for row in SelfScore.objects.order_by("pk").iterator(CHUNK):
        expected = said.pop(row.pk, _UNTOUCHED)
        if _facts(row) != expected:
            yield f"{_name(names, row.pk)}: điểm, số liệu, nội dung hoặc người sửa khác với lần ghi cuối trong nhật ký."
    for pk in sorted(said):
        yield f"Điểm tự đánh giá số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."
    for cell in sorted(invented):
        yield f"Điểm tự đánh giá {cell[2]} của đơn vị {cell[1]}: có trong lần nhập hồ sơ nhưng không còn."


_UNTOUCHED: Facts = {
    "figures": {},
    "points": None,
    "explanation": "",
    "na_claimed": False,
    "na_reason": "",
    "version": 0,
    "by": None,
}


def _places() -> dict[ImportedCell, int]:
    rows = SelfScore.objects.order_by("pk").values_list(
        "assessment__round_group_id", "assessment__unit__code", "criterion__code", "pk"
    )
    return {(str(block), unit, code): pk for block, unit, code, pk in rows.iterator(CHUNK)}


def _name(names: dict[int, ImportedCell], pk: int) -> str:
    _, unit, code = names.get(pk, ("", "?", "?"))
    return f"Điểm tự đánh giá {code} của đơn vị {unit}"


def _replay(places: dict[ImportedCell, int]) -> tuple[dict[int, Facts], set[ImportedCell]]:
    """Score → what the log's entries leave it at; and imported cells that have no row."""
    said: dict[int, Facts] = {}
    lost: set[ImportedCell] = set()
    for entry, after in logged("selfassess.score", "selfassess.import"):
        if entry.verb == "selfassess.score":
            facts = {name: after[name] for name in _UNTOUCHED if name in after}
            said[int(entry.object_id)] = {**_UNTOUCHED, **facts, "by": entry.actor_id}
            continue
        for unit, scores in after.items():
            for code, value in scores.items():
                cell = (entry.object_id, unit, code)
                pk = places.get(cell)
                if pk is None:
                    lost.add(cell)
                else:
                    said[pk] = _imported(said.get(pk, _UNTOUCHED), value, entry.actor_id)
    return said, lost


def _imported(before: Facts, value: str, actor: int | None) -> Facts:
    none = value == "KAD"
    return {
        **before,
        "figures": {},
        "points": None if none else value,
        "na_claimed": none,
        "na_reason": ARCHIVE_NA_REASON if none else "",
        "version": before["version"] + 1,
        "by": actor,
    }


def _facts(row: SelfScore) -> Facts:
    return {
        "figures": row.figures,
        "points": exact_text(row.points),
        "explanation": row.explanation,
        "na_claimed": row.na_claimed,
        "na_reason": row.na_reason,
        "version": row.version,
        "by": row.updated_by_id,
    }
