"""Factories of a survey. `surveyed_round()` is a block with two units, a group and its questionnaire;
`csv_file(rows)` is an upload."""

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from factory import declarations
from factory.declarations import LazyAttribute
from factory.django import DjangoModelFactory

from criteria.models import Round, RoundGroup, Source
from criteria.tests.factories import CriterionFactory, small_round
from surveys.models import (
    AnswerOption,
    AnswerScale,
    Question,
    Questionnaire,
    RespondentGroup,
    SatisfactionFigure,
    Survey,
    SurveyScore,
)
from units.tests.factories import UnitFactory


class AnswerScaleFactory(DjangoModelFactory[AnswerScale]):
    class Meta:
        model = AnswerScale
        django_get_or_create = ("round", "code")

    code = "bon-muc"
    name = "Bốn mức không đều"


class SurveyFactory(DjangoModelFactory[Survey]):
    class Meta:
        model = Survey
        django_get_or_create = ("round_group",)


class RespondentGroupFactory(DjangoModelFactory[RespondentGroup]):
    class Meta:
        model = RespondentGroup

    code = declarations.Sequence(lambda n: f"nhom-{n}")
    name = LazyAttribute(lambda g: f"Nhóm {g.code}")
    position = declarations.Sequence(lambda n: n + 1)
    mode = RespondentGroup.Mode.ONLINE


class QuestionnaireFactory(DjangoModelFactory[Questionnaire]):
    class Meta:
        model = Questionnaire

    title = "Mẫu phiếu thử"


class SurveyScoreFactory(DjangoModelFactory[SurveyScore]):
    class Meta:
        model = SurveyScore

    points = Decimal(1)
    method = SurveyScore.Method.IMPORT


class SatisfactionFigureFactory(DjangoModelFactory[SatisfactionFigure]):
    class Meta:
        model = SatisfactionFigure

    source_document = "Báo cáo 01/BC-THU"


UNEVEN = ((1, "Rất tốt", "1"), (2, "Tốt", "0.6"), (3, "Trung bình", "0.2"), (4, "Kém", "0"))


def uneven_scale(round_: Round) -> AnswerScale:
    """100 / 60 / 20 / 0 %: value 1 is the best."""
    scale = AnswerScaleFactory.create(round=round_)
    for value, label, share in UNEVEN:
        AnswerOption.objects.get_or_create(scale=scale, value=value, defaults={"label": label, "share": Decimal(share)})
    return scale


def surveyed_round(units: int = 2, **round_fields: Any) -> RoundGroup:
    """`small_round()` with survey leaves 1.3 and 1.4 (2 points), units SNV, STC, …; no respondent group."""
    block = small_round(**round_fields)
    CriterionFactory.create(
        criteria_set=block.criteria_set, code="1.4", position=9, source=Source.SURVEY, max_points=Decimal(2)
    )
    for code in ("SNV", "STC", *(f"DV{n:03d}" for n in range(2, units)))[:units]:
        UnitFactory.create(group=block.group, code=code)
    return block


def asked_group(block: RoundGroup, *codes: str, scale: AnswerScale | None = None, **fields: Any) -> RespondentGroup:
    """A respondent group of the block with a questionnaire over the leaves `codes` (1.3 and 1.4)."""
    rules = {key: fields.pop(key) for key in list(fields) if key in _RULES}
    group = RespondentGroupFactory.create(survey=SurveyFactory.create(round_group=block), **fields)
    questionnaire = QuestionnaireFactory.create(
        respondent_group=group, scale=scale or uneven_scale(block.round), **rules
    )
    for position, code in enumerate(codes or ("1.3", "1.4")):
        criterion = block.criteria_set.criteria.get(code=code)
        Question.objects.create(questionnaire=questionnaire, criterion=criterion, position=position)
    return group


_RULES = ("max_blank_share", "refuse_straight_line", "straight_line_from", "refuse_duplicates", "duplicates_from")


def csv_file(rows: Sequence[Sequence[object]], name: str = "phieu.csv") -> io.BytesIO:
    """Rows as a comma separated upload."""
    text = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in rows)
    stream = io.BytesIO(text.encode())
    stream.name = name
    return stream


def ballot_rows(*ballots: Sequence[object], headings: Sequence[str] = ("1.3", "1.4")) -> list[list[object]]:
    """A ballot file's rows: (code, unit, answers…)."""
    return [["Mã phiếu", "Mã đơn vị", *headings], *[list(ballot) for ballot in ballots]]


def figure_rows(*figures: Sequence[object], value: str = "Điểm") -> list[list[object]]:
    """A figure file's rows: (unit, criterion, value, source)."""
    return [["Mã đơn vị", "Mã tiêu chí", value, "Nguồn số liệu"], *[list(figure) for figure in figures]]
