"""What the log takes of an opinion and of a mark: of an opinion the digest only."""

from appraisal.core.digests import moment
from appraisal.models import Opinion
from cchc_index.lib.canonical import digest

VERB_OPINION = "appraisal.opinion"
VERB_MARK = "appraisal.mark_blind"
VERB_WITHDRAW_MARK = "appraisal.unmark_blind"


def opinion_digest(row: Opinion) -> str:
    return digest(
        [
            row.round_group_id,
            row.unit_id,
            row.criterion_id,
            row.stage.name,
            row.standing_version,
            row.score_version,
            row.seat,
            row.tolerance,
            row.member_id,
            row.points,
            row.not_applicable,
            row.reason_id,
            row.comment,
            moment(row.at),
        ]
    )
