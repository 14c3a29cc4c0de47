"""The verbs of ballots in the app: make links, withdraw them, keep what is begun, send, open the box or leave it."""

import secrets
from collections import Counter
from collections.abc import Mapping
from enum import Enum

import numpy as np
from django.core.exceptions import PermissionDenied
from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean_lines
from criteria import queries as criteria_queries
from criteria.models import RoundGroup
from surveys import quality, rules, validity
from surveys.assent.digests import VERB_PROPOSE, request_facts
from surveys.assent.queries import Door, closed_words, door, is_over
from surveys.ballots.actions import KeptBallots, marks_of, why_invalid
from surveys.batches import actions as batches
from surveys.models import BallotLink, ImportBatch, RespondentGroup, SealedBallot, SurveyRequest
from surveys.plan.queries import places, plan_for
from surveys.scores.actions import lock_block, refresh_scores
from surveys.scores.digests import refreshed
from surveys.scores.queries import stored
from units.auditlog.actions import record
from units.auditlog.digests import keyed_digest
from units.models import User

from .queries import MadeLink, box_requests, link_of, numbers_of, place_of, planned_of
from .sealing import fresh_token, open_answers, open_draft, seal_answers, seal_draft, token_digest

MOST = 5_000
"""Links made at once."""
VERB_MAKE, VERB_WITHDRAW = "surveys.make_links", "surveys.withdraw_links"
VERB_UNUSED = "surveys.unused_box"
SPENT = "Phiếu theo liên kết này đã được gửi. Mỗi liên kết chỉ gửi được một phiếu."
UNKNOWN = "Liên kết này không có hoặc đã được thu hồi: gõ lại đúng liên kết in trên phiếu mời, hoặc hỏi nơi phát phiếu."


@transaction.atomic
def make_links(*, actor: User | None, group_id: int, numbers: Mapping[int, int]) -> list[MadeLink]:
    """Make links of a respondent group, `numbers` by unit. Raises Refused beyond the plan's number, for a group without
    questions or that takes no ballots, and while the survey takes none."""
    batches.require(actor)
    group, block = _locked(group_id)
    if door(block) is not Door.OPEN:
        raise Refused(closed_words(block))
    if not group.takes_ballots or not plan_for(block, group.code).asked:
        raise Refused(f"Nhóm “{group.name}” chưa có mẫu phiếu với câu hỏi: khai trong kế hoạch điều tra trước.")
    if not 0 < sum(numbers.values()) <= MOST:
        raise Refused(f"Mỗi lần tạo từ 1 đến {MOST} liên kết.")
    units = {unit.pk: unit for unit in criteria_queries.units_of(block)}
    standing, own = numbers_of(block), planned_of(block)
    links: list[MadeLink] = []
    homes: list[int] = []
    for pk, number in numbers.items():
        links_before = standing.get((group.pk, pk), (0, 0, 0))[0]
        planned = own.get((group.pk, pk), group.planned_ballots)
        if pk not in units or number < 1:
            raise Refused("Chọn đơn vị của khối và số liên kết từ 1.")
        if planned is not None and links_before + number > planned:
            raise Refused(
                f"{units[pk].name}: kế hoạch giao {planned} phiếu, đã có {links_before} liên kết, chỉ tạo thêm được "
                f"{planned - links_before}."
            )
        links += [MadeLink(units[pk].name, links_before + n + 1, fresh_token()) for n in range(number)]
        homes += [pk] * number
    BallotLink.objects.bulk_create(
        [
            BallotLink(digest=token_digest(link.token), respondent_group=group, unit_id=home)
            for link, home in zip(links, homes, strict=True)
        ],
        batch_size=500,
    )
    record(actor=actor, verb=VERB_MAKE, obj=group, after={"units": {str(pk): n for pk, n in sorted(numbers.items())}})
    return links


@transaction.atomic
def withdraw_links(*, actor: User | None, group_id: int) -> int:
    """Take back the links of a group that nobody has used yet; what was begun behind them goes. Raises Refused where
    there is none."""
    batches.require(actor)
    group, _ = _locked(group_id)
    # Waits for whoever is sending: the log counts what is taken back, not what was unused a moment ago.
    unused = BallotLink.objects.select_for_update().filter(respondent_group=group, spent=False).order_by("pk")
    units = list(unused.values_list("unit_id", flat=True))
    gone = {str(unit): number for unit, number in sorted(Counter(units).items())}
    if not gone:
        raise Refused("Nhóm này không có liên kết nào chưa dùng.")
    number, _ = BallotLink.objects.filter(respondent_group=group, spent=False).delete()
    record(actor=actor, verb=VERB_WITHDRAW, obj=group, after={"units": gone})
    return number


@transaction.atomic
def save_draft(*, token: str, answers: bytes) -> None:
    """Keep what is begun behind a link, readable to who holds the link. Raises Refused as `send_ballot` does."""
    link = _usable(token)
    link.draft = seal_draft(answers, token)
    link.save(update_fields=["draft"])


def draft_of(link: BallotLink, token: str) -> bytes:
    """What was begun behind a link."""
    return open_draft(bytes(link.draft), token)


class Answered(Enum):
    """What became of what a respondent pressed."""

    SAVED = "saved"
    ASKED = "asked"
    """Kept, not sent: some questions are blank, and the respondent is asked whether that is meant."""
    SENT = "sent"


def take_answers(*, token: str, answers: bytes, send: bool, anyway: bool) -> Answered:
    """Keep what is begun, or send it. With blanks a ballot is sent only `anyway`, after the respondent was asked; one
    without any answer is never sent. Raises Refused as `send_ballot` does."""
    if send and any(answers) and (all(answers) or anyway):
        send_ballot(token=token, answers=answers)
        return Answered.SENT
    save_draft(token=token, answers=answers)
    return Answered.ASKED if send else Answered.SAVED


@transaction.atomic
def send_ballot(*, token: str, answers: bytes) -> None:
    """Spend the link, then put the sealed ballot into the box: both or neither. No log entry, no hour. Raises Refused
    for a link that is spent or unknown, and from the closing instant on."""
    link = _usable(token)
    link.spent, link.draft = True, b""
    link.save(update_fields=["spent", "draft"])
    SealedBallot.objects.create(
        key=secrets.token_hex(16),
        respondent_group_id=link.respondent_group_id,
        unit_id=link.unit_id,
        sealed=seal_answers(answers, place_of(link.respondent_group_id, link.unit_id)),
    )


def _usable(token: str) -> BallotLink:
    """The link, locked. The clock is asked under the lock."""
    if not BallotLink.objects.select_for_update(of=("self",)).filter(pk=token_digest(token)).exists():
        raise Refused(UNKNOWN)
    link = link_of(token)
    if link is None:
        raise Refused(UNKNOWN)
    if link.spent:
        raise Refused(SPENT)
    block = link.respondent_group.survey.round_group
    if door(block) is not Door.OPEN:
        raise Refused(closed_for_respondents(link))
    return link


def closed_for_respondents(link: BallotLink) -> str:
    """Why no ballot is taken behind a link, for who wanted to answer."""
    year = link.respondent_group.survey.round_group.round.year
    return f"Cuộc điều tra năm {year} hiện không nhận phiếu: chưa đến giờ mở hoặc đã đóng. Cảm ơn bạn đã quan tâm."


@transaction.atomic
def open_box(*, actor: User | None, group_id: int) -> ImportBatch:
    """Open a group's box once its phase is over: links and sealed ballots go, the ballots come in as one batch, in an
    order drawn by lot under codes drawn by lot. Raises Refused while ballots still come in or will (a year without
    the phase's hours takes them all the time), in a published year, for an empty box, and where a ballot does not
    open."""
    batches.require(actor)
    group, block = _locked(group_id)
    if not is_over(block):
        raise Refused(
            "Hòm phiếu mở sau khi giai đoạn điều tra đóng và trước khi công bố: khi đó các phiếu mới được trộn."
        )
    BallotLink.objects.filter(respondent_group=group).delete()  # waits for whoever is sending: nobody comes after
    box = SealedBallot.objects.select_for_update().filter(respondent_group=group).order_by("pk")
    drawn = [(unit, _opened(group.pk, unit, bytes(sealed))) for unit, sealed in box.values_list("unit_id", "sealed")]
    if not drawn:
        raise Refused("Hòm phiếu của nhóm này trống.")
    secrets.SystemRandom().shuffle(drawn)
    kept = _kept(block, group, drawn)
    batch = ImportBatch.objects.create(
        round_group=block,
        respondent_group=group,
        kind=ImportBatch.Kind.ONLINE,
        state=ImportBatch.State.CHECKED,
        file_name=f"Hòm phiếu trực tuyến, {group.name}"[:255],
        file_digest=keyed_digest(kept.answers.tobytes().hex()),
        counts=kept.counted,
        created_by=actor,
    )
    box.delete()
    batches.write(actor, block, batch, kept)
    return batch


@transaction.atomic
def propose_unused(*, actor: User, group_id: int, reason: str) -> SurveyRequest:
    """Put before a second person that a group's box is never opened: its ballots go unread, counted. Raises
    PermissionDenied for whoever may not work here; Refused without a reason, before the phase is over, for an empty box
    and where a request waits already."""
    if not rules.may_work(actor):
        raise PermissionDenied
    words = clean_lines(reason)
    if not words:
        raise Refused("Ghi lý do không dùng hòm phiếu: các phiếu trong hòm không được đọc và không được tính.")
    group, block = _locked(group_id)
    sealed = _left_unread(group, block)
    if any(row.after["group"] == group.pk for row in box_requests(block).filter(state=SurveyRequest.State.OPEN)):
        raise Refused("Hòm phiếu của nhóm này đã có đề nghị chờ người thứ hai.")
    row = SurveyRequest.objects.create(
        round_group=block,
        kind=SurveyRequest.Kind.BOX,
        after={"group": group.pk, "name": group.name, "units": sealed, "ballots": sum(sealed.values())},
        reason=words,
        proposed_at=clock.now(),
        proposed_by=actor,
    )
    record(actor=actor, verb=VERB_PROPOSE, obj=row, after=request_facts(row), reason=words)
    return row


def leave_unused(*, actor: User, row: SurveyRequest) -> None:
    """Let a confirmed request count: the group's links and sealed ballots go, unread; what else came in is counted.
    The transaction is the caller's. Raises Refused where the box is not what the request was about, and as
    `propose_unused` does."""
    group, block = _locked(row.after["group"])
    BallotLink.objects.filter(respondent_group=group).delete()
    if _left_unread(group, block) != row.after["units"]:
        raise Refused("Hòm phiếu đã thay đổi từ khi có đề nghị: không xác nhận đề nghị này, lập đề nghị mới.")
    SealedBallot.objects.filter(respondent_group=group).delete()
    record(actor=actor, verb=VERB_UNUSED, obj=group, after={"units": row.after["units"]}, reason=row.reason)
    before = stored(block)
    if refresh_scores(block):
        record(actor=actor, verb="surveys.refresh", obj=block, after=refreshed(before, stored(block)))


def _left_unread(group: RespondentGroup, block: RoundGroup) -> dict[str, int]:
    """Unit id as text → sealed ballots of a box that may be left."""
    if not is_over(block):
        raise Refused("Chỉ khai không dùng hòm phiếu sau khi giai đoạn điều tra đóng và trước khi công bố.")
    units = SealedBallot.objects.filter(respondent_group=group).order_by("pk").values_list("unit_id", flat=True)
    sealed = Counter(units)
    if not sealed:
        raise Refused("Hòm phiếu của nhóm này trống.")
    return {str(unit): number for unit, number in sorted(sealed.items())}


def _opened(group_id: int, unit_id: int, sealed: bytes) -> bytes:
    try:
        return open_answers(sealed, place_of(group_id, unit_id))
    except ValueError:
        raise Refused(
            "Có phiếu trong hòm không mở được: đã bị sửa, bị chuyển đơn vị, hoặc SECRET_KEY đã đổi từ khi phát liên "
            "kết. Chưa nhập phiếu nào; báo người quản trị hệ thống đặt lại khóa cũ."
        ) from None


def _kept(block: RoundGroup, group: RespondentGroup, drawn: list[tuple[int, bytes]]) -> KeptBallots:
    """The drawn ballots as a batch writes them. Raises Refused where they do not fit the questions."""
    plan, known = plan_for(block, group.code), places(block)
    asked = plan.asked or []
    if any(len(answers) != len(asked) for _, answers in drawn):
        raise Refused("Mẫu phiếu đã đổi sau khi phát liên kết: khôi phục các câu hỏi như khi phát rồi mở lại.")
    by_id = {leaf.id: leaf for leaf in known.leaves}
    leaves, units = [by_id[pk] for pk in asked], [unit for unit, _ in drawn]
    answers = np.frombuffer(b"".join(blob for _, blob in drawn), dtype=np.uint8).reshape(len(drawn), len(asked))
    reasons = why_invalid(plan, answers, units)
    codes = [fresh_code() for _ in drawn]
    invalid = validity.count(reasons)
    counted = {
        "respondents": group.code,
        "rows": len(drawn),
        "valid": len(drawn) - sum(invalid.values()),
        "invalid": invalid,
        "units": len(set(units)),
        "questions": [leaf.code for leaf in leaves],
        "notes": ["Phiếu gửi qua liên kết, trộn khi mở hòm: không có giờ gửi, không có thứ tự gửi."],
        "ignored": [],
        "marks": quality.by_unit(marks_of(plan, answers, units), units),
    }
    return KeptBallots(plan, leaves, codes, units, answers, reasons, counted)


def fresh_code() -> str:
    """A ballot's code, drawn by lot."""
    return f"TT-{secrets.token_hex(8)}"


def _locked(group_id: int) -> tuple[RespondentGroup, RoundGroup]:
    group = RespondentGroup.objects.select_related("survey").get(pk=group_id)
    return group, lock_block(group.survey.round_group_id)
