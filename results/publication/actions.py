"""Publishing: a bundle frozen under a document number, by two people, never changed afterwards."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from appraisal.consistency.queries import report as consistency_report
from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from criteria.models import Round, RoundGroup
from results import bundle, verify
from results.book import slug
from results.bundle import Json
from results.computation.actions import recompute
from results.gates import listing
from results.gates import queries as gates
from results.gates.listing import Gate
from results.models import Publication
from results.queries import measured_groups
from results.rules import may_publish
from selfassess.models import SelfAssessment
from units.actions import locked_groups
from units.auditlog.actions import record, tell_witnesses
from units.models import Role, UnitGroup, User, by_name
from units.rules import waits_until

from . import mails, queries
from .digests import publication_facts
from .words import corrects_document, day_problem, name_problems, number_problem

PublicationState = Publication.State

NAMED_UNITS = 20
"""How many incomplete units a refusal names; the rest is counted."""


@transaction.atomic
def propose(*, actor: User, round_id: int, number: str, dated: date, errata: str = "", reason: str = "") -> Publication:
    """Freeze the ranking of a round and put it before a second person.

    The same number again gives the publication that stands. Raises PermissionDenied unless the actor is an
    index manager; Refused when a unit is incomplete (each named with its missing leaves), when number or day
    are none of a decision, when another proposal of the round waits, and while a gate is open (results.gates) unless
    `reason` says why the results are to be published nevertheless.
    """
    if not may_publish(actor):
        raise PermissionDenied
    round_, number = _locked(round_id), _number(number)
    standing = _standing(round_, number)
    if standing is not None:
        return standing
    _refuse_day(round_, dated)
    _refuse_waiting(round_)
    publication = _freeze(round_, number, dated, errata)
    _write_gates(publication, _open_gates(round_, reason), proposer=reason)
    publication.state, publication.proposed_by = PublicationState.PROPOSED, actor
    publication.save()
    _log(actor, "propose", publication)
    return publication


@transaction.atomic
def approve(*, actor: User, publication_id: int, reason: str = "") -> Publication:
    """The second person publishes what was proposed. Raises PermissionDenied for anybody but another index
    manager; Refused when it no longer waits, the inputs have changed since it was frozen, the person's role is still
    too fresh, and while a gate is open unless both people say why."""
    publication = _locked_proposal(actor, publication_id)
    if publication.proposed_by_id == actor.pk:
        raise PermissionDenied("Người duyệt công bố phải khác người đề nghị.")
    refuse_fresh(actor)
    if _superseded_number(publication) != _number_in_force(publication.round):
        raise Refused("Đã có bản khác được công bố từ khi đề nghị: rút đề nghị này rồi đề nghị lại.")
    if queries.changed_since(publication):
        raise Refused("Điểm đã thay đổi từ khi đề nghị công bố: rút đề nghị này rồi đề nghị lại.")
    _refuse_unexplained(publication.round)
    _refuse_fresh_gates(publication)
    still_open = _open_gates(publication.round, reason)
    _write_gates(publication, still_open, proposer=publication.proposer_reason, approver=reason)
    publication.published_by = actor
    _publish(publication)
    _log(actor, "publish", publication, before={"state": PublicationState.PROPOSED})
    return publication


@transaction.atomic
def withdraw(*, actor: User, publication_id: int, reason: str = "") -> Publication:
    """Take a proposal back, with the reason; its number is free again. Raises PermissionDenied and Refused."""
    publication = _locked_proposal(actor, publication_id)
    if not clean(reason):
        raise Refused("Nhập lý do rút đề nghị.")
    publication.state = PublicationState.WITHDRAWN
    publication.save(update_fields=["state"])
    _log(actor, "withdraw", publication, before={"state": PublicationState.PROPOSED}, reason=reason)
    return publication


@dataclass(frozen=True, slots=True)
class Signers:
    """Who proposes and who approves what the command line publishes."""

    proposer: User
    approver: User
    proposer_reason: str = ""
    approver_reason: str = ""
    """Why they publish although a gate is open; empty where none is."""

    def __str__(self) -> str:
        return f"{self.proposer} đề nghị, {self.approver} duyệt"


@transaction.atomic
def publish(
    *,
    round_id: int,
    number: str,
    dated: date,
    errata: str = "",
    supersedes: str = "",
    signers: Signers | None = None,
) -> Publication:
    """Freeze and publish at once, for the operator's command line, which the log names as the actor; beside it the two
    managers in whose name it is done, who are told by mail. An illustrative round needs nobody.

    A number that is published already gives that frozen publication, changed inputs or not. Another number for a
    published year is a correction, and only when `supersedes` names the number in force and `errata` says what is
    corrected. Raises Refused as `propose` does, while a number waits for its second person, for signers who are
    one, no managers, or too fresh, and while a gate is open unless both signers say why.
    """
    round_, number = _locked(round_id), _number(number)
    standing = _standing(round_, number)
    if standing is not None and standing.state == PublicationState.PUBLISHED:
        return standing
    _refuse_day(round_, dated)
    _refuse_waiting(round_)
    _refuse_unasked_correction(round_, number, clean(supersedes), clean(errata))
    publication = _freeze(round_, number, dated, errata)
    _check_signers(round_, signers)
    said = (signers.proposer_reason, signers.approver_reason) if signers else ("", "")
    _write_gates(publication, _open_gates(round_, *said, unattended=signers is None), *said)
    if signers is not None:
        publication.proposed_by, publication.published_by = signers.proposer, signers.approver
    _publish(publication)
    if signers is not None:
        mails.tell_signers(publication, signers.proposer, signers.approver)
    _log(None, "publish", publication, reason=f"Công bố bằng dòng lệnh: {signers or 'kỳ minh họa'}.")
    return publication


def _open_gates(round_: Round, *reasons: str, unattended: bool = False) -> list[Gate]:
    """The open gates of the round. Raises Refused, naming each, when there are any and a reason is missing.
    `unattended`: of an illustrative round that the command line publishes in nobody's name, whose institute and
    council, likewise illustrative, are not asked."""
    asked = (listing.HANDOVER, listing.SURVEY, listing.RANKING)
    still_open = [gate for gate in gates.open_gates(round_) if not (unattended and gate.kind in asked)]
    if still_open and not all(map(clean, reasons)):
        raise Refused(
            f"Chưa công bố được vì còn {len(still_open)} việc chưa xong: {listing.in_words(still_open)}. Hoàn thành "
            "các việc đó; nếu vẫn công bố, người đề nghị và người duyệt đều phải nêu lý do để in trong báo cáo."
        )
    return still_open


def _refuse_fresh_gates(publication: Publication) -> None:
    """Raises Refused for a gate that was closed when the other person proposed: their reason does not speak of it."""
    appeared = listing.fresh(gates.open_gates(publication.round), listing.from_json(publication.open_gates))
    if appeared:
        raise Refused(
            f"Từ khi đề nghị công bố có thêm việc chưa xong: {listing.in_words(appeared)}. Hoàn thành các việc đó, "
            "hoặc rút đề nghị này rồi đề nghị lại kèm lý do."
        )


def _write_gates(publication: Publication, still_open: list[Gate], proposer: str = "", approver: str = "") -> None:
    """What is open now and the reasons that go with it; reasons for nothing are not kept."""
    publication.open_gates = [gate.as_json() for gate in still_open]
    publication.proposer_reason = clean(proposer) if still_open else ""
    publication.approver_reason = clean(approver) if still_open else ""


def _refuse_unasked_correction(round_: Round, number: str, supersedes: str, errata: str) -> None:
    in_force = _number_in_force(round_)
    if in_force is None:
        if supersedes or errata:
            raise Refused(f"Năm {round_.year} chưa có công bố nào để đính chính: bỏ --supersedes và --errata.")
        return
    if not supersedes:
        raise Refused(
            f"Năm {round_.year} đã công bố theo Quyết định số {in_force}. Số {number} chỉ được công bố khi đính chính: "
            f'thêm --supersedes "{in_force}" và --errata với nội dung đính chính.'
        )
    if supersedes != in_force:
        raise Refused(
            f"Số {supersedes} không phải công bố đang có hiệu lực của năm {round_.year}: đó là số {in_force}."
        )
    if not errata:
        raise Refused("Thiếu nội dung đính chính: ghi ở --errata.")


def _check_signers(round_: Round, signers: Signers | None) -> None:
    """Raises Refused unless two managers of some standing are named; an illustrative round may do without."""
    if signers is None:
        if round_.illustrative:
            return
        raise Refused(
            "Thiếu người đề nghị và người duyệt: ghi tên đăng nhập của hai người quản lý Chỉ số ở --proposed-by và "
            "--approved-by."
        )
    if signers.proposer.pk == signers.approver.pk:
        raise Refused("Người duyệt công bố phải khác người đề nghị.")
    for person in (signers.proposer, signers.approver):
        if not may_publish(person):
            raise Refused(f"{person} ({person.username}) không giữ vai trò {Role.INDEX_MANAGER.label}.")
        refuse_fresh(person)


def refuse_fresh(person: User) -> None:
    """Raises Refused while the person's role, or how their account is opened, is too new to approve."""
    until = waits_until(person, Role.INDEX_MANAGER)
    if until is not None:
        raise Refused(
            f"Vai trò hoặc cách đăng nhập của {person} ({person.username}) còn mới: được duyệt công bố từ "
            f"{clock.in_words(until)}."
        )


def _locked(round_id: int) -> Round:
    """The round, its blocks and their lists of units, locked, so that no input of the ranking changes before the
    transaction ends."""
    round_ = Round.objects.select_for_update(of=("self",)).get(pk=round_id)
    list(RoundGroup.objects.select_for_update(of=("self",)).filter(round=round_).order_by("pk"))
    locked_groups(UnitGroup.objects.filter(round_groups__round=round_).values_list("code", flat=True))
    return round_


def _refuse_waiting(round_: Round) -> None:
    waiting = Publication.objects.filter(round=round_, state=PublicationState.PROPOSED).first()
    if waiting is not None:
        raise Refused(
            f"Kỳ này đang có đề nghị số {waiting.number} chờ người thứ hai duyệt ở trang Điều hành: "
            "duyệt hoặc rút đề nghị đó trước."
        )


def _number_in_force(round_: Round) -> str | None:
    in_force = queries.published(round_)
    return in_force.number if in_force else None


def _superseded_number(publication: Publication) -> str | None:
    return queries.bundle_of(publication).get("supersedes")


def _number(raw: str) -> str:
    """Raises Refused for what no decision is numbered."""
    if problem := number_problem(raw):
        raise Refused(problem)
    return clean(raw)


def _refuse_day(round_: Round, dated: date) -> None:
    """Raises Refused for a day that no decision about the round is of."""
    if problem := day_problem(dated, clock.today(), (round_.assessed_from, round_.assessed_to)):
        raise Refused(problem)


def _standing(round_: Round, number: str) -> Publication | None:
    return Publication.objects.filter(round=round_, number=number).exclude(state=PublicationState.WITHDRAWN).first()


def locked_publication(publication_id: int) -> Publication:
    """The publication with its round and blocks, locked."""
    _locked(Publication.objects.values_list("round_id", flat=True).get(pk=publication_id))
    return Publication.objects.select_for_update(of=("self",)).select_related("round").get(pk=publication_id)


def _locked_proposal(actor: User, publication_id: int) -> Publication:
    if not may_publish(actor):
        raise PermissionDenied
    held = locked_publication(publication_id)
    if held.state != PublicationState.PROPOSED:
        raise Refused(f"Bản công bố số {held.number} {held.get_state_display()}, không còn chờ duyệt.")
    return held


def _freeze(round_: Round, number: str, dated: date, errata: str) -> Publication:
    """An unsaved publication with its bundle, from inputs read once. Refuses incomplete units, assessments
    that are open again, deductions that contradict each other without a word, and a taken address."""
    _refuse_taken_address(round_, number)
    _refuse_open_assessments(round_)
    _refuse_unexplained(round_)
    for round_group in measured_groups(round_):
        recompute(round_group_id=round_group.pk)
    groups = queries.inputs_of(round_, measured_groups(round_))
    if not groups:
        raise Refused(f"Kỳ {round_.year} chưa có khối nào có đơn vị: nhập đơn vị và tiêu chí trước.")
    frozen = bundle.build(queries.header(round_, number, dated), groups)
    _refuse_incomplete(frozen)
    previous = queries.published(round_)
    if previous is not None:
        _refuse_unchanged(queries.bundle_of(previous), frozen, errata)
        errata = clean(errata) or _differences(queries.bundle_of(previous), frozen)
        head = {**queries.header(round_, number, dated), "supersedes": previous.number, "errata": errata}
        frozen = bundle.build(head, groups)
    _refuse_illegal(frozen)
    return Publication(
        round=round_,
        number=number,
        dated=dated,
        bundle=bundle.text_of(frozen),
        digest=frozen["digest"],
        proposed_at=clock.now(),
        errata=errata if previous is not None else "",
        archives=gates.archived_blocks(gates.facts(round_)),
    )


def _refuse_unchanged(before: Json, after: Json, errata: str) -> None:
    """Raises Refused for a correction that changes nothing but does not say that it is of the document itself."""
    if before["groups"] == after["groups"] and not corrects_document(errata):
        raise Refused(
            f"Số liệu và kết quả không khác công bố số {before['number']}, nên không có gì để đính chính. Nếu chỉ sửa "
            "số, ngày hoặc câu chữ của văn bản, ghi rõ điều đó trong nội dung đính chính."
        )


def _refuse_illegal(frozen: Json) -> None:
    """Raises Refused for what no reader's verifier would take: a date far from the year, sums that do not add up."""
    problems = name_problems(frozen) or verify.problems(bundle.text_of(frozen).encode())
    if problems:
        raise Refused(f"Chưa công bố được: {' '.join(problems)}")


def _refuse_taken_address(round_: Round, number: str) -> None:
    """Raises Refused when another publication's number gives the same address: `12/3-QĐ` and `12-3/QĐ` would."""
    others = Publication.objects.filter(round=round_).exclude(number=number).exclude(state=PublicationState.WITHDRAWN)
    taken = next((p.number for p in others.order_by("pk") if slug(p.number) == slug(number)), None)
    if taken is not None:
        raise Refused(f"Số {number} trùng địa chỉ công bố với số {taken} đã có trong kỳ: kiểm tra lại số.")


def _refuse_open_assessments(round_: Round) -> None:
    open_ = SelfAssessment.objects.filter(round_group__round=round_).exclude(state=SelfAssessment.State.SUBMITTED)
    names = list(open_.order_by(*by_name()).values_list("unit__name", flat=True))
    if names:
        more = f" và {len(names) - NAMED_UNITS} đơn vị khác" if len(names) > NAMED_UNITS else ""
        named = ", ".join(names[:NAMED_UNITS]) + more
        raise Refused(f"Chưa công bố được: bản tự đánh giá chưa nộp (hoặc đang mở lại) của {named}.")


def _refuse_unexplained(round_: Round) -> None:
    """Raises Refused while units lost different points on one criterion for the same reason and nobody has written why
    that is right."""
    unexplained = [(group, consistency_report.unexplained(group)) for group in measured_groups(round_)]
    named = [f"khối {g.group}: {text}" for g, rows in unexplained for text in consistency_report.named(rows)]
    if not named:
        return
    more = f"; và {len(named) - NAMED_UNITS} trường hợp khác" if len(named) > NAMED_UNITS else ""
    raise Refused(
        f"Chưa công bố được: {len(named)} trường hợp cùng tiêu chí, cùng lý do mà mức trừ khác nhau chưa có "
        f"giải thích. {'; '.join(named[:NAMED_UNITS])}{more}. "
        "Mở trang “Báo cáo rà soát tính thống nhất” của khối ở mục Thẩm định: "
        "nhập lý do áp dụng mức trừ khác nhau, hoặc xem xét lại."
    )


def _refuse_incomplete(frozen: Json) -> None:
    missing = [result for group in frozen["groups"] for result in group["results"] if result["incomplete"]]
    if not missing:
        return
    named = [f"{r['name']} ({r['unit']}): {', '.join(r['incomplete'])}" for r in missing[:NAMED_UNITS]]
    more = f"; và {len(missing) - NAMED_UNITS} đơn vị khác" if len(missing) > NAMED_UNITS else ""
    raise Refused(
        f"Chưa công bố được: {len(missing)} đơn vị còn tiêu chí thiếu điểm. {'; '.join(named)}{more}. "
        "Bổ sung điểm cho các tiêu chí đó rồi làm lại."
    )


def _differences(before: Json, after: Json) -> str:
    """The errata's sentence when nobody wrote one: which units' results differ from the superseded bundle."""
    old = {(r["group"], r["unit"]): r for group in before["groups"] for r in group["results"]}
    changed = [
        r["name"] for group in after["groups"] for r in group["results"] if old.pop((r["group"], r["unit"]), None) != r
    ]
    gone = [r["name"] for r in old.values()]
    text = f"Thay công bố số {before['number']}. "
    if not changed and not gone:
        return text + "Kết quả của các đơn vị không đổi."
    named = ", ".join((changed + gone)[:NAMED_UNITS])
    return text + f"Kết quả thay đổi ở {len(changed) + len(gone)} đơn vị: {named}."


def _publish(publication: Publication) -> None:
    """Set the publication's state to published; one that was published before is superseded by it."""
    publication.supersedes = queries.published(publication.round)
    publication.state, publication.published_at = PublicationState.PUBLISHED, clock.now()
    publication.save()
    mails.tell_publication(publication)


def _log(actor: User | None, verb: str, publication: Publication, before: Json | None = None, reason: str = "") -> None:
    named = {"proposed_by": publication.proposed_by_id, "published_by": publication.published_by_id}
    record(
        actor=actor,
        verb=f"publication.{verb}",
        obj=publication,
        before=before,
        after={**publication_facts(publication), **(named if actor is None else {})},
        reason=clean(reason),
        anchor=verb == "publish",
    )
    if verb == "publish":
        tell_witnesses(f"Công bố số {publication.number}")
