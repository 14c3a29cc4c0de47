"""A year in which few people answered for some units, from the files that bring ballots to a correction of what was
published. What the few say is given; all else is the same whatever they say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.test import Client

from appraisal.archive import actions as standings
from appraisal.council.agenda import actions as agenda
from appraisal.council.composition import actions as composition
from appraisal.council.meetings import actions as meetings
from appraisal.council.meetings.actions import MeetingPlan
from appraisal.models import AgendaItem, Seat
from appraisal.tests.council.council_site import held
from cchc_index.lib import clock
from criteria.models import RoundGroup
from results import tasks
from results.files import actions as files
from results.models import Job, Publication
from results.papers import actions as papers
from results.papers.slots import KINDS
from results.publication import actions as publications
from results.publication.actions import Signers
from results.statement import actions as statements
from results.surveyreport import actions as reports
from selfassess.archive import actions as archive
from selfassess.exchange import actions as exchange
from surveys.assent.actions import Signed
from surveys.batches import actions as batches
from surveys.handover import actions as handover
from surveys.handover.queries import standing
from surveys.models import Ballot, ImportBatch, RespondentGroup, Survey
from surveys.scores.actions import rebuild_tallies, refresh_scores
from surveys.tests.factories import asked_group, ballot_rows, csv_file, figure_rows, surveyed_round
from units.models import Role, Unit, User
from units.tests.factories import UserFactory, person

FEW = ("hdnd", "SNV", 3), ("dan", "STC", 2)
"""Respondent group, unit, how many answered: fewer than five."""
MANY = {("dan", "SNV"): 12, ("cong-chuc", "SNV"): 9, ("hdnd", "STC"): 11, ("cong-chuc", "STC"): 10}
WEIGHTS = (("dan", 3), ("hdnd", 2), ("cong-chuc", 1))
UNITS = ("SNV", "STC")
OFTEN = (2, 3, 1, 2, 4, 3)
"""What the many say, one after the other."""
Answers = Sequence[tuple[int, int]]
Said = Mapping[tuple[str, str], Answers]
"""By group and unit what each of the few answers to both questions; others may be given too."""
QUIET: Said = {("hdnd", "SNV"): ((1, 4), (1, 3), (3, 2)), ("dan", "STC"): ((2, 1), (4, 3))}


@dataclass
class Site:
    """A block with its people; `tokens` of other systems by what they may."""

    block: RoundGroup
    people: dict[str, User] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def unit(self, code: str) -> Unit:
        return self.block.group.units.get(code=code)


def site(*, small: int | None, least_n: int | None) -> Site:
    """Before the first ballot. `small`, `least_n`: what the plan sets."""
    block = surveyed_round()
    for code, weight in WEIGHTS:
        asked_group(block, code=code, weight=Decimal(weight))
    Survey.objects.filter(round_group=block).update(least_n=least_n, small_cell=small)
    made = Site(block)
    snv, stc = made.unit("SNV"), made.unit("STC")
    for role in Role:
        unit = snv if role in (Role.UNIT_OFFICER, Role.UNIT_HEAD) else None
        made.people[role.value] = person(role, unit)
    made.people |= {
        "second manager": person(Role.INDEX_MANAGER),
        "second operator": person(Role.SURVEY_OPERATOR),
        "another unit's officer": person(Role.UNIT_OFFICER, stc),
        "nobody's": UserFactory.create(),
        "administrator": UserFactory.create(is_staff=True, is_superuser=True),
    }
    _council(made)
    for may_write in (False, True):
        row = exchange.propose_system(
            actor=made.people["index_manager"],
            name=f"Hệ thống {may_write}",
            may_write=may_write,
            ends_on=clock.today(),
            reason="Công văn 1",
        )
        made.tokens[f"system, may_write={may_write}"] = exchange.confirm_system(
            actor=made.people["second manager"], system_id=row.pk
        )
    return made


def _council(made: Site) -> None:
    row = composition.compose(
        actor=None, round_id=made.block.round_id, number="1/QĐ-UBND", dated=date(2031, 1, 5), issuer="UBND Thành phố"
    )
    for name, kind in (("chair", Seat.Kind.CHAIR), ("member", Seat.Kind.MEMBER), ("third", Seat.Kind.MEMBER)):
        made.people[name] = person(Role.COUNCIL_MEMBER)
        held(row, kind, made.people[name])
    made.people["secretary"] = UserFactory.create()
    held(row, Seat.Kind.SECRETARY, made.people["secretary"])


# --- a year ------------------------------------------------------------------------------------------


def live(made: Site, said: Said, *, with_files: bool = True) -> None:
    """From the files to a correction of what was published, and every file that anybody can ask for."""
    block = made.block
    for group, _ in WEIGHTS:
        _bring(block, group, said)
    figures = [(unit, "2", "0.8", "Báo cáo 1") for unit in UNITS]
    batches.import_figures(actor=None, round_group_id=block.pk, source=csv_file(figure_rows(*figures)))
    own = {(made.unit(u).pk, _leaf(block, c)): Decimal(1) for u in UNITS for c in ("1.1", "1.2")}
    archive.import_scores(actor=None, round_group=block, rows=own)
    standings.import_standings(actor=None, round_group=block, rows=own)
    _sign(made)
    _meet(made)
    publish(made, "1/QĐ-UBND")
    more = [(f"dan-more-{n}", "SNV", OFTEN[n], OFTEN[n]) for n in range(6)]
    two = Signed(made.people["index_manager"], made.people["second manager"], "bổ sung phiếu")
    batches.import_ballots(
        actor=None, round_group_id=block.pk, respondents="dan", source=csv_file(ballot_rows(*more)), signed=two
    )
    _sign(made)
    publish(made, "2/QĐ-UBND", supersedes="1/QĐ-UBND", errata="Bổ sung 6 phiếu.")
    _refused_file(made, said)
    if with_files:
        ask_for_files(made)


def _leaf(block: RoundGroup, code: str) -> int:
    return int(block.criteria_set.criteria.get(code=code).pk)


def answers_of(group: str, unit: str, said: Said) -> Answers:
    """What is said of a unit by a group, the many by rote."""
    number = MANY.get((group, unit), 0)
    return said.get((group, unit)) or [(OFTEN[n % 6], OFTEN[(n + 2) % 6]) for n in range(number)]


def _bring(block: RoundGroup, group: str, said: Said) -> ImportBatch:
    rows = [
        (f"{group}-{unit}-{n}", unit, *answers)
        for unit in UNITS
        for n, answers in enumerate(answers_of(group, unit, said))
    ]
    source, name = csv_file(ballot_rows(*rows)), f"{group}.csv"
    outcome = batches.import_ballots(actor=None, round_group_id=block.pk, respondents=group, source=source, name=name)
    assert outcome.batch is not None
    return outcome.batch


def _refused_file(made: Site, said: Said) -> None:
    """The few again, one with other answers: the operator sees both side by side."""
    group, unit, _ = FEW[0]
    rows = [(f"{group}-{unit}-{n}", unit, 5 - a, b) for n, (a, b) in enumerate(answers_of(group, unit, said))]
    batches.check_ballots(
        actor=made.people["survey_operator"],
        round_group_id=made.block.pk,
        respondents=group,
        source=csv_file(ballot_rows(*rows)),
        name="lai.csv",
    )


def _sign(made: Site) -> None:
    row = handover.sign_table(
        actor=made.people["survey_operator"], round_group_id=made.block.pk, seen=standing(made.block).digest
    )
    handover.receive_table(actor=made.people["index_manager"], signature_id=row.pk)


def _meet(made: Site) -> None:
    """A session of the council with the survey's points on its agenda."""
    manager = made.people["index_manager"]
    row = made.block.round.council
    secretary = Seat.objects.get(kind=Seat.Kind.SECRETARY)
    plan = MeetingPlan("session", "Họp Hội đồng", clock.now(), secretary_id=secretary.pk)
    meeting = meetings.plan(actor=manager, council_id=row.pk, entry=plan)
    meetings.begin(actor=manager, meeting_id=meeting.pk)
    voting = Seat.objects.exclude(kind=Seat.Kind.SECRETARY).order_by("pk")
    meetings.note_attendance(actor=manager, meeting_id=meeting.pk, present=[seat.pk for seat in voting])
    agenda.add_subject(actor=manager, meeting_id=meeting.pk, kind=AgendaItem.Kind.SURVEY, round_group_id=made.block.pk)


def publish(made: Site, number: str, **fields: Any) -> Publication:
    two = Signers(made.people["index_manager"], made.people["second manager"], "đã xem", "đã xem")
    return publications.publish(
        round_id=made.block.round_id, number=number, dated=date(2032, 3, 1), signers=two, **fields
    )


# --- files that are made in the background ----------------------------------------------------------


def ask_for_files(made: Site) -> None:
    """Each kind of file for who may ask for it; what cannot be made now is left."""
    manager, block = made.people["index_manager"], made.block
    public = Publication.objects.filter(state=Publication.State.PUBLISHED).order_by("-pk")[0]
    unit = made.unit("SNV")
    asked: list[Callable[[], Job]] = [
        partial(files.request_report, actor=None, publication_id=public.pk),
        partial(files.request_report, actor=None, publication_id=public.pk, unit_id=unit.pk),
        partial(files.request_report, actor=manager, round_group_id=block.pk),
        partial(statements.request_statement, actor=manager, round_group_id=block.pk, unit_id=unit.pk),
    ]
    for ending in ("pdf", "zip"):
        asked.append(partial(files.request_booklets, actor=manager, publication_id=public.pk, ending=ending))
    for kind in KINDS:  # the last ending: a PDF says what the Word document says
        paper = f"{kind.key}.{kind.endings[-1]}"
        asked.append(partial(papers.request_paper, actor=manager, round_id=block.round_id, paper=paper))
    for ending in reports.ENDINGS:
        reader = made.people["observer"]
        asked.append(partial(reports.request_survey_report, actor=reader, round_group_id=block.pk, ending=ending))
    for ask in asked:
        job = ask()
        if job.state == Job.State.QUEUED:
            tasks.report(job.pk)
        job.refresh_from_db()
        assert job.state == Job.State.DONE, (job.kind, job.message)


def clients(made: Site) -> dict[str, Client]:
    """Everybody, nobody and the other systems, as they ask."""
    asking = {"nobody": Client()}
    for name, user in made.people.items():
        asking[name] = Client()
        asking[name].force_login(user)
    for name, token in made.tokens.items():
        asking[name] = Client(headers={"Authorization": f"Bearer {token}"})
    return asking


def say(made: Site, group: str, unit: str, answers: Answers) -> None:
    """The same year in which these people of a group said something else of a unit."""
    rows = Ballot.objects.filter(respondent_group__code=group, unit__code=unit).order_by("code")
    for ballot, given in zip(rows, answers, strict=True):
        Ballot.objects.filter(pk=ballot.pk).update(answers=bytes(given))
    rebuild_tallies(RespondentGroup.objects.get(code=group))
    refresh_scores(made.block)
