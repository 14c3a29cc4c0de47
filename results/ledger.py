"""The proof of what was published and of what readers see: every bundle recomputes exactly, publications
equal the log both ways, and the current results follow from the inputs as they stand.
"""

from collections.abc import Iterator
from typing import Any

from cchc_index.lib.numbers import exact_text
from criteria.ledger import instant
from criteria.models import RoundGroup
from units.models import LogEntry

from . import bundle, queries
from .models import Computation, CriterionResult, Publication

Facts = dict[str, Any]
Cells = dict[tuple[str, str], tuple[str, str | None, str | None]]


def publication_facts(publication: Publication) -> Facts:
    """A publication as the log keeps it."""
    published = publication.published_at
    return {
        "state": publication.state,
        "number": publication.number,
        "digest": publication.digest,
        "round": publication.round_id,
        "dated": publication.dated.isoformat(),
        "errata": publication.errata,
        "supersedes": publication.supersedes_id,
        "proposed_at": instant(publication.proposed_at),
        "published_at": instant(published) if published else None,
    }


def check() -> Iterator[str]:
    """Vietnamese sentences for every publication that is not what was frozen and logged, and for every block
    whose current results do not follow from its inputs; none when all do."""
    yield from _check_publications()
    for block in RoundGroup.objects.select_related("round", "group", "criteria_set__decision").order_by("pk"):
        yield from _check_results(block)


# --- publications -----------------------------------------------------------------------------------

_WORDS = {
    "state": "trạng thái",
    "number": "số quyết định",
    "digest": "mã kiểm tra",
    "round": "kỳ",
    "dated": "ngày quyết định",
    "errata": "nội dung đính chính",
    "supersedes": "công bố được thay",
    "proposed_at": "giờ đề nghị",
    "published_at": "giờ công bố",
    "proposed_by": "người đề nghị",
    "published_by": "người duyệt",
}


def _check_publications() -> Iterator[str]:
    said = _logged()
    for publication in Publication.objects.select_related("round").order_by("pk").iterator(20):
        place = f"Công bố số {publication.number} ({publication.round.year})"
        yield from _bundle_faults(publication, place)
        logged = said.pop(publication.pk, None)
        if logged is None:
            yield f"{place}: nhật ký không có công bố này."
            continue
        now = {
            **publication_facts(publication),
            "proposed_by": publication.proposed_by_id,
            "published_by": publication.published_by_id,
        }
        wrong = [_WORDS[name] for name in now if name in logged and logged[name] != now[name]]
        if wrong:
            yield f"{place}: {', '.join(wrong)} khác với nhật ký."
    for pk in sorted(said):
        yield f"Công bố số {said[pk].get('number')} (mã {pk}) có trong nhật ký nhưng đã bị xóa."


def _logged() -> dict[int, Facts]:
    """By publication what its last entry says, with who proposed and who published."""
    said: dict[int, Facts] = {}
    for entry in LogEntry.objects.filter(verb__startswith="publication.").order_by("number").iterator(2000):
        pk = int(entry.object_id)
        facts = said.setdefault(pk, {"proposed_by": None, "published_by": None})
        facts.update(entry.after or {})
        if entry.verb == "publication.propose":
            facts["proposed_by"] = entry.actor_id
        elif entry.verb == "publication.publish":
            facts["published_by"] = entry.actor_id
    return said


def _bundle_faults(publication: Publication, place: str) -> Iterator[str]:
    if bundle.verify(publication.bundle):
        yield f"{place}: gói dữ liệu không tính lại được đúng từng ký tự, nội dung đã bị sửa."
        return
    frozen = queries.bundle_of(publication)
    if frozen["digest"] != publication.digest:
        yield f"{place}: mã kiểm tra ghi bên ngoài khác mã trong gói dữ liệu."
    inside = (frozen["number"], frozen["date"], frozen["year"], frozen.get("errata", ""))
    if inside != (publication.number, publication.dated.isoformat(), publication.round.year, publication.errata):
        yield f"{place}: số, ngày, năm hoặc nội dung đính chính khác với gói dữ liệu."


# --- current results --------------------------------------------------------------------------------


def _check_results(block: RoundGroup) -> Iterator[str]:
    """Results waiting to be computed again are left alone: nobody rests on them yet."""
    computation = queries.current(block)
    if computation is None or not queries.is_up_to_date(block):
        return
    inputs = queries.group_inputs(block)
    wanted = sorted(bundle.results_of(inputs), key=lambda row: str(row["unit"]))
    if sorted(queries.result_rows(computation), key=lambda row: str(row["unit"])) != wanted:
        yield f"{block}: kết quả hoặc thứ hạng không bằng kết quả tính lại từ điểm đang có."
    if _stored_cells(computation) != _cells(inputs):
        yield f"{block}: điểm từng tiêu chí trong kết quả không bằng điểm đang có."


def _cells(inputs: Facts) -> Cells:
    return {
        (cell["unit"], cell["criterion"]): (cell["state"], cell["self_points"], cell["points"])
        for cell in inputs["cells"]
    }


def _stored_cells(computation: Computation) -> Cells:
    rows = CriterionResult.objects.filter(computation=computation).order_by("pk")
    values = rows.values_list("unit__code", "criterion__code", "state", "self_points", "points").iterator()
    return {(unit, code): (state, exact_text(own), exact_text(points)) for unit, code, state, own, points in values}
