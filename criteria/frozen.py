"""A criteria set in use is closed: the first score of a block freezes it (RoundGroup.frozen_at)."""

from django.core.exceptions import ValidationError

from .models import RoundGroup

SENTENCE = (
    "Bộ tiêu chí này đã khóa vì đã có điểm chấm theo nó, nên không sửa được nữa. "
    "Muốn đo khác đi, hãy lập bộ tiêu chí theo quyết định mới cho kỳ sau."
)


def refuse_change(criteria_set_id: int | None) -> None:
    """Raise ValidationError when the set is closed. Inside a transaction: its blocks stay locked until
    the end, so that a first score and a change of the set cannot pass each other."""
    blocks = RoundGroup.objects.select_for_update(of=("self",)).filter(criteria_set_id=criteria_set_id)
    if any(block.frozen_at for block in blocks.order_by("pk")):
        raise ValidationError(SENTENCE)
