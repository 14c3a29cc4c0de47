"""The proof of meetings, agendas, votes and conclusions: they equal what the log last said of them."""

from collections.abc import Iterator

from appraisal.core.ledger import check_last
from appraisal.models import AgendaItem, Attendance, Meeting

from . import digests


def check() -> Iterator[str]:
    """Vietnamese sentences for every break; none when all agree. A fixed number of queries."""
    attendance: dict[int, list[Attendance]] = {}
    for one in Attendance.objects.order_by("pk"):
        attendance.setdefault(one.meeting_id, []).append(one)
    meetings = {
        row.pk: (str(row), digests.meeting_facts(row, attendance.get(row.pk, []))["digest"])
        for row in Meeting.objects.select_related("council__round").order_by("pk")
    }
    yield from check_last(digests.MEETING_VERBS, "phiên họp, điểm danh", meetings)
    rows = AgendaItem.objects.select_related("round_group__group", "unit", "criterion").order_by("pk")
    items = {
        row.pk: (str(row), digests.item_facts(row, row.votes.all(), row.dissents.all())["digest"])
        for row in rows.prefetch_related("votes", "dissents")
    }
    yield from check_last(digests.ITEM_VERBS, "nội dung biểu quyết", items, digests.VERB_REMOVE)
