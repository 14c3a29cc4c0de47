"""A prepared read answers as the query it was built from, for whatever keys, on both databases."""

from datetime import UTC, date, datetime
from decimal import Decimal
from unittest.mock import Mock, patch

import pytest
from django.db import connection
from django.db.models import Q, QuerySet
from django.test.utils import CaptureQueriesContext

from cchc_index.lib.prepared import Prepared, PreparedSql
from selfassess.models import SelfAssessment, SelfScore
from selfassess.tests.factories import SelfAssessmentFactory, SelfScoreFactory, small_assessment
from units.models import Unit
from units.tests.factories import UnitFactory

pytestmark = pytest.mark.django_db
FIELDS = ("points", "na_claimed", "updated_at", "figures")


def of(assessment: int, criterion: int | None = None) -> "QuerySet[SelfScore, tuple[object, ...]]":
    rows = SelfScore.objects.filter(assessment=assessment, **({} if criterion is None else {"criterion": criterion}))
    return rows.order_by("pk").values_list(*FIELDS)


def score(assessment: SelfAssessment, points: str) -> SelfScore:
    made = SelfScoreFactory.create(assessment=assessment, points=Decimal(points), figures={"numerator": "90"})
    SelfScore.objects.filter(pk=made.pk).update(updated_at=datetime(2031, 3, 5, 17, tzinfo=UTC))
    return made


def test_rows_are_those_of_the_query_with_their_types() -> None:
    assessment = small_assessment()
    unit = UnitFactory.create(group=assessment.unit.group)
    other = SelfAssessmentFactory.create(round_group=assessment.round_group, unit=unit)
    first, second = score(assessment, "0.5"), score(other, "1.25")
    read = Prepared(of)
    for one in (first, second, first):
        assert read.rows(assessment=one.assessment_id) == list(of(one.assessment_id))
    assert read.rows(assessment=second.assessment_id) == [
        (Decimal("1.25"), False, datetime(2031, 3, 5, 17, tzinfo=UTC), {"numerator": "90"})
    ]
    assert read.rows(assessment=second.assessment_id + 1) == []


def test_it_is_built_once_for_each_set_of_keys_and_asked_once_each_time() -> None:
    one = score(small_assessment(), "0.5")
    build = Mock(side_effect=of)
    read = Prepared(build)
    with CaptureQueriesContext(connection) as asked:
        for _ in range(3):
            assert len(read.rows(assessment=one.assessment_id)) == 1
            assert len(read.rows(assessment=one.assessment_id, criterion=one.criterion_id)) == 1
            assert read.rows(assessment=one.assessment_id, criterion=one.criterion_id + 1) == []
    assert (build.call_count, len(asked)) == (2, 9)


def test_days_are_keys_and_a_key_is_good_in_every_place() -> None:
    gone, unit = (UnitFactory.create(valid_to=day) for day in (date(2031, 6, 30), None))
    read = Prepared(
        lambda at, unit: (
            Unit.objects.filter(
                Q(valid_to=None) | Q(valid_to__gte=at), pk__in=Unit.objects.exclude(pk=unit).values("pk")
            )
            .order_by("pk")
            .values_list("pk", "valid_to")
        )
    )
    assert read.rows(at=date(2031, 6, 30), unit=0) == [(gone.pk, date(2031, 6, 30)), (unit.pk, None)]
    assert read.rows(at=date(2031, 7, 1), unit=0) == [(unit.pk, None)]
    assert read.rows(at=date(2031, 6, 30), unit=unit.pk) == [(gone.pk, date(2031, 6, 30))]


def test_postgresql_keeps_the_query_under_a_name_unless_a_pooler_lends_the_connection() -> None:
    one = score(small_assessment(), "0.5")
    read, words = Prepared(of), PreparedSql("SELECT points FROM selfassess_selfscore WHERE id = %(pk)s AND id = %(pk)s")
    answers = []
    for pooled in (False, True):
        with (
            patch.dict(connection.settings_dict, {"DISABLE_SERVER_SIDE_CURSORS": pooled}),
            CaptureQueriesContext(connection) as asked,
        ):
            for _ in range(2):
                answers.append((read.rows(assessment=one.assessment_id), words.rows(pk=one.pk), words.rows(pk=0)))
        by_name = ["EXECUTE cchc_" in query["sql"] for query in asked]
        assert by_name == [connection.vendor == "postgresql" and not pooled] * 6
    assert answers == answers[:1] * 4
    assert [len(rows) for rows in answers[0]] == [1, 1, 0]


def test_what_the_query_says_itself_is_written_into_what_is_kept() -> None:
    one = score(small_assessment(), "0.5")
    SelfScore.objects.filter(pk=one.pk).update(explanation="Đạt 100%, không 'thiếu' $1")
    read = Prepared(
        lambda assessment: (
            SelfScore.objects.filter(assessment=assessment, na_claimed=False, explanation__contains="100%, không 'th")
            .exclude(explanation__contains="%s")
            .order_by("pk")
            .values_list("pk", "explanation")
        )
    )
    assert read.rows(assessment=one.assessment_id) == [(one.pk, "Đạt 100%, không 'thiếu' $1")]


def test_a_key_that_the_query_loses_is_refused() -> None:
    read = Prepared(lambda assessment: SelfScore.objects.order_by("pk").values_list("pk"))
    with pytest.raises(ValueError, match="assessment"):
        read.rows(assessment=1)
