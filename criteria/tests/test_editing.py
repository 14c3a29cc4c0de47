"""Điều hành › Phụ lục › Tiêu chí: a rule in words with a trial, saved at once or by two people; units are told."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cchc_index.lib import clock
from criteria import ledger, rules
from criteria.actions import freeze
from criteria.models import Correction, Criterion, RoundGroup
from criteria.queries import tree_of
from criteria.tests.factories import small_round
from units.auditlog.models import LogEntry
from units.mail.models import Mail
from units.models import Membership, Role, User
from units.tests.factories import UnitFactory, UserFactory, person

pytestmark = pytest.mark.django_db

BANDS = "> 90 %: 2; 70–90 %: 1; < 70 %: 0"


@pytest.fixture
def block() -> RoundGroup:
    return small_round()


@pytest.fixture
def manager() -> User:
    return person(Role.INDEX_MANAGER, full_name="Bùi Thanh Mai")


@pytest.fixture
def second() -> User:
    return person(Role.INDEX_MANAGER, full_name="Hoàng Anh Dũng")


@pytest.fixture
def page(manager: User) -> Client:
    return sign_in(manager)


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(code: str = "1.1") -> str:
    return reverse("editing:criterion", args=[2031, "so", code])


def place(correction: Correction) -> str:
    return reverse("editing:correction", args=[2031, "so", correction.pk])


def stored(code: str = "1.1") -> Criterion:
    return Criterion.objects.get(code=code)


def typed(code: str = "1.1", **given: str) -> dict[str, str]:
    return {"name": stored(code).name, "rule": "", "guidance": "", "evidence": "", "verb": "save", **given}


def words(response: Any) -> str:
    return " ".join(str(response.content.decode()).split())


# --- rights ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [None, *Role])
def test_managers_edit_criteria_and_nobody_else(role: Role | None, block: RoundGroup, manager: User) -> None:
    client = sign_in(person(role, UnitFactory.create(group=block.group)) if role else UserFactory.create())
    expected = 200 if role == Role.INDEX_MANAGER else 403
    assert client.get(address()).status_code == expected
    freeze(block.pk)
    correction = proposed(sign_in(manager))
    assert client.get(place(correction)).status_code == expected
    if expected == 403:
        assert client.post(address(), typed(name="Khác")).status_code == 403
        assert client.post(place(correction), {"verb": "confirm"}).status_code == 403
        assert stored().name != "Khác"


@pytest.mark.parametrize("path", ["2031/so/tieu-chi/9/", "2031/xa/tieu-chi/1/", "2030/so/tieu-chi/1/"])
def test_what_is_not_there_is_not_there(page: Client, block: RoundGroup, path: str) -> None:
    assert page.get(f"/dieu-hanh/phu-luc/{path}").status_code == 404


# --- trial ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "figures", "points"),
    [
        ("Số đúng hạn / Tổng số; " + BANDS, {"numerator": "95", "denominator": "100"}, "2,00"),
        ("Số đúng hạn / Tổng số, từ 80 %", {"numerator": "9", "denominator": "10"}, "1,80"),
        ("có/không", {"option": "yes"}, "2,00"),
        ("Đầy đủ: 2; Chưa đầy đủ: 0,5; Không: 0", {}, ""),
    ],
)
def test_figures_become_points_before_ones_eyes(
    page: Client, block: RoundGroup, rule: str, figures: dict[str, str], points: str
) -> None:
    sent = {f"figure-{name}": value for name, value in figures.items()}
    response = page.post(address(), typed(rule=rule, verb="try", **sent))
    assert response.status_code == 200
    shown = words(response)
    assert (f"Điểm theo quy tắc: <b>{points}</b> / 2" in shown) == bool(points)
    assert "Hệ thống hiểu: " in shown
    assert stored().rule == {}, "a trial writes nothing"
    assert not LogEntry.objects.exists()


def test_rule_is_read_back_in_words_that_mean_the_same(page: Client, block: RoundGroup) -> None:
    first = page.post(address(), typed(rule="Số đúng hạn / Tổng số; " + BANDS, verb="try")).context["trial"].read_back
    assert page.post(address(), typed(rule=first, verb="try")).context["trial"].read_back == first


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"rule": "tùy"}, "ghi như một trong các ví dụ"),
        ({"rule": "A / B, từ 80 %", "figure-numerator": "chín"}, "A: "),
        ({"rule": "A / B, từ 80 %", "figure-numerator": "1", "figure-denominator": "0"}, "0"),
    ],
)
def test_trial_says_what_it_cannot_read(page: Client, block: RoundGroup, sent: dict[str, str], said: str) -> None:
    response = page.post(address(), typed(verb="try", **sent))
    trial = response.context["trial"]
    told = trial.problem or trial.fault or " ".join(one["error"] for one in trial.figures)
    assert said in told
    assert trial.points is None


# --- while nothing is scored ------------------------------------------------------------------------


def test_criterion_is_saved_at_once_while_nothing_is_scored(page: Client, block: RoundGroup) -> None:
    before = RoundGroup.objects.get().inputs_version
    rule = {"rule": "có/không", "guidance": "Chấm theo báo cáo.", "evidence": "Báo cáo năm"}
    assert page.post(address(), typed(name="Kế hoạch CCHC", **rule)).status_code == 302
    row = stored()
    assert (row.name, row.rule["kind"]) == ("Kế hoạch CCHC", "yes_no")
    assert row.guidance == "Chấm theo báo cáo.\n\nTài liệu kiểm chứng: Báo cáo năm"
    assert RoundGroup.objects.get().inputs_version > before
    page.post(address(), typed(name="Kế hoạch CCHC", **rule))
    assert LogEntry.objects.filter(verb="criteria.edit").count() == 1, "what stands writes nothing"


def test_group_has_no_rule_to_type(page: Client, block: RoundGroup) -> None:
    assert 'name="rule"' not in words(page.get(address("1")))
    page.post(address("1"), typed("1", name="Chỉ đạo", rule="có/không"))
    assert (stored("1").name, stored("1").rule) == ("Chỉ đạo", {})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": " "}, "Nhập nội dung tiêu chí"),
        ({"name": "x" * 1001}, "tối đa 1000"),
        ({"rule": "> 90 %: 9"}, "ghi như một trong các ví dụ"),
    ],
)
def test_words_that_cannot_be_are_refused_and_kept(
    page: Client, block: RoundGroup, given: dict[str, str], said: str
) -> None:
    response = page.post(address(), typed(guidance="Giữ lại câu này", **given))
    assert response.status_code == 422
    assert said in words(response)
    assert "Giữ lại câu này" in words(response)
    assert not LogEntry.objects.exists()


# --- a frozen set -----------------------------------------------------------------------------------


def proposed(page: Client, **given: str) -> Correction:
    wish = {"name": "Kế hoạch (đính chính)", "reason": "Theo văn bản 12/SNV", **given}
    assert page.post(address(), typed(**wish)).status_code == 302
    return Correction.objects.latest("pk")


@pytest.fixture
def frozen(block: RoundGroup) -> RoundGroup:
    unit = UnitFactory.create(group=block.group, code="SNV")
    person(Role.UNIT_HEAD, unit, email="thutruong@example.vn")
    freeze(block.pk)
    assert len(tree_of(RoundGroup.objects.get())) == 5, "kept by this process"
    return RoundGroup.objects.get()


@pytest.fixture(autouse=True)
def _ledger_agrees() -> Iterator[None]:
    yield
    assert list(ledger.check()) == []


def test_frozen_set_changes_when_a_second_manager_confirms(page: Client, second: User, frozen: RoundGroup) -> None:
    correction = proposed(page, rule="có/không")
    assert stored().name != "Kế hoạch (đính chính)", "one person changes nothing"
    assert Mail.objects.filter(recipient=second).count() == 1

    assert sign_in(second).post(place(correction), {"verb": "confirm"}).status_code == 302

    assert (stored().name, stored().rule["kind"]) == ("Kế hoạch (đính chính)", "yes_no")
    assert "Kế hoạch (đính chính)" in [row.name for row in tree_of(RoundGroup.objects.get())], "nothing old is kept"
    (told,) = Mail.objects.filter(recipient__email="thutruong@example.vn")
    assert told.subject.endswith("Đính chính tiêu chí 1.1, năm 2031")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"rule": "có/không"}, "Bản đã nộp và kết quả thẩm định giữ nguyên"),
        ({}, "Chỉ đổi chữ: không điểm nào thay đổi."),
    ],
)
def test_who_confirms_reads_what_becomes_of_the_points(
    page: Client, second: User, frozen: RoundGroup, given: dict[str, str], told: str
) -> None:
    correction = proposed(page, **given)
    assert told in words(sign_in(second).get(place(correction)))


def test_proposer_does_not_confirm(page: Client, frozen: RoundGroup) -> None:
    correction = proposed(page)
    response = page.post(place(correction), {"verb": "confirm"})
    assert (response.status_code, Correction.objects.get().state) == (422, "open")
    assert "Người xác nhận phải khác người đề nghị" in words(response)


def test_fresh_manager_does_not_confirm(page: Client, second: User, frozen: RoundGroup) -> None:
    correction = proposed(page)
    Membership.objects.filter(user=second).update(confirmed_at=clock.now() - timedelta(minutes=5))
    assert sign_in(second).post(place(correction), {"verb": "confirm"}).status_code == 422
    assert stored().name != "Kế hoạch (đính chính)"


def test_predicate_and_queryset_of_confirming_say_the_same(
    page: Client, manager: User, second: User, frozen: RoundGroup
) -> None:
    correction = proposed(page)
    people = [manager, second, person(Role.OBSERVER), UserFactory.create(is_superuser=True)]
    assert [rules.may_confirm_correction(one, correction) for one in people] == [False, True, False, False]
    for one in people:
        allowed = rules.corrections_confirmable_by(one).filter(pk=correction.pk).exists()
        assert allowed == rules.may_confirm_correction(one, correction)


def test_correction_is_refused_with_a_reason(page: Client, second: User, frozen: RoundGroup) -> None:
    correction = proposed(page)
    other = sign_in(second)
    assert other.post(place(correction), {"verb": "refuse", "reason": " "}).status_code == 422
    assert other.post(place(correction), {"verb": "refuse", "reason": "Chưa đủ căn cứ"}).status_code == 302
    assert (Correction.objects.get().state, Correction.objects.get().decision_reason) == ("refused", "Chưa đủ căn cứ")
    assert other.post(place(correction), {"verb": "confirm"}).status_code == 422, "it no longer waits"


@pytest.mark.parametrize(
    ("given", "said"),
    [({"reason": ""}, "Nhập lý do đính chính"), ({"name": "", "reason": "x"}, "Nhập nội dung tiêu chí")],
)
def test_correction_needs_words(page: Client, frozen: RoundGroup, given: dict[str, str], said: str) -> None:
    response = page.post(address(), typed(**{"name": "Khác", **given}))
    assert response.status_code == 422
    assert said in words(response)
    assert not Correction.objects.exists()


def test_one_correction_waits_at_a_time(page: Client, frozen: RoundGroup) -> None:
    proposed(page)
    response = page.post(address(), typed(name="Lần hai", reason="x"))
    assert response.status_code == 422
    assert "đã có đính chính chờ xác nhận" in words(response)


def test_what_stands_is_no_correction(page: Client, frozen: RoundGroup) -> None:
    assert page.post(address(), typed(reason="x")).status_code == 422
    assert not Correction.objects.exists()


def test_database_refuses_one_person_for_both(page: Client, manager: User, frozen: RoundGroup) -> None:
    correction = proposed(page)
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.filter(pk=correction.pk).update(
            state="confirmed", decided_by=manager, decided_at=clock.now()
        )


@pytest.mark.parametrize("change", [{"reason": "khác"}, {"after": {"name": "khác"}}, {"state": "open"}])
def test_ledger_finds_a_correction_that_was_changed(
    page: Client, second: User, frozen: RoundGroup, change: dict[str, Any]
) -> None:
    correction = proposed(page)
    sign_in(second).post(place(correction), {"verb": "confirm"})
    nobody: dict[str, Any] = {"decided_by": None, "decided_at": None} if "state" in change else {}
    stands = Correction.objects.filter(pk=correction.pk).values("reason", "after", "state", "decided_by", "decided_at")
    before = stands.get()
    Correction.objects.filter(pk=correction.pk).update(**change, **nobody)
    assert [line.partition(":")[0] for line in ledger.check()] == [f"Đính chính số {correction.pk}"]
    Correction.objects.filter(pk=correction.pk).update(**before)


def test_ledger_finds_a_frozen_criterion_changed_behind_the_log(page: Client, frozen: RoundGroup) -> None:
    name = stored().name
    Criterion.objects.filter(code="1.1").update(max_points=Decimal(2), name="khác")
    assert any("đã bị sửa sau khi khóa" in line for line in ledger.check())
    Criterion.objects.filter(code="1.1").update(name=name)
