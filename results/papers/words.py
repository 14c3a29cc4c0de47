"""Sentences of the papers, each true of the numbers it was given and saying what it rests on. Pure."""

from collections.abc import Sequence
from fractions import Fraction

from cchc_index.lib.numbers import shown, vn, vn_count, vn_percent, vn_short, vn_signed, vn_sum
from results.book import BookCriterion, BookLine
from results.years import YearChange

from .findings import NAMED, AreaFinding, BlockFindings, Loss, RankMove

NOT_COMPARABLE = (
    "Không so sánh được với năm trước: chưa có kết quả công bố của khối này, hoặc hai năm không có tiêu chí và đơn vị "
    "nào chung."
)


def overview(result: BlockFindings) -> list[str]:
    """How the block stands as a whole."""
    if result.mean is None:
        return [f"{result.block.name}: chưa có đơn vị nào đủ điểm để tính Chỉ số."]
    first = (
        f"{result.block.name} có {vn_count(result.ranked)} đơn vị được xếp hạng; Chỉ số trung bình "
        f"{vn(result.mean)}%, trung vị {vn(result.middle)}% (tính từ Chỉ số đã làm tròn hai chữ số của từng đơn vị)."
    )
    sentences = [first]
    top, bottom = result.highest, result.lowest
    if top and bottom and top[0].index != bottom[0].index:
        spread = (top[0].index or 0) - (bottom[0].index or 0)
        sentences.append(
            f"Cao nhất là {_units(top)} ({vn(top[0].index)}%); thấp nhất là {_units(bottom)} ({vn(bottom[0].index)}%); "
            f"khoảng cách {vn(spread)} điểm phần trăm."
        )
    elif result.ranked > 1:
        sentences.append(f"Các đơn vị có cùng Chỉ số {vn(top[0].index)}%.")
    if result.bands:
        counted = "; ".join(f"{name} {vn_count(units)} đơn vị" for name, units in result.bands)
        sentences.append(f"Xếp loại: {counted}.")
    return sentences


def halves(result: BlockFindings) -> str:
    """The council's half beside the respondents'."""
    if result.appraised is None or result.surveyed is None:
        return "Khối này không có đủ hai phần thẩm định và điều tra xã hội học để so sánh."
    gap = shown(result.appraised) - shown(result.surveyed)
    compared = (
        "hai phần bằng nhau"
        if not gap
        else f"phần thẩm định {'cao' if gap > 0 else 'thấp'} hơn {vn(abs(gap))} điểm phần trăm"
    )
    appraised, surveyed = vn(result.appraised), vn(result.surveyed)
    return f"Trung bình phần thẩm định {appraised}%, phần điều tra xã hội học {surveyed}%: {compared}."


def change(result: BlockFindings) -> str:
    """The mean against the year before, on the criteria that both years have."""
    one = result.change
    return NOT_COMPARABLE if one is None else _change(one)


def _change(one: YearChange) -> str:
    moved = shown(one.after) - shown(one.before)
    direction = "không đổi" if not moved else f"{'tăng' if moved > 0 else 'giảm'} {vn(abs(moved))} điểm phần trăm"
    return (
        f"So trên {vn_short(one.points)}/{vn_short(one.scale)} điểm có cùng tiêu chí ({one.leaves} tiêu chí giống nhau "
        f"về mã, tên, nguồn, điểm tối đa) của {vn_count(one.units)} đơn vị có ở cả hai năm, mức đạt trung bình từ "
        f"{vn(one.before)}% năm {one.year} thành {vn(one.after)}%: {direction}."
    )


def areas(result: BlockFindings) -> list[str]:
    """The strongest and the weakest areas."""
    ordered = result.by_share
    if len(ordered) < 2:
        return []
    top, bottom = ordered[0], ordered[-1]
    if top.mean == bottom.mean:
        return [f"Các lĩnh vực có cùng mức đạt trung bình {vn(top.mean)}%."]
    return [
        f"Lĩnh vực có mức đạt trung bình cao nhất: {_area(top)}.",
        f"Lĩnh vực có mức đạt trung bình thấp nhất: {_area(bottom)}.",
    ]


def _area(area: AreaFinding) -> str:
    return f"{_named(area.criterion)} ({vn(area.mean)}%, từ {vn(area.low)}% đến {vn(area.high)}%)"


def losses(result: BlockFindings) -> list[str]:
    """Where points are lacking, by part and by criterion."""
    parts = result.parts
    if not parts.total:
        return ["Không đơn vị nào mất điểm ở các tiêu chí đã có điểm."]
    first = (
        f"Các đơn vị còn thiếu {vn_sum(parts.total)} điểm so với điểm tối đa ở các tiêu chí đã có điểm: "
        f"{vn_sum(parts.unclaimed)} điểm do đơn vị không tự nhận, {vn_sum(parts.lowered)} điểm do Hội đồng thẩm định "
        f"điều chỉnh giảm ở {vn_count(parts.lowered_cells)} lượt tiêu chí, {vn_sum(parts.surveyed)} điểm ở phần điều "
        "tra xã hội học."
    )
    return [first, *map(_loss, result.losses)]


def _loss(loss: Loss) -> str:
    return (
        f"{_named(loss.criterion)}: thiếu {vn_sum(loss.points)} điểm ở {vn_count(loss.units)} đơn vị, "
        f"bằng {vn_percent(loss.share)} số điểm còn thiếu của khối."
    )


def moves(result: BlockFindings) -> list[str]:
    """The ranks that moved most; of units that stand in both years only."""
    if result.change is None and not result.compared:
        return [NOT_COMPARABLE]
    if not result.risen and not result.fallen:
        return [f"Không đơn vị nào trong {vn_count(result.compared)} đơn vị có ở cả hai năm đổi hạng."]
    first = (
        f"Trong {vn_count(result.compared)} đơn vị có ở cả hai năm, "
        f"{vn_count(sum(m.places > 0 for m in result.moves))} đơn vị lên hạng, "
        f"{vn_count(sum(m.places < 0 for m in result.moves))} đơn vị xuống hạng "
        "(thứ hạng theo kết quả của từng năm, chưa loại trừ thay đổi của bộ tiêu chí)."
    )
    sentences = [first]
    for label, moved in (("Lên hạng nhiều nhất", result.risen), ("Xuống hạng nhiều nhất", result.fallen)):
        if moved:
            sentences.append(f"{label}: {'; '.join(map(_move, moved))}.")
    return sentences


def _move(move: RankMove) -> str:
    return f"{move.name} (từ hạng {move.before} {'lên' if move.places > 0 else 'xuống'} hạng {move.after})"


def telling_nothing(result: BlockFindings) -> list[str]:
    """Criteria on which units do not differ."""
    sentences = []
    if result.all_at_maximum:
        points = sum((leaf.max_points for leaf in result.all_at_maximum), start=result.block.scale * 0)
        sentences.append(
            f"{vn_count(len(result.all_at_maximum))} tiêu chí ({vn_short(points)} điểm) mà mọi đơn vị đều đạt điểm tối "
            f"đa: {_codes(result.all_at_maximum)}."
        )
    if result.all_alike:
        sentences.append(
            f"{vn_count(len(result.all_alike))} tiêu chí mà mọi đơn vị có cùng số điểm, thấp hơn điểm tối đa: "
            f"{_codes(result.all_alike)}."
        )
    return sentences or ["Không có tiêu chí nào mà mọi đơn vị có cùng số điểm."]


def changed_mean(one: YearChange | None) -> str:
    """For a cell: the change with its sign, or that there is none to tell."""
    return "không so sánh được" if one is None else vn_signed(shown(one.after) - shown(one.before))


def _codes(leaves: Sequence[BookCriterion]) -> str:
    return ", ".join(leaf.code for leaf in leaves)


def _named(criterion: BookCriterion) -> str:
    return f"{criterion.code}. {criterion.name}"


def _units(rows: Sequence[BookLine]) -> str:
    """A few by name, more by their number."""
    names = [row.name for row in rows[:NAMED]]
    more = f" và {vn_count(len(rows) - NAMED)} đơn vị khác" if len(rows) > NAMED else ""
    return ", ".join(names) + more


def percent(value: Fraction | None) -> str:
    """A mean for a cell."""
    return "–" if value is None else vn(value)
