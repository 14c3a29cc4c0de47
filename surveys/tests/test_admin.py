"""The survey's plan in the administrators' pages: closed under ballots, weights and scales count at once."""

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
    SurveyScore,
    Tally,
)
from units.auditlog.models import LogEntry
from units.tests.factories import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client) -> Client:
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def questionnaire() -> Questionnaire:
    survey = Survey.objects.create(round_group=small_round())
    group = RespondentGroup.objects.create(survey=survey, code="dan", name="Người dân")
    scale = AnswerScale.objects.create(code="2-muc", name="Hai mức")
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


def test_questionnaire_with_ballots_is_closed_and_says_why(page: Client, questionnaire: Questionnaire) -> None:
    address = f"/quan-tri/surveys/questionnaire/{questionnaire.pk}/change/"
    assert "Lưu lại" in page.get(address).content.decode()
    add_ballot(questionnaire)
    html = page.get(address).content.decode()
    assert "đã có phiếu nhập vào" in html
    assert "Lưu lại" not in html
    assert page.post(address, {"title": "Khác"}).status_code == 403


def test_ballot_page_keeps_the_answers_to_itself(page: Client, questionnaire: Questionnaire) -> None:
    ballot = add_ballot(questionnaire)
    html = page.get(f"/quan-tri/surveys/ballot/{ballot.pk}/change/").content.decode()
    assert "P1" in html
    assert "câu trả lời" not in html.lower()


def scale_form(scale: AnswerScale, share: str) -> dict[str, object]:
    data: dict[str, object] = {
        "code": scale.code, "name": scale.name, "options-TOTAL_FORMS": 2, "options-INITIAL_FORMS": 2,
    }  # fmt: skip
    for row, option in enumerate(scale.options.order_by("value")):
        given = share if option.value == 2 else option.share
        fields = {"id": option.pk, "scale": scale.pk, "value": option.value, "label": option.label, "share": given}
        data |= {f"options-{row}-{name}": value for name, value in fields.items()}
    return data


def test_changed_share_is_logged_and_counts_at_once(page: Client, questionnaire: Questionnaire) -> None:
    add_ballot(questionnaire)
    scale = questionnaire.scale
    page.post(f"/quan-tri/surveys/answerscale/{scale.pk}/change/", scale_form(scale, "0.5"))

    assert SurveyScore.objects.get().points == Decimal("0.5")
    assert LogEntry.objects.filter(object_type="surveys.answeroption").get().after == {"share": "0.5"}


def test_answer_in_use_cannot_be_taken_away(page: Client, questionnaire: Questionnaire) -> None:
    add_ballot(questionnaire)
    scale = questionnaire.scale
    data = scale_form(scale, "1") | {"options-1-DELETE": "on"}
    answer = page.post(f"/quan-tri/surveys/answerscale/{scale.pk}/change/", data, follow=True)

    assert "Chưa lưu" in answer.content.decode()
    assert scale.options.count() == 2
    assert not LogEntry.objects.exists()
