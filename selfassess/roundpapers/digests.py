"""A document of the round as the log keeps it."""

from typing import Any

from selfassess.models import RoundPaper

VERB_PROPOSE, VERB_POST, VERB_WITHDRAW = "selfassess.copy_paper", "selfassess.post_paper", "selfassess.withdraw_paper"
PAPER_VERBS = (VERB_PROPOSE, VERB_POST, VERB_WITHDRAW)


def paper_facts(paper: RoundPaper) -> dict[str, Any]:
    """Who posted and who withdrew are the actors of the entries."""
    kept = ("kind", "number", "issuer", "abstract", "audience", "original_name", "digest", "proposed_from")
    return {
        **{name: getattr(paper, name) for name in kept},
        "round": paper.round_id,
        "group": paper.group_id,
        "issued_on": paper.issued_on.isoformat() if paper.issued_on else None,
        "withdrawn": paper.withdrawn_at is not None,
    }
