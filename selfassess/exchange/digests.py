"""What the log says of other systems and of what they gave."""

import hashlib
from datetime import UTC

from cchc_index.lib.numbers import exact_text
from selfassess.models import SourceFigure, SourceSystem
from units.auditlog.digests import Facts

VERB_PROPOSE, VERB_CONFIRM, VERB_REVOKE = "exchange.propose", "exchange.confirm", "exchange.revoke"
VERB_WRITE, VERB_READ, VERB_REFUSED = "exchange.write", "exchange.read", "exchange.refused"
SYSTEM_VERBS = (VERB_PROPOSE, VERB_CONFIRM, VERB_REVOKE)
CALLS = (VERB_WRITE, VERB_READ, VERB_REFUSED)


def token_digest(token: str) -> str:
    """As the token is kept: it has 256 bits of its own, which nobody guesses from a plain digest."""
    return hashlib.sha256(token.encode()).hexdigest()


def system_facts(system: SourceSystem) -> Facts:
    return {
        "name": system.name,
        "may_write": system.may_write,
        "ends_on": system.ends_on.isoformat(),
        "reason": system.reason,
        "state": system.state,
        "digest": system.digest,
        "proposed_by": system.proposed_by_id,
        "proposed_at": system.proposed_at.astimezone(UTC).isoformat(),
        "confirmed_by": system.confirmed_by_id,
        "revoked_by": system.revoked_by_id,
        "revocation_reason": system.revocation_reason,
    }


def figure_facts(figure: SourceFigure) -> Facts:
    return {
        "reference": figure.reference,
        "round_group": figure.round_group_id,
        "unit": figure.unit_id,
        "criterion": figure.criterion_id,
        "field": figure.field,
        "value": exact_text(figure.value),
        "as_of": figure.as_of.astimezone(UTC).isoformat(),
        "source": figure.source,
        "received_at": figure.received_at.astimezone(UTC).isoformat(),
    }
