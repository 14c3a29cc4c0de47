"""Bundles, how far they are, and what was typed of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from criteria.models import RoundGroup
from surveys.models import BallotPicture, ImportBatch, PaperBundle, Question, RespondentGroup, TypedBallot
from units import rules as people
from units.models import Role, User
from units.queries import holders_of

from .comparing import CODE, TypedRow, decided, differences
from .rules import Typing, bundles_for, may_settle, typing_of

LONGEST = 4
"""Digits that are typed for an answer: more is a slip, or an attack."""
Rows = dict[int, TypedRow]
"""Position in the bundle → what was typed."""


@dataclass(frozen=True, slots=True)
class PaperQuestion:
    """A question as it is typed: its answers by value."""

    at: int
    criterion: str
    text: str
    options: dict[int, str]

    @property
    def values(self) -> str:
        """The numbers that may be typed, in words."""
        return ", ".join(map(str, self.options))

    def value_of(self, text: str) -> int:
        """The answer that was typed, 0 for a blank. Raises Refused for what is no answer of the question."""
        text = clean(text)
        if not text:
            return 0
        if text.isascii() and text.isdecimal() and len(text) <= LONGEST and int(text) in self.options:
            return int(text)
        raise Refused(f"Câu {self.at + 1}: không có mức “{text[:20]}”. Các mức: {self.values}, hoặc để trống.")


def questions_of(group: RespondentGroup) -> list[PaperQuestion]:
    """The group's questions in the order of a ballot's bytes. Three queries."""
    rows = Question.objects.filter(questionnaire__respondent_group=group)
    rows = rows.select_related("criterion", "scale", "questionnaire__scale").order_by("position")
    questions = []
    for question in rows.prefetch_related("scale__options", "questionnaire__scale__options"):
        scale = question.scale or question.questionnaire.scale
        options = dict(sorted((option.value, option.label) for option in scale.options.all()))
        questions.append(PaperQuestion(question.position, question.criterion.code, question.criterion.name, options))
    return questions


def typed_of(bundles: Iterable[int]) -> dict[tuple[int, int], Rows]:
    """(bundle, typing) → what was typed. One query."""
    found: dict[tuple[int, int], Rows] = defaultdict(dict)
    rows = TypedBallot.objects.filter(bundle__in=list(bundles)).order_by("bundle", "position")
    for bundle, typing, at, code, answers in rows.values_list("bundle", "typing", "position", "code", "answers"):
        found[bundle, typing][at] = TypedRow(code, bytes(answers))
    return found


@dataclass(frozen=True, slots=True)
class Typings:
    """What both typed of one bundle, and what was settled."""

    first: Rows
    second: Rows
    settled: Rows

    @property
    def differences(self) -> dict[int, list[int]]:
        return differences(self.first, self.second)

    @property
    def waiting(self) -> list[int]:
        """Positions of the ballots that still are to be settled."""
        return [at for at in self.differences if at not in self.settled]

    @property
    def final(self) -> Rows | None:
        return decided(self.first, self.second, self.settled)


def typings_of(bundles: Sequence[PaperBundle]) -> dict[int, Typings]:
    """Bundle → its typings. One query."""
    typed = typed_of(bundle.pk for bundle in bundles)
    parts = (Typing.FIRST, Typing.SECOND, Typing.SETTLED)
    return {bundle.pk: Typings(*(typed.get((bundle.pk, part), {}) for part in parts)) for bundle in bundles}


@dataclass(slots=True)
class BundleLine:
    """A bundle on the page of all: how far each of the two is, and what comes next."""

    bundle: PaperBundle
    typed: tuple[int, int]
    differing: int = 0
    waiting: int = 0
    mine: Typing | None = None
    may_settle: bool = False

    @property
    def is_sent_twice(self) -> bool:
        return self.bundle.first_sent and self.bundle.second_sent

    @property
    def is_ready(self) -> bool:
        return self.is_sent_twice and not self.waiting and self.bundle.batch_id is None

    @property
    def is_mine_to_type(self) -> bool:
        sent = self.bundle.first_sent if self.mine == Typing.FIRST else self.bundle.second_sent
        return self.mine is not None and not sent

    @property
    def state(self) -> tuple[str, str]:
        """(colour, words)."""
        batch = self.bundle.batch
        if batch is not None:
            colour = "st-ok" if batch.state == ImportBatch.State.COMMITTED else "st-wait"
            return colour, f"lần nhập: {batch.get_state_display()}"
        if not self.is_sent_twice:
            return "st-none", "đang nhập"
        if self.waiting:
            return "st-wait", f"{self.waiting} phiếu cần đối chiếu"
        return "st-ok", "đã thống nhất"


@dataclass(slots=True)
class PaperLine:
    """The bundles of one respondent group."""

    group: RespondentGroup
    bundles: list[BundleLine] = field(default_factory=list)

    @property
    def ballots(self) -> int:
        return sum(line.bundle.ballots for line in self.bundles)

    @property
    def ready(self) -> list[BundleLine]:
        return [line for line in self.bundles if line.is_ready]

    @property
    def ready_ballots(self) -> int:
        return sum(line.bundle.ballots for line in self.ready)


def paper_groups(block: RoundGroup) -> list[RespondentGroup]:
    """The groups of a block that take ballots, in the plan's order. One query."""
    groups = RespondentGroup.objects.filter(survey__round_group=block).exclude(mode=RespondentGroup.Mode.FIGURES)
    return list(groups.order_by("position", "code"))


def shared_options(questions: Sequence[PaperQuestion]) -> dict[int, str]:
    """The answers of all questions, where they are the same for all."""
    alike = questions and all(question.options == questions[0].options for question in questions)
    return questions[0].options if alike else {}


def paper_lines(block: RoundGroup, user: people.AnyUser) -> list[PaperLine]:
    """Every group that takes ballots, with its bundles by unit. Four queries."""
    lines = {group.pk: PaperLine(group) for group in paper_groups(block)}
    bundles = list(bundles_for(user).filter(respondent_group__in=lines).order_by("unit__name", "pk"))
    for line in bundle_lines(bundles, user):
        lines[line.bundle.respondent_group_id].bundles.append(line)
    return list(lines.values())


def bundle_line(bundle: PaperBundle, user: people.AnyUser) -> BundleLine:
    return bundle_lines([bundle], user)[0]


def bundle_lines(bundles: Sequence[PaperBundle], user: people.AnyUser) -> list[BundleLine]:
    """How far each bundle is. Two queries."""
    counts = _counts(bundles)
    typings = typings_of([one for one in bundles if one.first_sent and one.second_sent and one.batch_id is None])
    lines = []
    for bundle in bundles:
        typed = (counts.get((bundle.pk, Typing.FIRST), 0), counts.get((bundle.pk, Typing.SECOND), 0))
        line = BundleLine(bundle, typed, mine=typing_of(user, bundle), may_settle=may_settle(user, bundle))
        if bundle.pk in typings:
            own = typings[bundle.pk]
            line.differing, line.waiting = len(own.differences), len(own.waiting)
        lines.append(line)
    return lines


def _counts(bundles: Sequence[PaperBundle]) -> dict[tuple[int, int], int]:
    rows = TypedBallot.objects.filter(bundle__in=[bundle.pk for bundle in bundles])
    numbers = rows.order_by().values_list("bundle", "typing").annotate(number=Count("pk"))
    return {(bundle, typing): number for bundle, typing, number in numbers}


def untyped(bundle: PaperBundle, rows: Rows) -> list[int]:
    """Positions that a typing still lacks."""
    return [at for at in range(1, bundle.ballots + 1) if at not in rows]


def typists() -> list[User]:
    """Who may type: survey operators and index managers. Two queries."""
    people_ = {user.pk: user for role in (Role.SURVEY_OPERATOR, Role.INDEX_MANAGER) for user in holders_of(role)}
    return sorted(people_.values(), key=lambda user: str(user))


def picture_of(bundle: PaperBundle, position: int) -> bytes | None:
    """The picture of a ballot, where one was brought. One query."""
    row = BallotPicture.objects.filter(bundle=bundle, position=position).first()
    return bytes(row.picture) if row else None


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One field in which the two differ, for the third person."""

    name: str
    label: str
    first: str
    second: str
    first_words: str
    second_words: str
    chosen: str


def compared_fields(questions: Sequence[PaperQuestion], own: Typings, position: int) -> list[ComparedField]:
    """The fields of a ballot in which the two differ, with both values and what was decided before."""
    settled = own.settled.get(position)
    fields = []
    for at in own.differences.get(position, []):
        question = questions[at] if 0 <= at < len(questions) else None
        first, second = own.first[position].field(at), own.second[position].field(at)
        fields.append(
            ComparedField(
                name="code" if at == CODE else f"answer-{at}",
                label=f"Câu {at + 1}. {question.text}" if question else "Mã phiếu",
                first=first,
                second=second,
                first_words=_words(question, first),
                second_words=_words(question, second),
                chosen=settled.field(at) if settled else "",
            )
        )
    return fields


def _words(question: PaperQuestion | None, value: str) -> str:
    if not value:
        return "bỏ trống"
    return f"{value} – {question.options.get(int(value), '')}" if question else value
