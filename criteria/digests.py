"""What the log keeps of a frozen criteria set: a digest of its tree and its policies."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from cchc_index.lib.canonical import digest
from units.auditlog.digests import RowKind, register_rows

from .models import Correction, CriteriaSet, Criterion, Decision, Round, RoundGroup

VERB_FREEZE, VERB_CONFIRM, VERB_LINK = "criteria.freeze", "criteria.confirm", "criteria.link"
VERB_COPY = "year.copy"
"""Of a whole year, by whoever copies sets with it."""
VERB_PROPOSE, VERB_CORRECT = "criteria.propose_correction", "criteria.correct"
VERB_REFUSE = "criteria.refuse_correction"
CORRECTION_VERBS = (VERB_PROPOSE, VERB_CORRECT, VERB_REFUSE)
FIELDS = (
    "code",
    "printed_code",
    "name",
    "position",
    "is_leaf",
    "source",
    "kind",
    "max_points",
    "printed_max",
    "rule",
    "guidance",
    "provenance",
)


PROPOSED = "proposed_sets"
"""Under this name `after` holds, by key, the year from which the set of a block is proposed; None: no proposal."""
LINKS = "links_by_key"
"""Under this name `after` holds, by key, the earlier criterion of each one, and the code of an earlier one that no set
holds."""


def links_of(rows: Iterable[Criterion]) -> dict[str, list[Any]]:
    """The links to earlier years as the log keeps them under `LINKS`."""
    return {str(row.pk): [row.previous_id, row.previous_code] for row in rows}


def instant(at: datetime) -> str:
    """A moment as the log keeps it: UTC, to the microsecond."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"


def set_digest(criteria_set_id: int) -> str:
    """SHA-256 over a set's decision, policies and rows; two queries."""
    criteria_set = CriteriaSet.objects.get(pk=criteria_set_id)
    return digest_of(criteria_set, Criterion.objects.filter(criteria_set=criteria_set).order_by("pk"))


def digest_of(criteria_set: CriteriaSet, rows: Iterable[Criterion]) -> str:
    """SHA-256 over a set and its rows, in the order of their keys."""
    own: list[Any] = [
        criteria_set.pk,
        criteria_set.decision_id,
        criteria_set.group_id,
        criteria_set.na_policy,
        criteria_set.ties,
        criteria_set.bands,
    ]
    return digest([own, [[row.pk, row.parent_id, *(getattr(row, name) for name in FIELDS)] for row in rows]])


def named_facts(block: RoundGroup) -> dict[str, Any]:
    """By which document a frozen block is measured, and whether its year is a real one; kept beside the digest, which
    has keys alone. Administrators change both on their own page, and the log has it."""
    decision, round_ = block.criteria_set.decision, block.round
    return {
        "criteria.decision": {"pk": decision.pk, "number": decision.number},
        "criteria.round": {"pk": round_.pk, "illustrative": round_.illustrative},
    }


def correction_facts(row: Correction) -> dict[str, Any]:
    """A correction as the log keeps it; who proposed and who decided are the actors of the entries."""
    facts = {name: getattr(row, name) for name in ("before", "after", "state", "reason")}
    return {"correction": row.pk, "criterion": row.criterion_id, **facts}


def decision_mark(row: Decision) -> str:
    """All that is printed of a decision."""
    return digest([row.number, row.issued_on, row.title, row.issuer, row.source])


def set_mark(row: CriteriaSet) -> str:
    """Whose set it is and its note; what it measures by has the digest of the frozen set."""
    return digest([row.decision_id, row.group_id, row.note])


def round_mark(row: Round) -> str:
    """The days that a year assesses, its plan, whether it is a real one, and whether it says on what points rest."""
    days = [row.assessed_from, row.assessed_to, row.plan_date]
    return digest([row.year, days, row.plan_number, row.illustrative, row.shows_grounds])


def register_marks() -> None:
    """Called where the app starts."""
    register_rows(RowKind(Decision, decision_mark, lambda: Decision.objects.order_by("pk")))
    sets = CriteriaSet.objects.select_related("decision", "group")
    register_rows(RowKind(CriteriaSet, set_mark, lambda: sets.order_by("pk")))
    register_rows(RowKind(Round, round_mark, lambda: Round.objects.order_by("pk")))
