"""Which stage takes decisions now, when it may be released, and who looks at its consistency report."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from appraisal.models import Acknowledgement, Appraisal, AppraisalEntry, Release, Stage
from cchc_index.lib import clock
from criteria.models import Phase, RoundGroup
from units import rules as people

from .reach import reads_all

COUNCIL_STAGES = (Stage.ROUND1, Stage.ROUND2, Stage.FINAL, Stage.IMPORT)
RELEASABLE = (Stage.ROUND1, Stage.ROUND2, Stage.FINAL, Stage.IMPORT)
BLIND_STAGES = (Stage.ROUND1, Stage.ROUND2)
"""Where a marked leaf takes two opinions; the council's meeting decides by itself."""
REVIEWED = (Stage.ROUND1, Stage.ROUND2, Stage.FINAL)
"""Released only after their consistency report was looked at."""


@dataclass(frozen=True)
class Calendar:
    """The phases of the round and the stages already released to the block."""

    phases: dict[str, Phase]
    released: frozenset[str]
    at: datetime

    def is_open(self, kind: Phase.Kind) -> bool:
        phase = self.phases.get(kind)
        return phase is not None and clock.is_open(phase.opens_at, phase.closes_at, self.at)

    def has_begun(self, kind: Phase.Kind) -> bool:
        phase = self.phases.get(kind)
        return phase is not None and (phase.opens_at is None or phase.opens_at <= self.at)

    @property
    def stage(self) -> Stage | None:
        """The stage that takes decisions now. A released stage takes none: the units have seen it."""
        if self.is_open(Phase.Kind.ROUND1) and not self.released & {Stage.ROUND1, Stage.ROUND2}:
            return Stage.ROUND1
        if Stage.ROUND1 in self.released and Stage.ROUND2 not in self.released:
            return Stage.ROUND2 if self.is_open(Phase.Kind.ROUND2) else None
        if Stage.ROUND2 in self.released and Stage.FINAL not in self.released:
            return Stage.FINAL
        return None


def calendar(round_group: RoundGroup, phases: Iterable[Phase] | None = None) -> Calendar:
    """Two queries; one when the phases of the round have been read."""
    if phases is None:
        phases = Phase.objects.filter(round_id=round_group.round_id).order_by("pk")
    return Calendar({p.kind: p for p in phases}, released_stages(round_group.pk), clock.now())


def released_stages(round_group_id: int) -> frozenset[str]:
    rows = Release.objects.filter(round_group=round_group_id).order_by()
    return frozenset(rows.values_list("stage", flat=True))


def release_is_due(now: Calendar, round_group: RoundGroup, stage: Stage) -> bool:
    """Stages are released once, in the order of the year, after their phase has begun."""
    if stage in now.released:
        return False
    if stage == Stage.ROUND1:
        return now.has_begun(Phase.Kind.ROUND1) and Stage.ROUND2 not in now.released
    if stage == Stage.ROUND2:
        return Stage.ROUND1 in now.released and now.has_begun(Phase.Kind.ROUND2)
    if stage == Stage.FINAL:
        return Stage.ROUND2 in now.released
    return stage == Stage.IMPORT and Appraisal.objects.filter(round_group=round_group, stage=Stage.IMPORT).exists()


def stage_to_review(now: Calendar, round_group: RoundGroup) -> Stage | None:
    """The stage whose consistency report is looked at: the one that may be released now, else the last one
    that was. Archives are none: their points come with neither reasons nor members."""
    due = [stage for stage in REVIEWED if release_is_due(now, round_group, stage)]
    released = [stage for stage in REVIEWED if stage in now.released]
    return due[0] if due else released[-1] if released else None


def can_acknowledge(user: people.AnyUser, round_group: RoundGroup, stage: str) -> bool:
    """The index manager, on the stage in question. Looking is not deciding: a manager whose own unit is in
    the block looks too, and still decides nothing there."""
    return people.is_index_manager(user) and stage_to_review(calendar(round_group), round_group) == stage


def acknowledgements_visible_to(user: people.AnyUser) -> QuerySet[Acknowledgement]:
    """The report and who looked at it: managers and observers."""
    rows = Acknowledgement.objects.order_by("round_group", "at", "pk")
    return rows if reads_all(user) else rows.none()


def something_rests_on(release: Release) -> bool:
    """Whether a later stage has begun: then the release can no longer be taken back."""
    order = list(Stage)
    later = [stage for stage in order[order.index(Stage(release.stage)) + 1 :] if stage != Stage.IMPORT]
    block = release.round_group_id
    return (
        AppraisalEntry.objects.filter(appraisal__round_group=block, stage__in=later).exists()
        or Release.objects.filter(round_group=block, stage__in=later).exists()
    )
