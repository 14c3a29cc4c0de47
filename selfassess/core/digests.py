"""A score and a moment as the log keeps them."""

from datetime import UTC, datetime
from typing import Any

from cchc_index.lib.numbers import exact_text
from selfassess.models import SelfScore

ARCHIVE_NA_REASON = "Theo hồ sơ lưu"
"""What an archive gives as the reason of "not applicable"."""


def snapshot(score: SelfScore) -> dict[str, Any] | None:
    """The score as the log keeps it; None for a row not yet written."""
    if score.pk is None:
        return None
    return {
        "criterion": score.criterion_id,
        "figures": score.figures,
        "points": exact_text(score.points),
        "explanation": score.explanation,
        "na_claimed": score.na_claimed,
        "na_reason": score.na_reason,
        "version": score.version,
    }


def instant(at: datetime) -> str:
    """A moment as the log keeps it: UTC, to the microsecond."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"
