"""Lịch sử thay đổi điểm: every movement of every point of one unit, from the log, the council's steps and the releases.

Read for one person (`rules.Sight`): what that person may not see is not read into the statement at all. The
number of queries does not depend on the number of movements.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from appraisal import steps
from appraisal.models import AppraisalEntry, Release
from cchc_index.lib.text import sort_key
from criteria.models import Criterion, Extension, RoundGroup, Stage
from criteria.queries import tree
from results.models import Publication
from selfassess.models import Evidence, SelfAssessment, SelfScore
from surveys.models import ImportBatch
from units.auditlog.models import LogEntry
from units.auditlog.queries import verb_words
from units.models import Unit

from . import words
from .rules import Sight

COUNCIL = "Hội đồng thẩm định"
"""What a unit reads instead of a member's name: the council answers as one."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One line. `criterion` None: it concerns the whole assessment."""

    at: datetime
    order: int
    criterion: Criterion | None
    what: str
    before: str
    after: str
    actor: str
    reason: str = ""

    @property
    def code(self) -> str:
        return self.criterion.code if self.criterion else ""


@dataclass(frozen=True)
class Statement:
    """A unit's movements in the order of time."""

    unit: Unit
    round_group: RoundGroup
    movements: list[Movement]
    assessment: SelfAssessment | None = field(default=None)

    @property
    def criteria(self) -> list[Criterion]:
        """The criteria that moved, in printed order."""
        moved = {m.criterion.pk: m.criterion for m in self.movements if m.criterion}
        return sorted(moved.values(), key=lambda c: c.position)

    @property
    def actors(self) -> list[str]:
        return sorted({m.actor for m in self.movements}, key=sort_key)

    def select(self, code: str = "", actor: str = "", *, by_criterion: bool = False) -> list[Movement]:
        """The movements of one criterion, one actor; by time, or criterion after criterion."""
        chosen = [m for m in self.movements if code in ("", m.code) and actor in ("", m.actor)]
        if by_criterion:
            chosen.sort(key=lambda m: (m.criterion.position + 1 if m.criterion else 0, m.at, m.order))
        return chosen


def blocks_named(year: int, group: str) -> QuerySet[RoundGroup]:
    """The block of a year by its group's code."""
    return RoundGroup.objects.select_related("round", "group").filter(round__year=year, group__code=group)


def units_named(block: RoundGroup, code: str) -> QuerySet[Unit]:
    """The unit of a block's group by its code."""
    return Unit.objects.select_related("group").filter(group=block.group, code=code)


def statement(round_group: RoundGroup, unit: Unit, sight: Sight) -> Statement:
    """Everything `sight` allows to see, oldest first. Twelve queries at most."""
    reader = _StatementReader(round_group, unit, sight)
    movements = sorted(reader.movements(), key=lambda m: (m.at, m.order))
    return Statement(unit, round_group, movements, reader.assessment if reader.sees_own else None)


class _StatementReader:
    """What the movements of one unit are read with."""

    def __init__(self, round_group: RoundGroup, unit: Unit, sight: Sight):
        self.round_group, self.unit, self.sight = round_group, unit, sight
        self.vocabulary = words.Vocabulary(
            verb_words(), {state.value: str(state.label) for state in SelfAssessment.State}
        )
        rows = tree(round_group.criteria_set_id)
        self.criteria = {c.pk: c for c in rows}
        self.by_code = {c.code: c for c in rows}
        assessments = SelfAssessment.objects.filter(round_group=round_group, unit=unit)
        self.assessment = assessments.first()
        submitted = self.assessment is not None and self.assessment.state == SelfAssessment.State.SUBMITTED
        self.sees_own = self.assessment is not None and (sight.unsubmitted or submitted)
        self.scores: dict[str, int] = {}
        self.evidence: dict[str, tuple[int, str]] = {}

    def movements(self) -> Iterator[Movement]:
        published = list(
            Publication.objects.filter(round=self.round_group.round_id, state=Publication.State.PUBLISHED)
            .select_related("published_by")
            .defer("bundle")
            .order_by("published_at")
        )
        all_movements = [*self._from_log(published), *self._from_council(), *self._from_releases()]
        all_movements += [self._published(publication) for publication in published]
        shown = self.sight.leaves
        return (m for m in all_movements if shown is None or m.criterion is None or m.criterion.pk in shown)

    # --- the log

    def _from_log(self, published: list[Publication]) -> Iterator[Movement]:
        last = published[-1].published_at if published else None
        for entry in LogEntry.objects.filter(self._log_wanted()).order_by("number"):
            if entry.verb.startswith("surveys."):
                if self.sight.everything or (last is not None and entry.at <= last and self.sight.leaves is None):
                    yield from self._survey(entry)
            elif entry.verb == "selfassess.import":
                yield from self._archive(entry)
            else:
                yield self._own(entry)

    def _log_wanted(self) -> Q:
        block = str(self.round_group.pk)
        batches = ImportBatch.objects.filter(round_group=self.round_group).order_by("pk").values_list("pk", flat=True)
        extensions = Extension.objects.filter(stage__round=self.round_group.round_id, unit=self.unit)
        entries = _logged("surveys.importbatch", batches)
        entries |= Q(object_type="criteria.roundgroup", object_id=block, verb="surveys.import_scores")
        entries |= _logged("criteria.extension", extensions.order_by("pk").values_list("pk", flat=True))
        if self.sees_own and self.assessment is not None:
            self._read_own(self.assessment)
            own = Q(verb__startswith="selfassess.")  # what the unit sends to the council stands among its steps there
            entries |= _logged("selfassess.selfassessment", [self.assessment.pk]) & own
            entries |= _logged("selfassess.selfscore", self.scores) | _logged("selfassess.evidence", self.evidence)
            entries |= Q(object_type="criteria.roundgroup", object_id=block, verb="selfassess.import")
        return entries

    def _read_own(self, assessment: SelfAssessment) -> None:
        scores = SelfScore.objects.filter(assessment=assessment).order_by("pk").values_list("pk", "criterion_id")
        self.scores = {str(pk): criterion for pk, criterion in scores}
        papers = Evidence.objects.filter(score__assessment=assessment).order_by("pk")
        rows = papers.values_list("pk", "score__criterion_id", "document__number")
        self.evidence = {str(pk): (criterion, number) for pk, criterion, number in rows}

    def _own(self, entry: LogEntry) -> Movement:
        """A step of the unit's own: a score, a document, the whole assessment, an extension."""
        criterion, number = None, ""
        if entry.object_type == "selfassess.selfscore":
            criterion = self.criteria.get(self.scores[entry.object_id])
        elif entry.object_type == "selfassess.evidence":
            pk, number = self.evidence[entry.object_id]
            criterion = self.criteria.get(pk)
        told = words.own(entry.verb, entry.before or {}, entry.after or {}, number, self.vocabulary)
        reason = "; ".join(part for part in (told.reason, entry.reason) if part)
        return Movement(entry.at, entry.number, criterion, told.what, told.before, told.after, entry.actor_name, reason)

    def _archive(self, entry: LogEntry) -> Iterator[Movement]:
        before, after = (side.get(self.unit.code, {}) for side in (entry.before or {}, entry.after or {}))
        for code, value in after.items():
            pair = words.logged(before.get(code)), words.logged(value)
            yield Movement(
                entry.at,
                entry.number,
                self.by_code.get(code),
                self.vocabulary.verbs[entry.verb],
                *pair,
                entry.actor_name,
                entry.reason,
            )

    def _survey(self, entry: LogEntry) -> Iterator[Movement]:
        moved: Mapping[str, list[str | None]] = (entry.after or {}).get("moved", {}).get(str(self.unit.pk), {})
        what, name = self.vocabulary.verbs.get(entry.verb, entry.verb), (entry.after or {}).get("name", "")
        reason = entry.reason or (f"Tệp {name}" if name and self.sight.everything else "")
        actor = entry.actor_name if self.sight.everything else "Phụ trách điều tra"
        for criterion, (before, after) in moved.items():
            pair = words.logged(before), words.logged(after)
            yield Movement(entry.at, entry.number, self.criteria.get(int(criterion)), what, *pair, actor, reason)

    # --- the council, the releases, the publication

    def _from_council(self) -> Iterator[Movement]:
        entries = self.sight.entries.select_related("appraisal", "stage", "actor", "reason", "log").prefetch_related(
            "documents"
        )
        counting: dict[int, list[AppraisalEntry]] = {}
        for entry in entries.order_by("appraisal", "sequence"):
            decisions = counting.setdefault(entry.appraisal_id, [])
            if entry.stage_kind == Stage.Kind.REPLY:
                yield self._step(entry, "", "")
                continue
            before = _stands(decisions)
            steps.take(decisions, entry)
            yield self._step(entry, before, _stands(decisions) or words.PENDING)

    def _step(self, entry: AppraisalEntry, before: str, after: str) -> Movement:
        own = entry.stage_kind == Stage.Kind.REPLY
        actor = str(entry.actor or "dòng lệnh") if own or self.sight.names else COUNCIL
        papers = [document.number for document in entry.documents.all()]
        reason = [str(entry.reason or ""), entry.comment, f"Tài liệu: {', '.join(papers)}" if papers else ""]
        what = f"{entry.stage.title}: {entry.get_action_display()}"
        criterion = self.criteria.get(entry.appraisal.criterion_id)
        reasons = ". ".join(part.rstrip(".") for part in reason if part)
        return Movement(entry.at, entry.log.number, criterion, what, before, after, actor, reasons)

    def _from_releases(self) -> Iterator[Movement]:
        rows = Release.objects.filter(round_group=self.round_group).select_related("stage", "released_by")
        for row in rows.order_by("pk"):
            actor = str(row.released_by or "dòng lệnh") if self.sight.names else COUNCIL
            what = f"Thông báo kết quả {row.stage.title}"
            yield Movement(row.released_at, _LAST, None, what, "", "", actor)

    def _published(self, publication: Publication) -> Movement:
        actor = str(publication.published_by or "dòng lệnh") if self.sight.names else "Sở Nội vụ"
        what = f"Công bố Chỉ số CCHC theo Quyết định số {publication.number}"
        assert publication.published_at is not None  # the state carries its time
        return Movement(publication.published_at, _LAST, None, what, "", "", actor, publication.errata)


def _stands(decisions: Sequence[AppraisalEntry]) -> str:
    """What the council's decisions that count come to; nothing for none."""
    return words.value(decisions[-1].points, na=decisions[-1].not_applicable) if decisions else ""


_LAST = 2**62
"""Behind the log's entries of the same instant."""


def _logged(kind: str, keys: Iterable[Any]) -> Q:
    return Q(object_type=kind, object_id__in=[str(key) for key in keys])
