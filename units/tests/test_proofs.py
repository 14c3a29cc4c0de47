"""A fresh proof before what cannot be taken back, nothing typed lost; sessions that idle end."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from cchc_index.lib import clock
from units.models import Role, RoleProposal, User
from units.roles.actions import RoleWish, propose_roles
from units.tests.factories import UnitFactory, UserFactory, person
from units.tests.test_second_factor import PASSWORD, code_of, sign_in, switch_on

pytestmark = pytest.mark.django_db
PROPOSALS = "/dieu-hanh/nguoi-dung/de-nghi/"
PROOF = "/tai-khoan/xac-nhan/"
HOME = "/tai-khoan/"


@pytest.fixture(autouse=True)
def _asked(settings: Settings) -> None:
    settings.PROOF_MINUTES = 60


@pytest.fixture
def proposal() -> RoleProposal:
    """A head who waits for a second manager."""
    person(Role.INDEX_MANAGER, username="an")
    first = person(Role.INDEX_MANAGER)
    wish = RoleWish(UserFactory.create(), Role.UNIT_HEAD, UnitFactory.create())
    return propose_roles(actor=first, wishes=[wish], reason="Quyết định 1")[0]


def confirm(client: Client, row: RoleProposal) -> Any:
    return client.post(PROPOSALS, {"verb": "confirm", "proposals": row.pk})


def state(row: RoleProposal) -> str:
    row.refresh_from_db()
    return row.state


def signed_in_long_ago(name: str = "an") -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def test_who_signed_in_within_the_hour_is_not_asked(proposal: RoleProposal) -> None:
    client, _ = sign_in("an")
    assert confirm(client, proposal)["Location"] == PROPOSALS
    assert state(proposal) == RoleProposal.State.CONFIRMED


def test_an_old_proof_is_asked_for_and_what_was_sent_is_done_after_it(proposal: RoleProposal) -> None:
    client = signed_in_long_ago()
    asked = confirm(client, proposal)
    assert asked["Location"] == f"{PROOF}?next={PROPOSALS.replace('/', '%2F')}"
    assert state(proposal) == RoleProposal.State.OPEN
    assert "được giữ nguyên" in client.get(asked["Location"]).text
    assert "Mật khẩu chưa đúng" in client.post(asked["Location"], {"password": "sai"}).text
    assert state(proposal) == RoleProposal.State.OPEN
    assert client.post(asked["Location"], {"password": PASSWORD})["Location"] == PROPOSALS
    assert state(proposal) == RoleProposal.State.CONFIRMED


@pytest.mark.parametrize(("minutes", "asked"), [(59, False), (61, True)])
def test_a_proof_ages_while_the_session_lives(proposal: RoleProposal, minutes: int, asked: bool) -> None:
    client, _ = sign_in("an")
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY][0]["at"] -= minutes * 60
    session.save()
    assert confirm(client, proposal)["Location"].startswith(PROOF) == asked
    assert (state(proposal) == RoleProposal.State.OPEN) == asked


def test_a_refusal_keeps_the_words_over_the_proof(proposal: RoleProposal) -> None:
    client = signed_in_long_ago()
    sent = {"verb": "refuse", "proposal": proposal.pk, "reason": "Chưa có quyết định bổ nhiệm"}
    client.post(client.post(PROPOSALS, sent)["Location"], {"password": PASSWORD})
    proposal.refresh_from_db()
    assert proposal.decision_reason == "Chưa có quyết định bổ nhiệm"


def test_who_may_not_is_refused_before_any_proof(proposal: RoleProposal) -> None:
    UserFactory.create(username="la")
    assert confirm(signed_in_long_ago("la"), proposal).status_code == 403


def test_a_code_is_a_proof_too(proposal: RoleProposal) -> None:
    client, _ = sign_in("an")
    secret = switch_on(client)
    old = signed_in_long_ago()
    asked = confirm(old, proposal)["Location"]
    way = old.get(asked).context["reauthentication_alternatives"][0]["url"]
    assert way.startswith(reverse("mfa_reauthenticate"))
    assert old.post(way, {"code": "000000"}).status_code == 200
    assert state(proposal) == RoleProposal.State.OPEN
    old.post(way, {"code": code_of(secret, steps=1)})
    assert state(proposal) == RoleProposal.State.CONFIRMED
    assert Authenticator.objects.exists()


def test_who_has_no_way_to_prove_it_is_refused(proposal: RoleProposal) -> None:
    user = User.objects.get(username="an")
    user.set_unusable_password()
    user.save()
    assert confirm(signed_in_long_ago(), proposal).status_code == 403
    assert state(proposal) == RoleProposal.State.OPEN


def test_a_proof_for_one_account_is_none_for_another(proposal: RoleProposal) -> None:
    """Signing in as somebody else in the same browser brings no proof along."""
    client, _ = sign_in("an")
    UserFactory.create(username="la")
    client.force_login(User.objects.get(username="la"))
    client.force_login(User.objects.get(username="an"))
    assert confirm(client, proposal)["Location"].startswith(PROOF)


# --- idle ---------------------------------------------------------------------------------------------


def test_a_session_that_idles_ends(settings: Settings) -> None:
    settings.SESSION_IDLE_MINUTES = 120
    UserFactory.create(username="an")
    client, _ = sign_in("an")
    begun = clock.now()
    for minutes in (0, 100, 200, 300):  # at work
        with clock.at(begun + timedelta(minutes=minutes)):
            assert client.get(HOME).status_code == 200
    with clock.at(begun + timedelta(minutes=300 + 121)):
        assert client.get(HOME)["Location"].startswith("/tai-khoan/dang-nhap/")


@pytest.mark.parametrize("idle", [120, 0])
def test_a_session_ends_ten_hours_after_signing_in_however_busy(settings: Settings, idle: int) -> None:
    settings.SESSION_IDLE_MINUTES = idle
    UserFactory.create(username="an")
    client, _ = sign_in("an")
    begun = clock.now()
    for minutes in range(0, 600, 60):
        with clock.at(begun + timedelta(minutes=minutes)):
            assert client.get(HOME).status_code == 200
    with clock.at(begun + timedelta(minutes=602)):
        assert client.get(HOME)["Location"].startswith("/tai-khoan/dang-nhap/")


def test_what_an_idle_session_sends_is_shown_again(settings: Settings) -> None:
    settings.SESSION_IDLE_MINUTES = 120
    UserFactory.create(username="an")
    client, _ = sign_in("an")
    client.get(HOME)
    with clock.at(clock.now() + timedelta(minutes=121)):
        sent = {"reason": "Lời dài đã gõ"}
        page = client.post(PROPOSALS, sent, headers={"Origin": "http://testserver", "Accept": "text/html"})
    assert "Lời dài đã gõ" in page.text


def test_reading_writes_the_session_now_and_then_only(settings: Settings) -> None:
    settings.SESSION_IDLE_MINUTES = 120
    UserFactory.create(username="an")
    client, _ = sign_in("an")
    begun = clock.now()
    with clock.at(begun):
        client.get(HOME)
        seen = client.session["seen"]
    with clock.at(begun + timedelta(minutes=11)):
        client.get(HOME)
    assert client.session["seen"] == seen
    with clock.at(begun + timedelta(minutes=13)):
        client.get(HOME)
    assert client.session["seen"] > seen


def test_without_the_setting_nothing_idles(settings: Settings) -> None:
    settings.SESSION_IDLE_MINUTES = 0
    UserFactory.create(username="an")
    client, _ = sign_in("an")
    client.get(HOME)
    with clock.at(clock.now() + timedelta(minutes=500)):
        assert client.get(HOME).status_code == 200
