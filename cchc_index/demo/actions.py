"""`load_demo`: refuse beside real work, fill one year to its publication, open another for practice."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from appraisal.interests import actions as interests
from appraisal.models import Appraisal, Assignment
from appraisal.reasons.actions import ensure_reasons
from cchc_index.lib import clock
from cchc_index.lib.faults import Refused
from cchc_index.official.actions import load_official
from cchc_index.official.files import years
from criteria.calendar import actions as calendar_actions
from criteria.calendar import queries as calendar_queries
from criteria.models import CriteriaSet, Provenance, Round, RoundGroup, Stage
from criteria.queries import round_groups, units_of
from results.files import actions as files
from results.publication import actions as publications
from selfassess.models import SelfAssessment
from surveys.models import ImportBatch, SurveyScore
from units.auditlog.actions import record
from units.auditlog.digests import marked
from units.models import Unit, User

from . import accounts, body, large_year
from .block import DemoBlock
from .calendar import MEETING, DemoCalendar, at_five
from .walk import Walk

NUMBER = "01/QĐ-MINHHOA"
BANDS = [
    {"name": "Tốt", "from": "90"},
    {"name": "Khá", "from": "80"},
    {"name": "Trung bình", "from": "65"},
    {"name": "Yếu", "from": "0"},
]
"""Invented like the scores: which bands Hà Nội uses is not published."""
WALKERS = {"so": ("SNV", "canbo.snv", "thutruong.snv"), "huyen": ("005", "canbo.caugiay", "thutruong.caugiay")}
MEMBERS = ("thamdinh.stp", "thamdinh.stc")
LEFT_FOR_PRACTICE = 4

People = dict[str, User]


def load(*, year: int, practice: int | None) -> list[str]:
    """Load what is missing and say so, sentence by sentence. All or nothing; a second run changes nothing.

    Raises Refused in production, beside a round with real work, or when `year` has no official round.
    """
    _refuse_beside_real_work()
    if year in large_year.YEARS:
        return list(_load_large(year))
    with transaction.atomic():
        return list(_load(year, practice if practice != year else None))


def _load_large(year: int) -> Iterator[str]:
    """Not all or nothing: people may be at work on the other years meanwhile."""
    with transaction.atomic():
        load_official(folder=years()[year])
        people = _people()
    blocks = round_groups(Round.objects.get(year=year))
    count = sum(units_of(block).count() for block in blocks)
    filled = large_year.fill(year, people)
    words = f"đủ một năm minh họa với {count} đơn vị, đã công bố số {large_year.NUMBER}."
    yield f"Kỳ {year}: {words}" if filled else f"Kỳ {year}: đã nạp từ trước, không thay đổi."


def _people() -> People:
    people = accounts.ensure({(unit.group.code, unit.code): unit for unit in Unit.objects.select_related("group")})
    ensure_reasons()
    return people


def _refuse_beside_real_work() -> None:
    if settings.PRODUCTION:
        raise Refused("Không nạp dữ liệu trình diễn ở cấu hình vận hành: tài khoản trình diễn có mật khẩu công khai.")
    real = Round.objects.filter(illustrative=False).exclude(year__in=years()).order_by("year").first()
    if real is not None:
        raise Refused(f"Đã có kỳ {real.year} thật: không nạp dữ liệu trình diễn bên cạnh. Dùng một VAR_DIR khác.")
    work = (SelfAssessment, Appraisal, SurveyScore, ImportBatch)
    groups = RoundGroup.objects.filter(round__illustrative=False)
    for model in work:
        block = groups.filter(Exists(model.objects.filter(round_group=OuterRef("pk")))).order_by("pk").first()
        if block is not None:
            raise Refused(f"{block} đã có dữ liệu thật: không nạp dữ liệu trình diễn bên cạnh. Dùng một VAR_DIR khác.")


def _load(year: int, practice: int | None) -> Iterator[str]:
    if not Round.objects.filter(year=year).exists():
        load_official()
    rounds = {r.year: r for r in Round.objects.order_by("year")}
    if year not in rounds:
        known = ", ".join(map(str, sorted({*rounds, *large_year.YEARS})))
        raise Refused(f"Không có bộ tiêu chí nào cho kỳ {year} để trình diễn. Các kỳ đã có: {known}.")
    people = _people()
    yield f"Tài khoản trình diễn: {len(people)}, mật khẩu chung {accounts.PASSWORD}."
    yield _once(rounds[year], _complete_year, people, f"Kỳ {year}: đủ một năm minh họa, đã công bố số {NUMBER}.")
    if practice in rounds:
        words = f"Kỳ {practice}: đang mở mọi giai đoạn để thực hành; tệp mẫu để tải lên ở {sample_folder()}."
        yield _once(rounds[practice], _practice_year, people, words)


def _once(round_: Round, fill: Callable[[Round, People], None], people: People, words: str) -> str:
    if round_.illustrative:
        return f"Kỳ {round_.year}: đã nạp từ trước, không thay đổi."
    large_year.mark_illustrative(round_)
    fill(round_, people)
    return words


def _complete_year(round_: Round, people: People) -> None:
    calendar = DemoCalendar(round_)
    calendar.set_stages()
    _give_bands(round_)
    blocks = [DemoBlock(round_group) for round_group in round_groups(round_)]
    walks = [_walk(block, people) for block in blocks]
    with clock.at(calendar.within("self_assessment")):
        for block, walk in zip(blocks, walks, strict=True):
            _assign(block, people)
            block.archive(actor=people["quanly1"], without=[walk.code])
            block.survey(actor=people["dieutra"])
            walk.submit(walk.assess())
    _appraise(walks, people, calendar)
    with clock.at(calendar.within("publication")):
        for block in blocks:
            block.hand_survey_over(operator=people["dieutra"], manager=people["quanly1"])
        body.approve_year(body.compose(round_, people), people)
        dated = clock.today()
        proposal = publications.propose(actor=people["quanly1"], round_id=round_.pk, number=NUMBER, dated=dated)
        publications.approve(actor=people["quanly2"], publication_id=proposal.pk)
    files.request_report(actor=None, publication_id=proposal.pk)


def _give_bands(round_: Round) -> None:
    """Only to sets that are illustrative anyway: an official set keeps what its decision says."""
    sets = CriteriaSet.objects.filter(round_groups__round=round_, bands=[])
    sets.exclude(criteria__provenance=Provenance.OFFICIAL).update(bands=BANDS)


def _appraise(walks: list[Walk], people: People, calendar: DemoCalendar) -> None:
    member, manager = people[MEMBERS[0]], people["quanly1"]
    with clock.at(calendar.within("round1")):
        for walk in walks:
            walk.appraise(member)
            walk.block.release(manager, "round1")
    with clock.at(calendar.within("explanation")):
        for walk in walks:
            walk.explain()
    with clock.at(calendar.within("round2")):
        for walk in walks:
            walk.settle(member)
            walk.block.release(manager, "round2")
    with clock.at(calendar.within(MEETING)):
        for walk in walks:
            walk.block.release(manager, MEETING)


def _practice_year(round_: Round, people: People) -> None:
    """Every stage open at once, so that each role has something to do in any order; the meeting follows by itself."""
    opens, closes = clock.now() - timedelta(days=7), at_five(clock.today() + timedelta(days=30))
    for stage in calendar_queries.timed(round_).exclude(kind=Stage.Kind.MEETING):
        calendar_actions.set_stage(actor=None, round_id=round_.pk, name=stage.name, opens_at=opens, closes_at=closes)
    for block in [DemoBlock(round_group) for round_group in round_groups(round_)]:
        _assign(block, people)
        walk, cast = _walk(block, people), _cast(block)
        block.archive(actor=people["quanly1"], without=[walk.code, *(other.code for other in cast)])
        _leave_for_the_council(cast, people)
        if block.round_group.group.code == "so":
            walk.share(walk.assess(left=LEFT_FOR_PRACTICE))
            _leave_survey_files(block, people["dieutra"])
        else:
            walk.submit(walk.assess())
            block.survey(actor=people["dieutra"])


def _walk(block: DemoBlock, people: People) -> Walk:
    code, officer, head = WALKERS[block.round_group.group.code]
    return Walk(block, code, officer=people[officer], head=people[head])


def _cast(block: DemoBlock) -> list[Walk]:
    """Units whose people submit what the council has yet to appraise."""
    if block.round_group.group.code != "so":
        return []
    players = accounts.ensure_cast({("so", code): unit for code, unit in block.units.items()})
    return [Walk(block, code, officer=officer, head=head) for code, (officer, head) in players.items()]


def _leave_for_the_council(cast: list[Walk], people: People) -> None:
    """One unit is appraised, of the second a single leaf, the others not at all; the leaf is lowered for the
    same reason as at the first unit but by less, so that there is a difference to find."""
    for walk in cast:
        walk.submit(walk.assess())
    for walk in cast[:1]:
        walk.appraise(people[MEMBERS[1]])
    for walk in cast[1:2]:
        walk.lower(people[MEMBERS[0]], by=Decimal("0.25"), leaves=1)


def _assign(block: DemoBlock, people: People) -> None:
    for name in MEMBERS:
        held, made = Assignment.objects.get_or_create(round_group=block.round_group, member=people[name], branch=None)
        if made:
            record(actor=None, verb="appraisal.assign", obj=held, after=marked(held))
        interests.confirm_no_interest(actor=people[name], round_=block.round_group.round)


def _leave_survey_files(block: DemoBlock, operator: User) -> None:
    """All ballots but the last group's; that file and the SIPAS figures lie ready for the operator."""
    *done, last = block.ballot_groups()
    for group in done:
        block.import_ballots(actor=operator, group=group)
    folder = sample_folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"phieu-{last.code}.csv").write_bytes(block.ballots_csv(last))
    (folder / "so-lieu-sipas.csv").write_bytes(block.figures_csv())


def sample_folder() -> Path:
    return Path(settings.VAR_DIR) / "tep-mau"
