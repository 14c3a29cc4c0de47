"""The rounds and blocks, as the command line names them and in the order they are ranked."""

from cchc_index.lib.faults import Refused
from criteria import queries as criteria
from criteria.models import Round, RoundGroup


def measured_groups(round_: Round) -> list[RoundGroup]:
    """The blocks of a round in their order."""
    return sorted(criteria.round_groups(round_), key=lambda block: (block.group.position, block.group.code))


def round_named(year: int) -> Round:
    """The round of a year as the command line names it. Raises Refused with the known ones."""
    round_ = Round.objects.filter(year=year).first()
    if round_ is None:
        years = ", ".join(str(y) for y in Round.objects.order_by("year").values_list("year", flat=True))
        known = f"Các kỳ đã có: {years}" if years else "Hệ thống chưa có kỳ đánh giá nào"
        raise Refused(f"Không có kỳ {year}. {known}. Nạp bộ tiêu chí của kỳ trước (import_criteria).")
    return round_


def groups_named(round_: Round, code: str | None) -> list[RoundGroup]:
    """All blocks of a round, or the one named. Raises Refused with the known ones."""
    groups = measured_groups(round_)
    chosen = [group for group in groups if code is None or group.group.code == code]
    if not chosen:
        codes = ", ".join(group.group.code for group in groups)
        known = f"Các khối đã có: {codes}" if codes else "Kỳ này chưa có khối nào"
        missing = f"khối “{code}”" if code else "khối nào"
        raise Refused(f"Không có {missing} trong kỳ {round_.year}. {known}.")
    return chosen
