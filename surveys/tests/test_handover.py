"""The institute signs the table of points by name, Sở Nội vụ receives it; what changes afterwards stays visible."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, Refused
from criteria.models import RoundGroup, Stage
from surveys import ledger
from surveys.batches import actions as batches
from surveys.handover import actions, queries, rules
from surveys.models import SurveyScore, TableSignature
from surveys.scores import actions as scores
from surveys.tests.factories import asked_group, ballot_rows, csv_file, figure_rows, surveyed_round
from units.mail.models import Mail
from units.models import Role, Unit, User
from units.tests.factories import MembershipFactory, UnitFactory, UserFactory, person

pytestmark = pytest.mark.django_db
State = TableSignature.State


def brought(block: RoundGroup, *rows: Any) -> None:
    """Ballots of the block's one group."""
    batches.import_ballots(actor=None, round_group_id=block.pk, respondents="dan", source=csv_file(ballot_rows(*rows)))


@pytest.fixture
def block() -> RoundGroup:
    """Two units, points of both in two criteria; the phase of the survey is over."""
    block = surveyed_round()
    asked_group(block, code="dan")
    brought(block, ("P1", "SNV", 1, 2), ("P2", "STC", 2, 2))
    now = clock.now()
    hours = {"opens_at": now - timedelta(days=9), "closes_at": now - timedelta(days=1)}
    given = {"name": "survey", "title": "Điều tra", "position": 1, **hours}
    Stage.objects.update_or_create(round=block.round, kind=Stage.Kind.SURVEY, defaults=given)
    return block


@pytest.fixture
def operator() -> User:
    return person(Role.SURVEY_OPERATOR, full_name="Trần Thị Viện")


@pytest.fixture
def manager() -> User:
    return person(Role.INDEX_MANAGER, full_name="Lê Văn Nội Vụ")


def signed(block: RoundGroup, operator: User) -> TableSignature:
    seen = queries.standing(block).digest
    return actions.sign_table(actor=operator, round_group_id=block.pk, seen=seen)


def more(block: RoundGroup) -> None:
    """Points of both units move: the phase is opened again for a late file."""
    Stage.objects.filter(kind=Stage.Kind.SURVEY).update(closes_at=clock.now() + timedelta(minutes=1))
    brought(block, ("P3", "SNV", 4, 4))
    Stage.objects.filter(kind=Stage.Kind.SURVEY).update(closes_at=clock.now() - timedelta(minutes=1))


def test_signed_then_received_the_table_is_handed_over(block: RoundGroup, operator: User, manager: User) -> None:
    assert queries.standing(block).words == "Bảng điểm ĐTXHH chưa được ký bàn giao."
    row = signed(block, operator)
    assert "Trần Thị Viện ký lúc" in queries.standing(block).words
    assert [one.block for one in queries.open_tables(block.round, [block])] == [block]
    actions.receive_table(actor=manager, signature_id=row.pk)
    now = queries.standing(block)
    assert now.is_handed_over
    assert "Lê Văn Nội Vụ tiếp nhận lúc" in now.words
    assert queries.open_tables(block.round, [block]) == []
    assert not list(ledger.check())


def test_what_changes_afterwards_is_named_with_the_moment(block: RoundGroup, operator: User, manager: User) -> None:
    row = signed(block, operator)
    actions.receive_table(actor=manager, signature_id=row.pk)
    more(block)
    now = queries.standing(block)
    assert (now.has_changed, now.is_handed_over) == (True, False)
    assert "đã thay đổi sau khi Trần Thị Viện ký" in now.words
    assert [one.block for one in queries.open_tables(block.round, [block])] == [block]
    moved = queries.moved_cells(block, row, now.lines)
    assert [(cell.unit and cell.unit.code, cell.criterion and cell.criterion.code) for cell in moved] == [
        ("SNV", "1.3"),
        ("SNV", "1.4"),
    ]
    assert [(cell.old, cell.new) for cell in moved] == [("1 (n = 1)", "0,5 (n = 2)"), ("1,2 (n = 1)", "0,6 (n = 2)")]
    change = queries.first_change(row)
    assert change is not None
    assert (change.verb, change.at > row.signed_at) == ("surveys.import_ballots", True)


def test_a_cell_that_comes_or_goes_differs_too(block: RoundGroup, operator: User) -> None:
    row = signed(block, operator)
    Stage.objects.all().delete()
    batches.import_figures(
        actor=None, round_group_id=block.pk, source=csv_file(figure_rows(("SNV", "2", "1", "BC")), "sipas.csv")
    )
    moved = queries.moved_cells(block, row, queries.standing(block).lines)
    assert [(cell.old, cell.new) for cell in moved] == [("không có phiếu", "1")]
    back = queries.moved_cells(block, row, row.table[1:])
    assert [cell.new for cell in back] == ["không có phiếu"]


def test_the_same_points_again_leave_the_signature_whole(block: RoundGroup, operator: User, manager: User) -> None:
    row = signed(block, operator)
    actions.receive_table(actor=manager, signature_id=row.pk)
    assert scores.refresh_scores(block) == 0
    more(block)
    late = block.import_batches.order_by("pk").last()
    assert late is not None
    Stage.objects.all().delete()
    batches.undo_batch(actor=None, batch_id=late.pk, reason="Nhầm tệp")
    assert queries.standing(block).is_handed_over


def test_who_signs_saw_this_very_table(block: RoundGroup, operator: User) -> None:
    seen = queries.standing(block).digest
    more(block)
    with pytest.raises(Conflict, match="vừa thay đổi"):
        actions.sign_table(actor=operator, round_group_id=block.pk, seen=seen)


def test_a_table_is_signed_once(block: RoundGroup, operator: User) -> None:
    signed(block, operator)
    with pytest.raises(Refused, match="đã được ký"):
        signed(block, operator)


def test_a_newer_signature_takes_the_place_of_one_that_waits(block: RoundGroup, operator: User, manager: User) -> None:
    old = signed(block, operator)
    more(block)
    with pytest.raises(Refused, match="đã thay đổi sau khi ký"):
        actions.receive_table(actor=manager, signature_id=old.pk)
    new = signed(block, operator)
    old.refresh_from_db()
    assert (old.state, new.state) == (State.REPLACED, State.SIGNED)
    with pytest.raises(Refused, match="không còn chờ"):
        actions.receive_table(actor=manager, signature_id=old.pk)
    actions.receive_table(actor=manager, signature_id=new.pk)
    assert not list(ledger.check())


@pytest.mark.parametrize("received", [False, True])
def test_a_table_is_given_back_with_a_reason(block: RoundGroup, operator: User, manager: User, received: bool) -> None:
    row = signed(block, operator)
    if received:
        actions.receive_table(actor=manager, signature_id=row.pk)
    with pytest.raises(Refused, match="Nhập lý do"):
        actions.give_table_back(actor=manager, signature_id=row.pk, reason=" ")
    back = actions.give_table_back(actor=manager, signature_id=row.pk, reason="Thiếu nhóm đại biểu.")
    assert (back.state, back.reason, queries.standing(block).is_signed) == (
        State.RETURNED,
        "Thiếu nhóm đại biểu.",
        False,
    )
    with pytest.raises(Refused, match="Không trả lại được"):
        actions.give_table_back(actor=manager, signature_id=row.pk, reason="Lần nữa")
    signed(block, operator)
    assert not list(ledger.check())


def test_nothing_is_signed_without_points(operator: User) -> None:
    with pytest.raises(Refused, match="chưa có điểm"):
        signed(surveyed_round(), operator)


def test_nothing_is_signed_while_the_plan_keeps_the_points_to_itself(block: RoundGroup, operator: User) -> None:
    block.survey.small_cell, block.survey.least_n = 1, 1
    block.survey.save()
    Stage.objects.filter(kind=Stage.Kind.SURVEY).update(closes_at=clock.now() + timedelta(days=1))
    with pytest.raises(Refused, match="ô ít phiếu"):
        signed(block, operator)


class TestWhoIsAsked:
    """A year without a survey phase, an archive and a block that asks nobody need no signature."""

    def test_a_year_without_a_phase_is_not(self, block: RoundGroup) -> None:
        Stage.objects.filter(kind=Stage.Kind.SURVEY).update(opens_at=None, closes_at=None)
        assert queries.open_tables(block.round, [block]) == []

    def test_an_archive_is_not(self) -> None:
        block = surveyed_round()
        leaf = block.criteria_set.criteria.get(code="1.3")
        Stage.objects.update_or_create(
            round=block.round, kind=Stage.Kind.SURVEY, defaults={"name": "survey", "opens_at": clock.now()}
        )
        assert len(queries.open_tables(block.round, [block])) == 1
        rows = {(Unit.objects.get(code="SNV").pk, leaf.pk): Decimal(1)}
        scores.import_scores(actor=None, round_group=block, rows=rows)
        assert queries.open_tables(block.round, [block]) == []

    def test_a_block_without_survey_criteria_is_not(self, block: RoundGroup) -> None:
        SurveyScore.objects.all().delete()
        block.criteria_set.criteria.filter(is_leaf=True).update(source="self")
        assert queries.open_tables(block.round, [block]) == []


@pytest.mark.parametrize("role", Role)
def test_who_signs_and_who_receives(role: Role, block: RoundGroup, operator: User) -> None:
    user = person(role, UnitFactory.create())
    row = signed(block, operator)
    assert rules.may_sign(user) == (role == Role.SURVEY_OPERATOR)
    receives = role == Role.INDEX_MANAGER
    assert (rules.may_receive(user, row), rules.may_give_back(user, row)) == (receives, receives)
    assert list(rules.receivable_by(user)) == ([row] if receives else [])
    if receives:
        actions.receive_table(actor=user, signature_id=row.pk)
        actions.give_table_back(actor=user, signature_id=row.pk, reason="Sai")
    else:
        with pytest.raises(Refused, match="khác người ký"):
            actions.receive_table(actor=user, signature_id=row.pk)
        with pytest.raises(Refused, match="khác người ký"):
            actions.give_table_back(actor=user, signature_id=row.pk, reason="Sai")
    if role != Role.SURVEY_OPERATOR:
        with pytest.raises(PermissionDenied):
            signed(block, user)


def test_nobody_receives_what_the_same_person_signed(block: RoundGroup, operator: User, manager: User) -> None:
    MembershipFactory.create(user=operator, role=Role.INDEX_MANAGER)
    row = signed(block, operator)
    assert not rules.may_receive(operator, row)
    assert not rules.receivable_by(operator).exists()
    with pytest.raises(Refused, match="khác người ký"):
        actions.receive_table(actor=operator, signature_id=row.pk)
    now = {"decided_at": clock.now(), "decided_by": operator}
    with pytest.raises(IntegrityError), transaction.atomic():
        TableSignature.objects.filter(pk=row.pk).update(state=State.RECEIVED, **now)


FORGERIES: dict[str, Callable[[TableSignature, User], dict[str, object]]] = {
    "points": lambda row, other: {"table": [[*row.table[0][:2], "0", *row.table[0][3:]], *row.table[1:]]},
    "digest": lambda row, other: {"digest": "0" * 64},
    "signer": lambda row, other: {"signed_by": other},
    "instant": lambda row, other: {"signed_at": row.signed_at - timedelta(days=1)},
    "receiver": lambda row, other: {"decided_by": other},
    "receipt": lambda row, other: {"decided_at": row.signed_at},
    "state": lambda row, other: {"state": State.RETURNED, "reason": "x"},
    "reason": lambda row, other: {"reason": "x"},
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_changed_signature_is_found(what: str, block: RoundGroup, operator: User, manager: User) -> None:
    row = actions.receive_table(actor=manager, signature_id=signed(block, operator).pk)
    assert not list(ledger.check())
    TableSignature.objects.filter(pk=row.pk).update(**FORGERIES[what](row, UserFactory.create()))
    assert list(ledger.check())


def test_a_signature_that_is_gone_is_found(block: RoundGroup, operator: User) -> None:
    signed(block, operator).delete()
    assert any("không còn trong cơ sở dữ liệu" in said for said in ledger.check())


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


class TestPages:
    def test_the_operator_signs_and_the_manager_receives(
        self, block: RoundGroup, operator: User, manager: User
    ) -> None:
        address = reverse("surveys:handover", args=[block.pk])
        client = enter(operator)
        page = client.get(address).content.decode()
        assert "Ký bảng điểm ĐTXHH khối" in page
        seen = {"seen": queries.standing(block).digest}
        done = client.post(reverse("surveys:sign-table", args=[block.pk]), seen, follow=True).content.decode()
        assert "Đã ký bảng điểm ĐTXHH" in done
        row = TableSignature.objects.get()
        other = enter(manager)
        assert "ký chờ Sở Nội vụ tiếp nhận" in other.get(reverse("surveys:home")).content.decode()
        page = other.get(address).content.decode()
        assert "Tiếp nhận bảng điểm do Trần Thị Viện ký" in page
        refused = other.post(reverse("surveys:give-table-back", args=[row.pk]), {"reason": ""})
        assert (refused.status_code, "Nhập lý do trả lại" in refused.content.decode()) == (422, True)
        done = other.post(reverse("surveys:receive-table", args=[row.pk]), follow=True).content.decode()
        assert "Đã tiếp nhận bảng điểm" in done
        more(block)
        page = client.get(address).content.decode()
        assert "2 lượt tiêu chí khác bảng điểm ký lúc" in page
        assert "1,2 (n = 1)" in page
        assert "Ký bảng điểm ĐTXHH khối" in page

    def test_a_stale_proof_is_asked_for_before_signing_and_receiving(
        self, block: RoundGroup, operator: User, manager: User, settings: Any
    ) -> None:
        settings.PROOF_MINUTES = 5
        operator.set_password("Matkhau-2031")
        operator.save()
        sent = enter(operator).post(reverse("surveys:sign-table", args=[block.pk]), {"seen": "x"})
        assert (sent.status_code, TableSignature.objects.exists()) == (302, False)
        assert reverse("account_reauthenticate") in sent["Location"]
        row = signed(block, operator)
        manager.set_password("Matkhau-2031")
        manager.save()
        sent = enter(manager).post(reverse("surveys:receive-table", args=[row.pk]))
        assert reverse("account_reauthenticate") in sent["Location"]

    @pytest.mark.parametrize("role", Role)
    def test_matrix(self, role: Role, block: RoundGroup, operator: User) -> None:
        row = signed(block, operator)
        client = enter(person(role, Unit.objects.get(code="SNV")))
        reads = role in (Role.SURVEY_OPERATOR, Role.INDEX_MANAGER, Role.OBSERVER)
        expected = 200 if reads else 403
        assert client.get(reverse("surveys:handover", args=[block.pk])).status_code == expected
        for kind in ("pdf", "xlsx"):
            assert client.get(reverse("results:signed-table", args=[row.pk, kind])).status_code == expected
        posts = {
            "sign-table": (block.pk, {Role.SURVEY_OPERATOR}),
            "receive-table": (row.pk, {Role.SURVEY_OPERATOR, Role.INDEX_MANAGER}),
            "give-table-back": (row.pk, {Role.SURVEY_OPERATOR, Role.INDEX_MANAGER}),
        }
        for name, (pk, let_in) in posts.items():
            address = reverse(f"surveys:{name}", args=[pk])
            assert client.get(address).status_code == 405
            assert (client.post(address, {"reason": ""}).status_code == 403) is (role not in let_in)
        row.refresh_from_db()
        assert row.state == (State.RECEIVED if role == Role.INDEX_MANAGER else State.SIGNED)

    def test_an_unknown_table_is_404(self, manager: User) -> None:
        client = enter(manager)
        assert client.get(reverse("surveys:handover", args=[999])).status_code == 404
        assert client.get(reverse("results:signed-table", args=[999, "pdf"])).status_code == 404

    def test_two_versions_are_not_told_while_the_plan_keeps_to_itself(self, block: RoundGroup, operator: User) -> None:
        row = signed(block, operator)
        more(block)
        block.survey.small_cell, block.survey.least_n = 1, 1
        block.survey.save()
        Stage.objects.filter(kind=Stage.Kind.SURVEY).update(closes_at=clock.now() + timedelta(days=1))
        client = enter(operator)
        page = client.get(reverse("surveys:handover", args=[block.pk])).content.decode()
        assert "1,2 (n = 1)" not in page
        assert client.get(reverse("results:signed-table", args=[row.pk, "xlsx"])).status_code == 403

    def test_queries_do_not_grow_with_units_and_signatures(
        self, block: RoundGroup, operator: User, manager: User
    ) -> None:
        Stage.objects.all().delete()
        address = reverse("surveys:handover", args=[block.pk])
        client = enter(operator)
        counted = []
        for more_units in (1, 7):
            for n in range(more_units):
                unit = UnitFactory.create(group=block.group, code=f"DV{more_units}{n}")
                brought(block, (f"N{more_units}{n}", unit.code, 1, 2))
                row = signed(block, operator)
                actions.give_table_back(actor=manager, signature_id=row.pk, reason="Sai")
            late = [(f"Q{more_units}{unit.pk}", unit.code, 3, 3) for unit in block.group.units.all()]
            brought(block, *late)
            client.get(address)
            with CaptureQueriesContext(connection) as spent:
                assert "khác bảng điểm ký lúc" in client.get(address).content.decode()
            counted.append(len(spent))
        assert counted[0] == counted[1]


def test_letters_go_to_who_acts_next(block: RoundGroup, operator: User, manager: User) -> None:
    User.objects.filter(pk__in=[operator.pk, manager.pk]).update(email="a@example.vn")
    row = signed(block, operator)
    assert [(mail.recipient, "chờ tiếp nhận" in mail.subject) for mail in Mail.objects.all()] == [(manager, True)]
    actions.receive_table(actor=manager, signature_id=row.pk)
    actions.give_table_back(actor=manager, signature_id=row.pk, reason="Thiếu nhóm đại biểu.")
    received, returned = Mail.objects.filter(recipient=operator).order_by("pk")
    assert "đã tiếp nhận" in received.subject
    assert "Lý do: Thiếu nhóm đại biểu." in returned.body
