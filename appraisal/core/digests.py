"""What the log takes of a step and of a release: the verbs, and digests over the content."""

from datetime import UTC, datetime

from appraisal.models import Action, Appraisal, AppraisalEntry, Release
from cchc_index.lib.canonical import digest

VERB_RECOGNISE = "appraisal.recognise"
VERB_ADJUST = "appraisal.adjust"
VERB_BULK = "appraisal.bulk_recognise"
VERB_KEEP = "appraisal.keep"
VERB_BULK_KEEP = "appraisal.bulk_keep"
BATCH_VERBS = (VERB_BULK, VERB_BULK_KEEP)
"""Those that decide many cells in one entry of the log."""
VERB_REPLY = "appraisal.reply"
VERB_IMPORT = "appraisal.import"
VERB_UNDO = "appraisal.undo"
VERB_BULK_UNDO = "appraisal.bulk_undo"
ENTRY_VERBS = (
    *(VERB_RECOGNISE, VERB_ADJUST, VERB_KEEP, *BATCH_VERBS),
    *(VERB_REPLY, VERB_IMPORT, VERB_UNDO, VERB_BULK_UNDO),
)
VERB_RELEASE = "appraisal.release"
VERB_WITHDRAW_RELEASE = "appraisal.withdraw"


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"


def entry_digest(entry: AppraisalEntry, appraisal: Appraisal, documents: list[str]) -> str:
    """The digest of one step: its cell, place in the sequence, content, author, time and documents
    (as "id:sha256"); of an undo also the step it takes back."""
    undone = [entry.undoes_id] if entry.action == Action.UNDO else []  # the digests of other steps stay as they were
    return digest(
        [
            appraisal.round_group_id,
            appraisal.unit_id,
            appraisal.criterion_id,
            entry.appraisal_id,
            entry.sequence,
            entry.stage.name,
            entry.action,
            entry.points,
            entry.not_applicable,
            entry.reason_id,
            entry.comment,
            entry.actor_id,
            f"{entry.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}",
            sorted(documents),
            *undone,
        ]
    )


def batch_digest(digests: list[str]) -> str:
    """The digest a log entry carries over all its steps, in the order of (appraisal, sequence)."""
    return digest(digests)


def release_facts(release: Release) -> dict[str, object]:
    """A release as the log keeps it, beside its stage: block and instant."""
    return {"round_group": release.round_group_id, "at": f"{release.released_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"}
