"""What the log takes of a verifying agency and of its opinions."""

from appraisal.core.digests import moment
from appraisal.models import VerifyingAgency, VerifyingOpinion
from cchc_index.lib.canonical import digest

VERB_AGENCY = "appraisal.verifying_agency"
VERB_OPINION = "appraisal.verify"


def agency_facts(row: VerifyingAgency) -> dict[str, object]:
    facts = [row.round_group_id, row.criterion_id, row.agency_id, row.active]
    return {"agency": row.agency_id, "active": row.active, "digest": digest(facts)}


def opinion_digest(row: VerifyingOpinion) -> str:
    about = [row.verifying_id, row.agency_id, row.unit_id]
    return digest([*about, row.points, row.not_applicable, row.words, row.author_id, moment(row.at)])
