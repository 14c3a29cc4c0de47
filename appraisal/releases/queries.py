"""Which stages of a block were released."""

from appraisal.models import Release
from criteria.models import RoundGroup


def releases_by_stage(round_group: RoundGroup) -> dict[int, Release]:
    """{stage: its release}, one query."""
    return {row.stage_id: row for row in Release.objects.filter(round_group=round_group).order_by("pk")}
