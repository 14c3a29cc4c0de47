"""Văn bản của kỳ: who reads what, hostile files, the letter and the mark of the new, withdrawing, copying, proof."""

from collections.abc import Iterator
from datetime import date
from typing import Any, cast

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from criteria.models import RoundGroup
from criteria.tests.factories import (
    CriteriaSetFactory,
    DecisionFactory,
    RoundFactory,
    RoundGroupFactory,
    open_stage,
    small_round,
)
from selfassess import ledger
from selfassess.examination import antivirus
from selfassess.lifecycle.actions import open_assessment
from selfassess.models import RoundPaper, RoundPaperOpening
from selfassess.roundpapers import actions, queries
from selfassess.tests.factories import tiny_pdf
from units.auditlog.models import LogEntry
from units.mail.models import Mail
from units.models import Role, User
from units.tests.factories import UnitFactory, UnitGroupFactory, UserFactory, person

pytestmark = pytest.mark.django_db

YEAR = 2031
TYPED = {
    "kind": "plan",
    "number": "227/KH-UBND",
    "issued": "5/8/2030",
    "issuer": "UBND Thành phố",
    "abstract": "Xác định Chỉ số CCHC",
    "audience": "everybody",
    "group": "",
}


@pytest.fixture
def block() -> RoundGroup:
    return small_round(year=YEAR)


@pytest.fixture
def other(block: RoundGroup) -> RoundGroup:
    """A second block of the same round."""
    group = UnitGroupFactory.create(code="xa", name="Xã, phường")
    chosen = CriteriaSetFactory.create(decision=DecisionFactory.create(), group=group)
    return RoundGroupFactory.create(round=block.round, criteria_set=chosen)


@pytest.fixture
def manager() -> User:
    return person(Role.INDEX_MANAGER)


@pytest.fixture(autouse=True)
def _ledger_agrees() -> Iterator[None]:
    yield
    assert list(ledger.check()) == []


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name: str, *pk: int) -> str:
    return reverse(f"roundpapers:{name}", args=[YEAR, *pk])


def pdf(name: str = "ke-hoach.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, tiny_pdf())


def send(user: User, *, file: Any = None, **given: Any) -> Any:
    sent = {**TYPED, **given, "file": pdf() if file is None else file}
    return sign_in(user).post(address("post"), sent)


def get(client: Client, paper: RoundPaper, **query: str) -> Any:
    """The answer to who asks for the file, which is read to its end."""
    response = client.get(address("file", paper.pk), query)
    if response.streaming:
        assert b"".join(cast("Iterator[bytes]", response.streaming_content)).startswith(b"%PDF")  # type: ignore[attr-defined]
    return response


def posted(manager: User, **given: Any) -> RoundPaper:
    assert send(manager, **given).status_code == 302
    return RoundPaper.objects.latest("pk")


def readers(block: RoundGroup, other: RoundGroup) -> dict[str, User]:
    """One person of each role; an officer in either block."""
    roles = {role: role.value for role in Role if role not in (Role.UNIT_OFFICER, Role.UNIT_HEAD)}
    people = {name: person(role) for role, name in roles.items()}
    people["so"] = person(Role.UNIT_OFFICER, UnitFactory.create(group=block.group))
    people["xa"] = person(Role.UNIT_HEAD, UnitFactory.create(group=other.group))
    return people


# --- who reads ------------------------------------------------------------------------------------

ALL = {"index_manager", "observer"}


@pytest.mark.parametrize(
    ("audience", "group", "expected"),
    [
        ("everybody", "", {*ALL, "council_member", "survey_operator", "so", "xa"}),
        ("everybody", "so", {*ALL, "council_member", "survey_operator", "so"}),
        ("units", "", {*ALL, "so", "xa"}),
        ("units", "xa", {*ALL, "xa"}),
        ("council", "", {*ALL, "council_member"}),
        ("survey", "", {*ALL, "survey_operator"}),
        ("managers", "", ALL),
    ],
)
def test_document_is_read_by_those_it_concerns(
    block: RoundGroup, other: RoundGroup, manager: User, audience: str, group: str, expected: set[str]
) -> None:
    people = readers(block, other)
    paper = posted(manager, audience=audience, group=group)
    reading = {name for name, user in people.items() if queries.may_read(user, paper)}
    assert reading == expected
    for name, user in people.items():
        client = sign_in(user)
        assert get(client, paper).status_code == (200 if name in expected else 404), name
        assert ("Xác định Chỉ số CCHC" in client.get(address("list")).content.decode()) == (name in expected)
    told = {name for name, user in people.items() if Mail.objects.filter(recipient=user).exists()}
    concerned = {"everybody": expected, "managers": {"index_manager"}}
    assert told == concerned.get(audience, expected - ALL)


def test_whoever_has_no_role_reads_nothing(block: RoundGroup, manager: User) -> None:
    paper = posted(manager)
    client = sign_in(UserFactory.create(is_superuser=True))
    for place in (address("list"), address("file", paper.pk), reverse("roundpapers:home")):
        assert client.get(place).status_code == 403
    assert Client().get(address("list")).status_code == 302


@pytest.mark.parametrize("role", [role for role in Role if role != Role.INDEX_MANAGER])
def test_only_managers_post_and_withdraw(block: RoundGroup, manager: User, role: Role) -> None:
    paper = posted(manager)
    user = person(role, UnitFactory.create(group=block.group))
    assert sign_in(user).get(address("post")).status_code == 403
    assert send(user).status_code == 403
    assert sign_in(user).post(address("withdraw", paper.pk), {"reason": "x"}).status_code == 403
    with pytest.raises(PermissionDenied):
        actions.withdraw_paper(actor=user, round_id=block.round_id, paper_id=paper.pk, reason="x")
    assert RoundPaper.objects.get().withdrawn_at is None


def test_year_or_document_that_is_not_there_is_not_there(block: RoundGroup, manager: User) -> None:
    client = sign_in(manager)
    assert client.get(reverse("roundpapers:list", args=[2077])).status_code == 404
    assert client.get(address("file", 999)).status_code == 404
    paper = posted(manager)
    RoundFactory.create(year=2040)
    assert client.get(reverse("roundpapers:file", args=[2040, paper.pk])).status_code == 404


# --- the file ---------------------------------------------------------------------------------------


def test_file_is_served_as_evidence_is(block: RoundGroup, manager: User) -> None:
    paper = posted(manager)
    response = get(sign_in(manager), paper)
    assert response["Content-Type"] == "application/pdf"
    assert (response["X-Content-Type-Options"], response["Cache-Control"]) == ("nosniff", "private, no-store")
    saved = get(sign_in(manager), paper, **{"tai-ve": "1"})
    assert "attachment" in saved["Content-Disposition"]
    assert "sandbox" in saved["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.exe", b"MZ", "Không nhận tệp"),
        ("a.pdf", b"not a pdf", "PDF"),
        ("a.html", b"<script>", ""),
        ("a.docx", b"PK\x03\x04broken", ""),
    ],
)
def test_hostile_file_is_refused_and_nothing_stays(
    block: RoundGroup, manager: User, name: str, content: bytes, said: str
) -> None:
    response = send(manager, file=SimpleUploadedFile(name, content))
    assert response.status_code == 422
    assert said in response.content.decode()
    assert 'value="227/KH-UBND"' in response.content.decode(), "what was typed stays"
    assert not RoundPaper.objects.exists()
    assert not default_storage.exists("round-papers") or default_storage.listdir("round-papers")[1] == []


@pytest.mark.parametrize("verdict", [antivirus.ScanVerdict(True, "Eicar"), None])
def test_infected_file_is_refused_and_a_daemon_that_is_down_stops_nobody(
    block: RoundGroup,
    manager: User,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    verdict: antivirus.ScanVerdict | None,
) -> None:
    def scan(chunks: object, url: str, timeout: float) -> antivirus.ScanVerdict:
        if verdict is None:
            raise antivirus.Unreachable("away")
        return verdict

    settings.CLAMD_URL = "tcp://127.0.0.1:3310"
    monkeypatch.setattr(antivirus, "scan", scan)
    response = send(manager)
    assert response.status_code == (422 if verdict else 302)
    assert RoundPaper.objects.exists() == (verdict is None)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"number": ""}, "Nhập số ký hiệu"),
        ({"abstract": ""}, "Nhập trích yếu"),
        ({"abstract": "x" * 501}, "tối đa 500"),
        ({"issued": "mai"}, "Ngày không đọc được"),
        ({"kind": "khac"}, "Chọn loại văn bản trong danh sách"),
        ({"audience": "khac"}, "Chọn đối tượng trong danh sách"),
        ({"group": "khac"}, "Chọn khối trong danh sách"),
    ],
)
def test_wrong_data_is_refused(block: RoundGroup, manager: User, given: dict[str, Any], said: str) -> None:
    response = send(manager, **given)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not RoundPaper.objects.exists()


def test_form_needs_no_number(block: RoundGroup, manager: User) -> None:
    assert posted(manager, kind="form", number="").number == ""


# --- new, withdrawn ---------------------------------------------------------------------------------


def test_new_document_is_marked_on_the_first_page_until_it_is_opened(block: RoundGroup, manager: User) -> None:
    paper = posted(manager)
    reader = person(Role.UNIT_OFFICER, UnitFactory.create(group=block.group))
    client = sign_in(reader)
    assert "Văn bản mới:" in client.get(reverse("selfassess:home")).content.decode()
    headed = client.head(address("file", paper.pk))
    assert b"".join(cast("Iterator[bytes]", headed.streaming_content)) == b""  # type: ignore[attr-defined]
    assert not RoundPaperOpening.objects.exists(), "only a GET hands the file over"

    get(client, paper)
    get(client, paper)

    assert "Văn bản mới:" not in client.get(reverse("selfassess:home")).content.decode()
    assert RoundPaperOpening.objects.count() == 1
    assert queries.papers_of(manager, block.round)[0].opened == 1  # type: ignore[attr-defined]
    assert queries.new_for(manager, block.round) == [], "who posted it knows it"


def test_whoever_looks_through_somebodys_eyes_opens_nothing_in_their_name(block: RoundGroup, manager: User) -> None:
    paper, officer = posted(manager), person(Role.UNIT_OFFICER, UnitFactory.create(group=block.group))
    looking = sign_in(manager)
    assert looking.post(reverse("viewing:begin", args=[officer.pk]), {"reason": "Gọi điện"}).status_code == 302
    assert get(looking, paper).status_code == 403
    assert not RoundPaperOpening.objects.exists()
    assert get(sign_in(officer), paper).status_code == 200
    assert RoundPaperOpening.objects.count() == 1


def test_unit_that_has_begun_sees_the_new_document_on_its_sheet(block: RoundGroup, manager: User) -> None:
    unit = UnitFactory.create(group=block.group)
    head = person(Role.UNIT_HEAD, unit)
    open_stage(block.round, "self_assessment")
    open_assessment(actor=head, round_group=block, unit=unit)
    client = sign_in(head)
    assert "Văn bản mới:" not in client.get(reverse("selfassess:home"), follow=True).content.decode()
    paper = posted(manager)
    assert "Văn bản mới:" in client.get(reverse("selfassess:home"), follow=True).content.decode()
    get(client, paper)
    assert "Văn bản mới:" not in client.get(reverse("selfassess:home"), follow=True).content.decode()


def test_withdrawn_document_is_gone_for_readers_and_stays_for_the_record(block: RoundGroup, manager: User) -> None:
    paper = posted(manager)
    client, reader = sign_in(manager), sign_in(person(Role.COUNCIL_MEMBER))
    client.post(address("withdraw", paper.pk), {"reason": " "})
    assert RoundPaper.objects.get().withdrawn_at is None, "a reason is needed"

    client.post(address("withdraw", paper.pk), {"reason": "Đăng nhầm bản dự thảo"})

    assert get(reader, paper).status_code == 404
    assert "Đăng nhầm bản dự thảo" in client.get(address("list")).content.decode()
    assert get(client, paper).status_code == 200
    client.post(address("withdraw", paper.pk), {"reason": "lần nữa"})
    assert LogEntry.objects.filter(verb="selfassess.withdraw_paper").count() == 1


# --- copying ----------------------------------------------------------------------------------------


def test_copied_list_is_proposals_that_a_file_completes(block: RoundGroup, manager: User) -> None:
    taken_back = posted(manager, abstract="Bản thu hồi")
    actions.withdraw_paper(actor=manager, round_id=block.round_id, paper_id=taken_back.pk, reason="x")
    posted(manager, group="so")
    later = RoundGroupFactory.create(round=RoundFactory.create(year=YEAR + 1), criteria_set=block.criteria_set).round
    assert actions.copy_papers(actor=manager, source=block.round, target=later) == 1
    (proposal,) = RoundPaper.objects.filter(round__year=YEAR + 1)
    assert (proposal.number, proposal.issued_on, bool(proposal.file), proposal.proposed_from) == ("", None, False, YEAR)
    reader = person(Role.UNIT_OFFICER, UnitFactory.create(group=block.group))
    assert not queries.may_read(reader, proposal)
    assert actions.copy_papers(actor=manager, source=block.round, target=later) == 0, "again changes nothing"

    sent = {**TYPED, "number": "9/KH-UBND", "file": pdf()}
    place = reverse("roundpapers:complete", args=[YEAR + 1, proposal.pk])
    assert sign_in(manager).get(place).status_code == 200
    assert sign_in(manager).post(place, sent).status_code == 302

    proposal.refresh_from_db()
    assert (proposal.number, proposal.posted_by) == ("9/KH-UBND", manager)
    assert queries.may_read(reader, proposal)
    assert sign_in(manager).post(place, {**sent, "file": pdf()}).status_code == 422, "it no longer waits"


# --- proof ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"number": "1/KH"}, {"issued_on": date(2030, 1, 1)}, {"audience": "managers"}])
def test_ledger_finds_a_document_that_was_changed(block: RoundGroup, manager: User, change: dict[str, Any]) -> None:
    paper = posted(manager)
    before = RoundPaper.objects.filter(pk=paper.pk).values(*change).get()
    RoundPaper.objects.filter(pk=paper.pk).update(**change)
    assert [line.rpartition(": ")[2] for line in ledger.check()] == ["nội dung hoặc người khác với nhật ký."]
    RoundPaper.objects.filter(pk=paper.pk).update(**before)


def test_ledger_finds_a_file_that_was_changed(block: RoundGroup, manager: User) -> None:
    paper = posted(manager)
    name = str(paper.file.name)
    with default_storage.open(name) as stored:
        content = stored.read()
    default_storage.delete(name)
    default_storage.save(name, SimpleUploadedFile("x", content + b"x"))
    assert any("đã bị sửa" in line for line in ledger.check())
    assert list(ledger.check(files=False)) == []
    default_storage.delete(name)
    default_storage.save(name, SimpleUploadedFile("x", content))


def test_database_keeps_no_posted_document_without_a_file(block: RoundGroup, manager: User) -> None:
    paper = posted(manager)
    for change in ({"file": ""}, {"posted_at": None}, {"withdrawn_at": paper.posted_at}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RoundPaper.objects.filter(pk=paper.pk).update(**change)


def test_queries_do_not_grow_with_documents(
    block: RoundGroup, manager: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in(manager)
    posted(manager)
    client.get(address("list"))
    for number in range(4):
        posted(manager, number=f"{number}/KH")
    with django_assert_num_queries(7):
        client.get(address("list"))
