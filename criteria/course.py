"""The list of stages a year has, and which orders make sense. No Django here.

A year is assessed, appraised once or several times, answered where the council asks for it, and published. How
often is data: a year with one appraisal and a year with three differ in their rows only.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

SELF_ASSESSMENT = "self_assessment"
SURVEY = "survey"
APPRAISAL = "appraisal"
REPLY = "reply"
MEETING = "meeting"
PUBLICATION = "publication"
ARCHIVE = "archive"

DECIDING = (APPRAISAL, MEETING)
"""Kinds in which the council decides."""
LISTED = (APPRAISAL, REPLY, MEETING)
"""Kinds an index manager adds and removes; of the others a year has exactly one."""
ASIDE = (SURVEY, ARCHIVE)
"""Kinds that run beside the others: their place in the list says nothing."""


class Planned(NamedTuple):
    """A stage of a year that nobody has set up yet."""

    name: str
    title: str
    kind: str
    two_opinions: bool = False
    report_required: bool = False


DEFAULT = (
    Planned("self_assessment", "Tự đánh giá", SELF_ASSESSMENT),
    Planned("round1", "Thẩm định lần 1", APPRAISAL, two_opinions=True, report_required=True),
    Planned("explanation", "Giải trình", REPLY),
    Planned("round2", "Thẩm định lần 2", APPRAISAL, two_opinions=True, report_required=True),
    Planned("final", "Hội đồng quyết định", MEETING, report_required=True),
    Planned("publication", "Tổng hợp, công bố", PUBLICATION),
    Planned("survey", "Điều tra xã hội học", SURVEY),
    Planned("import", "Nhập từ hồ sơ lưu", ARCHIVE),
)
"""What a new year starts from: two appraisals with the units' reply between them, then the council's meeting."""


def fault(kinds: Sequence[str]) -> str:
    """What is wrong with a year's stages in this order, in Vietnamese; "" for nothing. The survey and the archive
    run beside the others and may stand anywhere."""
    course = [kind for kind in kinds if kind not in ASIDE]
    if course[:1] != [SELF_ASSESSMENT]:
        return "Tự đánh giá phải đứng đầu, trước mọi lần thẩm định."
    if course[-1:] != [PUBLICATION]:
        return "Tổng hợp, công bố phải đứng sau mọi lần thẩm định và Hội đồng quyết định."
    if APPRAISAL not in course:
        return "Một kỳ phải có ít nhất một lần thẩm định."
    return _fault_of_neighbours(course)


def _fault_of_neighbours(course: Sequence[str]) -> str:
    for before, kind in pairwise(course):
        if kind == REPLY and before != APPRAISAL:
            return "Giải trình phải đứng ngay sau lần thẩm định mà nó trả lời."
        if before == MEETING and kind in LISTED:
            return "Sau Hội đồng quyết định không còn thẩm định, giải trình hay cuộc họp nào."
    return ""
