"""One unit's year in the demonstration, through the verbs that people use: score, attach evidence, submit, appraise."""

from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from appraisal.models import Action, Appraisal, Reason
from appraisal.replies import actions as replies
from appraisal.review.bulk import actions as bulk
from appraisal.review.decisions import actions as decisions
from cchc_index.lib.sample_pdf import sample_pdf
from criteria import scoring
from criteria.models import Criterion
from selfassess.core.queries import task_list
from selfassess.documents import actions as documents
from selfassess.evidence import actions as evidence
from selfassess.lifecycle import actions as lifecycle
from selfassess.models import SelfAssessment, SelfScore
from selfassess.offices import actions as offices
from selfassess.offices import queries as offices_queries
from selfassess.scores import actions as scores
from units.models import User

from .block import DemoBlock

DOCUMENTS = (
    ("Kế hoạch cải cách hành chính", "KH", 2),
    ("Báo cáo kết quả công tác cải cách hành chính", "BC", 12),
    ("Thông báo kết quả kiểm tra cải cách hành chính", "TB", 6),
)
EXPLANATION = "Số liệu lấy từ báo cáo quý và sổ theo dõi của đơn vị; dữ liệu minh họa."


class Walk:
    """One unit's year. `left` leaves at the end of the set stay unscored, for practice."""

    def __init__(self, block: DemoBlock, code: str, *, officer: User, head: User):
        self.block, self.code, self.officer, self.head = block, code, officer, head
        self.unit = block.units[code]

    def assess(self, *, left: int = 0) -> SelfAssessment:
        assessment = lifecycle.open_assessment(actor=self.officer, round_group=self.block.round_group, unit=self.unit)
        leaves = self.block.self_leaves()
        for leaf in leaves[: len(leaves) - left]:
            self._score(assessment, leaf)
        self._attach_documents(assessment, leaves)
        return assessment

    def share(self, assessment: SelfAssessment) -> None:
        """Two offices of the unit: the first area is the officer's, the second the head's own."""
        areas = [row for row in offices_queries.branches(task_list(assessment)) if row.depth == 1]
        given = ((self.officer, areas[:1], "Văn phòng"), (self.head, areas[1:2], "Phòng Cải cách hành chính"))
        for person, branches, office in given:
            offices.give_parts(
                actor=self.head,
                assessment_id=assessment.pk,
                criterion_ids=[row.pk for row in branches],
                person_id=person.pk,
                office=office,
            )

    def _score(self, assessment: SelfAssessment, leaf: Criterion) -> None:
        invented = self.block.inventors[self.code].score(leaf)
        scores.save_score(
            actor=self.officer,
            assessment_id=assessment.pk,
            criterion_id=leaf.pk,
            figures=invented.figures,
            points=str(invented.points).replace(".", ",") if scoring.is_direct(leaf.rule) else None,
            explanation=EXPLANATION,
            na_claimed=False,
            na_reason="",
            seen_version=0,
        )

    def _attach_documents(self, assessment: SelfAssessment, leaves: list[Criterion]) -> None:
        year = self.block.round_group.round.assessed_to.year
        for index, (title, kind, month) in enumerate(DOCUMENTS):
            number = f"{index + 1:02d}/{kind}-MINHHOA"
            # The last document leaves its number out, so that a warning can be seen.
            number_line = [f"Số: {number}."] if index + 1 < len(DOCUMENTS) else []
            lines = [
                *number_line,
                f"Đơn vị: {self.unit.name}.",
                f"Kỳ đánh giá: năm {year}.",
                "Nội dung tạo để trình diễn.",
            ]
            content = sample_pdf(f"{title} năm {year}", lines)
            document = documents.add_document(
                actor=self.officer,
                unit_id=self.unit.pk,
                upload=SimpleUploadedFile(f"{kind.lower()}-{year}.pdf", content, "application/pdf"),
                number=number,
                issued_on=date(year, min(month, 11), 15),
                issuer=self.unit.name,
                abstract=f"{title} năm {year} (tài liệu minh họa)",
            )
            for leaf in leaves[index :: len(DOCUMENTS) + 1]:
                if SelfScore.objects.filter(assessment=assessment, criterion=leaf).exists():
                    evidence.attach(
                        actor=self.officer,
                        assessment_id=assessment.pk,
                        criterion_id=leaf.pk,
                        document_id=document.pk,
                        page=1,
                    )

    def submit(self, assessment: SelfAssessment) -> None:
        lifecycle.hand_over(actor=self.officer, assessment_id=assessment.pk)
        lifecycle.submit(actor=self.head, assessment_id=assessment.pk)

    def appraise(self, member: User) -> None:
        """Adjust three leaves with a reason, recognise the rest."""
        lowered = {score.pk for score in self.lower(member, by=Decimal("0.5"))}
        cells = [(self.unit.pk, score.criterion_id, 0) for score in self._scores() if score.pk not in lowered]
        bulk.bulk_recognise(actor=member, round_group_id=self.block.round_group.pk, cells=cells)

    def lower(self, member: User, *, by: Decimal, leaves: int = 3) -> list[SelfScore]:
        """Adjust the first of the leaves that can bear it, always with the same reason."""
        able = [s for s in self._scores() if s.points and s.points >= 1 and s.criterion.kind == Criterion.Kind.NORMAL]
        reason = Reason.objects.filter(active=True).order_by("pk").first()
        lowered = able[4:15:4][:leaves]
        for score in lowered:
            decisions.adjust(
                actor=member,
                round_group_id=self.block.round_group.pk,
                unit_id=self.unit.pk,
                criterion_id=score.criterion_id,
                points=(score.points or Decimal(0)) - by,
                reason_id=reason.pk if reason else None,
                comment="Tài liệu kiểm chứng chưa thể hiện đủ số liệu đã khai.",
                seen_version=0,
            )
        return lowered

    def _scores(self) -> list[SelfScore]:
        own = SelfScore.objects.filter(assessment__unit=self.unit, assessment__round_group=self.block.round_group)
        return list(own.select_related("criterion").order_by("criterion__position"))

    def adjusted(self) -> list[Appraisal]:
        return list(
            Appraisal.objects.filter(round_group=self.block.round_group, unit=self.unit, action=Action.ADJUST).order_by(
                "criterion__position"
            )
        )

    def explain(self) -> None:
        """Agree with the first adjustment, explain the others."""
        for index, standing in enumerate(self.adjusted()):
            comment = "" if index == 0 else "Số liệu có ở trang 1 của báo cáo đã đính kèm; đề nghị xem xét lại."
            replies.reply(actor=self.head, appraisal_id=standing.pk, agree=index == 0, comment=comment, document_ids=[])

    def settle(self, member: User) -> None:
        """The second appraisal takes one explanation, keeps the rest."""
        for standing in self.adjusted()[1:2]:
            decisions.recognise(
                actor=member,
                round_group_id=self.block.round_group.pk,
                unit_id=self.unit.pk,
                criterion_id=standing.criterion_id,
                comment="Đã đối chiếu giải trình, công nhận.",
                seen_version=standing.version,
            )
