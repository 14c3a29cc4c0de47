"""What the log takes of an acknowledged consistency report."""

from collections.abc import Iterable

from appraisal.core.digests import moment
from appraisal.models import Acknowledgement, Justification
from cchc_index.lib.canonical import digest

VERB_ACKNOWLEDGE = "appraisal.acknowledge"


def acknowledgement_digest(row: Acknowledgement, words: Iterable[Justification]) -> str:
    said = sorted([one.criterion_id, one.reason_id, one.digest, one.words] for one in words)
    return digest([row.round_group_id, row.stage.name, row.fingerprint, row.actor_id, moment(row.at), said])
