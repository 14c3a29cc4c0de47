"""The consistency report is looked at and acknowledged before a stage is released."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction

from appraisal.core.actions.locks import locked_block
from appraisal.models import Acknowledgement, Justification
from appraisal.rules import stages
from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, Refused
from cchc_index.lib.text import clean
from criteria.models import RoundGroup, Stage
from units import rules as people
from units.auditlog.actions import record
from units.models import User

from . import digests
from .comparing import Contradiction
from .queries import report as consistency_report
from .queries.report import Report, contradiction_digest

Key = tuple[int, int]
"""A criterion and a reason: what a contradiction is about."""
NAMED = 5


@transaction.atomic
def acknowledge_consistency(
    *, actor: User, round_group_id: int, stage: str, seen: str, words: Mapping[Key, str]
) -> Acknowledgement:
    """The index manager has looked at the report whose fingerprint is `seen`, and says of every
    contradiction why the difference is right. The same report again is one acknowledgement.

    Raises PermissionDenied for anybody else; Conflict when a decision or a submitted score has changed since
    the page was opened; Refused for a stage that is not in question, and without words on a contradiction.
    """
    round_group = locked_block(round_group_id)
    if not people.is_index_manager(actor):
        raise PermissionDenied
    if not stages.can_acknowledge(actor, round_group, stage):
        raise Refused("Giai đoạn này chưa đến lúc thông báo kết quả nên chưa có báo cáo để xác nhận.")
    found = consistency_report.report(round_group)
    if found.fingerprint != seen:
        raise Conflict(
            "Có kết quả thẩm định hoặc điểm tự đánh giá thay đổi sau khi bạn mở trang: chưa ghi gì. "
            "Nội dung bạn nhập còn nguyên; hãy xem lại báo cáo rồi xác nhận."
        )
    said = {one.key: clean(words.get(one.key, "")) for one in found.contradictions}
    _refuse_silence([one for one in found.contradictions if not said[one.key]])
    step = stages.calendar(round_group).named(stage)
    assert step is not None  # it may be acknowledged
    return consistency_report.acknowledgement_of(found, step) or _write(actor, found, step, said)


def _refuse_silence(lacking: list[Contradiction]) -> None:
    if not lacking:
        return
    named = "; ".join(consistency_report.named(lacking[:NAMED]))
    more = f" và {len(lacking) - NAMED} trường hợp khác" if len(lacking) > NAMED else ""
    raise Refused(
        f"Còn {len(lacking)} trường hợp cùng tiêu chí, cùng lý do mà mức trừ khác nhau chưa có giải thích: "
        f"{named}{more}. "
        "Nhập lý do áp dụng mức trừ khác nhau, hoặc mở tiêu chí để xem xét lại."
    )


def _write(actor: User, report: Report, stage: Stage, reasons: Mapping[Key, str]) -> Acknowledgement:
    made = Acknowledgement(
        round_group=report.round_group, stage=stage, fingerprint=report.fingerprint, actor=actor, at=clock.now()
    )
    rows = [
        Justification(
            acknowledgement=made,
            criterion_id=one.criterion,
            reason_id=one.reason,
            digest=contradiction_digest(one),
            words=reasons[one.key],
        )
        for one in report.contradictions
    ]
    after = {
        "stage": stage.name,
        "fingerprint": report.fingerprint,
        "contradictions": len(rows),
        "digest": digests.acknowledgement_digest(made, rows),
    }
    made.log = record(actor=actor, verb=digests.VERB_ACKNOWLEDGE, obj=report.round_group, after=after)
    made.save(force_insert=True)
    for row in rows:
        row.acknowledgement = made
    Justification.objects.bulk_create(rows)
    return made


def check_acknowledged(round_group: RoundGroup, stage: Stage) -> None:
    """What stands in the locked block was looked at, exactly as it stands. Raises Refused. An archive is
    released without: there is no reason and no member to compare."""
    if not stage.report_required:
        return
    found = consistency_report.report(round_group)
    if consistency_report.acknowledgement_of(found, stage) is not None:
        return
    last = consistency_report.last_acknowledgement(round_group, stage)
    why = (
        f"có kết quả thay đổi sau khi {last.actor} xác nhận lúc {clock.in_words(last.at)}"
        if last
        else "chưa có ai xác nhận đã rà soát"
    )
    raise Refused(
        f"Chưa thông báo được: {why}. Mở trang “Báo cáo rà soát tính thống nhất” của khối {round_group.group} "
        "ở mục Thẩm định, rà soát rồi xác nhận."
    )
