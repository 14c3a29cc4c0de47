"""The course of a block's year: which stage takes decisions now, what a reply answers, what may be released.

Everything is derived from the round's stages in their order and from what has been released. Nothing asks for a
stage by its name, so a year with one appraisal and a year with three go through the same code.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby, pairwise

from django.db.models import Q, QuerySet

from appraisal.models import Acknowledgement, Appraisal, AppraisalEntry, Release
from cchc_index.lib import clock
from cchc_index.lib.prepared import Prepared, columns, instances
from criteria import course
from criteria.models import RoundGroup, Stage
from units import rules as people

from .reach import reads_all


@dataclass(frozen=True, slots=True)
class Sequel:
    """What may come of the decisions of one stage."""

    name: str = ""
    """The stage in a few words: "lần 2"."""
    reply: int = 0
    """The stage in which the units answer them; 0: nobody does."""
    is_asked: bool = False
    """They are released, and the answer is waited for."""
    is_over: bool = False
    """A later stage has been released: whatever was said, they stand."""
    waits_for: str = ""
    """Where an objection is settled: "lần 2"."""
    keeps: str = ""
    """Whose results stand when this stage is silent: "lần 1"; "" where the units were not asked."""


NO_SEQUEL = Sequel()


@dataclass(frozen=True)
class Calendar:
    """The stages of the round in their order, and which of them have been released to the block."""

    stages: tuple[Stage, ...]
    released: frozenset[int]
    at: datetime

    @cached_property
    def by_name(self) -> dict[str, Stage]:
        return {stage.name: stage for stage in self.stages}

    @cached_property
    def _course(self) -> list[Stage]:
        """Assessing, appraising, answering, meeting, publishing: without what runs beside."""
        return [stage for stage in self.stages if stage.kind not in course.ASIDE]

    @cached_property
    def deciding(self) -> list[Stage]:
        """The appraisals and meetings, in the order of the year."""
        return [stage for stage in self.stages if stage.kind in course.DECIDING]

    @cached_property
    def releasable(self) -> list[Stage]:
        """What units are shown: every stage in which the council decides, and the archive."""
        return [*self.deciding, *(stage for stage in self.stages if stage.kind == Stage.Kind.ARCHIVE)]

    @cached_property
    def signature(self) -> tuple[object, ...]:
        """Changes when anything does that a page of the council shows of the course."""
        return tuple((stage.pk, stage.title, stage.two_opinions, stage.pk in self.released) for stage in self.stages)

    def named(self, name: str) -> Stage | None:
        return self.by_name.get(name)

    @property
    def following(self) -> Stage | None:
        """The stage that decides after the last one that was released."""
        rest: list[Stage] = []
        for stage in self.deciding:
            rest = [] if stage.pk in self.released else [*rest, stage]
        return rest[0] if rest else None

    @property
    def stage(self) -> Stage | None:
        """The stage that takes decisions now. A released stage takes none, whatever its hours: the units have
        seen it."""
        following = self.following
        return following if following is not None and following.is_open(self.at) else None

    def may_be_released(self, stage: Stage) -> bool:
        """Whether it is the next of the year's stages, and has begun."""
        return stage == self.following and stage.has_begun(self.at)

    def phase(self, kinds: Collection[str] = ()) -> Stage | None:
        """The stage whose hours run and that the block is still in, first among `kinds`: one that was released, or is
        older than one that was, is behind it whatever its hours. The survey runs beside the others: only who asks for
        it sees it."""
        open_now = [one for one in self.stages if (one.is_set and one.is_open(self.at)) or one == self.stage]
        there = [stage for stage in open_now if not self._is_behind(stage)]
        own = (stage for stage in there if stage.kind in kinds)
        return next(own, None) or next((stage for stage in there if stage.kind != Stage.Kind.SURVEY), None)

    def _is_behind(self, stage: Stage) -> bool:
        if stage.kind in course.DECIDING:
            return stage.pk in self.released or self.is_over(stage.pk)
        return stage.kind == Stage.Kind.REPLY and self.is_over(self.answers(stage.pk))

    # --- what follows what; by key, 0 and unknown keys have neither

    def reply_to(self, stage_id: int) -> Stage | None:
        """The stage in which the units answer an appraisal's adjustments: the one right after it."""
        for before, stage in pairwise(self._course):
            if before.pk == stage_id and stage.kind == Stage.Kind.REPLY:
                return stage
        return None

    def answers(self, reply_id: int) -> int:
        """The appraisal that a reply answers: the one right before it."""
        for before, stage in pairwise(self._course):
            if stage.pk == reply_id:
                return before.pk
        return 0

    def _after(self, stage_id: int) -> list[Stage]:
        """The stages that decide after a given one; none after a key that decides nothing."""
        keys = [stage.pk for stage in self.deciding]
        return self.deciding[keys.index(stage_id) + 1 :] if stage_id in keys else []

    def is_over(self, stage_id: int) -> bool:
        """Whether a later stage has been released: nobody reads what comes after."""
        return any(stage.pk in self.released for stage in self._after(stage_id))

    def is_later(self, stage_id: int) -> bool:
        """Whether it decides on what an earlier stage has decided."""
        return any(stage.pk == stage_id for stage in self.deciding[1:])

    def is_archive(self, stage_id: int) -> bool:
        return any(stage.pk == stage_id and stage.kind == Stage.Kind.ARCHIVE for stage in self.stages)

    @property
    def reply_now(self) -> Stage | None:
        """The reply in question: the last whose appraisal is released, else the first of the year."""
        found = [stage for stage in self.stages if stage.kind == Stage.Kind.REPLY]
        asked = [stage for stage in found if self.answers(stage.pk) in self.released]
        return next(iter([*asked[-1:], *found]), None)

    # --- words

    def short(self, stage_id: int) -> str:
        """A stage in a few words of a sentence: "lần 2", "Hội đồng"; "thẩm định" where there is only one."""
        appraisals = [stage.pk for stage in self.deciding if stage.kind == Stage.Kind.APPRAISAL]
        if stage_id not in appraisals:
            return "Hội đồng"
        return f"lần {appraisals.index(stage_id) + 1}" if len(appraisals) > 1 else "thẩm định"

    def next_appraisal(self, stage_id: int) -> str:
        """The appraisal after a stage in a few words; "" when none follows."""
        found = [stage for stage in self._after(stage_id) if stage.kind == Stage.Kind.APPRAISAL]
        return self.short(found[0].pk) if found else ""

    @cached_property
    def sequels(self) -> Mapping[int, Sequel]:
        """For every stage that may stand on a cell."""
        return {stage.pk: self._sequel(stage) for stage in self.releasable}

    def _sequel(self, stage: Stage) -> Sequel:
        if stage.kind == Stage.Kind.ARCHIVE:
            return NO_SEQUEL
        reply, after = self.reply_to(stage.pk), self._after(stage.pk)
        before = [one for one in self.deciding[: self.deciding.index(stage)] if self.reply_to(one.pk) is not None]
        over = self.is_over(stage.pk)
        return Sequel(
            name=self.short(stage.pk),
            reply=reply.pk if reply else 0,
            is_asked=reply is not None and stage.pk in self.released and not over,
            is_over=over,
            waits_for=self.short(after[0].pk) if after else "Hội đồng",
            keeps=self.short(before[-1].pk) if before else "",
        )


def calendar(
    round_group: RoundGroup, stages: Iterable[Stage] | None = None, released: Iterable[int] | None = None
) -> Calendar:
    """Two queries; one less for the stages of the round and one for what was released, if they have been read."""
    if stages is None:
        stages = Stage.objects.filter(round=round_group.round_id)
    shown = released_stages(round_group.pk) if released is None else frozenset(released)
    return Calendar(in_order(stages), shown, clock.arrived())


def calendars(blocks: Iterable[RoundGroup]) -> dict[int, Calendar]:
    """{block: its calendar}; two queries whatever the number of blocks and rounds."""
    found = list(blocks)
    stages = Stage.objects.filter(round__in={block.round_id for block in found}).order_by("round_id")
    by_round = {pk: in_order(rows) for pk, rows in groupby(stages, key=lambda stage: stage.round_id)}
    released: dict[int, set[int]] = {}
    rows = Release.objects.filter(round_group__in=[block.pk for block in found]).order_by()
    for block_id, stage_id in rows.values_list("round_group_id", "stage_id"):
        released.setdefault(block_id, set()).add(stage_id)
    at = clock.arrived()
    return {
        block.pk: Calendar(by_round.get(block.round_id, ()), frozenset(released.get(block.pk, ())), at)
        for block in found
    }


def calendars_of(round_: int, blocks: Iterable[RoundGroup]) -> dict[int, Calendar]:
    """`calendars` of all blocks of one round, for pages that are opened all day; two queries."""
    stages = in_order(instances(row, Stage)[0] for row in _STAGES.rows(round_=round_))
    released: dict[int, set[int]] = {}
    for block_id, stage_id in _RELEASED.rows(round_=round_):
        released.setdefault(block_id, set()).add(stage_id)
    at = clock.arrived()
    return {block.pk: Calendar(stages, frozenset(released.get(block.pk, ())), at) for block in blocks}


_STAGES = Prepared(lambda round_: Stage.objects.filter(round=round_).order_by().values_list(*columns(Stage)))
_RELEASED = Prepared(
    lambda round_: (
        Release.objects.filter(round_group__round=round_).order_by().values_list("round_group_id", "stage_id")
    )
)


def in_order(stages: Iterable[Stage]) -> tuple[Stage, ...]:
    """The stages in the order of the year."""
    return tuple(sorted(stages, key=lambda stage: (stage.position, stage.pk)))


def released_stages(round_group_id: int) -> frozenset[int]:
    rows = Release.objects.filter(round_group=round_group_id).order_by()
    return frozenset(rows.values_list("stage_id", flat=True))


def release_is_due(now: Calendar, round_group: RoundGroup, stage: Stage) -> bool:
    """Stages are released once, in the order of the year, after they have begun; an archive when it is in."""
    if stage.pk in now.released:
        return False
    if stage.kind == Stage.Kind.ARCHIVE:
        return Appraisal.objects.filter(round_group=round_group, stage=stage).exists()
    return now.may_be_released(stage)


def stage_to_review(now: Calendar) -> Stage | None:
    """The stage whose consistency report is looked at: the one that may be released now, else the last one
    that was. Archives are none: their points come with neither reasons nor members."""
    reviewed = [stage for stage in now.deciding if stage.report_required]
    due = [stage for stage in reviewed if now.may_be_released(stage)]
    released = [stage for stage in reviewed if stage.pk in now.released]
    return due[0] if due else released[-1] if released else None


def can_acknowledge(user: people.AnyUser, round_group: RoundGroup, stage: str) -> bool:
    """The index manager, on the stage in question (by its name). Looking is not deciding: a manager whose own
    unit is in the block looks too, and still decides nothing there."""
    found = stage_to_review(calendar(round_group)) if people.is_index_manager(user) else None
    return found is not None and found.name == stage


def acknowledgements_visible_to(user: people.AnyUser) -> QuerySet[Acknowledgement]:
    """The report and who looked at it: managers and observers."""
    rows = Acknowledgement.objects.order_by("round_group", "pk")
    return rows if reads_all(user) else rows.none()


def something_rests_on(release: Release) -> bool:
    """Whether a later stage has begun: then the release can no longer be taken back. Nothing follows an archive."""
    if release.stage.kind == Stage.Kind.ARCHIVE:
        return False
    later = Q(stage__position__gt=release.stage.position) & ~Q(stage__kind=Stage.Kind.ARCHIVE)
    block = release.round_group_id
    return (
        AppraisalEntry.objects.filter(later, appraisal__round_group=block).exists()
        or Release.objects.filter(later, round_group=block).exists()
    )
