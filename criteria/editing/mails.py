"""The letters of corrections: a second manager is asked, the units are told."""

from decimal import Decimal

from django.urls import reverse

from cchc_index.lib.numbers import vn_short
from criteria.models import Correction, RoundGroup
from criteria.queries import units_of
from units.mail import actions as mail
from units.mail.letters import Letter
from units.models import Role, User
from units.queries import holders_of, people_of

from . import touching

_ABOVE = (
    " Điểm đã cho cao hơn điểm tối đa mới không tự giảm: đơn vị nhập lại trong bản chưa nộp, Hội đồng xem xét lại "
    "trong bản đã nộp."
)


def tell_proposed(correction: Correction, block: RoundGroup) -> None:
    """Every other index manager."""
    words = f"{correction.proposed_by} đề nghị đính chính tiêu chí {correction.criterion} của {block}."
    letter = Letter(
        event=f"criteria.correction:{correction.pk}",
        subject=f"Đính chính tiêu chí {correction.criterion.code} chờ xác nhận",
        paragraphs=[words, f"Lý do: {correction.reason}", "Đính chính có hiệu lực khi người thứ hai xác nhận."],
        path=reverse("editing:correction", args=[block.round.year, block.group.code, correction.pk]),
        illustrative=block.round.illustrative,
    )
    mail.post(letter, [person for person in holders_of(Role.INDEX_MANAGER) if person != correction.proposed_by])


def tell_corrected(correction: Correction, block: RoundGroup) -> None:
    """Officers and heads of every unit of the block, the council; who signs the survey's points where these move."""
    criterion = correction.criterion
    changed = {"name": "nội dung", "rule": "quy tắc chấm", "guidance": "hướng dẫn", "maxima": "điểm tối đa"}
    parts = ", ".join(changed[name] for name in changed if name in correction.after)
    paragraphs = [f"Tiêu chí {criterion} của {block} được đính chính: {parts}.", f"Lý do: {correction.reason}"]
    own, of_survey = touching.halves(correction)
    if own:
        paragraphs.append(
            "Bản tự đánh giá chưa nộp: điểm được tính lại theo quy tắc mới từ số liệu đã khai, đề nghị xem lại tiêu "
            "chí này. Bản đã nộp và kết quả thẩm định giữ nguyên; Hội đồng xem xét lại những tiêu chí quy tắc mới làm "
            "đổi điểm."
        )
    if correction.maxima:
        new = "; ".join(f"{code}: {vn_short(Decimal(points))}" for code, points in correction.maxima.items())
        paragraphs.append(f"Điểm tối đa mới: {new}.{_ABOVE if own else ''}")
    if of_survey:
        paragraphs.append(
            "Điểm điều tra xã hội học được tính lại từ phiếu và số liệu theo điểm tối đa mới; bảng điểm đã ký bàn "
            "giao, đã được Hội đồng thông qua thì ký và thông qua lại."
        )
    if not correction.moves_points:
        paragraphs.append("Chỉ đổi chữ: không điểm nào thay đổi.")
    letter = Letter(
        event=f"criteria.corrected:{correction.pk}:{block.pk}",
        subject=f"Đính chính tiêu chí {criterion.code}, năm {block.round.year}",
        paragraphs=paragraphs,
        path=f"{reverse('selfassess:home')}?nam={block.round.year}",
        illustrative=block.round.illustrative,
    )
    people: dict[int, User] = {}
    for holders in people_of(units_of(block).values_list("pk", flat=True), Role.UNIT_OFFICER, Role.UNIT_HEAD).values():
        people.update({person.pk: person for person in holders})
    people.update({person.pk: person for person in holders_of(Role.COUNCIL_MEMBER)})
    if of_survey:
        people.update({person.pk: person for person in holders_of(Role.SURVEY_OPERATOR)})
    mail.post(letter, people.values())
