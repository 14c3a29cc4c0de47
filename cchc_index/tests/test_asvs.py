"""`docs/asvs.md` speaks of every clause of the standard, and what it names is there; the headers it promises too."""

import os
import re
import subprocess
import sys

import pytest
from django.test import Client

from deploy.service_files import ROOT

PAGE = (ROOT / "docs" / "asvs.md").read_text()
CLAUSES = """
1.1 2 · 1.2 9 · 1.3 11 · 1.4 3 · 1.5 2 · 2.1 3 · 2.2 3 · 2.3 4 · 2.4 1 · 3.2 2 · 3.3 4 · 3.4 6 · 3.5 5 · 3.7 2 ·
4.1 3 · 4.2 1 · 4.3 2 · 4.4 4 · 5.1 1 · 5.2 3 · 5.3 2 · 5.4 3 · 6.1 3 · 6.2 12 · 6.3 4 · 6.4 4 · 6.5 5 · 6.6 3 · 6.8 4 ·
7.1 3 · 7.2 4 · 7.3 2 · 7.4 5 · 7.5 2 · 7.6 2 · 8.1 2 · 8.2 3 · 8.3 1 · 8.4 1 · 9.1 3 · 9.2 4 · 10.1 2 · 10.2 2 ·
10.3 4 · 10.4 11 · 10.5 5 · 10.6 2 · 10.7 3 · 11.1 2 · 11.2 3 · 11.3 3 · 11.4 4 · 11.5 1 · 11.6 1 · 12.1 3 · 12.2 2 ·
12.3 4 · 13.1 1 · 13.2 5 · 13.3 2 · 13.4 5 · 14.1 2 · 14.2 4 · 14.3 3 · 15.1 3 · 15.2 3 · 15.3 7 · 16.1 1 · 16.2 5 ·
16.3 4 · 16.4 3 · 16.5 3 · 17.1 1 · 17.2 4 · 17.3 2
"""
"""Section and its last clause of level 1 or 2 in ASVS 5.0.0: they are numbered from 1, those of level 3 after."""
ROW = re.compile(r"^\| ([\d., ]+) \| ([a-z/ ]+) \| (.+) \|$", re.M)
PLACE = re.compile(r"`([\w./-]+\.(?:py|md|html|js|example|toml))(?:::(\w+))?`")


def test_every_clause_stands_once_and_none_is_invented() -> None:
    ends = dict(pair.split() for pair in CLAUSES.replace("\n", " ").split("·"))
    asked = [f"{section}.{n}" for section, last in ends.items() for n in range(1, int(last) + 1)]
    named = [number for numbers, _, _ in ROW.findall(PAGE) for number in numbers.split(", ")]
    assert len(asked) == 253
    assert sorted(named) == sorted(asked)
    assert {verdict for _, verdict, _ in ROW.findall(PAGE)} <= {"met", "partly", "not met", "n/a"}


def test_what_is_named_is_there() -> None:
    gone = []
    for path, test in PLACE.findall(PAGE):
        file = ROOT / path
        if not file.is_file() or (test and f"def {test}(" not in file.read_text()):
            gone.append(f"{path}::{test}")
    assert gone == []
    assert len(PLACE.findall(PAGE)) > 100


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/tai-khoan/dang-nhap/", "/khong-co/", "/api/v1/openapi.json", "/robots.txt"])
def test_headers_of_an_answer(client: Client, address: str) -> None:
    answer = client.get(address)
    policy = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
    for directive in ("object-src", "base-uri", "frame-ancestors"):
        assert policy[directive] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["default-src"] == "'self'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


def test_cookies_of_production_belong_to_this_host_alone() -> None:
    """In a process of its own: names are settled when the settings are read."""
    asked = (
        "import django; django.setup(); from django.conf import settings as s; from units.signin import devices as d;"
        "from cchc_index.lib.messages_kept import NamedCookie as m;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, d.COOKIE, m.cookie_name, "
        "s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_PATH, s.SESSION_COOKIE_DOMAIN)"
    )
    production = {
        "CCHC_PRODUCTION": "1",
        "SECRET_KEY": "only-for-this-test-" + "k" * 50,
        "LEDGER_KEY": "only-for-this-test-" + "l" * 50,
        "DJANGO_SETTINGS_MODULE": "cchc_index.settings",
    }
    run = [sys.executable, "-c", asked]
    told = subprocess.run(run, capture_output=True, text=True, check=True, cwd=ROOT, env=os.environ | production)
    names = ("sessionid", "csrftoken", "device", "messages")
    assert told.stdout.split() == [*(f"__Host-{name}" for name in names), "True", "/", "None"]
