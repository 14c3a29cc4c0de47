"""A publication taken back by two people: its address stays and says so, its files answer 410, verify knows it."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from cchc_index.lib import clock, dispatch
from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from results import ledger
from results.models import Publication
from results.publication import actions as publications
from results.publication import queries
from results.recall import actions as recalls
from results.recall import rules
from units.auditlog.models import LogEntry
from units.mail.models import Mail
from units.models import Membership, Role, User
from units.tests.factories import UserFactory, person

from .factories import block, give, signed

pytestmark = pytest.mark.django_db
WHY = "Sai số liệu điều tra của một nhóm."


@pytest.fixture
def round_group() -> RoundGroup:
    round_group = block("A", "B")
    give(round_group, {"A": {"1": "60", "2": "30"}, "B": {"1": "50", "2": "30"}})
    return round_group


@pytest.fixture
def published(round_group: RoundGroup) -> Publication:
    return publications.publish(
        round_id=round_group.round_id, number="12/QĐ-UBND", dated=date(2032, 3, 1), signers=signed()
    )


@pytest.fixture
def manager() -> User:
    return person(Role.INDEX_MANAGER)


@pytest.fixture
def second() -> User:
    return person(Role.INDEX_MANAGER)


def recall(publication: Publication, manager: User, second: User) -> Publication:
    recalls.propose_recall(actor=manager, publication_id=publication.pk, reason=WHY)
    return recalls.decide_recall(actor=second, publication_id=publication.pk)


def addresses(publication: Publication) -> dict[str, str]:
    place = {"year": publication.round.year, "number": "12-qd-ubnd"}
    unit = {**place, "group": "so", "code": "A"}
    return {
        "home": reverse("results:publication", kwargs=place),
        "unit": reverse("results:publication-unit", kwargs=unit),
        "criterion": reverse("results:publication-criterion", kwargs={**unit, "code": "1"}),
        "compare": reverse("results:publication-compare", kwargs={**place, "group": "so"}),
        "json": reverse("results:file", kwargs={**place, "named_year": publication.round.year, "kind": "json"}),
        "csv": reverse("results:file", kwargs={**place, "named_year": publication.round.year, "kind": "csv"}),
        "sheet": reverse("results:sheet", kwargs=unit),
    }


def test_two_people_take_a_publication_back(
    published: Publication, round_group: RoundGroup, manager: User, second: User
) -> None:
    head = person(Role.UNIT_HEAD, round_group.group.units.first())
    taken = recall(published, manager, second)
    assert (taken.state, taken.recall_proposed_by, taken.recalled_by) == ("recalled", manager, second)
    assert queries.published(round_group.round) is None
    assert Mail.objects.filter(event=f"results.recall:{published.pk}", recipient=head).exists()
    assert [entry.verb for entry in LogEntry.objects.order_by("number") if "recall" in entry.verb] == [
        "publication.propose_recall",
        "publication.recall",
    ]
    assert list(ledger.check()) == []
    Publication.objects.update(recall_reason="Khác")
    assert "lý do thu hồi" in "".join(ledger.check())


def test_a_recall_sends_the_mark_of_the_log_to_those_who_keep_it(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    published: Publication,
    manager: User,
    second: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.LEDGER_WITNESSES = ["luu@example.vn"]
    sent: list[tuple[object, ...]] = []
    monkeypatch.setattr(dispatch, "_send", lambda task, args: sent.append((task, *args)))
    with django_capture_on_commit_callbacks(execute=True):
        recall(published, manager, second)
    assert [message for message in sent if message[0] == "units.mail_head"] == [
        ("units.mail_head", f"Thu hồi công bố số {published.number}")
    ]


def test_one_person_takes_nothing_back_alone(published: Publication, manager: User) -> None:
    recalls.propose_recall(actor=manager, publication_id=published.pk, reason=WHY)
    with pytest.raises(PermissionDenied):
        recalls.decide_recall(actor=manager, publication_id=published.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.update(state="recalled", recalled_by=manager, recalled_at=clock.now())
    published.refresh_from_db()
    assert published.state == "published"


@pytest.mark.parametrize("role", [role for role in Role if role != Role.INDEX_MANAGER])
def test_other_roles_take_nothing_back(
    published: Publication, round_group: RoundGroup, manager: User, role: Role
) -> None:
    other = person(role, round_group.group.units.first())
    with pytest.raises(PermissionDenied):
        recalls.propose_recall(actor=other, publication_id=published.pk, reason=WHY)
    recalls.propose_recall(actor=manager, publication_id=published.pk, reason=WHY)
    for verb in (recalls.decide_recall, recalls.drop_recall):
        with pytest.raises(PermissionDenied):
            verb(actor=other, publication_id=published.pk)
    published.refresh_from_db()
    for rule in (rules.may_propose_recall, rules.may_decide_recall, rules.may_drop_recall):
        assert not rule(other, published)


def test_who_may_propose_and_decide(published: Publication, manager: User, second: User) -> None:
    assert rules.may_propose_recall(manager, published)
    assert not rules.may_decide_recall(second, published)
    waiting = recalls.propose_recall(actor=manager, publication_id=published.pk, reason=WHY)
    assert not rules.may_propose_recall(second, waiting)
    assert not rules.may_decide_recall(manager, waiting)
    assert rules.may_decide_recall(second, waiting)
    assert rules.may_drop_recall(manager, waiting)


def test_a_recall_needs_a_reason_and_something_in_force(published: Publication, manager: User, second: User) -> None:
    with pytest.raises(Refused, match="lý do"):
        recalls.propose_recall(actor=manager, publication_id=published.pk, reason=" ")
    with pytest.raises(Refused, match="Không có đề nghị"):
        recalls.decide_recall(actor=second, publication_id=published.pk)
    recalls.propose_recall(actor=manager, publication_id=published.pk, reason=WHY)
    with pytest.raises(Refused, match="Đã có đề nghị"):
        recalls.propose_recall(actor=second, publication_id=published.pk, reason=WHY)
    recalls.drop_recall(actor=manager, publication_id=published.pk)
    recall(published, manager, second)
    with pytest.raises(Refused, match="đang có hiệu lực"):
        recalls.propose_recall(actor=manager, publication_id=published.pk, reason=WHY)
    assert list(ledger.check()) == []


def test_a_fresh_role_decides_no_recall(published: Publication, manager: User, second: User) -> None:
    recalls.propose_recall(actor=manager, publication_id=published.pk, reason=WHY)
    Membership.objects.filter(user=second).update(confirmed_at=clock.now())
    with pytest.raises(Refused, match="còn mới"):
        recalls.decide_recall(actor=second, publication_id=published.pk)
    with clock.at(clock.now() + timedelta(hours=25)):
        assert recalls.decide_recall(actor=second, publication_id=published.pk).state == "recalled"


def test_what_a_recalled_correction_had_replaced_is_in_force_again(
    published: Publication, round_group: RoundGroup, manager: User, second: User
) -> None:
    give(round_group, {"B": {"1": "65"}})
    given = {"round_id": round_group.round_id, "dated": date(2032, 4, 1), "signers": signed(), "errata": "Sửa điểm."}
    later = publications.publish(number="13/QĐ-UBND", supersedes="12/QĐ-UBND", **given)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="đang có hiệu lực"):
        recalls.propose_recall(actor=manager, publication_id=published.pk, reason=WHY)
    recall(later, manager, second)
    assert queries.published(round_group.round) == published
    again = publications.publish(number="14/QĐ-UBND", supersedes="12/QĐ-UBND", **given)  # type: ignore[arg-type]
    assert again.supersedes == published
    assert list(ledger.check()) == []


def test_the_address_stays_and_says_by_whom_and_why(
    client: Client, published: Publication, manager: User, second: User
) -> None:
    unit = published.round.groups.get().group.units.get(code="A")
    recall(published, manager, second)
    ranking = client.get(reverse("results:ranking"), {"nam": published.round.year}).text
    assert "hiện không có kết quả công bố nào còn giá trị" in ranking
    assert "chưa được công bố" not in ranking
    for user in (None, UserFactory.create()):
        if user:
            client.force_login(user)
        for name in ("home", "unit", "criterion", "compare"):
            page = client.get(addresses(published)[name])
            assert page.status_code == 200
            text = page.content.decode()
            assert all(words in text for words in (WHY, str(manager), str(second), "đã được thu hồi"))
            assert unit.name not in text
    client.force_login(manager)
    assert unit.name in client.get(addresses(published)["home"]).content.decode()
    assert WHY in client.get(addresses(published)["home"]).content.decode()


def test_open_data_say_it_too(client: Client, published: Publication, manager: User, second: User) -> None:
    recall(published, manager, second)
    page = client.get(reverse("results:data") + f"?nam={published.round.year}").content.decode()
    assert WHY in page
    assert addresses(published)["json"] not in page
    answer = client.get(addresses(published)["json"])
    assert answer.status_code == 410
    assert json.loads(answer.content)["reason"] == WHY
    for name in ("csv", "sheet"):
        gone = client.get(addresses(published)[name])
        assert (gone.status_code, WHY in gone.content.decode()) == (410, True)
        assert (gone["Cache-Control"], gone["Access-Control-Allow-Origin"]) == ("no-store", "*")
    empty = client.get(reverse("results:ranking") + f"?nam={published.round.year}").content.decode()
    assert "đã được thu hồi" in empty


def test_verify_knows_it(
    tmp_path: Path, published: Publication, manager: User, second: User, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "goi.json"
    path.write_text(published.bundle, encoding="utf-8")
    call_command("verify_publication", str(path))
    assert "đúng là bản công bố" in capsys.readouterr().out
    recall(published, manager, second)
    with pytest.raises(SystemExit) as exit_:
        call_command("verify_publication", str(path))
    assert exit_.value.code == 3
    assert "đã được thu hồi" in capsys.readouterr().out


def test_the_buttons_stand_on_the_publications_page(
    client: Client, published: Publication, manager: User, second: User
) -> None:
    place = reverse("results:proposal", args=[published.pk])
    client.force_login(person(Role.OBSERVER))
    assert "Đề nghị thu hồi" not in client.get(place).content.decode()
    client.force_login(manager)
    done = client.post(reverse("results:propose-recall", args=[published.pk]), {"reason": WHY}, follow=True)
    assert "cần một người quản lý Chỉ số khác" in done.content.decode()
    assert client.post(reverse("results:decide-recall", args=[published.pk])).status_code == 403
    client.force_login(second)
    assert "Thu hồi công bố số 12/QĐ-UBND" in client.get(place).content.decode()
    client.post(reverse("results:drop-recall", args=[published.pk]))
    client.post(reverse("results:propose-recall", args=[published.pk]), {"reason": WHY})
    client.force_login(manager)
    page = client.post(reverse("results:decide-recall", args=[published.pk]), follow=True).content.decode()
    assert "Đã thu hồi bản công bố này" in page
