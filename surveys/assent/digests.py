"""What the log keeps of a request that two people decide."""

from typing import Any

from surveys.models import SurveyRequest

VERB_PROPOSE, VERB_CONFIRM, VERB_REFUSE = "surveys.propose", "surveys.confirm", "surveys.refuse"
REQUEST_VERBS = (VERB_PROPOSE, VERB_CONFIRM, VERB_REFUSE)


def request_facts(row: SurveyRequest) -> dict[str, Any]:
    """A request as the log keeps it; who proposed and who decided stand in it, for the command line acts for both."""
    return {
        "kind": row.kind,
        "state": row.state,
        "batch": row.batch_id,
        "before": row.before,
        "after": row.after,
        "reason": row.reason,
        "proposed_by": row.proposed_by_id,
        "decided_by": row.decided_by_id,
    }
