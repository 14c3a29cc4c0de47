"""Who gets where: every address of the app by every persona, by reading and by sending, at the unit in
question and at another, in each phase. One table; an address that is not in it fails the suite, and so does
one that somebody reaches against it. Whoever is refused has changed nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from appraisal.models import (
    Appraisal,
    AppraisalEntry,
    Confirmation,
    Interest,
    Message,
    Opinion,
    Question,
    Release,
    ReplyReceipt,
)
from appraisal.replies import actions as replies
from appraisal.review.bulk import actions as bulk
from appraisal.review.bulk import queries as bulk_queries
from appraisal.tests.factories import Council, attach, council, document, question_row, release_row
from appraisal.tests.pages import adjusted_and_released, content, sign_in
from appraisal.tests.personas import DESK, JUDGES, OTHER_UNIT, PERSONAS, READERS, UNIT_SIDE, everybody, rows_now
from cchc_index.lib import clock
from cchc_index.lib.tests.bare_refusals import bare_refusals
from criteria.models import Stage
from criteria.tests.factories import open_stage
from selfassess.models import SelfScore
from units.models import User

pytestmark = pytest.mark.django_db

IN, LOGIN, NO, GONE, METHOD = "in", "login", 403, 404, 405
Row = dict[str, object]


def row(*allowed: str, refused: object = NO, **others: object) -> Row:
    """Who gets in; the rest of the desk meets `refused`, all others 403, who isn't signed in the login."""
    desk = dict.fromkeys(DESK, refused)
    everybody = dict.fromkeys(PERSONAS, NO) | {"nobody": LOGIN}
    return everybody | desk | dict.fromkeys(allowed, IN) | {name.replace("_", " "): end for name, end in others.items()}


EVERY_METHOD: Row = dict.fromkeys(PERSONAS, METHOD) | {"nobody": LOGIN}
AT_DV1 = row("member", *READERS, refused=GONE)  # closed to the interested, to kin and to the stranger
AT_NHA = row("interested", "kin", *READERS, refused=GONE)  # closed to the member, whose own it is
COUNCIL = row(*DESK)
MANAGER = row("manager")
OF_DV1 = row(*UNIT_SIDE, **dict.fromkeys(("other_officer", "other_head"), GONE))
ANY_UNIT = row(*UNIT_SIDE, *OTHER_UNIT)
SOMETHING = row(*JUDGES, *READERS, refused=GONE)  # whoever has something to see in the block

# page → (by reading, by sending an empty form). "at NHA": the same address at another unit.
TABLE: dict[str, tuple[Row, Row]] = {
    "home": (COUNCIL, EVERY_METHOD),
    "replies": (ANY_UNIT, EVERY_METHOD),
    "reply": (OF_DV1, OF_DV1),
    "reply-autosave": (OF_DV1, OF_DV1),
    "reply-receipt": (OF_DV1, EVERY_METHOD),
    "send-replies": (EVERY_METHOD, row("head")),
    "document": (
        AT_DV1 | dict.fromkeys(UNIT_SIDE, IN) | dict.fromkeys((*OTHER_UNIT, "kin"), GONE),
        EVERY_METHOD,
    ),
    "document at NHA": (AT_NHA | dict.fromkeys((*UNIT_SIDE, *OTHER_UNIT), GONE), EVERY_METHOD),
    "unit": (AT_DV1, EVERY_METHOD),
    "unit at NHA": (AT_NHA, EVERY_METHOD),
    "cell": (AT_DV1, AT_DV1 | {"observer": NO}),
    "cell at NHA": (AT_NHA, AT_NHA | {"observer": NO}),
    "undo": (EVERY_METHOD, row(refused=GONE)),  # an empty form names nothing to take back
    "ask": (EVERY_METHOD, AT_DV1 | {"observer": NO}),
    "ask at NHA": (EVERY_METHOD, AT_NHA | {"observer": NO}),
    "criterion": (SOMETHING, EVERY_METHOD),
    "grid": (SOMETHING, EVERY_METHOD),
    "grid-now": (COUNCIL, EVERY_METHOD),  # only leads to the year in view
    "grid-cell": (COUNCIL, EVERY_METHOD),  # only leads to the cell, which says who may
    "bulk": (EVERY_METHOD, COUNCIL | {"observer": NO}),  # an empty choice: nothing is looked at
    "batches": (COUNCIL, EVERY_METHOD),  # one's own, which may be none
    "batch": (row("member", refused=GONE), row("member", refused=GONE)),
    "consistency": (row(*READERS), MANAGER),
    "release": (MANAGER, MANAGER),
    "interests": (row(*JUDGES, "stranger", "manager"), row(*JUDGES, "stranger", "manager")),
    "blind": (COUNCIL, row(refused=NO, manager=GONE)),  # the empty form names no criterion
    "questions": (COUNCIL, EVERY_METHOD),
    "question": (AT_DV1, AT_DV1 | {"observer": NO}),
    "question at NHA": (AT_NHA, AT_NHA | {"observer": NO, "manager": NO}),
    "asked-list": (ANY_UNIT, EVERY_METHOD),
    "asked": (OF_DV1, OF_DV1),
    "assignments": (MANAGER, EVERY_METHOD),
    "assignments-block": (MANAGER, EVERY_METHOD),
    "assignment-add": (MANAGER, MANAGER),
    "assignment-edit": (MANAGER, MANAGER),
    "assignment-split": (MANAGER, MANAGER),
    "assignment-hand-over": (MANAGER, MANAGER),
    "progress": (MANAGER, EVERY_METHOD),
    "remind": (EVERY_METHOD, MANAGER),
    "reasons": (MANAGER, MANAGER),
    "reason": (MANAGER, MANAGER),
}
PHASES = ("round1", "explanation", "round2", "final", "closed")
NOT_YET = {phase: {"reply", "reply-autosave"} for phase in ("round1", "closed")}
"""Pages of what the units have not been told: to their own people they aren't there."""
WITHOUT_EVIDENCE = {"home", "interests", "blind", "questions", "question"}


@dataclass
class World:
    case: Council
    people: dict[str, User | None]
    addresses: dict[str, str]

    def client(self, name: str) -> Client:
        found = self.people[name]
        return sign_in(found) if found else Client()


def world(phase: str) -> World:
    case = council()
    people = everybody(case)
    cells = [(case.second.pk, case.leaf.pk, 0)]
    bulk.bulk_recognise(actor=case.member, round_group_id=case.round_group.pk, cells=cells)
    standing = adjusted_and_released(case)
    replies.reply(actor=case.head, appraisal_id=standing.pk, agree=False, comment="Có đủ.", document_ids=[])
    move_to(case, phase)
    papers = {unit.code: document(unit, case.officer, f"1/BC-{unit.code}") for unit in (case.first, case.home)}
    for unit in (case.first, case.home):
        attach(SelfScore.objects.get(assessment__unit=unit, criterion=case.leaf), papers[unit.code])
    return World(case, people, addresses(case, standing, papers))


def move_to(case: Council, phase: str) -> None:
    """From the request for explanation to another point of the year; nothing is released in the first two."""
    round_ = case.round_group.round
    Stage.objects.filter(round=round_).update(closes_at=clock.now())
    if phase in ("round1", "closed"):
        Release.objects.all().delete()
    if phase == "final":
        release_row(case.round_group, "round2")
    kinds = {"round1": "round1", "explanation": "explanation", "round2": "round2"}
    if phase in kinds:
        open_stage(round_, kinds[phase])


def addresses(case: Council, standing: Appraisal, papers: dict[str, Any]) -> dict[str, str]:
    block, leaf, first, home = "so", case.leaf.code, case.first.code, case.home.code
    year = case.round_group.round.year
    one = case.member.assignments.get().pk
    given: dict[str, list[object]] = {
        "reply": [standing.pk],
        "reply-autosave": [standing.pk],
        "reply-receipt": [ReplyReceipt.objects.get().pk],
        "send-replies": [case.round_group.pk, case.first.pk],
        "document": [papers["DV1"].pk],
        "document at NHA": [papers["NHA"].pk],
        "unit": [block, first],
        "unit at NHA": [block, home],
        **{name: [block, first, leaf] for name in ("cell", "undo", "ask")},
        **{f"{name} at NHA": [block, home, leaf] for name in ("cell", "ask")},
        "criterion": [block, leaf],
        "grid": [block, year],
        "grid-cell": [block, year, first, leaf],
        "batch": [block, bulk_queries.newest(case.member, case.round_group)],
        "release": [block, "round2"],
        "question": [question_row(case, case.first).pk],
        "question at NHA": [question_row(case, case.home).pk],
        "asked": [question_row(case, case.first).pk],
        "assignment-edit": [block, one],
        "remind": [block, case.member.pk],
        "reason": [case.reason.pk],
    }
    bare = {"home", "replies", "interests", "questions", "asked-list", "assignments", "reasons"}
    return {
        page: reverse(f"appraisal:{page.partition(' at ')[0]}", args=given.get(page, [] if page in bare else [block]))
        for page in TABLE
    }


def end(client: Client, address: str, *, sending: bool) -> object:
    """How a request ended: `IN` is any answer that comes from behind the door."""
    answer = client.post(address) if sending else client.get(address)
    content(answer)
    if answer.status_code == 302 and answer["Location"].startswith(reverse("admin:login")):
        answer = client.get(answer["Location"])  # which asks nobody twice: it refuses
    if answer.status_code == 302 and answer["Location"].startswith(reverse("account_login")):
        return LOGIN
    return answer.status_code if answer.status_code in (NO, GONE, METHOD) else IN


def expected(page: str, phase: str, sending: bool) -> Row:
    found = TABLE[page][sending]
    if page in NOT_YET.get(phase, set()):
        return found | dict.fromkeys(UNIT_SIDE, GONE)
    return found


@pytest.mark.long
@pytest.mark.parametrize("phase", PHASES)
def test_every_address_by_every_persona(phase: Any) -> None:
    found, wanted = {}, {}
    here = world(phase)
    for name in PERSONAS:
        client = here.client(name)
        before = rows_now()  # what each request changes is taken back after it
        for page, address in here.addresses.items():
            for sending in (False, True):
                at = (page, "POST" if sending else "GET", name)
                wanted[at] = expected(page, phase, sending)[name]
                with transaction.atomic(), bare_refusals():
                    found[at] = end(client, address, sending=sending)
                    if found[at] != IN:
                        assert rows_now() == before, at
                    transaction.set_rollback(True)
    wrong = {at: f"{found[at]}, by the table {wanted[at]}" for at in found if found[at] != wanted[at]}
    assert wrong == {}


def pages_of(resolver: URLResolver) -> Iterator[URLPattern]:
    """The app's addresses, those that its features bring among them."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from pages_of(pattern)
        else:
            yield pattern


def test_every_address_of_the_app_is_in_the_table() -> None:
    resolvers = (r for r in get_resolver().url_patterns if isinstance(r, URLResolver))
    resolver = next(r for r in resolvers if r.app_name == "appraisal")
    names = {pattern.name or "" for pattern in pages_of(resolver)}
    covered = {page.partition(" at ")[0] for page in TABLE}
    assert names <= covered, (
        f"{sorted(names - covered)} of appraisal/urls.py: say in TABLE who reads the page and who may send to it, "
        "and in addresses() how it is reached"
    )
    assert covered <= names, f"{sorted(covered - names)}: no such address any more"


def test_every_page_with_evidence_first_asks_for_the_word_on_conflicts() -> None:
    here = world("explanation")
    pages = [page for page, (reading, _) in TABLE.items() if reading["member"] == IN]
    Confirmation.objects.filter(member=here.case.member)._raw_delete("default")
    client = here.client("member")
    asks = {
        page
        for page in pages
        if reverse("appraisal:interests") in client.get(here.addresses[page]).headers.get("Location", "")
    }
    assert asks == set(pages) - WITHOUT_EVIDENCE


def test_reading_writes_nothing() -> None:
    here = world("explanation")
    for name in ("member", "manager", "officer"):
        client = here.client(name)
        with CaptureQueriesContext(connection) as asked:
            for address in here.addresses.values():
                end(client, address, sending=False)
        writes = [q["sql"] for q in asked if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
        # A file that was opened leaves who opened it: the one record that looking makes.
        assert [sql for sql in writes if "documentopening" not in sql] == []


# --- the administrators' site -----------------------------------------------------------------------

READ_ONLY = (Appraisal, AppraisalEntry, Release)
HIDDEN = (Opinion, Question, Message, Interest, Confirmation)


@pytest.mark.long
def test_nobody_but_an_administrator_reads_the_tables_and_nobody_writes_the_councils() -> None:
    here = world("explanation")
    ours = [model for model in admin.site._registry if model._meta.app_label == "appraisal"]
    found, wanted = {}, {}
    for name in PERSONAS:
        client = here.client(name)
        for model in ours:
            base = f"admin:appraisal_{model._meta.model_name}"
            one = model._base_manager.order_by("pk").first()
            pages = {"list": reverse(f"{base}_changelist"), "add": reverse(f"{base}_add")}
            if one is not None:
                pages |= {verb: reverse(f"{base}_{verb}", args=[one.pk]) for verb in ("change", "delete", "history")}
            for verb, address in pages.items():
                at = (name, model.__name__, verb)
                refused = LOGIN if name == "nobody" else NO
                writes = verb in ("add", "delete") and model in READ_ONLY
                wanted[at] = IN if name == "administrator" and not writes else refused
                with bare_refusals():
                    found[at] = end(client, address, sending=False)
                if writes or name != "administrator":
                    before = rows_now()
                    assert end(client, address, sending=True) in (NO, LOGIN), at
                    assert rows_now() == before, at
    assert found == wanted


def test_opinions_questions_and_interests_are_not_in_the_admin() -> None:
    """Nothing of a blind opinion is read there, and nobody writes there what the pages would refuse."""
    assert not [model for model in HIDDEN if admin.site.is_registered(model)]
