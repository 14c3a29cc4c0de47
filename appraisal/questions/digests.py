"""What the log takes of a message."""

from collections.abc import Iterable

from appraisal.core.digests import moment
from appraisal.models import Message
from cchc_index.lib.canonical import digest

VERB_QUESTION = "appraisal.question"


def message_digest(row: Message, documents: Iterable[str]) -> str:
    """`documents` as "id:sha256"."""
    parts = [row.question_id, row.sequence, row.step, row.author_id, row.text, moment(row.at)]
    return digest([*parts, sorted(documents)])
