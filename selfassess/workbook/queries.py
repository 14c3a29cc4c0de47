"""Reads of the round trip: an upload between preview and confirmation, and whose hand last wrote a row.

An upload is a private file, named by a signed ticket that is good for one person, one assessment and these very bytes.
"""

import hashlib
import io
from collections.abc import Collection
from datetime import timedelta

from django.core import signing
from django.core.files.storage import default_storage

from cchc_index.lib.faults import Refused
from selfassess.core.task_list import TaskList
from selfassess.models import SelfAssessment, SelfScore
from units.auditlog.models import LogEntry
from units.models import User

from .reading import Filled

SALT = "selfassess.workbook.upload"
LIFE = timedelta(hours=6)
_GONE = "Bản xem trước này đã hết hạn hoặc đã được thay: tải tệp lên lại."


def fetch_upload(ticket: str, assessment_id: int, user_id: int) -> io.BytesIO:
    """The bytes a ticket stands for. Raises Refused when it is not this person's, too old or its file gone."""
    try:
        found = signing.loads(ticket, salt=SALT, max_age=LIFE)
    except signing.BadSignature:
        raise Refused(_GONE) from None
    if (found["a"], found["u"]) != (assessment_id, user_id):
        raise Refused(_GONE)
    try:
        with default_storage.open(found["f"]) as stream:
            content = stream.read()
    except FileNotFoundError:
        raise Refused(_GONE) from None
    if hashlib.sha256(content).hexdigest() != found["d"]:
        raise Refused(_GONE)
    return io.BytesIO(content)


VERB = "selfassess.score"


def log_reason(file_id: str) -> str:
    """What the log says of a score that came from a workbook."""
    return f"Nhập từ Excel (tệp {file_id})"


def take_own(filled: Filled, tasks: TaskList, actor: User) -> None:
    """Rows that stand as this person last wrote them from this very file count as seen; one query."""
    scores = {str(row.score.pk): row.score for row in tasks.leaves if row.score}
    entries = LogEntry.objects.filter(
        object_type=SelfScore._meta.label_lower,
        object_id__in=scores,
        verb=VERB,
        actor=actor,
        reason=log_reason(filled.file_id),
    ).order_by("number")
    for object_id, after in entries.values_list("object_id", "after"):
        score = scores[object_id]
        if after and after.get("version") == score.version:
            filled.versions[score.criterion_id] = score.version


def stale_scores(assessment: SelfAssessment, criterion_ids: Collection[int]) -> dict[int, SelfScore]:
    """{criterion: score} of these criteria, with who saved each."""
    rows = assessment.scores.filter(criterion__in=criterion_ids).select_related("updated_by").order_by("pk")
    return {score.criterion_id: score for score in rows}
