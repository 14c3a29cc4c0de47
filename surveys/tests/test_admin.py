"""The survey in the administrators' pages: rows to look up, nothing to write."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from criteria.models import Criterion
from criteria.tests.factories import small_round
from surveys.models import (
    AnswerOption,
    AnswerScale,
    Ballot,
    ImportBatch,
    Question,
    Questionnaire,
    RespondentGroup,
    Survey,
    Tally,
)
from units.tests.factories import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client) -> Client:
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def questionnaire() -> Questionnaire:
    block = small_round()
    survey = Survey.objects.create(round_group=block)
    group = RespondentGroup.objects.create(survey=survey, code="dan", name="Người dân")
    scale = AnswerScale.objects.create(round=block.round, code="2-muc", name="Hai mức")
    for value, share in ((1, "0"), (2, "1")):
        AnswerOption.objects.create(scale=scale, value=value, label=str(value), share=Decimal(share))
    questionnaire = Questionnaire.objects.create(respondent_group=group, title="Mẫu 1", scale=scale)
    Question.objects.create(questionnaire=questionnaire, criterion=Criterion.objects.get(code="1.3"), position=0)
    return questionnaire


def add_ballot(questionnaire: Questionnaire) -> Ballot:
    group, block = questionnaire.respondent_group, questionnaire.respondent_group.survey.round_group
    batch = ImportBatch.objects.create(
        round_group=block, respondent_group=group, kind="ballots", state="committed", file_name="p.xlsx",
        file_digest="0", committed_at=timezone.now(),
    )  # fmt: skip
    unit = UnitFactory.create(group=block.group)
    Tally.objects.create(
        respondent_group=group, unit=unit, criterion=Criterion.objects.get(code="1.3"), counts={"2": 1}, answered=1
    )
    return Ballot.objects.create(batch=batch, respondent_group=group, unit=unit, code="P1", answers=b"\x02")


@pytest.mark.parametrize("name", ["survey", "respondentgroup", "questionnaire", "answerscale", "surveyrequest"])
def test_the_plan_is_only_looked_at_here(page: Client, questionnaire: Questionnaire, name: str) -> None:
    """It is written on the survey's own pages, where ballots freeze it."""
    rows = {
        "survey": Survey,
        "respondentgroup": RespondentGroup,
        "questionnaire": Questionnaire,
        "answerscale": AnswerScale,
    }
    assert page.get(f"/quan-tri/surveys/{name}/").status_code == 200
    assert page.get(f"/quan-tri/surveys/{name}/add/").status_code == 403
    if name in rows:
        row = rows[name]._default_manager.get()
        address = f"/quan-tri/surveys/{name}/{row.pk}/change/"
        assert "Lưu lại" not in page.get(address).content.decode()
        assert page.post(address, {"code": "khac", "name": "Khác", "title": "Khác"}).status_code == 403


def test_ballot_page_keeps_the_answers_to_itself(page: Client, questionnaire: Questionnaire) -> None:
    ballot = add_ballot(questionnaire)
    html = page.get(f"/quan-tri/surveys/ballot/{ballot.pk}/change/").content.decode()
    assert "P1" in html
    assert "câu trả lời" not in html.lower()
