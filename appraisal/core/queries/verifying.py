"""What a verifying agency found at a cell."""

from dataclasses import dataclass

from appraisal.models import VerifyingAgency, VerifyingOpinion
from cchc_index.lib import numbers
from criteria.models import Criterion, RoundGroup
from units.models import Unit


@dataclass(frozen=True)
class Verified:
    """The agency of a leaf, and its newest opinion on a unit; None while it has given none."""

    agency: Unit
    opinion: VerifyingOpinion | None

    @property
    def value(self) -> str:
        if self.opinion is None:
            return "chưa có ý kiến"
        return "không áp dụng" if self.opinion.not_applicable else f"{numbers.vn(self.opinion.points)} điểm"


def verified(block: RoundGroup, unit: Unit, leaf: Criterion) -> Verified | None:
    """None where no agency verifies the leaf. One query, two where one does."""
    row = (
        VerifyingAgency.objects.filter(round_group=block, criterion=leaf, active=True).select_related("agency").first()
    )
    if row is None:
        return None
    newest = row.opinions.filter(unit=unit).select_related("author").order_by("-pk").first()
    return Verified(row.agency, newest)
