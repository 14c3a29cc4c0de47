"""Survey and ranking of a block as the council approves them, and what of a round it has not approved.

A round without a council (an archive, a year from before) needs no approval.
"""

from dataclasses import dataclass

from appraisal.council.meetings import queries as meetings
from appraisal.models import AgendaItem
from appraisal.rules.seats import surveys_before
from cchc_index.lib import clock
from cchc_index.lib.canonical import digest
from criteria import queries as criteria
from criteria.models import Round, RoundGroup
from results.computation.queries import code_version, group_inputs
from results.queries import measured_groups
from surveys.handover import queries as handover
from surveys.handover.digests import lines_of, table_digest
from surveys.scores.queries import scores_by_cell
from units.rules import AnyUser

KIND = AgendaItem.Kind


def survey_digest(block: RoundGroup) -> str:
    """What the survey gives every unit of the block, by criterion: the digest that the institute signs. One query."""
    return table_digest(lines_of(scores_by_cell(block)))


def ranking_digest(block: RoundGroup) -> str:
    """Everything the ranking of the block follows from, and the program that computes it. Five queries."""
    return digest([group_inputs(block), code_version()])


@dataclass(frozen=True)
class Approval:
    """One thing that needs the council's approval in one block. `item`: what the council last said of it."""

    block: RoundGroup
    kind: str
    item: AgendaItem | None
    is_valid: bool

    @property
    def label(self) -> str:
        return f"{KIND(self.kind).label} khối {self.block.group}"

    @property
    def words(self) -> str:
        """How it stands, in a sentence."""
        label = self.label[:1].upper() + self.label[1:]
        if self.item is None or self.item.concluded_at is None:
            return f"{label} chưa được Hội đồng thẩm định thông qua."
        at = clock.in_words(self.item.concluded_at)
        if self.item.state == AgendaItem.State.REJECTED:
            return f"{label} không được Hội đồng thẩm định thông qua lúc {at}."
        if not self.is_valid:
            return (
                f"{label} đã thay đổi sau khi Hội đồng thẩm định thông qua lúc {at}: "
                "việc thông qua không còn hiệu lực, cần thông qua lại."
            )
        return f"{label} được Hội đồng thẩm định thông qua lúc {at}."


def approvals(round_: Round) -> list[Approval]:
    """For every block of a round that has a council: survey where it has survey criteria, and ranking."""
    if not meetings.has_council(round_.pk):
        return []
    rows: list[Approval] = []
    for block in measured_groups(round_):
        if not criteria.measured(block):
            continue
        concluded = meetings.last_concluded(block)
        kinds = [*([KIND.SURVEY] if _is_surveyed(block) else []), KIND.RANKING]
        rows.extend(_approval(block, kind, concluded.get(kind)) for kind in kinds)
    return rows


def _approval(block: RoundGroup, kind: str, item: AgendaItem | None) -> Approval:
    passed = item is not None and item.state == AgendaItem.State.PASSED
    reader = survey_digest if kind == KIND.SURVEY else ranking_digest
    return Approval(block, kind, item, passed and item is not None and item.fingerprint == reader(block))


def _is_surveyed(block: RoundGroup) -> bool:
    return any(leaf.is_leaf and not leaf.is_self for leaf in criteria.tree_of(block))


def survey_blocks_before(user: AnyUser) -> set[int]:
    """The blocks whose survey the person shall approve. One query."""
    return set(surveys_before(user).values_list("round_group", flat=True))


def is_survey_signed(block_id: int) -> bool:
    """Whether the institute has signed the survey's table of a block as it stands. Three queries."""
    return handover.standing(RoundGroup.objects.get(pk=block_id)).is_signed


def said_of_table(block_id: int, table: str) -> str:
    """What the council last said of the survey of a block, where it spoke of this very table. Three queries."""
    block = RoundGroup.objects.get(pk=block_id)
    if not meetings.has_council(block.round_id):
        return ""
    item = meetings.last_concluded(block).get(KIND.SURVEY)
    if item is None or item.concluded_at is None or item.fingerprint != table:
        return "Hội đồng thẩm định chưa thông qua bảng điểm này."
    how = "thông qua" if item.state == AgendaItem.State.PASSED else "không thông qua"
    return f"Hội đồng thẩm định {how} bảng điểm này lúc {clock.in_words(item.concluded_at)}."
