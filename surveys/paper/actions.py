"""The verbs of paper: give a bundle to two people, type it, send it, settle what differs, make a batch of it.

Typing, sending and settling leave no entry in the log: an hour beside a ballot says who was where. Who typed and who
settled is written once, when the bundle becomes a batch."""

import csv
import io
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction

from cchc_index.lib.faults import Refused
from cchc_index.lib.stored_files import together
from cchc_index.lib.text import clean
from criteria import queries as criteria_queries
from criteria.models import RoundGroup
from surveys import rules
from surveys.assent.actions import refuse_closed
from surveys.ballots import identity
from surveys.ballots.sheet import MAX_CODE
from surveys.batches import actions as batches
from surveys.models import BallotPicture, ImportBatch, PaperBundle, RespondentGroup, TypedBallot
from surveys.models.paper import MOST_BALLOTS
from surveys.plan.queries import group as group_of
from units.auditlog.actions import record
from units.models import User

from .comparing import CODE, TypedRow
from .photos import plain_picture
from .queries import PaperQuestion, Rows, Typings, questions_of, typings_of, untyped
from .rules import Typing, may_settle, typing_of

VERB_GIVE, VERB_HAND, VERB_DROP = "surveys.give_bundle", "surveys.hand_typing", "surveys.drop_bundle"
VERB_RETURN, VERB_JOIN = "surveys.return_typing", "surveys.join_bundles"
MAPPING = {"ballot": "Mã phiếu", "unit": "Mã đơn vị"}
"""How the rows of bundles are read: no remembered profile may read them otherwise."""
CHANGED = "Mẫu phiếu đã đổi sau khi nhập: trả lại các lượt nhập của tập rồi nhập lại."


@transaction.atomic
def give_bundle(
    *, actor: User, group_id: int, unit_id: int, ballots: int, coded: bool, first_id: int, second_id: int
) -> PaperBundle:
    """Give a bundle of paper ballots to two people. Raises Refused for one person twice, for somebody who may not work
    here, for a group without questions or that takes no ballots, and while the survey takes none."""
    batches.require(actor)
    group = group_of(group_id)
    block = RoundGroup.objects.select_related("round").get(pk=group.survey.round_group_id)
    refuse_closed(block)
    if not group.takes_ballots or not questions_of(group):
        raise Refused(f"Nhóm “{group.name}” chưa có mẫu phiếu với câu hỏi: khai trong kế hoạch điều tra trước.")
    if not criteria_queries.units_of(block).filter(pk=unit_id).exists():
        raise Refused("Chọn đơn vị của khối.")
    if not 1 <= ballots <= MOST_BALLOTS:
        raise Refused(f"Một tập có từ 1 đến {MOST_BALLOTS} phiếu.")
    _refuse_typists(first_id, second_id)
    bundle = PaperBundle.objects.create(
        respondent_group=group,
        unit_id=unit_id,
        ballots=ballots,
        coded=coded,
        first_typist_id=first_id,
        second_typist_id=second_id,
    )
    record(actor=actor, verb=VERB_GIVE, obj=bundle, after=_facts(bundle))
    return bundle


def _refuse_typists(first_id: int, second_id: int) -> None:
    if first_id == second_id:
        raise Refused("Hai lượt nhập phải giao cho hai người khác nhau.")
    for user in User.objects.filter(pk__in=(first_id, second_id)).order_by("pk"):
        if not rules.may_work(user):
            raise Refused(f"{user} không giữ vai trò phụ trách điều tra: chọn người khác hoặc giao vai trò trước.")


def _facts(bundle: PaperBundle) -> dict[str, object]:
    return {
        "group": bundle.respondent_group_id,
        "unit": bundle.unit_id,
        "ballots": bundle.ballots,
        "first_typist": bundle.first_typist_id,
        "second_typist": bundle.second_typist_id,
    }


@transaction.atomic
def hand_typing(*, actor: User, bundle_id: int, typing: int, user_id: int) -> None:
    """Give one of the two typings to another person; what was typed of it goes, so that each typing is one person's.
    Raises Refused once it is sent, and as `give_bundle` does."""
    batches.require(actor)
    bundle = _locked(bundle_id)
    if _is_sent(bundle, typing):
        raise Refused("Lượt nhập này đã gửi: chỉ trả lại được, không giao cho người khác.")
    before = _facts(bundle)
    if typing == Typing.FIRST:
        bundle.first_typist_id = user_id
    else:
        bundle.second_typist_id = user_id
    _refuse_typists(bundle.first_typist_id, bundle.second_typist_id)
    TypedBallot.objects.filter(bundle=bundle, typing=typing).delete()
    bundle.save(update_fields=["first_typist", "second_typist"])
    record(actor=actor, verb=VERB_HAND, obj=bundle, before=before, after=_facts(bundle))


@transaction.atomic
def type_ballot(*, actor: User, bundle_id: int, position: int, code: str, answers: bytes) -> None:
    """Keep one ballot as this person reads it; typed again it is replaced. Raises PermissionDenied for whoever the
    bundle was not given to, Refused once the typing is sent, for a code that is missing, personal or typed already,
    and for answers that are none of the questions'."""
    bundle = _locked(bundle_id)
    typing = typing_of(actor, bundle)
    if typing is None:
        raise PermissionDenied
    if _is_sent(bundle, typing):
        raise Refused("Lượt nhập này đã gửi, không sửa được. Người đối chiếu trả lại được cho bạn nếu cần.")
    row = _fitting(bundle, questions_of(bundle.respondent_group), position, code, answers)
    _refuse_code_again(bundle, typing, position, row.code)
    TypedBallot.objects.update_or_create(
        bundle=bundle, typing=typing, position=position, defaults={"code": row.code, "answers": row.answers}
    )


def _fitting(bundle: PaperBundle, questions: list[PaperQuestion], position: int, code: str, answers: bytes) -> TypedRow:
    if not 1 <= position <= bundle.ballots:
        raise Refused(f"Tập này có {bundle.ballots} phiếu.")
    code = clean(code) if bundle.coded else ""
    if bundle.coded and not 0 < len(code) <= MAX_CODE:
        raise Refused(f"Nhập mã in trên phiếu, không quá {MAX_CODE} ký tự.")
    if identity.is_personal(code):
        raise Refused("Mã phiếu là số điện thoại hoặc họ tên: không nhập thông tin của người trả lời.")
    if len(answers) != len(questions):
        raise Refused(CHANGED)
    for question, value in zip(questions, answers, strict=True):
        if value and value not in question.options:
            raise Refused(f"Câu {question.at + 1}: không có mức {value}. Các mức: {question.values}.")
    return TypedRow(code, answers)


def _refuse_code_again(bundle: PaperBundle, typing: int, position: int, code: str) -> None:
    rows = TypedBallot.objects.filter(bundle=bundle, typing=typing).exclude(position=position).exclude(code="")
    for other, known in rows.order_by("position").values_list("position", "code"):
        if identity.key(known) == identity.key(code):
            raise Refused(f"Mã phiếu {code} đã nhập ở phiếu thứ {other} của tập này: xem lại mã in trên phiếu.")


@transaction.atomic
def send_typing(*, actor: User, bundle_id: int) -> PaperBundle:
    """Send one's typing of a bundle, whole; sent twice is sent once. Raises PermissionDenied for whoever the bundle
    was not given to, Refused while ballots are missing."""
    bundle = _locked(bundle_id)
    typing = typing_of(actor, bundle)
    if typing is None:
        raise PermissionDenied
    if not _is_sent(bundle, typing):
        own = typings_of([bundle])[bundle.pk]
        missing = untyped(bundle, own.first if typing == Typing.FIRST else own.second)
        if missing:
            raise Refused(f"Còn {len(missing)} phiếu chưa nhập: phiếu thứ {', '.join(map(str, missing[:20]))}.")
        _mark_sent(bundle, typing, sent=True)
    return bundle


@transaction.atomic
def take_typing_back(*, actor: User, bundle_id: int) -> None:
    """Take one's own typing back to mend it, as long as the other has not sent: afterwards a third person compares.
    Raises PermissionDenied for whoever the bundle was not given to, Refused afterwards."""
    bundle = _locked(bundle_id)
    typing = typing_of(actor, bundle)
    if typing is None:
        raise PermissionDenied
    if bundle.first_sent and bundle.second_sent:
        raise Refused("Cả hai lượt nhập đã gửi: người đối chiếu trả lại được nếu cần.")
    _mark_sent(bundle, typing, sent=False)


@transaction.atomic
def return_typing(*, actor: User, bundle_id: int, typing: int) -> None:
    """The third person gives a typing back to who typed it; what was settled goes. Raises PermissionDenied for a
    typist of the bundle, Refused before both are sent and once a batch is made."""
    bundle = _compared(actor, bundle_id)
    TypedBallot.objects.filter(bundle=bundle, typing=Typing.SETTLED).delete()
    _mark_sent(bundle, typing, sent=False)
    record(actor=actor, verb=VERB_RETURN, obj=bundle, after={"typing": int(typing)})


@transaction.atomic
def settle_ballot(*, actor: User, bundle_id: int, position: int, chosen: Mapping[int, str]) -> None:
    """The third person decides the fields of a ballot in which the two differ: `chosen` by field, as typed, "" for
    blank. Raises PermissionDenied for a typist of the bundle; Refused before both are sent, once a batch is made, for
    a ballot in which they agree, and for a field that is not decided or holds no answer of its question."""
    bundle = _compared(actor, bundle_id)
    own = typings_of([bundle])[bundle.pk]
    fields = own.differences.get(position)
    if not fields:
        raise Refused("Hai lượt nhập của phiếu này giống nhau: không có gì để quyết định.")
    if any(at not in chosen for at in fields):
        raise Refused("Chọn giá trị đúng cho mọi trường khác nhau.")
    questions = questions_of(bundle.respondent_group)
    first = own.first[position]
    if max(fields) >= len(questions):
        raise Refused(CHANGED)
    answers = bytearray(first.answers.ljust(len(questions), b"\0"))
    for at in fields:
        if at != CODE:
            answers[at] = questions[at].value_of(chosen[at])
    code = chosen[CODE] if CODE in fields else first.code
    row = _fitting(bundle, questions, position, code, bytes(answers))
    TypedBallot.objects.update_or_create(
        bundle=bundle,
        typing=Typing.SETTLED,
        position=position,
        defaults={"code": row.code, "answers": row.answers, "settled_by": actor},
    )


@transaction.atomic
def add_picture(*, actor: User, bundle_id: int, position: int, data: bytes) -> None:
    """Keep a picture of a ballot beside its two typings. Raises as `settle_ballot` does, and Refused for what is no
    picture."""
    bundle = _compared(actor, bundle_id)
    if position not in typings_of([bundle])[bundle.pk].differences:
        raise Refused("Hai lượt nhập của phiếu này giống nhau: không cần ảnh.")
    try:
        picture = plain_picture(data)
    except ValueError:
        raise Refused("Tệp này không phải ảnh JPEG, PNG đọc được (tối đa 12 MB): chụp lại rồi chọn ảnh mới.") from None
    BallotPicture.objects.update_or_create(bundle=bundle, position=position, defaults={"picture": picture})


@transaction.atomic
def drop_bundle(*, actor: User, bundle_id: int) -> None:
    """Drop a bundle and all that was typed of it. Raises Refused once a batch is made of it."""
    batches.require(actor)
    bundle = _locked(bundle_id)
    facts = _facts(bundle)
    record(actor=actor, verb=VERB_DROP, obj=bundle, before=facts)
    bundle.delete()


@transaction.atomic
def join_bundles(*, actor: User, group_id: int) -> ImportBatch:
    """Make one batch of all bundles of a group in which nothing is left to settle. Its rows are checked as a file's:
    identity of ballots, validity, phase, a published year. The typed rows stay until the batch is in. Raises Refused
    where no bundle is ready, and as `check_ballots` does; nothing changes then."""
    batches.require(actor)
    group = group_of(group_id)
    rows = PaperBundle.objects.select_for_update(of=("self",)).filter(respondent_group=group, batch=None)
    bundles = list(rows.filter(first_sent=True, second_sent=True).select_related("unit").order_by("pk"))
    typings = typings_of(bundles)
    ready = {bundle: final for bundle in bundles if (final := typings[bundle.pk].final) is not None}
    if not ready:
        raise Refused("Nhóm này chưa có tập phiếu nào đã thống nhất mà chưa lập lần nhập.")
    with together():
        batch = batches.check_ballots(
            actor=actor,
            round_group_id=group.survey.round_group_id,
            respondents=group.code,
            source=io.BytesIO(_sheet(group, ready)),
            name=f"Phiếu giấy, tập {', '.join(str(bundle.pk) for bundle in ready)}"[:240] + ".csv",
            mapping=MAPPING,
        )
        if batch.state == ImportBatch.State.COMMITTED:
            raise Refused("Các phiếu này đã nhập rồi. Nếu là phiếu khác, xem lại mã phiếu; nếu không, bỏ tập.")
        settlers = _settlers(ready)
        for bundle in ready:
            bundle.batch, bundle.counts = batch, _apart(bundle, typings[bundle.pk])
            bundle.save(update_fields=["batch", "counts"])
    facts = [_facts(b) | {"bundle": b.pk, **b.counts, "settled_by": settlers.get(b.pk, [])} for b in ready]
    record(actor=actor, verb=VERB_JOIN, obj=batch, after={"bundles": facts})
    return batch


def _sheet(group: RespondentGroup, ready: Mapping[PaperBundle, Rows]) -> bytes:
    """The ballots as a file holds them. A ballot without a printed code is known by its bundle and its place there."""
    out, questions = io.StringIO(), questions_of(group)
    sheet = csv.writer(out)
    sheet.writerow([*MAPPING.values(), *(question.criterion for question in questions)])
    for bundle, rows in ready.items():
        for at, row in rows.items():
            if len(row.answers) != len(questions):
                raise Refused(CHANGED)
            code = row.code if bundle.coded else f"TP{bundle.pk}-{at}"
            sheet.writerow([code, bundle.unit.code, *(value or "" for value in row.answers)])
    return out.getvalue().encode()


def _apart(bundle: PaperBundle, own: Typings) -> dict[str, int]:
    """How far the two typings were apart: fields typed, fields that differed, fields decided against each."""
    fields = [(at, where) for at, places in own.differences.items() for where in places]
    against = {
        name: sum(own.settled[at].field(where) != rows[at].field(where) for at, where in fields)
        for name, rows in (("against_first", own.first), ("against_second", own.second))
    }
    width = len(next(iter(own.first.values())).answers) + bundle.coded
    return {"fields": bundle.ballots * width, "differences": len(fields), **against}


def _settlers(ready: Mapping[PaperBundle, Rows]) -> dict[int, list[int]]:
    """Bundle → who settled something of it. One query."""
    rows = TypedBallot.objects.filter(bundle__in=[bundle.pk for bundle in ready], typing=Typing.SETTLED)
    found: dict[int, list[int]] = {}
    for bundle, user in rows.order_by("bundle", "settled_by").values_list("bundle", "settled_by").distinct():
        found.setdefault(bundle, []).append(user)
    return found


def _locked(bundle_id: int) -> PaperBundle:
    """A bundle that is not a batch yet, its row locked."""
    rows = PaperBundle.objects.select_for_update(of=("self",)).select_related("respondent_group__survey")
    bundle = rows.filter(pk=bundle_id).first()
    if bundle is None:
        raise Refused("Tập phiếu này đã được bỏ.")
    if bundle.batch_id is not None:
        raise Refused("Tập phiếu này đã lập lần nhập: bỏ lần nhập chưa ghi đó nếu cần sửa.")
    return bundle


def _compared(actor: User, bundle_id: int) -> PaperBundle:
    """A bundle that both have sent, for the third person."""
    bundle = _locked(bundle_id)
    if not may_settle(actor, bundle):
        raise PermissionDenied
    if not (bundle.first_sent and bundle.second_sent):
        raise Refused("Đối chiếu sau khi cả hai người đã gửi lượt nhập.")
    return bundle


def _is_sent(bundle: PaperBundle, typing: int) -> bool:
    return bundle.first_sent if typing == Typing.FIRST else bundle.second_sent


def _mark_sent(bundle: PaperBundle, typing: int, *, sent: bool) -> None:
    name = "first_sent" if typing == Typing.FIRST else "second_sent"
    setattr(bundle, name, sent)
    bundle.save(update_fields=[name])
