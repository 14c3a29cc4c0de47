"""Managers see counts, never ballots: who may look into a file, by every way in."""

import io
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from cchc_index.lib.sheets.book import read_cells
from criteria.models import RoundGroup
from surveys import rules
from surveys.batches import actions as batches
from surveys.batches.keeping import State
from surveys.models import ImportBatch, MappingProfile, PaperBundle, RespondentGroup
from surveys.tests.factories import asked_group, ballot_rows, csv_file, surveyed_round
from units import rules as people
from units.models import Role, User
from units.tests.factories import UserFactory, person

pytestmark = pytest.mark.django_db

SECRETS = ("BIMAT", "thật tệ", "nằm ngoài thang", "đã nhập 1, tệp ghi 2", "bỏ trống mọi câu")
"""Codes of ballots, their words, what faults quote of them, why they do not count."""
MIXED = ballot_rows(("BIMAT-1", "SNV", 1, 2), ("BIMAT-2", "STC", 9, 1), ("BIMAT-3", "STC", "", ""))
SHAPES = ("unread", "good rows", "refused", "explained", "queued")


@pytest.fixture
def block() -> RoundGroup:
    block = surveyed_round()
    asked_group(block, "1.3", "1.4", code="dan", name="Người dân")
    return block


def bring(by: User | None, block: RoundGroup, shape: str) -> ImportBatch:
    """A file that is not in."""
    rows, mapping = MIXED, None
    if shape == "unread":
        rows = [["Phiếu", "Nơi", "Câu A"], ["BIMAT-1", "SNV", "thật tệ"]]
    elif shape in ("explained", "queued"):
        rows, mapping = ballot_rows(("BIMAT-1", "SNV", "thật tệ", 2)), {"answers": {"thật tệ": 4}}
    batch = batches.check_ballots(
        actor=by,
        round_group_id=block.pk,
        respondents="dan",
        source=csv_file(rows),
        mapping=mapping,
        ask=True,
        good_only=shape == "good rows",
    )
    if shape == "queued":
        ImportBatch.objects.filter(pk=batch.pk).update(state=State.QUEUED)
    return batch


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def seen(user: User, batch: ImportBatch) -> dict[str, str]:
    """What a person reads of a batch, by every address that tells of it."""
    places = {name: reverse(f"surveys:{name}", args=[batch.pk]) for name in ("batch", "explain", "rest", "failed")}
    places["home"] = reverse("surveys:home")
    places |= {"list": "/quan-tri/surveys/importbatch/", "row": f"/quan-tri/surveys/importbatch/{batch.pk}/change/"}
    read, client = {}, client_of(user)
    for name, address in places.items():
        answer = client.get(address)
        if answer.status_code != 200:
            continue
        body = answer.getvalue()
        book = body[:2] == b"PK"
        read[name] = str(read_cells(io.BytesIO(body), name="a.xlsx")) if book else body.decode()
    return read


def ways_in(user: User, batch: ImportBatch) -> set[str]:
    return {name for name, text in seen(user, batch).items() if any(secret in text for secret in SECRETS)}


def operator() -> User:
    return person(Role.SURVEY_OPERATOR)


def manager() -> User:
    return person(Role.INDEX_MANAGER)


WHERE = {
    "unread": {"explain"},
    "good rows": {"batch", "explain", "rest"},
    "refused": {"batch", "explain", "failed"},
    "explained": {"batch", "explain"},
    "queued": {"batch"},
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("brought", [operator, manager])
def test_operators_and_who_brought_the_file_look_into_it_and_nobody_else(
    block: RoundGroup, shape: str, brought: Callable[[], User]
) -> None:
    by = brought()
    batch = bring(by, block, shape)
    assert ways_in(by, batch) == ways_in(operator(), batch) == WHERE[shape]
    root = UserFactory.create(is_staff=True, is_superuser=True)
    for other in (manager(), person(Role.OBSERVER), person(Role.COUNCIL_MEMBER), root):
        assert ways_in(other, batch) == set()


@pytest.mark.parametrize("shape", SHAPES)
def test_where_managers_are_let_in_as_they_were_every_way_is_found(
    block: RoundGroup, shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    monkeypatch.setattr(rules, "may_see_ballots", lambda user, batch: rules.may_work(user))
    assert ways_in(manager(), bring(operator(), block, shape)) == WHERE[shape]


def test_a_manager_reads_counts_and_commits_another_ones_file(block: RoundGroup) -> None:
    batch = bring(operator(), block, "good rows")
    client = client_of(manager())
    page = " ".join(client.get(reverse("surveys:batch", args=[batch.pk])).content.decode().split())
    assert "Chỉ hiện số lượng. Từng phiếu" in page
    assert "<b>1</b><span>không hợp lệ</span>" in page
    assert "<b>1</b><span>phiếu có lỗi, trả lại</span>" in page
    client.post(reverse("surveys:commit", args=[batch.pk]))
    batch.refresh_from_db()
    assert batch.state == State.COMMITTED
    assert ways_in(manager(), batch) == set()


def test_nobody_elses_file_is_explained_by_a_manager(block: RoundGroup) -> None:
    batch = bring(operator(), block, "unread")
    other = manager()
    assert client_of(other).post(reverse("surveys:explain", args=[batch.pk]), {"sender": "x"}).status_code == 403
    with pytest.raises(PermissionDenied):
        batches.explain_batch(actor=other, batch_id=batch.pk, sender="x", shape="", mapping={})
    assert not MappingProfile.objects.exists()


def test_what_came_online_or_from_paper_is_no_managers_own(block: RoundGroup) -> None:
    by = manager()
    batch = bring(by, block, "good rows")
    assert rules.may_see_ballots(by, batch)
    group = RespondentGroup.objects.get(code="dan")
    unit = block.group.units.get(code="SNV")
    typed = {"first_typist": manager(), "second_typist": operator(), "first_sent": True, "second_sent": True}
    PaperBundle.objects.create(respondent_group=group, unit=unit, ballots=1, batch=batch, **typed)
    assert not rules.may_see_ballots(by, batch)
    assert ways_in(by, batch) == set()
    online = ImportBatch(round_group=block, kind=ImportBatch.Kind.ONLINE, created_by=by)
    assert not rules.may_see_ballots(by, online)


def test_who_works_here_no_more_looks_into_nothing(block: RoundGroup) -> None:
    by = manager()
    batch = bring(by, block, "good rows")
    by.memberships.all().delete()
    by = User.objects.get(pk=by.pk)
    assert not people.is_index_manager(by)
    assert ways_in(by, batch) == set()


@pytest.mark.parametrize(("brought", "quoted"), [(operator, True), (manager, False)])
def test_a_managers_own_file_quotes_no_ballot_that_is_in(
    block: RoundGroup, brought: Callable[[], User], quoted: bool
) -> None:
    """Or whoever guesses the code of a ballot reads it off the fault."""
    batches.import_ballots(
        actor=None, round_group_id=block.pk, respondents="dan", source=csv_file(ballot_rows(("P1", "SNV", 1, 2)))
    )
    by, again = brought(), ballot_rows(("P1", "SNV", 2, 2), ("P2", "SNV", 2, 2))
    batch = batches.check_ballots(
        actor=by, round_group_id=block.pk, respondents="dan", source=csv_file(again), good_only=True
    )
    for place in ("batch", "rest"):
        text = seen(by, batch)[place]
        assert "đã nhập với nội dung khác" in text
        assert ("đã nhập 1, tệp ghi 2" in text) is quoted
    batches.explain_batch(actor=by, batch_id=batch.pk, sender="Viện", shape="", mapping={})
    assert ("đã nhập 1, tệp ghi 2" in seen(by, batch)["batch"]) is quoted
