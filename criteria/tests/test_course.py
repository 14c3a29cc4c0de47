"""Which orders of a year's stages make sense, and what is said of the others."""

from itertools import permutations

import pytest

from criteria.course import APPRAISAL, ARCHIVE, DEFAULT, MEETING, PUBLICATION, REPLY, SELF_ASSESSMENT, SURVEY, fault

ASSESSED_FIRST = "Tự đánh giá phải đứng đầu, trước mọi lần thẩm định."
PUBLISHED_LAST = "Tổng hợp, công bố phải đứng sau mọi lần thẩm định và Hội đồng quyết định."
APPRAISED = "Một kỳ phải có ít nhất một lần thẩm định."
REPLY_AFTER = "Giải trình phải đứng ngay sau lần thẩm định mà nó trả lời."
MEETING_ENDS = "Sau Hội đồng quyết định không còn thẩm định, giải trình hay cuộc họp nào."


@pytest.mark.parametrize(
    "between",
    [
        [APPRAISAL],
        [APPRAISAL, MEETING],
        [APPRAISAL, REPLY],
        [APPRAISAL, APPRAISAL, REPLY, MEETING],
        [APPRAISAL, REPLY, APPRAISAL, REPLY, MEETING],
    ],
)
def test_a_year_is_assessed_appraised_once_or_often_and_published(between: list[str]) -> None:
    assert fault([SELF_ASSESSMENT, *between, PUBLICATION]) == ""


def test_what_a_new_year_starts_from_makes_sense() -> None:
    assert fault([stage.kind for stage in DEFAULT]) == ""


@pytest.mark.parametrize("places", list(permutations(range(6), 2)))
def test_survey_and_archive_may_stand_anywhere(places: tuple[int, int]) -> None:
    course = [SELF_ASSESSMENT, APPRAISAL, REPLY, MEETING, PUBLICATION]
    for place, kind in zip(places, (SURVEY, ARCHIVE), strict=True):
        course.insert(place, kind)
    assert fault(course) == ""


@pytest.mark.parametrize(
    ("course", "said"),
    [
        ([], ASSESSED_FIRST),
        ([SURVEY], ASSESSED_FIRST),
        ([APPRAISAL, SELF_ASSESSMENT, PUBLICATION], ASSESSED_FIRST),
        ([SELF_ASSESSMENT], PUBLISHED_LAST),
        ([SELF_ASSESSMENT, APPRAISAL], PUBLISHED_LAST),
        ([SELF_ASSESSMENT, APPRAISAL, PUBLICATION, MEETING], PUBLISHED_LAST),
        ([SELF_ASSESSMENT, PUBLICATION], APPRAISED),
        ([SELF_ASSESSMENT, MEETING, PUBLICATION], APPRAISED),
        ([SELF_ASSESSMENT, REPLY, APPRAISAL, PUBLICATION], REPLY_AFTER),
        ([SELF_ASSESSMENT, APPRAISAL, REPLY, REPLY, PUBLICATION], REPLY_AFTER),
        ([SELF_ASSESSMENT, APPRAISAL, MEETING, REPLY, PUBLICATION], REPLY_AFTER),
        ([SELF_ASSESSMENT, APPRAISAL, MEETING, APPRAISAL, PUBLICATION], MEETING_ENDS),
        ([SELF_ASSESSMENT, APPRAISAL, MEETING, MEETING, PUBLICATION], MEETING_ENDS),
    ],
)
def test_an_order_that_makes_no_sense_is_told_what_is_wrong(course: list[str], said: str) -> None:
    assert fault(course) == said
