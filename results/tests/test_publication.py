"""Publishing by two people: frozen, refused while something is missing, never changed afterwards."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from cchc_index.lib.faults import Refused
from criteria.models import RoundGroup
from results import bundle, ledger
from results.models import Publication
from results.publication import actions as publications
from results.publication import queries as publication_queries
from results.publication import rules as publication_rules
from results.publication.words import day_problem, number_problem
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import UserFactory, person

from .factories import block, give, signed

pytestmark = pytest.mark.django_db
DATED = date(2032, 3, 1)


@pytest.fixture
def round_group() -> RoundGroup:
    round_group = block("A", "B")
    give(round_group, {"A": {"1": "60", "2": "30"}, "B": {"1": "50", "2": "30"}})
    return round_group


@pytest.fixture
def manager() -> User:
    return person(Role.INDEX_MANAGER)


@pytest.fixture
def second() -> User:
    return person(Role.INDEX_MANAGER)


def propose(manager: User, round_group: RoundGroup, number: str = "12/QĐ-UBND", **fields: Any) -> Publication:
    return publications.propose(actor=manager, round_id=round_group.round_id, number=number, dated=DATED, **fields)


def publish(round_group: RoundGroup, number: str = "12/QĐ-UBND", **fields: Any) -> Publication:
    return publications.publish(round_id=round_group.round_id, number=number, dated=DATED, signers=signed(), **fields)


def test_two_people_publish(round_group: RoundGroup, manager: User, second: User) -> None:
    proposal = propose(manager, round_group)
    assert proposal.state == "proposed"
    assert publication_queries.published(round_group.round) is None

    published = publications.approve(actor=second, publication_id=proposal.pk)

    assert publication_queries.published(round_group.round) == published
    assert (published.proposed_by, published.published_by) == (manager, second)
    assert bundle.verify(published.bundle) == []
    assert list(LogEntry.objects.filter(verb__startswith="publication").values_list("verb", "actor")) == [
        ("publication.propose", manager.pk),
        ("publication.publish", second.pk),
    ]


def test_one_person_cannot_publish_alone(round_group: RoundGroup, manager: User) -> None:
    proposal = propose(manager, round_group)

    with pytest.raises(PermissionDenied):
        publications.approve(actor=manager, publication_id=proposal.pk)

    proposal.refresh_from_db()
    assert proposal.state == "proposed"


@pytest.mark.parametrize("role", [r for r in Role if r != Role.INDEX_MANAGER])
def test_other_roles_neither_propose_nor_approve_nor_withdraw(
    round_group: RoundGroup, manager: User, role: Any
) -> None:
    other = person(role, round_group.group.units.first())
    with pytest.raises(PermissionDenied):
        propose(other, round_group)
    proposal = propose(manager, round_group)

    with pytest.raises(PermissionDenied):
        publications.approve(actor=other, publication_id=proposal.pk)
    with pytest.raises(PermissionDenied):
        publications.withdraw(actor=other, publication_id=proposal.pk)

    assert not publication_rules.may_approve(other, proposal)


def test_incomplete_units_are_named_with_their_leaves(round_group: RoundGroup, manager: User) -> None:
    late = block("X", group="huyen", year=2031)
    assert late.round_id == round_group.round_id

    with pytest.raises(Refused, match=r"1 đơn vị còn tiêu chí thiếu điểm\. .*\(X\): 1, 2"):
        propose(manager, round_group)

    assert not Publication.objects.exists()


def test_many_incomplete_units_are_counted(manager: User) -> None:
    round_group = block(*[f"U{i:02d}" for i in range(25)])

    with pytest.raises(Refused, match="25 đơn vị .*và 5 đơn vị khác"):
        propose(manager, round_group)


def test_a_block_without_units_does_not_hinder(round_group: RoundGroup, manager: User) -> None:
    block(group="trong", year=2031)

    assert [g["code"] for g in publication_queries.bundle_of(propose(manager, round_group))["groups"]] == ["so"]


def test_a_round_without_units_is_refused(manager: User) -> None:
    with pytest.raises(Refused, match="chưa có khối nào có đơn vị"):
        propose(manager, block())


@pytest.mark.parametrize("number", ["", "   ", "x" * 61])
def test_an_empty_or_impossible_number_is_refused(round_group: RoundGroup, number: str) -> None:
    with pytest.raises(Refused, match="Số quyết định"):
        publish(round_group, number)


def test_the_same_number_gives_the_frozen_bytes_even_after_changes(round_group: RoundGroup) -> None:
    first = publish(round_group)
    assert not publication_queries.changed_since(first)
    give(round_group, {"B": {"1": "65"}})

    again = publish(round_group)

    assert again == first
    assert again.bundle == first.bundle
    assert publication_queries.changed_since(again)


def test_same_inputs_publish_the_same_bytes(round_group: RoundGroup) -> None:
    once = publish(round_group).bundle
    Publication.objects.all().delete()

    assert publish(round_group).bundle == once


def test_a_correction_supersedes_and_says_what_changed(round_group: RoundGroup, manager: User, second: User) -> None:
    first = publish(round_group)
    give(round_group, {"B": {"1": "65"}})

    proposal = propose(manager, round_group, "13/QĐ-UBND")
    correction = publications.approve(actor=second, publication_id=proposal.pk)

    assert correction.supersedes == first
    assert "Thay công bố số 12/QĐ-UBND. Kết quả thay đổi ở 2 đơn vị" in correction.errata
    data = publication_queries.bundle_of(correction)
    assert (data["supersedes"], data["errata"]) == ("12/QĐ-UBND", correction.errata)
    assert publication_queries.published(round_group.round) == correction
    assert bundle.verify(Publication.objects.get(pk=first.pk).bundle) == []


def test_the_manager_words_the_errata(round_group: RoundGroup, manager: User, second: User) -> None:
    publish(round_group)
    give(round_group, {"B": {"1": "65"}})

    proposal = propose(manager, round_group, "13/QĐ-UBND", errata="Sửa  lỗi cộng điểm")

    assert publications.approve(actor=second, publication_id=proposal.pk).errata == "Sửa lỗi cộng điểm"


def test_one_proposal_waits_at_a_time_and_the_same_one_is_given_back(round_group: RoundGroup, manager: User) -> None:
    proposal = propose(manager, round_group)

    assert propose(manager, round_group) == proposal
    with pytest.raises(Refused, match="đang có đề nghị số 12/QĐ-UBND"):
        propose(manager, round_group, "13/QĐ-UBND")
    with pytest.raises(Refused, match="chờ người thứ hai duyệt"):
        publish(round_group)


def test_scores_changed_after_the_proposal_stop_the_approval(
    round_group: RoundGroup, manager: User, second: User
) -> None:
    proposal = propose(manager, round_group)
    give(round_group, {"B": {"1": "65"}})

    with pytest.raises(Refused, match="Điểm đã thay đổi"):
        publications.approve(actor=second, publication_id=proposal.pk)


def test_withdrawn_number_is_free_again(round_group: RoundGroup, manager: User, second: User) -> None:
    proposal = propose(manager, round_group)
    publications.withdraw(actor=second, publication_id=proposal.pk, reason="Sai ngày")

    with pytest.raises(Refused, match="đã rút đề nghị"):
        publications.approve(actor=second, publication_id=proposal.pk)
    assert propose(manager, round_group) != proposal


def test_published_cannot_be_withdrawn(round_group: RoundGroup, manager: User) -> None:
    published = publish(round_group)

    with pytest.raises(Refused, match="đã công bố"):
        publications.withdraw(actor=manager, publication_id=published.pk)


def test_an_illustrative_year_says_so() -> None:
    round_group = block("A", round_fields={"illustrative": True})
    give(round_group, {"A": {"1": "60", "2": "30"}})

    assert publication_queries.bundle_of(publish(round_group))["illustrative"] is True


def test_predicate_and_queryset_see_the_same_publications(round_group: RoundGroup, manager: User, second: User) -> None:
    publish(round_group)
    propose(manager, round_group, "13/QĐ-UBND", errata="Sửa ngày quyết định.")
    everything = list(Publication.objects.order_by("pk"))

    for user in (manager, person(Role.OBSERVER), person(Role.COUNCIL_MEMBER), UserFactory.create()):
        seen = {p.pk for p in everything if publication_rules.may_see_publication(user, p)}
        assert seen == set(publication_rules.visible_publications(user).values_list("pk", flat=True))
    assert [publication_rules.may_see_publication(None, p) for p in everything] == [True, False]


def test_ledger_finds_an_edited_publication(round_group: RoundGroup) -> None:
    published = publish(round_group)
    assert list(ledger.check()) == []

    Publication.objects.update(bundle=published.bundle.replace('"rank":1', '"rank":2'))
    assert "đã bị sửa" in "".join(ledger.check())


def test_ledger_finds_a_resealed_publication(round_group: RoundGroup) -> None:
    published = publish(round_group)
    data = {**publication_queries.bundle_of(published), "number": "99/QĐ-UBND"}
    data["digest"] = bundle.digest_of(data)
    Publication.objects.update(bundle=bundle.text_of(data), digest=data["digest"])

    assert "mã kiểm tra khác với nhật ký" in "".join(ledger.check())


@pytest.mark.parametrize(
    ("number", "dated", "sentence"),
    [
        ("1/Q\u00d0-UBND", DATED, "gõ lại chữ “Đ” tiếng Việt"),
        ("x", DATED, "không có dạng số của quyết định"),
        ("1/qđ-ubnd", DATED, "không có dạng số của quyết định"),
        ("", DATED, "phải có từ 1 đến"),
        ("2/QĐ-UBND", date(1990, 1, 1), "trước ngày bắt đầu thời kỳ đánh giá"),
        ("2/QĐ-UBND", date(2099, 1, 1), "còn quá xa"),
    ],
)
def test_number_and_day_have_a_shape(
    round_group: RoundGroup, manager: User, number: str, dated: date, sentence: str
) -> None:
    place: dict[str, Any] = {"round_id": round_group.round_id, "number": number, "dated": dated}
    with pytest.raises(Refused, match=sentence):
        publications.propose(actor=manager, **place)
    with pytest.raises(Refused, match=sentence):
        publications.publish(signers=signed(), **place)
    assert not Publication.objects.exists()


@pytest.mark.parametrize(
    ("dated", "taken"),
    [(date(2020, 1, 31), True), (date(2024, 12, 31), True), (date(2025, 1, 1), False), (date(2039, 3, 1), False)],
)
def test_a_result_is_announced_within_five_years(dated: date, taken: bool) -> None:
    period = (date(2019, 1, 1), date(2019, 12, 31))
    problem = day_problem(dated, date(2045, 1, 1), period)
    assert problem == "" if taken else "muộn nhất là ngày 31/12/2024" in problem


def test_names_that_no_verifier_takes_are_refused_in_words(round_group: RoundGroup, manager: User) -> None:
    first, other = round_group.group.units.order_by("code")
    type(first).objects.filter(pk=other.pk).update(name=first.name.upper())
    with pytest.raises(Refused, match=r"có hai đơn vị cùng tên: “.*” \(A, B\)"):
        propose(manager, round_group)
    type(first).objects.filter(pk=other.pk).update(name="Sở Khác")
    type(round_group.criteria_set.decision).objects.update(number="Quyết định của UBND")
    with pytest.raises(Refused, match=r"“Quyết định của UBND” .* không có số"):
        propose(manager, round_group)
    assert not Publication.objects.exists()


def test_blocks_of_one_name_are_refused(round_group: RoundGroup, manager: User) -> None:
    late = block("X", group="huyen", year=2031)
    give(late, {"X": {"1": "60", "2": "30"}})
    type(late.group).objects.update(name="Sở")
    with pytest.raises(Refused, match=r"Hai khối cùng tên: “Sở” \((so, huyen|huyen, so)\)"):
        propose(manager, round_group)


def test_a_criterion_is_published_in_one_spelling(round_group: RoundGroup, manager: User) -> None:
    round_group.criteria_set.criteria.filter(code="1").update(name=" Ban hành  kế\u200b hoạch ", printed_code="1. ")
    frozen = publication_queries.bundle_of(propose(manager, round_group))["groups"][0]["criteria"][0]
    assert (frozen["name"], frozen["printed_code"]) == ("Ban hành kế hoạch", "1.")


@pytest.mark.parametrize("number", ["6677/QĐ-UBND", "01/QĐ-MINHHOA", "12/2025/QĐ-UBND", "7/QĐ-SNV", "1/QĐ"])
def test_numbers_of_decisions_are_taken(number: str) -> None:
    assert number_problem(number) == ""
