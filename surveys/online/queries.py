"""Links and the sealed box: counts for pages, the form behind a link."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from criteria import queries as criteria_queries
from criteria.models import RoundGroup
from surveys.assent.queries import Door, door
from surveys.models import BallotLink, PlannedBallots, Question, RespondentGroup, SealedBallot, SurveyRequest
from units.models import Unit

from .sealing import open_answers, token_digest

LinkNumbers = tuple[int, int, int]
"""Links of a group and unit, those that are spent, ballots in the box."""


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link as it is given out, once: afterwards only its digest is known."""

    unit: str
    number: int
    token: str


@dataclass(slots=True)
class BoxLine:
    """One respondent group: what is planned, given out and in the box, and unit by unit."""

    group: RespondentGroup
    planned: int | None
    links: int = 0
    sealed: int = 0
    units: list[tuple[Unit, int | None, int, int]] = field(default_factory=list)
    """Unit, planned ballots, links, ballots in the box."""


def box_lines(block: RoundGroup) -> list[BoxLine]:
    """Every group that takes ballots. Five queries."""
    groups = [g for g in groups_of(block) if g.takes_ballots]
    numbers, own = numbers_of(block), planned_of(block)
    units = list(criteria_queries.units_of(block))
    lines = []
    for group in groups:
        rows = []
        for unit in units:
            links, _, sealed = numbers.get((group.pk, unit.pk), (0, 0, 0))
            rows.append((unit, own.get((group.pk, unit.pk), group.planned_ballots), links, sealed))
        known = [planned for _, planned, _, _ in rows if planned is not None]
        line = BoxLine(group, sum(known) if known else None, units=rows)
        line.links, line.sealed = sum(row[2] for row in rows), sum(row[3] for row in rows)
        lines.append(line)
    return lines


def box_requests(block: RoundGroup) -> QuerySet[SurveyRequest]:
    """What was asked about boxes that are never opened, the oldest first."""
    rows = SurveyRequest.objects.filter(round_group=block, kind=SurveyRequest.Kind.BOX)
    return rows.select_related("proposed_by", "decided_by").order_by("proposed_at", "pk")


def groups_of(block: RoundGroup) -> list[RespondentGroup]:
    """The block's respondent groups in the plan's order. One query."""
    return list(RespondentGroup.objects.filter(survey__round_group=block).order_by("position", "code"))


def planned_of(block: RoundGroup) -> dict[tuple[int, int], int]:
    """(group, unit) → planned ballots, where they differ from the group's. One query."""
    rows = PlannedBallots.objects.filter(respondent_group__survey__round_group=block).order_by("pk")
    return {(group, unit): ballots for group, unit, ballots in rows.values_list("respondent_group", "unit", "ballots")}


def numbers_of(block: RoundGroup | None = None) -> dict[tuple[int, int], LinkNumbers]:
    """(group, unit) → links, spent links, sealed ballots; of a block, or of all. Two queries."""
    here = Q() if block is None else Q(respondent_group__survey__round_group=block)
    numbers: dict[tuple[int, int], LinkNumbers] = {}
    links = BallotLink.objects.filter(here).order_by().values_list("respondent_group", "unit")
    for group, unit, made, spent in links.annotate(made=Count("pk"), spent_=Count("pk", filter=Q(spent=True))):
        numbers[group, unit] = (made, spent, 0)
    ballots = SealedBallot.objects.filter(here).order_by().values_list("respondent_group", "unit")
    for group, unit, sealed in ballots.annotate(sealed_=Count("pk")):
        made, spent, _ = numbers.get((group, unit), (0, 0, 0))
        numbers[group, unit] = (made, spent, sealed)
    return numbers


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question on the respondents' page: its answers by value, the plan's order."""

    name: str
    text: str
    options: list[tuple[int, str]]


@dataclass(slots=True)
class OpenForm:
    """What stands behind a link that may be answered now."""

    group: RespondentGroup
    unit: Unit
    block: RoundGroup
    questions: list[AskedQuestion]

    def read(self, posted: Mapping[str, str]) -> bytes:
        """One byte a question; 0 for what is left blank or is no answer of its scale."""
        answers = bytearray()
        for question in self.questions:
            text = posted.get(question.name, "")
            value = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
            answers.append(value if value in dict(question.options) else 0)
        return bytes(answers)


def link_of(token: str) -> BallotLink | None:
    """The link of a token, whatever its state. One query."""
    rows = BallotLink.objects.select_related(
        "unit", "respondent_group__survey__round_group__round", "respondent_group__survey__round_group__group"
    )
    return rows.filter(pk=token_digest(token)).first()


def is_taken(link: BallotLink) -> bool:
    """Whether ballots are taken now behind a link."""
    return door(link.respondent_group.survey.round_group) is Door.OPEN


def form_of(link: BallotLink) -> OpenForm:
    """The page's questions. Three queries."""
    rows = Question.objects.filter(questionnaire__respondent_group=link.respondent_group_id)
    rows = rows.select_related("criterion", "scale", "questionnaire__scale").order_by("position")
    questions = []
    for question in rows.prefetch_related("scale__options", "questionnaire__scale__options"):
        scale = question.scale or question.questionnaire.scale
        options = sorted((option.value, option.label) for option in scale.options.all())
        questions.append(AskedQuestion(f"question-{question.position}", question.criterion.name, options))
    group = link.respondent_group
    return OpenForm(group, link.unit, group.survey.round_group, questions)


def unreadable(group_id: int | None = None) -> int:
    """How many sealed ballots do not open: changed, moved to another unit, or sealed under a key that is gone."""
    rows = SealedBallot.objects.order_by("pk")
    rows = rows if group_id is None else rows.filter(respondent_group=group_id)
    bad = 0
    for group, unit, sealed in rows.values_list("respondent_group_id", "unit_id", "sealed").iterator(chunk_size=2_000):
        try:
            open_answers(bytes(sealed), place_of(group, unit))
        except ValueError:
            bad += 1
    return bad


def place_of(group_id: int, unit_id: int) -> str:
    """What a sealed ballot is bound to."""
    return f"{group_id}/{unit_id}"
