"""Figures from other systems: two people open the door, one closes it, what comes in is checked, kept and shown."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from appraisal.tests.factories import Council, council
from appraisal.tests.pages import sign_in
from cchc_index.lib import clock
from criteria.tests.factories import RoundGroupFactory
from selfassess import ledger as whole
from selfassess.exchange import actions, ledger, queries
from selfassess.models import SelfAssessment, SelfScore, SourceFigure, SourceSystem
from selfassess.tests.factories import BANDS
from units.auditlog.models import LogEntry
from units.models import Membership, Role, Unit
from units.tests.factories import UnitGroupFactory, UserFactory, person

pytestmark = pytest.mark.django_db

PAGE = "/dieu-hanh/trao-doi-so-lieu/"
FIGURES = "/api/v1/exchange/figures"
SENT: dict[str, str] = {
    "reference": "DVC-2031-0001",
    "group": "so",
    "unit": "DV1",
    "criterion": "1.1",
    "field": "numerator",
    "value": "93",
    "as_of": "2026-06-30T17:00:00+07:00",
    "source": "Báo cáo quý II của Cổng dịch vụ công",
}


@pytest.fixture
def case(settings: Settings) -> Council:
    settings.PROOF_MINUTES = 0
    made = council()
    made.leaf.rule = BANDS
    made.leaf.save()
    SelfScore.objects.filter(criterion=made.leaf).update(figures={"numerator": "95", "denominator": "100"})
    return made


def opened(case: Council, *, may_write: bool = True) -> tuple[SourceSystem, str]:
    system = actions.propose_system(
        actor=case.manager, name="Cổng dịch vụ công", may_write=may_write, ends_on=clock.today() + timedelta(days=30),
        reason="Công văn 12/VP",
    )  # fmt: skip
    return system, actions.confirm_system(actor=person(Role.INDEX_MANAGER), system_id=system.pk)


def send(token: str, *figures: dict[str, Any], year: int = 2031, **headers: str) -> Any:
    body = json.dumps({"year": year, "figures": list(figures)})
    given = {"Authorization": f"Bearer {token}", **headers}
    return Client(enforce_csrf_checks=True).post(FIGURES, body, "application/json", headers=given)


def ask(token: str, query: str = "?year=2031") -> Any:
    return Client().get(f"{FIGURES}{query}", headers={"Authorization": f"Bearer {token}"})


def faults(answer: Any) -> list[tuple[int, str]]:
    assert all(fault["message"] and fault["repair"] for fault in answer.json()["faults"])
    return [(fault["row"], fault["field"]) for fault in answer.json()["faults"]]


# --- the door --------------------------------------------------------------------------------------


def test_two_managers_open_the_door_and_the_token_is_told_once(case: Council) -> None:
    first, second = sign_in(case.manager), sign_in(person(Role.INDEX_MANAGER))
    day = f"{clock.today() + timedelta(days=30):%d/%m/%Y}"
    given = {"verb": "propose", "name": "Một cửa điện tử", "kind": "write", "to": day, "reason": "Công văn 12/VP"}
    assert first.post(PAGE, given).status_code == 302
    system = SourceSystem.objects.get()
    assert "Chờ một người quản lý Chỉ số khác xác nhận" in first.get(PAGE).text
    assert first.post(PAGE, {"verb": "confirm", "row": system.pk}).status_code == 403
    answer = second.post(PAGE, {"verb": "confirm", "row": system.pk})
    token = re.findall(r"<code>([\w-]{43})</code>", answer.text)[0]
    assert answer["Cache-Control"] == "no-store"
    assert ask(token).status_code == 200
    assert token not in second.get(PAGE).text
    assert second.post(PAGE, {"verb": "confirm", "row": system.pk}).status_code == 422
    system.refresh_from_db()
    assert token not in json.dumps([*LogEntry.objects.values_list("after", flat=True)])
    assert len(system.digest) == 64


def test_a_fresh_role_opens_no_door(case: Council) -> None:
    system = actions.propose_system(
        actor=case.manager, name="Một cửa", may_write=True, ends_on=clock.today(), reason="Kế hoạch kết nối."
    )
    second = person(Role.INDEX_MANAGER)
    Membership.objects.filter(user=second).update(confirmed_at=clock.now())
    with pytest.raises(PermissionDenied):
        actions.confirm_system(actor=second, system_id=system.pk)
    Membership.objects.filter(user=second).update(confirmed_at=clock.now() - timedelta(days=30))
    assert actions.confirm_system(actor=second, system_id=system.pk)


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.UNIT_HEAD, Role.COUNCIL_MEMBER, Role.SURVEY_OPERATOR, None])
def test_nobody_else_sees_opens_or_closes(case: Council, role: Role | None) -> None:
    system, _ = opened(case)
    user = UserFactory.create() if role is None else person(role, case.first if role is Role.UNIT_HEAD else None)
    client = sign_in(user)
    assert client.get(PAGE).status_code == 403
    for verb in ("propose", "confirm", "revoke"):
        assert client.post(PAGE, {"verb": verb, "row": system.pk}).status_code == 403
    system.refresh_from_db()
    assert system.state == SourceSystem.State.ACTIVE


def test_a_proposal_lacks_nothing_and_ends(case: Council) -> None:
    client = sign_in(case.manager)
    for change, said in (
        ({"name": ""}, "Ghi tên hệ thống."),
        ({"to": "mai"}, "Ngày không đọc được"),
        ({"to": "01/01/2020"}, "Ngày hết hạn phải từ hôm nay"),
        ({"reason": " "}, "Ghi căn cứ kết nối."),
    ):
        given = {"verb": "propose", "name": "Một cửa", "kind": "read", "to": "31/12/2026", "reason": "CV 1", **change}
        answer = client.post(PAGE, given)
        assert answer.status_code == 422
        assert said in answer.text
    assert not SourceSystem.objects.exists()


def test_one_manager_closes_it_at_once_with_a_reason(case: Council) -> None:
    system, token = opened(case)
    client = sign_in(case.manager)
    assert "Ghi lý do ngắt" in client.post(PAGE, {"verb": "revoke", "row": system.pk, "reason": " "}).text
    assert ask(token).status_code == 200
    client.post(PAGE, {"verb": "revoke", "row": system.pk, "reason": "Lộ khóa"})
    assert ask(token).status_code == send(token, SENT).status_code == 401
    assert not SourceFigure.objects.exists()
    assert [*ledger.check()] == []


def test_a_door_ends_with_its_day(case: Council) -> None:
    _, token = opened(case)
    with clock.at(clock.now() + timedelta(days=31)):
        assert ask(token).status_code == 401


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Basic abc", "Bearer " + "x" * 43])
def test_no_token_is_no_key_and_fills_no_log(case: Council, given: str) -> None:
    opened(case)
    before = LogEntry.objects.count()
    answer = Client().get(f"{FIGURES}?year=2031", headers={"Authorization": given})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert LogEntry.objects.count() == before


def test_a_session_opens_nothing_here(case: Council) -> None:
    assert sign_in(case.manager).get(f"{FIGURES}?year=2031").status_code == 401


def test_who_only_reads_hears_that_before_what_is_wrong(case: Council) -> None:
    _, token = opened(case, may_write=False)
    answer = send(token, {"nothing": "right"})
    assert (answer.status_code, answer.json()["faults"]) == (403, [])
    assert ask(token).status_code == 200


# --- what comes in ---------------------------------------------------------------------------------


def test_figures_are_kept_with_source_and_time_and_read_back(case: Council) -> None:
    system, token = opened(case)
    other = SENT | {"reference": "DVC-2031-0002", "field": "denominator", "value": "100.25"}
    assert send(token, SENT, other).json() == {"stored": 2, "unchanged": 0}
    told = ask(token).json()
    assert [(row["reference"], row["value"]) for row in told["figures"]] == [
        ("DVC-2031-0001", "93"),
        ("DVC-2031-0002", "100.25"),
    ]
    assert datetime.fromisoformat(told["figures"][0]["as_of"]) == datetime.fromisoformat(SENT["as_of"])
    assert told["figures"][0]["source"] == SENT["source"]
    assert ask(token, f"?year=2031&after={told['figures'][0]['number']}").json()["figures"][0]["value"] == "100.25"
    assert SelfScore.objects.get(criterion=case.leaf, assessment__unit=case.first).figures["numerator"] == "95"
    verbs = LogEntry.objects.filter(object_type="selfassess.sourcesystem", object_id=str(system.pk))
    assert [*verbs.order_by("number").values_list("verb", flat=True)][2:] == ["exchange.write", *["exchange.read"] * 2]
    assert verbs.latest("number").actor_name == "hệ thống Cổng dịch vụ công"
    assert [*ledger.check()] == []


def test_the_same_again_changes_nothing_and_another_content_is_a_fault(case: Council) -> None:
    _, token = opened(case)
    send(token, SENT)
    assert send(token, SENT).json() == {"stored": 0, "unchanged": 1}
    for changed in ({"value": "94"}, {"unit": "DV2"}, {"source": "khác"}, {"as_of": "2026-06-29T17:00:00+07:00"}):
        assert faults(send(token, SENT | changed)) == [(1, "reference")]
    assert SourceFigure.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"group": "quan"}, "group"),
        ({"unit": "XYZ"}, "unit"),
        ({"criterion": "9.9"}, "criterion"),
        ({"criterion": "1.3"}, "criterion"),  # of the survey
        ({"criterion": "1.2"}, "field"),  # points are typed there
        ({"field": "option"}, "field"),
        ({"value": "-1"}, "value"),
        ({"value": "1e3"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"value": "1,5"}, "value"),
        ({"value": "1.23456"}, "value"),
        ({"value": 93}, "value"),
        ({"value": 0.1}, "value"),
        ({"as_of": "2026-06-30"}, "as_of"),
        ({"as_of": "2026-06-30T17:00:00"}, "as_of"),
        ({"as_of": None}, "as_of"),
        ({"as_of": "9000-06-30T17:00:00+07:00"}, "as_of"),
        ({"source": ""}, "source"),
        ({"source": "x" * 301}, "source"),
        ({"reference": ["a"]}, "reference"),
        ({"points": "2"}, "points"),
    ],
)
def test_a_wrong_figure_is_named_by_its_field_and_nothing_is_kept(
    case: Council, change: dict[str, Any], field: str
) -> None:
    _, token = opened(case)
    answer = send(token, SENT | {"reference": "khác"}, SENT | change)
    assert answer.status_code == 422
    assert faults(answer) == [(2, field)]
    assert not SourceFigure.objects.exists()
    assert LogEntry.objects.latest("number").verb == "exchange.refused"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b"\xff", b'{"year": "2031", "figures": [1]}', b"[" * 5000, b'{"year": true}']
)
def test_what_is_no_body_is_refused_in_words(case: Council, body: bytes) -> None:
    _, token = opened(case)
    answer = Client().post(FIGURES, body, "application/json", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 422
    assert faults(answer) == [(0, "")]


def test_too_many_and_too_much_are_refused(case: Council) -> None:
    _, token = opened(case)
    many = [SENT | {"reference": str(n)} for n in range(501)]
    assert faults(send(token, *many)) == [(0, "figures")]
    assert send(token, *(SENT | {"source": "x" * 2_000} for _ in range(2_000))).status_code == 413
    assert faults(send(token, SENT, SENT)) == [(2, "reference")]
    assert send(token, SENT, year=2099).status_code == 422


def test_calls_of_a_minute_are_limited_for_each_system_alone(case: Council, settings: Settings) -> None:
    settings.EXCHANGE_CALLS = 3
    _, token = opened(case)
    _, other = opened(case)
    assert [ask(token).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert ask(token)["Retry-After"] == "60"
    assert ask(other).status_code == 200
    with clock.at(clock.now() + timedelta(seconds=61)):
        assert ask(token).status_code == 200


def test_queries_do_not_grow_with_figures(case: Council, django_assert_max_num_queries: Any) -> None:
    _, token = opened(case)
    with django_assert_max_num_queries(99) as few:
        send(token, SENT)
    with django_assert_max_num_queries(len(few.captured_queries)):
        send(token, *(SENT | {"reference": f"r{n}"} for n in range(80)))


# --- what is seen ----------------------------------------------------------------------------------


def test_the_council_sees_it_beside_what_the_unit_declared(case: Council) -> None:
    page = reverse("appraisal:cell", args=["so", "DV1", "1.1"])
    assert "Số liệu từ hệ thống khác" not in sign_in(case.manager).get(page).text
    _, token = opened(case)
    send(token, SENT, SENT | {"reference": "2", "field": "denominator", "value": "100"})
    text = re.sub(r"\s+", " ", sign_in(case.manager).get(page).text)
    assert "khác số đơn vị khai: 95" in text
    assert "Cổng dịch vụ công: Báo cáo quý II của Cổng dịch vụ công, tính đến 30/06/2026 17:00" in text
    lines = queries.beside(case.round_group, case.first, case.leaf, {"numerator": "95", "denominator": "100"})
    assert [(one.value, one.differs) for one in lines] == [("93", True), ("100", False)]
    send(token, SENT | {"reference": "3", "value": "95", "as_of": "2026-07-30T17:00:00+07:00"})
    newest = queries.beside(case.round_group, case.first, case.leaf, {"numerator": "95"})
    assert [(one.value, one.differs, one.declared) for one in newest] == [("95", False, "95"), ("100", True, "")]
    assert queries.beside(case.round_group, case.second, case.leaf, {}) == []


def test_the_unit_sees_what_others_sent_of_it_beside_what_it_declares(case: Council) -> None:
    page = reverse("selfassess:criterion", args=[SelfAssessment.objects.get(unit=case.first).pk, case.leaf.pk])
    assert "Số liệu từ hệ thống khác" not in sign_in(case.officer).get(page).text
    _, token = opened(case)
    send(token, SENT, SENT | {"reference": "2", "field": "denominator", "value": "100"})
    send(token, SENT | {"reference": "3", "unit": "DV2", "value": "77"})
    text = re.sub(r"\s+", " ", sign_in(case.officer).get(page).text)
    assert "<b>93 " in text or "<b>93</b>" in text
    assert "khác số đã khai: 95" in text
    assert "Cổng dịch vụ công: Báo cáo quý II của Cổng dịch vụ công, tính đến 30/06/2026 17:00" in text
    assert "77" not in re.findall(r'id="beside".*?</section>', text)[0]


def test_a_unit_that_is_not_measured_in_the_year_gets_no_figure(case: Council) -> None:
    _, token = opened(case)
    Unit.objects.filter(pk=case.first.pk).update(valid_to=case.round_group.round.assessed_to - timedelta(days=1))
    assert faults(send(token, SENT)) == [(1, "unit")]
    assert send(token, SENT | {"unit": "DV2"}).json() == {"stored": 1, "unchanged": 0}


def test_blocks_that_a_call_does_not_name_are_not_read(case: Council, django_assert_max_num_queries: Any) -> None:
    _, token = opened(case)
    with django_assert_max_num_queries(99) as few:
        send(token, SENT)
    for code in ("huyen", "phuong"):
        RoundGroupFactory.create(
            round=case.round_group.round,
            group=UnitGroupFactory.create(code=code),
            criteria_set=case.round_group.criteria_set,
        )
    with django_assert_max_num_queries(len(few.captured_queries)):
        send(token, SENT | {"reference": "2"})


def fits(value: object, shape: dict[str, Any], shapes: dict[str, Any]) -> bool:
    """Whether an answer is what the document says of it: every field that is named, no other, each of its type."""
    if "$ref" in shape:
        return fits(value, shapes[shape["$ref"].rpartition("/")[2]], shapes)
    kinds = {"string": str, "integer": int, "null": type(None), "array": list, "object": dict}
    named = shape["type"] if isinstance(shape["type"], list) else [shape["type"]]
    if type(value) not in {kinds[kind] for kind in named}:
        return False
    if isinstance(value, list):
        return all(fits(each, shape["items"], shapes) for each in value)
    if isinstance(value, dict):
        fields = shape["properties"]
        return value.keys() == set(shape["required"]) and all(
            fits(value[name], fields[name], shapes) for name in fields
        )
    return True


def test_every_answer_is_as_the_document_says(case: Council, settings: Settings) -> None:
    _, token = opened(case)
    _, reader = opened(case, may_write=False)
    document = Client().get("/api/v1/exchange/openapi.json").json()
    shapes = document["components"]["schemas"]
    asked = {"Authorization": f"Bearer {token}"}
    answers = [
        ("/figures", "post", send(token, SENT)),
        ("/figures", "post", send(token, SENT | {"value": "1e3"})),
        ("/figures", "post", send(reader, SENT)),
        ("/figures", "post", send("x", SENT)),
        ("/figures", "post", send(token, *(SENT | {"source": "x" * 2_000} for _ in range(2_000)))),
        ("/figures", "get", ask(token)),
        ("/figures", "get", ask(token, "?year=1999")),
        ("/figures", "get", ask("x")),
        ("/fields", "get", Client().get("/api/v1/exchange/fields?year=2031", headers=asked)),
        ("/fields", "get", Client().get("/api/v1/exchange/fields", headers=asked)),
    ]
    settings.EXCHANGE_CALLS = 0
    answers.append(("/figures", "get", ask(token)))
    seen = set()
    for path, method, answer in answers:
        told = document["paths"][path][method]["responses"][str(answer.status_code)]["content"]
        assert fits(answer.json(), told["application/json"]["schema"], shapes), (path, method, answer.status_code)
        seen.add(answer.status_code)
    assert seen == {200, 401, 403, 404, 413, 422, 429}
    assert not fits({"stored": "1", "unchanged": 0}, shapes["DeliveryShape"], shapes)
    assert not fits({"stored": 1, "unchanged": 0, "more": 1}, shapes["DeliveryShape"], shapes)


def test_the_document_names_what_is_answered(case: Council) -> None:
    _, token = opened(case)
    document = Client().get("/api/v1/exchange/openapi.json").json()
    shapes = document["components"]["schemas"]
    assert set(document["paths"]) == {"/fields", "/figures"}
    assert set(shapes["SentFigure"]["required"]) == SENT.keys()
    sent = send(token, SENT)
    assert set(sent.json()) == set(shapes["DeliveryShape"]["required"])
    told = ask(token).json()
    assert set(told["figures"][0]) == set(shapes["KeptFigure"]["required"])
    answer = Client().get("/api/v1/exchange/fields?year=2031", headers={"Authorization": f"Bearer {token}"}).json()
    assert [(row["criterion"], row["field"]) for row in answer["fields"]] == [
        ("1.1", "numerator"),
        ("1.1", "denominator"),
    ]
    assert set(answer["fields"][0]) == set(shapes["FieldShape"]["required"])
    assert set(send(token, {}).json()) == set(shapes["RefusalShape"]["required"])
    assert Client().get(FIGURES, headers={"Authorization": f"Bearer {token}"}).status_code == 404


# --- the proof -------------------------------------------------------------------------------------

TAMPERINGS = (
    "UPDATE selfassess_sourcesystem SET may_write = NOT may_write",
    "UPDATE selfassess_sourcesystem SET ends_on = '2099-01-01'",
    "UPDATE selfassess_sourcesystem SET digest = 'x'",
    "UPDATE selfassess_sourcesystem SET name = 'khác'",
    "UPDATE selfassess_sourcesystem SET reason = 'khác'",
    "UPDATE selfassess_sourcefigure SET value = 95",
    "UPDATE selfassess_sourcefigure SET source = 'khác'",
    "UPDATE selfassess_sourcefigure SET as_of = '2026-01-01 00:00:00+00:00'",
    "UPDATE selfassess_sourcefigure SET received_at = '2026-01-01 00:00:00+00:00'",
    "UPDATE selfassess_sourcefigure SET field = 'denominator'",
    "UPDATE selfassess_sourcefigure SET reference = 'x'",
    "DELETE FROM selfassess_sourcefigure",
)


def test_every_change_behind_the_programs_back_is_found(case: Council) -> None:
    _, token = opened(case)
    send(token, SENT)
    unnoticed = []
    for statement in TAMPERINGS:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement)
            unnoticed += [] if [*ledger.check()] else [statement]
            transaction.set_rollback(True)
    assert unnoticed == []
    assert [*ledger.check()] == []
    SourceFigure.objects.update(value=95)
    assert any(line.startswith("Số liệu từ hệ thống khác") for line in whole.check(files=False))


def test_one_person_never_opens_a_door_in_the_database_either(case: Council) -> None:
    system, _ = opened(case)
    with pytest.raises(Exception, match="system_opened_by_two"), transaction.atomic():
        SourceSystem.objects.filter(pk=system.pk).update(confirmed_by=case.manager)
