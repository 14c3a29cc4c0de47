"""Drawing a sample of what was recognised in bulk, and judging a cell of it again."""

from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction

from appraisal.core.actions.decisions import checked_points
from appraisal.core.actions.locks import locked_block
from appraisal.models import Sample, SampledCell
from appraisal.rules import reach
from appraisal.rules import seats as seat_rules
from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from units.auditlog.actions import record
from units.models import User

from . import digests, drawing, queries

LARGEST_SEED = 2_000_000_000


@transaction.atomic
def draw_sample(*, actor: User, round_group_id: int, share: int, seed: int) -> Sample:
    """Draw so many percent of the cells that were recognised in bulk and give each to another member. Raises
    PermissionDenied for whoever does not conduct meetings (or, without a council, manage the index); Refused for a
    share or seed out of range, where nothing was recognised in bulk, and where no other member may judge it."""
    block = locked_block(round_group_id)
    if not seat_rules.may_compose(actor):
        raise PermissionDenied
    if not 1 <= share <= 100:
        raise Refused("Tỷ lệ phải từ 1 đến 100%.")
    if not 0 <= seed <= LARGEST_SEED:
        raise Refused("Số gốc ngẫu nhiên phải là số nguyên từ 0 đến 2.000.000.000.")
    cells = queries.recognised_in_bulk(block)
    if not cells:
        raise Refused("Khối này chưa có lượt tiêu chí nào được công nhận hàng loạt.")
    chosen = drawing.draw(list(cells), share, seed)
    drawn = drawing.hand_out(chosen, queries.judges_of(block, {cell: cells[cell] for cell in chosen}))
    if not drawn:
        raise Refused("Không có thành viên nào khác được phân công để thẩm định lại: phân công thêm thành viên trước.")
    sample = Sample.objects.create(
        round_group=block, share=share, seed=seed, population=len(cells), drawn_at=clock.now(), drawn_by=actor
    )
    for one in drawn:
        unit, leaf = one.cell
        SampledCell.objects.create(
            sample=sample, unit_id=unit, criterion_id=leaf, entry=cells[one.cell], member_id=one.member
        )
    record(actor=actor, verb=digests.VERB_DRAW, obj=sample, after=_facts(sample))
    return sample


@transaction.atomic
def judge_again(
    *, actor: User, sampled_id: int, result: str, points: Decimal | None = None, words: str = ""
) -> SampledCell:
    """What the member finds at a cell that was drawn: the same, or something else with points and words. No standing
    moves by it. Found already: Refused. Raises PermissionDenied for anybody but the member, and at a closed unit."""
    sample_id = SampledCell.objects.values_list("sample_id", flat=True).get(pk=sampled_id)
    sample = Sample.objects.select_for_update(of=("self",)).get(pk=sample_id)
    cell = sample.cells.select_related("criterion", "unit").get(pk=sampled_id)
    if cell.member_id != actor.pk or cell.unit_id in reach.closed_units(actor):
        raise PermissionDenied
    if cell.result:
        raise Refused("Lượt này đã được thẩm định lại.")
    if result not in SampledCell.Finding.values:
        raise Refused("Chọn thống nhất hoặc khác kết quả đã công nhận.")
    cell.result, cell.words, cell.judged_at = result, words.strip(), clock.now()
    if result == SampledCell.Finding.OTHER:
        cell.points = checked_points(cell.criterion, points, False)
        if not cell.words:
            raise Refused("Nhập căn cứ của kết quả khác.")
    cell.save()
    record(actor=actor, verb=digests.VERB_JUDGE, obj=sample, after=_facts(sample), unit=cell.unit, reason=cell.words)
    return cell


def _facts(sample: Sample) -> dict[str, object]:
    return digests.sample_facts(sample, sample.cells.order_by("pk"))
