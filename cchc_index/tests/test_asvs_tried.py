"""What `docs/asvs.md` claims and can be tried over HTTP is tried: cookies, sessions, methods, hosts, redirects,
headers, words of a fault. The clause stands with each test."""

import re
from collections.abc import Iterator
from http.cookies import Morsel

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import get_resolver, reverse
from pytest_django import Settings

from cchc_index.configuration.signing_in import single_sign_on
from cchc_index.tests.test_rights_first import patterns
from results.tests import bundles
from results.tests.published import publish
from selfassess.tests.factories import DocumentFactory, tiny_pdf
from units.auditlog.models import LogEntry
from units.mail.models import Mail
from units.mail.queries import body_of
from units.models import Role, User
from units.tests.factories import UserFactory, person

pytestmark = pytest.mark.django_db
LOGIN, PASSWORD = "/tai-khoan/dang-nhap/", "Con mèo đen ngủ trưa 1"
METHODS = ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "CONNECT")


@pytest.fixture
def user() -> User:
    made = person(Role.INDEX_MANAGER)
    made.set_password(PASSWORD)
    made.save()
    return made


def signed_in(client: Client, user: User) -> dict[str, "Morsel[str]"]:
    """The cookies of signing in over https."""
    client.get(LOGIN, secure=True)
    answer = client.post(LOGIN, {"username": user.username, "password": PASSWORD}, secure=True)
    assert answer.status_code == 302
    return dict(answer.cookies)


# --- cookies and sessions (3.3, 7.2, 7.4) ---------------------------------------------------------------


def test_every_cookie_has_its_attributes(client: Client, settings: Settings, user: User) -> None:
    """3.3.1, 3.3.2, 3.3.4."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    cookies = signed_in(client, user)
    assert {"sessionid", "csrftoken", "device"} <= cookies.keys()
    for name, cookie in cookies.items():
        assert (bool(cookie["secure"]), cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
        assert bool(cookie["httponly"]) is (name != "csrftoken"), name


def test_a_session_gets_a_new_key_at_signing_in_and_at_a_new_password(client: Client, user: User) -> None:
    """7.2.4: a key that somebody planted before is worth nothing, and one that was seen ends with the password."""
    client.get(LOGIN)
    planted = client.session
    planted["nam"] = 2031
    planted.save()
    client.cookies["sessionid"] = str(planted.session_key)
    first = signed_in(client, user)["sessionid"].value
    assert first != planted.session_key
    assert not Session.objects.filter(pk=planted.session_key).exists()
    elsewhere = Client()
    signed_in(elsewhere, user)
    new = "Con mèo trắng ngủ tối 2"
    typed = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post(reverse("account_change_password"), typed).status_code == 302
    assert client.cookies["sessionid"].value != first
    assert client.get("/dieu-hanh/").status_code == 200
    assert elsewhere.get("/dieu-hanh/").status_code == 302, "the other browser is out"


def test_leaving_ends_the_session_for_whoever_kept_its_cookie(client: Client, user: User) -> None:
    """7.4.1."""
    key = signed_in(client, user)["sessionid"].value
    assert client.get("/dieu-hanh/").status_code == 200
    client.post(reverse("account_logout"))
    thief = Client()
    thief.cookies["sessionid"] = key
    assert thief.get("/dieu-hanh/").status_code == 302
    assert not Session.objects.filter(pk=key).exists()


def test_a_role_that_ends_is_felt_in_the_open_session(client: Client) -> None:
    """7.4.2, 8.3.1: rights are read anew with each request."""
    manager = person(Role.INDEX_MANAGER)
    client.force_login(manager)
    assert client.get("/dieu-hanh/").status_code == 200
    manager.memberships.update(active=False)
    assert client.get("/dieu-hanh/").status_code == 403


# --- headers (3.2, 3.4, 4.1, 14.2, 14.3) ------------------------------------------------------------------


def shown(client: Client) -> Iterator[str]:
    """Pages of each kind for an index manager."""
    yield from ("/", LOGIN, "/dieu-hanh/", "/dieu-tra/", "/huong-dan/", "/tai-khoan/xac-thuc-hai-lop/", "/quan-tri/")


def test_pages_of_who_is_signed_in_are_kept_by_nobody_else(client: Client, user: User) -> None:
    """14.2.2, 14.3.2: no cache between us and the browser keeps them, and none lets another site read them (3.4.2)."""
    client.force_login(user)
    for address in shown(client):
        answer = client.get(address, follow=True, headers={"Origin": "https://ke-khac.example"})
        kept = answer.headers.get("Cache-Control", "")
        assert "public" not in kept, address
        assert "Cookie" in answer.headers.get("Vary", "") or "no-store" in kept, address
        assert "Access-Control-Allow-Origin" not in answer.headers, address
        assert answer.headers["X-Frame-Options"] == "DENY", address


def test_what_others_may_read_is_read_without_a_session(client: Client) -> None:
    """3.4.2: everybody's origin, and never with credentials."""
    publish(bundles.small())
    answer = client.get("/api/v1/publications", headers={"Origin": "https://ke-khac.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert not answer.cookies


def test_text_says_its_letters_and_nobody_guesses_its_kind(client: Client, user: User) -> None:
    """3.4.4, 4.1.1."""
    publish(bundles.small())
    client.force_login(user)
    addresses = ["/", "/robots.txt", "/khong-co/", "/api/v1/openapi.json", "/suc-khoe/", "/api/v1/khong-co"]
    kinds = set()
    for address in addresses:
        answer = client.get(address)
        kind = answer.headers["Content-Type"]
        kinds.add(kind.partition(";")[0])
        assert not kind.startswith("text/") or "charset=utf-8" in kind, address
        assert answer.headers["X-Content-Type-Options"] == "nosniff", address
    assert {"text/html", "text/plain", "application/json"} <= kinds


def test_a_file_leaves_under_a_harmless_name_and_runs_nowhere(client: Client) -> None:
    """3.2.1, 5.4.1: the name that somebody gave it makes no header and no path."""
    document = DocumentFactory.create(original_name='a"; x=\r\nSet-Cookie: b=1; ../../e.pdf')
    client.force_login(person(Role.UNIT_OFFICER, document.unit))
    answer = client.get(reverse("selfassess:document", args=[document.pk]))
    assert answer.status_code == 200
    said = answer.headers["Content-Disposition"]
    assert not set("\r\n") & set(said)
    assert "b" not in answer.cookies
    assert b"".join(answer) == tiny_pdf()
    assert "no-store" in answer.headers["Cache-Control"]
    assert "script-src" not in (policy := answer.headers["Content-Security-Policy"])
    assert policy.startswith("default-src 'self'"), "of a PDF; whatever else is shown stands in a sandbox"
    saved = client.get(reverse("selfassess:document", args=[document.pk]), {"tai-ve": "1"})
    assert b"".join(saved) == tiny_pdf()


# --- what a client sends (3.5, 3.7, 4.1, 13.4) ------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        "https://ke-khac.example/", "//ke-khac.example/", "///ke-khac.example", "/\\ke-khac.example",
        "\\\\ke-khac.example",         "javascript:alert(1)", "http:ke-khac.example", "https:///ke-khac.example",
        "/%09/ke-khac.example",
        "ht\ttps://ke-khac.example", "https://testserver@ke-khac.example/", " //ke-khac.example",
    ],
)  # fmt: skip
def test_nobody_is_led_to_another_site(client: Client, user: User, place: str) -> None:
    """3.7.2, at signing in, at leaving, and at the choice of the year."""
    answer = client.post(f"{LOGIN}?next={place}", {"username": user.username, "password": PASSWORD, "next": place})
    led = [answer]
    led.append(client.post(reverse("switch-year"), {"year": "2031", "next": place}, headers={"Referer": place}))
    led.append(client.post(reverse("account_logout"), {"next": place}))
    for each in led:
        assert each.status_code == 302
        assert re.match(r"/(?![/\\])[^\x00-\x20]*$", each.headers["Location"]), each.headers["Location"]
        assert "ke-khac" not in each.headers["Location"].partition("?")[0].partition("/%09")[0]


@pytest.mark.parametrize("method", METHODS)
def test_other_methods_do_nothing(client: Client, user: User, method: str) -> None:
    """13.4.4: refused or answered like a look, on pages of each kind; nothing is written."""
    client.force_login(user)
    before = LogEntry.objects.count()
    for address in (*shown(client), "/api/v1/publications", "/suc-khoe/", "/robots.txt"):
        answer = client.generic(method, address, b"x=1", content_type="application/x-www-form-urlencoded")
        assert answer.status_code < 500, address
    assert LogEntry.objects.count() == before


def test_a_form_without_its_token_is_taken_nowhere(user: User) -> None:
    """3.5.1: at every address of the site that takes a form, but the two kinds that look at no cookie."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    free = {name for name, pattern in patterns(get_resolver()) if getattr(pattern.callback, "csrf_exempt", False)}
    assert all(name.startswith(("results:", "surveys:ballot", "exchange:")) for name in free), free
    for address in (LOGIN, reverse("switch-year"), reverse("account_logout"), reverse("account_change_password")):
        assert client.post(address, {"username": "a"}).status_code == 403, address
    assert client.session.get("_auth_user_id"), "nobody was signed out by it"


def test_another_hosts_name_is_believed_nowhere(client: Client, settings: Settings, user: User) -> None:
    """13.4, 4.1.3: refused in the request, not read from the proxy's headers, and never in a letter."""
    assert client.get(LOGIN, headers={"Host": "ke-khac.example"}).status_code == 400
    forged = dict.fromkeys(("X-Forwarded-Host", "X-Forwarded-Server", "X-Original-Host"), "ke-khac.example")
    for address in (LOGIN, "/dieu-hanh/", "/quan-tri/"):
        answer = client.get(address, headers=forged)
        assert "ke-khac" not in answer.headers.get("Location", "") + answer.text
    settings.ALLOWED_HOSTS = ["*"]
    client.post(reverse("account_reset_password"), {"name": user.username}, headers={"Host": "ke-khac.example"})
    (letter,) = Mail.objects.all()
    assert "/dat-mat-khau/" in (body := body_of(letter))
    assert "ke-khac" not in body


# --- words of a fault, and addresses that the server itself asks (13.4, 15.3, 16.5) --------------------------


@pytest.mark.parametrize("address", ["/khong-co/", "/dieu-hanh/", "/%ff/", "/tai-khoan/dang-nhap/?next=%00"])
def test_a_fault_tells_nothing_of_the_machine(address: str, settings: Settings) -> None:
    """13.4.2, 16.5.1."""
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory.create())
    text = client.get(address).text
    for word in ("Traceback", str(settings.BASE_DIR), "site-packages", "DJANGO", "settings.", "Exception", "psycopg"):
        assert word not in text, word


def test_the_identity_provider_is_asked_over_https_alone_in_production() -> None:
    """12.3.1, 15.3.2: an address of settings, never of a request, and not in the clear."""
    given = {"client": "cchc", "secret": PASSWORD, "name": ""}
    with pytest.raises(ImproperlyConfigured, match="https"):
        single_sign_on("http://dang-nhap.example.vn", **given, production=True)
    assert single_sign_on("https://dang-nhap.example.vn", **given, production=True)
    assert single_sign_on("http://127.0.0.1:8080", **given, production=False)
