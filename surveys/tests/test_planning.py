"""The plan as data: written at once until its first ballot, by two people afterwards; every year its own."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cchc_index.lib.faults import ImportRefused, Refused
from criteria.models import RoundGroup
from criteria.tests.factories import RoundFactory, RoundGroupFactory
from surveys.assent.ledger import check
from surveys.batches import actions as batches
from surveys.models import (
    AnswerOption,
    AnswerScale,
    Ballot,
    Question,
    Questionnaire,
    RespondentGroup,
    Survey,
    SurveyRequest,
    SurveyScore,
)
from surveys.plan.actions import copy_plan
from surveys.planning import actions, queries
from surveys.requests import actions as requests
from surveys.scores.ledger import check as check_points
from surveys.tests.factories import asked_group, ballot_rows, csv_file, surveyed_round
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db

SHARES = {"1": "1", "2": "0.6", "3": "0.2", "4": "0"}


@pytest.fixture
def block() -> RoundGroup:
    block = surveyed_round()
    asked_group(block, code="dan")
    return block


@pytest.fixture
def operator() -> User:
    return person(Role.SURVEY_OPERATOR)


def bring(block: RoundGroup, *ballots: tuple[object, ...], group: str = "dan") -> Any:
    return batches.import_ballots(
        actor=None, round_group_id=block.pk, respondents=group, source=csv_file(ballot_rows(*ballots))
    )


def points(block: RoundGroup, unit: str = "SNV", leaf: str = "1.3") -> Decimal | None:
    row = SurveyScore.objects.filter(round_group=block, unit__code=unit, criterion__code=leaf).first()
    return row.points if row else None


def save(actor: User, block: RoundGroup, part: str, pk: int | None, reason: str = "", **changes: object) -> Any:
    after = {**actions.facts_of(block, part, pk), **changes}
    return actions.save_part(actor=actor, round_group_id=block.pk, part=part, pk=pk, after=after, reason=reason)


def everything() -> list[object]:
    tables: tuple[type[Model], ...] = (Survey, RespondentGroup, Questionnaire, Question, AnswerScale, AnswerOption)
    kept = [list(model._default_manager.order_by("pk").values()) for model in tables]
    return [*kept, list(SurveyScore.objects.order_by("pk").values()), LogEntry.objects.count()]


def group_of(block: RoundGroup) -> RespondentGroup:
    return RespondentGroup.objects.get(survey__round_group=block, code="dan")


# --- at once, and by two ----------------------------------------------------------------------------


def test_until_the_first_ballot_one_person_writes(block: RoundGroup, operator: User) -> None:
    group = group_of(block)
    assert save(operator, block, "survey", None, least_n=5, small_cell=5) is True
    assert save(operator, block, "survey", None, least_n=5, small_cell=5) is False
    assert save(operator, block, "group", group.pk, weight="2.5", units={"SNV": 40}) is True
    group.refresh_from_db()
    assert (group.weight, group.planned.get().ballots) == (Decimal("2.5"), 40)
    logged = LogEntry.objects.filter(verb="surveys.plan").order_by("number")
    assert [entry.after["part"] for entry in logged if entry.after] == ["survey", "group"]


@pytest.mark.parametrize("part", ["survey", "group", "scale"])
def test_with_the_first_ballot_two_people_change_it(block: RoundGroup, operator: User, part: str) -> None:
    """A scale's share and a group's weight decide points: nothing moves until the second person agrees."""
    bring(block, ("P1", "SNV", 1, 2), ("P2", "SNV", 2, 2))
    group = group_of(block)
    pk = {"survey": None, "group": group.pk, "scale": group.questionnaire.scale_id}[part]
    changes: dict[str, dict[str, Any]] = {
        "survey": {"least_n": 3},
        "group": {"weight": "3"},
        "scale": {"options": [[1, "Rất tốt", "1"], [2, "Tốt", "0.5"], [3, "Trung bình", "0.2"], [4, "Kém", "0"]]},
    }
    change = changes[part]
    before = everything()
    with pytest.raises(Refused, match="lý do"):
        save(operator, block, part, pk, **change)
    assert everything() == before
    row = save(operator, block, part, pk, reason="Theo CV 12", **change)
    assert everything()[:-1] == before[:-1]
    with pytest.raises(Refused, match="đã có đề nghị"):
        save(operator, block, part, pk, reason="Lần nữa", **change)
    with pytest.raises(Refused, match="khác người đề nghị"):
        requests.confirm(actor=operator, request_id=row.pk)
    requests.confirm(actor=person(Role.INDEX_MANAGER), request_id=row.pk)
    assert {name: actions.facts_of(block, part, pk)[name] for name in change} == change
    expected = {"survey": None, "group": Decimal("0.8"), "scale": Decimal("0.75")}[part]
    assert points(block) == expected
    assert [*check(), *check_points()] == []


def test_a_request_that_no_longer_fits_is_not_confirmed(block: RoundGroup, operator: User) -> None:
    bring(block, ("P1", "SNV", 1, 2))
    group = group_of(block)
    row = save(operator, block, "group", group.pk, reason="Theo CV 12", weight="3")
    RespondentGroup.objects.filter(pk=group.pk).update(weight=7)
    with pytest.raises(Refused, match="đã thay đổi"):
        requests.confirm(actor=person(Role.INDEX_MANAGER), request_id=row.pk)
    assert SurveyRequest.objects.get().state == "open"


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("sheet", {"questions": [["1.4", ""], ["1.3", ""]]}),
        ("sheet", {"max_blank_share": "0.1"}),
        ("sheet", {"refuse_duplicates": True}),
        ("group", {"mode": "figures"}),
        ("group", {"code": "khac"}),
    ],
)
def test_what_ballots_were_read_by_stays(
    block: RoundGroup, operator: User, part: str, change: dict[str, object]
) -> None:
    bring(block, ("P1", "SNV", 1, 2))
    before = everything()
    with pytest.raises(Refused, match="đã có phiếu"):
        save(operator, block, part, group_of(block).pk, reason="Theo CV 12", **change)
    assert everything() == before


def test_an_answer_that_ballots_gave_stays_on_the_scale(block: RoundGroup, operator: User) -> None:
    bring(block, ("P1", "SNV", 2, 2))
    scale = group_of(block).questionnaire.scale_id
    before = everything()
    with pytest.raises(Refused, match="không còn mức đó"):
        save(operator, block, "scale", scale, reason="x", options=[[1, "Rất tốt", "1"], [4, "Kém", "0"]])
    assert everything() == before


def test_small_cells_give_no_points(block: RoundGroup, operator: User) -> None:
    with pytest.raises(Refused, match="từ ngưỡng ô nhỏ trở lên"):
        save(operator, block, "survey", None, least_n=3, small_cell=5)


@pytest.mark.parametrize("role", set(Role) - {Role.SURVEY_OPERATOR, Role.INDEX_MANAGER})
def test_others_write_no_plan(block: RoundGroup, role: Role) -> None:
    user = person(role, UnitFactory.create())
    with pytest.raises(PermissionDenied):
        save(user, block, "survey", None, least_n=5)
    with pytest.raises(PermissionDenied):
        actions.copy_earlier(actor=user, round_group_id=block.pk)
    with pytest.raises(PermissionDenied):
        actions.remove_part(actor=user, round_group_id=block.pk, part="group", pk=group_of(block).pk)


def test_a_group_goes_only_before_ballots(block: RoundGroup, operator: User) -> None:
    other = asked_group(block, code="khac")
    actions.remove_part(actor=operator, round_group_id=block.pk, part="group", pk=other.pk)
    bring(block, ("P1", "SNV", 1, 2))
    with pytest.raises(Refused, match="đã khóa"):
        actions.remove_part(actor=operator, round_group_id=block.pk, part="group", pk=group_of(block).pk)


# --- every year its own -----------------------------------------------------------------------------


def next_year(block: RoundGroup) -> RoundGroup:
    later = RoundFactory.create(year=block.round.year + 1)
    return RoundGroupFactory.create(round=later, group=block.group, criteria_set=block.criteria_set)


def test_a_share_of_this_year_moves_no_point_of_the_last(block: RoundGroup, operator: User) -> None:
    bring(block, ("P1", "SNV", 2, 2))
    later = next_year(block)
    copy_plan(block, later, {pk: pk for pk in block.criteria_set.criteria.values_list("pk", flat=True)})
    scale = AnswerScale.objects.get(round=later.round)
    save(operator, later, "scale", scale.pk, options=[[2, "Tốt", "0.1"]])
    assert points(block) == Decimal("0.6")
    assert AnswerScale.objects.get(round=block.round).options.count() == 4


def test_last_years_plan_is_copied_with_all_that_it_says(block: RoundGroup, operator: User) -> None:
    group = group_of(block)
    save(operator, block, "survey", None, least_n=5, small_cell=5, plan_number="12/KH")
    save(operator, block, "group", group.pk, planned_ballots=30, units={"SNV": 40})
    yes_no = [[1, "Có", "1"], [2, "Không", "0"], [9, "Không biết", None]]
    save(operator, block, "scale", None, code="co-khong", name="Có, không", options=yes_no)
    save(operator, block, "sheet", group.pk, refuse_duplicates=True, questions=[["1.4", "co-khong"], ["1.3", ""]])
    later = next_year(block)
    assert actions.copy_earlier(actor=operator, round_group_id=later.pk) == 1
    copied = group_of(later)
    for part in ("group", "sheet"):
        assert actions.facts_of(later, part, copied.pk) == actions.facts_of(block, part, group.pk)
    assert actions.facts_of(later, "survey", None) == {"plan_number": "", "least_n": 5, "small_cell": 5}
    scale = copied.questionnaire.questions.get(position=0).scale
    assert scale is not None
    assert scale.round == later.round
    assert actions.facts_of(later, "scale", scale.pk)["options"] == yes_no
    with pytest.raises(Refused, match="đã có nhóm"):
        actions.copy_earlier(actor=operator, round_group_id=later.pk)


# --- what the rules do ------------------------------------------------------------------------------


def test_answers_outside_the_mean_count_nowhere(block: RoundGroup, operator: User) -> None:
    group = group_of(block)
    options = [[1, "Rất tốt", "1"], [2, "Tốt", "0.6"], [9, "Không biết", None]]
    save(operator, block, "scale", group.questionnaire.scale_id, options=options)
    bring(block, ("P1", "SNV", 1, 9), ("P2", "SNV", "Không biết", 9), ("P3", "SNV", 2, 9))
    assert points(block) == Decimal("0.8")  # of 1 and 0.6 alone
    assert SurveyScore.objects.get(criterion__code="1.3").ballots == 2
    assert points(block, leaf="1.4") is None  # nobody who knows: no points, which is not zero


def test_a_question_may_have_a_scale_of_its_own(block: RoundGroup, operator: User) -> None:
    group = group_of(block)
    save(operator, block, "scale", None, code="co-khong", name="Có, không", options=[[1, "Có", "0"], [2, "Không", "1"]])
    save(operator, block, "sheet", group.pk, questions=[["1.3", ""], ["1.4", "co-khong"]])
    bring(block, ("P1", "SNV", "Rất tốt", "Không"))
    assert [points(block), points(block, leaf="1.4")] == [Decimal(1), Decimal(2)]
    with pytest.raises(ImportRefused, match="4"):  # 4 is an answer of the common scale only
        bring(block, ("P2", "SNV", 4, 4))
    assert check_points() is not None
    assert list(check_points()) == []


@pytest.mark.parametrize(("least_n", "expected"), [(None, "0.8"), (2, "0.8"), (3, None)])
def test_least_n_holds_only_where_the_plan_sets_it(
    block: RoundGroup, operator: User, least_n: int | None, expected: str | None
) -> None:
    save(operator, block, "survey", None, least_n=least_n)
    bring(block, ("P1", "SNV", 1, 1), ("P2", "SNV", 2, 1))
    assert points(block) == (None if expected is None else Decimal(expected))
    assert Ballot.objects.count() == 2


def test_a_group_below_least_n_leaves_the_cell_to_the_others(block: RoundGroup, operator: User) -> None:
    asked_group(block, code="hdnd", weight=Decimal(9))
    save(operator, block, "survey", None, least_n=2)
    bring(block, ("P1", "SNV", 1, 1), ("P2", "SNV", 2, 1))
    bring(block, ("D1", "SNV", 4, 4), group="hdnd")
    assert points(block) == Decimal("0.8")


@pytest.mark.parametrize(("refuse", "valid"), [(False, 4), (True, 2)])
def test_identical_ballots_count_unless_the_plan_refuses_them(
    block: RoundGroup, operator: User, refuse: bool, valid: int
) -> None:
    save(operator, block, "sheet", group_of(block).pk, refuse_duplicates=refuse, duplicates_from=2)
    bring(block, ("P1", "SNV", 1, 2), ("P2", "SNV", 1, 2))
    bring(block, ("P3", "SNV", 1, 2), ("P4", "STC", 1, 2))  # the same answers about another unit are no repetition
    reasons = Ballot.objects.order_by("code").values_list("invalid_reason", flat=True)
    assert list(reasons) == (["", "", "", ""] if not refuse else ["", "duplicate", "duplicate", ""])
    assert sum(reason == "" for reason in reasons) == valid


# --- pages ------------------------------------------------------------------------------------------


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def form_of(page: Client, address: str) -> dict[str, Any]:
    """What the form at an address would send untouched."""
    form = page.get(address).context["form"]
    values = {field.html_name: field.value() for field in form}
    return {name: value for name, value in values.items() if value not in (None, False)}


def test_the_plan_from_nothing_through_the_pages(operator: User) -> None:
    block = surveyed_round()
    page, home = as_(operator), f"/dieu-tra/ke-hoach/{block.pk}/"
    assert "chưa có nhóm đối tượng" in page.get(home).content.decode()
    scale = form_of(page, f"{home}scale/") | {
        "code": "ba-muc", "name": "Ba mức", "value-0": "1", "label-0": "Tốt", "share-0": "100",
        "value-1": "2", "label-1": "Kém", "share-1": "0", "value-2": "9", "label-2": "Không biết",
    }  # fmt: skip
    assert page.post(f"{home}scale/", scale).status_code == 302
    group = form_of(page, f"{home}group/") | {"code": "dan", "name": "Người dân", "planned_ballots": "30"}
    unit = block.group.units.get(code="STC")
    assert page.post(f"{home}group/", group | {f"unit-{unit.pk}": "10"}).status_code == 302
    pk = group_of(block).pk
    leaf = block.criteria_set.criteria.get(code="1.3")
    sheet = form_of(page, f"{home}sheet/{pk}/") | {"title": "Mẫu 1", "scale": "ba-muc", f"ask-{leaf.pk}": "="}
    assert page.post(f"{home}sheet/{pk}/", sheet).status_code == 302
    html = page.get(home).content.decode()
    assert "Mẫu 1: 1 câu" in html
    assert "ngoài điểm trung bình" in html
    assert queries.plan_book(block).total == 40
    bring_one = csv_file(ballot_rows(("P1", "SNV", "Không biết"), ("P2", "SNV", 1), headings=("1.3",)))
    batches.import_ballots(actor=None, round_group_id=block.pk, respondents="dan", source=bring_one)
    assert points(block) == 1
    again = form_of(page, f"{home}group/{pk}/") | {"weight": "2"}
    answer = page.post(f"{home}group/{pk}/", again)
    assert answer.status_code == 422
    assert "Nhập lý do" in answer.content.decode()
    answer = page.post(f"{home}group/{pk}/", again | {"reason": "Theo CV 12"}, follow=True)
    assert "Trọng số" in answer.content.decode()
    assert group_of(block).weight == 1


@pytest.mark.parametrize(
    ("part", "typed", "told"),
    [
        ("survey", {"least_n": "3", "small_cell": "5"}, "nhỏ hơn hoặc bằng"),
        ("survey", {"least_n": "-1"}, "không được âm"),
        ("group", {"code": "có dấu"}, "không dấu"),
        ("group", {"code": "dan", "name": "Trùng"}, "đã có"),
        ("group", {"code": "x", "name": "X", "weight": "0"}, "lớn hơn 0"),
        ("scale", {"code": "x", "name": "X", "value-0": "300", "label-0": "Tốt", "share-0": "1"}, "1 đến 255"),
        ("scale", {"code": "x", "name": "X", "value-0": "1", "share-0": "50"}, "Nhập nội dung"),
        ("scale", {"code": "x", "name": "X"}, "ít nhất một mức"),
    ],
)
def test_what_is_typed_wrongly_is_told(
    block: RoundGroup, operator: User, part: str, typed: dict[str, str], told: str
) -> None:
    page, address = as_(operator), f"/dieu-tra/ke-hoach/{block.pk}/{part}/"
    before = everything()
    answer = page.post(address, form_of(page, address) | typed)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert everything() == before


@pytest.mark.parametrize("role", Role)
def test_who_opens_the_plans_pages(block: RoundGroup, role: Role) -> None:
    page = as_(person(role, UnitFactory.create()))
    works, reads = role in (Role.SURVEY_OPERATOR, Role.INDEX_MANAGER), role == Role.OBSERVER
    home = f"/dieu-tra/ke-hoach/{block.pk}/"
    assert page.get(home).status_code == (200 if works or reads else 403)
    assert page.get(f"{home}survey/").status_code == (200 if works else 403)
    assert page.post(f"{home}chep/").status_code == (302 if works else 403)
    assert page.get(f"{home}phu-luc.docx").status_code == (200 if works or reads else 403)
    missing = 404 if works else 403
    for address in ("group/987654/", "scale/987654/", "sheet/", "gi/"):
        assert page.get(home + address).status_code == missing
    assert page.get("/dieu-tra/ke-hoach/987654/").status_code == (404 if works or reads else 403)


def test_the_annex_says_the_plan(block: RoundGroup, operator: User) -> None:
    page, home = as_(operator), f"/dieu-tra/ke-hoach/{block.pk}/"
    assert page.get(f"{home}phu-luc.pdf").content.startswith(b"%PDF")
    assert page.get(f"{home}phu-luc.docx").content == page.get(f"{home}phu-luc.docx").content
    assert page.get(f"{home}phu-luc.txt").status_code == 404


def test_the_plan_costs_the_same_for_many_groups(
    block: RoundGroup, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        asked_group(block, code=f"nhom-{number}")
    with django_assert_max_num_queries(15):
        queries.plan_book(block)
