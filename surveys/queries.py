"""The blocks of a year, as the command line and the pages name them."""

from django.http import HttpRequest

from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from criteria.queries import round_in_view

from . import rules


def round_group(year: int, group: str) -> RoundGroup:
    """The block of a year as the command line names it. Raises Refused with the known ones."""
    blocks = RoundGroup.objects.select_related("round", "group", "criteria_set")
    known = list(blocks.order_by("round__year", "group__position", "pk"))
    hit = next((rg for rg in known if rg.round.year == year and rg.group.code == group), None)
    if hit is None:
        names = ", ".join(f"{rg.round.year}/{rg.group.code}" for rg in known)
        there = f"Các khối đã có: {names}" if names else "Hệ thống chưa có khối nào"
        raise Refused(
            f"Không có khối “{group}” trong kỳ {year}. {there}. "
            "Nạp bộ tiêu chí trước (load_official hoặc import_criteria)."
        )
    return hit


def blocks_in_view(request: HttpRequest) -> list[RoundGroup]:
    """The blocks of the round in view whose survey the person may look at."""
    return list(rules.blocks_for(request.user).filter(round=round_in_view(request)))
