"""One block of a demonstration year: archives for most units, spreadsheets for the survey."""

import csv
import io
from collections.abc import Collection, Iterable
from decimal import Decimal

from appraisal.archive import actions as archive_actions
from appraisal.consistency import actions as consistency
from appraisal.consistency.queries import report as consistency_report
from appraisal.releases import actions as releases
from criteria import queries as criteria
from criteria.models import Criterion, RoundGroup, Source
from selfassess.archive import actions as archive
from surveys.batches import actions as batches
from surveys.handover import actions as handover
from surveys.handover import queries as handover_queries
from surveys.models import RespondentGroup
from units.models import Unit, User

from .invention import Inventor

FIGURE_SOURCE = "Số liệu minh họa, không phải kết quả đo lường thật"
BALLOTS_PER_UNIT = 6


class DemoBlock:
    """A block in a round with its units, leaves and one inventor per unit."""

    def __init__(self, round_group: RoundGroup):
        self.round_group = round_group
        self.units = {unit.code: unit for unit in criteria.units_of(round_group)}
        self.leaves = list(criteria.leaves(round_group.criteria_set_id))
        year = round_group.round.year
        self.inventors = {code: Inventor(f"{year}/{round_group.group.code}/{code}") for code in self.units}

    def self_leaves(self) -> list[Criterion]:
        return [leaf for leaf in self.leaves if leaf.is_self]

    def archive(self, *, actor: User, without: Iterable[str]) -> None:
        """Finished self-scores and standings of every unit but those that walk the whole way."""
        own: dict[tuple[int, int], Decimal | None] = {}
        council: dict[tuple[int, int], Decimal | None] = {}
        for code, unit in self.units.items():
            if code not in without:
                self._archive_unit(unit, own, council)
        archive.import_scores(actor=actor, round_group=self.round_group, rows=own)
        archive_actions.import_standings(actor=actor, round_group=self.round_group, rows=council)

    def _archive_unit(
        self,
        unit: Unit,
        own: dict[tuple[int, int], Decimal | None],
        council: dict[tuple[int, int], Decimal | None],
    ) -> None:
        inventor = self.inventors[unit.code]
        for leaf in self.self_leaves():
            points: Decimal | None = inventor.score(leaf).points
            if leaf.kind == Criterion.Kind.NORMAL and inventor.random.random() < 0.004:
                points = None  # not applicable
            own[unit.pk, leaf.pk] = points
            council[unit.pk, leaf.pk] = None if points is None else inventor.appraised(points)

    def survey(self, *, actor: User, without: Collection[int | None] = ()) -> None:
        """Ballots of every group and finished figures, through the same import as an operator's upload. `without`: the
        ids of groups whose ballots are in, None for the figures."""
        for group in self.ballot_groups():
            if group.pk not in without:
                self.import_ballots(actor=actor, group=group)
        if self.figure_leaves() and None not in without:
            batches.import_figures(
                actor=actor,
                round_group_id=self.round_group.pk,
                source=io.BytesIO(self.figures_csv()),
                name="so-lieu.csv",
            )

    def hand_survey_over(self, *, operator: User, manager: User) -> None:
        """The operator signs the table of points, the manager receives it; nothing where that is done."""
        now = handover_queries.standing(self.round_group)
        if now.is_handed_over:
            return
        row = now.row
        if row is None or not now.is_signed:
            row = handover.sign_table(actor=operator, round_group_id=self.round_group.pk, seen=now.digest)
        handover.receive_table(actor=manager, signature_id=row.pk)

    def import_ballots(self, *, actor: User, group: RespondentGroup) -> None:
        batches.import_ballots(
            actor=actor,
            round_group_id=self.round_group.pk,
            respondents=group.code,
            source=io.BytesIO(self.ballots_csv(group)),
            name=f"phieu-{group.code}.csv",
        )

    def ballot_groups(self) -> list[RespondentGroup]:
        groups = RespondentGroup.objects.filter(survey__round_group=self.round_group).order_by("position")
        return [group for group in groups if group.takes_ballots]

    def figure_leaves(self) -> list[Criterion]:
        return [leaf for leaf in self.leaves if leaf.source in (Source.SIPAS, Source.PAPI)]

    def release(self, manager: User, stage: str) -> None:
        """Look at the consistency report (one unit's decisions contradict nothing), then release."""
        block_id = self.round_group.pk
        seen = consistency_report.report(self.round_group).fingerprint
        consistency.acknowledge_consistency(actor=manager, round_group_id=block_id, stage=stage, seen=seen, words={})
        releases.release(actor=manager, round_group_id=block_id, stage=stage)

    def ballots_csv(self, group: RespondentGroup) -> bytes:
        questions = [leaf.code for leaf in self.leaves if leaf.source == Source.SURVEY]
        rows: list[list[object]] = []
        for code in self.units:
            inventor = self.inventors[code]
            for number in range(1, BALLOTS_PER_UNIT + 1):
                answers = [inventor.answer() or "" for _ in questions]
                if inventor.random.random() < 0.01:
                    answers = [""] * len(questions)  # a blank ballot: stored, counted, not valid
                rows.append([f"{group.code}-{code}-{number:03d}", code, *answers])
        return _csv(["Mã phiếu", "Mã đơn vị", *questions], rows)

    def figures_csv(self) -> bytes:
        rows = [
            [code, leaf.code, str(self.inventors[code].percent()).replace(".", ","), FIGURE_SOURCE]
            for code in self.units
            for leaf in self.figure_leaves()
        ]
        return _csv(["Mã đơn vị", "Mã tiêu chí", "Tỷ lệ %", "Nguồn số liệu"], rows)


def _csv(heading: list[str], rows: Iterable[Iterable[object]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(heading)
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()
