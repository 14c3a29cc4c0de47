"""The verbs: typing a passage, keeping recommendations, asking for a paper and making it."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, Invalid, Refused
from cchc_index.lib.text import clean, clean_lines
from criteria.models import Round
from results.jobs import actions as jobs
from results.models import Job, PaperText, Recommendation
from results.rules import may_publish, may_see_preview
from units.auditlog.actions import record
from units.models import User
from units.rules import AnyUser

from . import queries
from .digests import VERB_ADD, VERB_CHANGE, VERB_REMOVE, VERB_TEXT, recommendation_facts, text_facts
from .slots import BY_KEY, LONGEST, SLOT_OF

OWNER_LENGTH = 200


@transaction.atomic
def save_text(*, actor: User, round_id: int, slot: str, text: str, seen_version: int) -> PaperText:
    """Keep what was typed for a passage; the same words again change nothing. Raises PermissionDenied for anybody but
    an index manager, Refused for an unknown passage or one too long, Conflict when somebody saved other words since
    `seen_version` (0: nobody had)."""
    round_ = _locked(actor, round_id)
    if slot not in SLOT_OF:
        raise Refused("Không có đoạn văn này: tải lại trang.")
    words = clean_lines(text)
    if len(words) > LONGEST:
        raise Refused(f"Đoạn văn dài {len(words)} ký tự, tối đa {LONGEST}: rút gọn.")
    row = PaperText.objects.select_for_update(of=("self",)).filter(round=round_, slot=slot).first()
    before = text_facts(row) if row else None
    if row is None:
        row = PaperText(round=round_, slot=slot, version=0, text=SLOT_OF[slot].usual)
    if row.text == words and row.pk:
        return row
    if row.version != seen_version:
        raise Conflict(f"{row.edited_by} đã sửa đoạn này trước: đọc bản hiện có rồi lưu lại.", current=row)
    row.text, row.version, row.edited_by, row.edited_at = words, row.version + 1, actor, clock.now()
    row.save()
    record(actor=actor, verb=VERB_TEXT, obj=row, before=before, after=text_facts(row))
    return row


@transaction.atomic
def add_recommendation(*, actor: User, round_id: int, text: str, owner: str, due: date | None) -> Recommendation:
    """A recommendation of the year's analysis. Raises PermissionDenied, Invalid by field."""
    round_ = _locked(actor, round_id)
    row = Recommendation(round=round_, version=0)
    _write(row, actor, text=text, owner=owner, due=due, state=Recommendation.State.OPEN, outcome="")
    record(actor=actor, verb=VERB_ADD, obj=row, after=recommendation_facts(row))
    return row


@transaction.atomic
def change_recommendation(
    *,
    actor: User,
    recommendation_id: int,
    text: str,
    owner: str,
    due: date | None,
    state: str,
    outcome: str,
    seen_version: int,
) -> Recommendation:
    """Change a recommendation or say what became of it. Raises PermissionDenied, Invalid by field, Conflict when
    somebody changed it since `seen_version`."""
    row = _standing(actor, recommendation_id)
    if row.version != seen_version:
        raise Conflict(f"{row.edited_by} đã sửa kiến nghị này trước: tải lại trang rồi sửa tiếp.", current=row)
    before = recommendation_facts(row)
    _write(row, actor, text=text, owner=owner, due=due, state=state, outcome=outcome)
    record(actor=actor, verb=VERB_CHANGE, obj=row, before=before, after=recommendation_facts(row))
    return row


@transaction.atomic
def remove_recommendation(*, actor: User, recommendation_id: int) -> None:
    """Take a recommendation away; the log keeps its words. Raises PermissionDenied, and Refused for one that is gone or
    has been followed up."""
    row = _standing(actor, recommendation_id)
    if row.state != Recommendation.State.OPEN or row.outcome:
        raise Refused("Kiến nghị này đã có kết quả thực hiện nên không bỏ được.")
    record(actor=actor, verb=VERB_REMOVE, obj=row, before=recommendation_facts(row), after={"removed": True})
    row.delete()


def _locked(actor: User, round_id: int) -> Round:
    if not may_publish(actor):
        raise PermissionDenied
    return Round.objects.select_for_update(of=("self",)).get(pk=round_id)


def _standing(actor: User, recommendation_id: int) -> Recommendation:
    if not may_publish(actor):
        raise PermissionDenied
    rows = Recommendation.objects.select_for_update(of=("self",)).select_related("round", "edited_by")
    row = rows.filter(pk=recommendation_id).first()
    if row is None:
        raise Refused("Kiến nghị này không còn: tải lại trang.")
    return row


def _write(
    row: Recommendation, actor: User, *, text: str, owner: str, due: date | None, state: str, outcome: str
) -> None:
    """Raises Invalid by field."""
    words, by, result = clean_lines(text), clean(owner), clean_lines(outcome)
    errors = {}
    if not words or len(words) > LONGEST:
        errors["text"] = f"Nhập nội dung kiến nghị, từ 1 đến {LONGEST} ký tự."
    if not by or len(by) > OWNER_LENGTH:
        errors["owner"] = f"Nhập cơ quan thực hiện, từ 1 đến {OWNER_LENGTH} ký tự."
    if state not in Recommendation.State:
        errors["state"] = "Chọn tình hình thực hiện trong danh sách."
    if state != Recommendation.State.OPEN and not result:
        errors["outcome"] = "Nhập kết quả thực hiện, hoặc lý do không thực hiện."
    if errors:
        raise Invalid(errors)
    row.text, row.owner, row.due, row.state, row.outcome = words, by, due, state, result
    row.version, row.edited_by, row.edited_at = row.version + 1, actor, clock.now()
    row.save()


@transaction.atomic
def request_paper(*, actor: AnyUser, round_id: int, paper: str) -> Job:
    """Ask for a paper, as `quyet-dinh.docx`. Asking twice for the same contents gives the job that is there. Raises
    PermissionDenied for those who see no previews; Refused for an unknown paper and for a year without results."""
    if not may_see_preview(actor):
        raise PermissionDenied
    key, _, ending = paper.partition(".")
    if key not in BY_KEY or ending not in BY_KEY[key].endings:
        raise Refused("Không có văn bản này: chọn trong danh sách.")
    round_ = Round.objects.select_for_update(of=("self",)).get(pk=round_id)
    told = queries.material(round_)
    if not told.book.blocks:
        raise Refused(f"Năm {round_.year} chưa có khối nào có đơn vị và tiêu chí, nên chưa có kết quả để lập văn bản.")
    standing = queries.made(round_, told.mark).get(paper)
    if standing is not None:
        return standing
    by = actor if isinstance(actor, User) else None
    job = Job.objects.create(kind=Job.Kind.PAPER, round=round_, paper=paper, mark=told.mark, requested_by=by)
    jobs.send(job)
    return job


def render(job: Job) -> None:
    """Make the paper a claimed job is for, of what stands now."""
    from . import paper, word  # inline: start-up cost

    assert job.round is not None  # a paper is of a year
    key, _, ending = job.paper.partition(".")
    with jobs.pulse(job):
        told = queries.material(job.round)
        data = word.docx_of(key, told) if ending == "docx" else paper.pdf_of(key, told)
    Job.objects.filter(pk=job.pk).update(mark=told.mark)
    jobs.store(job.pk, data, f"{key}-{job.round.year}.{ending}")
