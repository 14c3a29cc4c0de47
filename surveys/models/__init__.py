"""The survey's records. Django finds the classes of an app in its `models`: so they are named here once."""

from .handover import TableSignature
from .online import BallotLink, SealedBallot
from .paper import BallotPicture, PaperBundle, TypedBallot
from .records import (
    AnswerOption,
    AnswerScale,
    Ballot,
    ImportBatch,
    MappingProfile,
    PlannedBallots,
    Question,
    Questionnaire,
    RespondentGroup,
    SatisfactionFigure,
    Survey,
    SurveyRequest,
    SurveyScore,
    Tally,
)
from .spelling import RoughCode, rough_word
from .strata import GroupPeople
from .telling import ToldTally

__all__ = [
    "AnswerOption",
    "AnswerScale",
    "Ballot",
    "BallotLink",
    "BallotPicture",
    "GroupPeople",
    "ImportBatch",
    "MappingProfile",
    "PaperBundle",
    "PlannedBallots",
    "Question",
    "Questionnaire",
    "RespondentGroup",
    "RoughCode",
    "SatisfactionFigure",
    "SealedBallot",
    "Survey",
    "SurveyRequest",
    "SurveyScore",
    "TableSignature",
    "Tally",
    "ToldTally",
    "TypedBallot",
    "rough_word",
]
