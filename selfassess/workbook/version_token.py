"""The version token in the hidden sheet: whose file it is and what it was made from, signed."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from django.core import signing

from cchc_index.lib.canonical import canonical_json
from cchc_index.lib.faults import Fault, ImportRefused
from cchc_index.lib.numbers import exact_text
from selfassess.core.task_list import TaskList
from selfassess.models import SelfAssessment

SALT = "selfassess.workbook"
AGAIN = "tải lại mẫu từ trang “Nhập bằng Excel” rồi điền vào mẫu ấy"


@dataclass(frozen=True, slots=True)
class Token:
    """`versions` of the rows as the file was made, by criterion; 0 where nobody had scored yet. `file_id`
    tells the files of one assessment apart."""

    file_id: str
    assessment: int
    label: str
    criteria: str
    versions: Mapping[int, int]


def seal(tasks: TaskList) -> str:
    versions = [[row.criterion.pk, row.score.version] for row in tasks.leaves if row.score and row.score.version]
    payload = {
        "i": secrets.token_hex(4),
        "a": tasks.assessment.pk,
        "n": label(tasks.assessment),
        "c": digest(tasks),
        "v": versions,
    }
    return signing.dumps(payload, salt=SALT, compress=True)


def unseal(text: str, tasks: TaskList) -> Token:
    """The token of a file of this very assessment. Raises ImportRefused with the sentence that fits."""
    try:
        payload = signing.loads(text, salt=SALT)
        versions = {int(criterion): int(version) for criterion, version in payload["v"]}
        token = Token(payload["i"], payload["a"], payload["n"], payload["c"], versions)
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        raise _refuse("mã phiên bản của tệp đã bị sửa hoặc mất", AGAIN) from None
    if token.assessment != tasks.assessment.pk:
        here = label(tasks.assessment)
        raise _refuse(f"tệp này là của {token.label}, không phải của {here}", f"chọn tệp của {here} hoặc {AGAIN}")
    if token.criteria != digest(tasks):
        raise _refuse("bộ tiêu chí đã thay đổi sau khi tải tệp này", AGAIN)
    return token


def label(assessment: SelfAssessment) -> str:
    return f"{assessment.unit} năm {assessment.round_group.round.year}"


def digest(tasks: TaskList) -> str:
    """What the rows mean: codes, maxima and rules of the self-assessed leaves."""
    rows = [
        [row.criterion.pk, row.criterion.code, exact_text(row.criterion.max_points), row.criterion.rule]
        for row in tasks.leaves
    ]
    return hashlib.sha256(canonical_json(rows).encode()).hexdigest()[:32]


def _refuse(message: str, repair: str) -> ImportRefused:
    return ImportRefused([Fault(0, "", message, repair)])
