"""What a submission certifies, as one digest: every score, its words and its evidence."""

from collections.abc import Iterable
from typing import Any

from cchc_index.lib.canonical import digest
from selfassess.models import Evidence, SelfAssessment, SelfScore

CERTIFIED = ("figures", "points", "explanation", "na_claimed", "na_reason")
"""What of a score the digest covers, beside its criterion and evidence; no more is read in the last minute."""


def receipt_number(assessment: SelfAssessment, turn: int) -> str:
    """TDG-2024-SO-SNV-0001: unique because a unit's code is unique in its block and `turn` counts its submissions."""
    group, unit = assessment.round_group.group.code.upper(), assessment.unit.code
    return f"TDG-{assessment.round_group.round.year}-{group}-{unit}-{turn:04d}"


def content_digest(assessment: SelfAssessment) -> str:
    """SHA-256 over the canonical content; three queries."""
    return digest(content(assessment))


def content(assessment: SelfAssessment) -> dict[str, Any]:
    rows = Evidence.objects.filter(score__assessment=assessment, removed_at=None).select_related("document")
    rows = rows.only("score", "page", "section", "document__number", "document__digest")
    scores = SelfScore.objects.filter(assessment=assessment).select_related("criterion")
    scores = scores.only("criterion__code", *CERTIFIED)
    return content_of(
        assessment,
        scores.order_by("criterion__position", "pk"),
        rows.order_by("document__digest", "page", "section", "id"),
    )


def content_of(assessment: SelfAssessment, scores: Iterable[SelfScore], rows: Iterable[Evidence]) -> dict[str, Any]:
    """The content from rows read elsewhere: scores in the order of their criteria, live evidence in the
    order of file, page, section."""
    evidence: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        evidence.setdefault(row.score_id, []).append(
            {
                "number": row.document.number,
                "file": row.document.digest,
                "page": row.page,
                "section": row.section,
            }
        )
    return {
        "format": "cchc-selfassessment/1",
        "year": assessment.round_group.round.year,
        "group": assessment.round_group.group.code,
        "unit": assessment.unit.code,
        "scores": [_score(score, evidence.get(score.pk, [])) for score in scores],
    }


def _score(score: SelfScore, evidence: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "criterion": score.criterion.code,
        "figures": score.figures,
        "points": score.points,
        "explanation": score.explanation,
        "na_claimed": score.na_claimed,
        "na_reason": score.na_reason,
        "evidence": evidence,
    }
