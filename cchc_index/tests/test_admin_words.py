"""Every page of the administration and every row of a whole year's log, read as an inspector reads them."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import django
import import_export
import pytest
from django.contrib import admin
from django.test import Client
from django.utils.translation import gettext

from cchc_index.lib import request_number
from cchc_index.tests.ledger_year import year
from cchc_index.tests.test_words import forbidden
from units.auditlog.models import LogEntry
from units.auditlog.queries import verb_words
from units.models import User

SHOWN = re.compile(r'\b(?:aria-label|title|placeholder|alt)="([^"]*)"|type="submit"[^>]*value="([^"]*)"')
UNSEEN = re.compile(r"<script.*?</script>|<style.*?</style>|<!--.*?-->", re.DOTALL)
MESSAGE = re.compile(r'^msgid(?:_plural)? ((?:"(?:[^"\\]|\\.)*"\n)+)', re.MULTILINE)
HOLE = re.compile(r"%\(\w+\)\w|%\w|\\?{\w*\\?}")
CATALOGUES = (
    *Path(django.__path__[0]).glob("contrib/*/locale/en/LC_MESSAGES/django.po"),
    *Path(django.__path__[0]).glob("conf/locale/en/LC_MESSAGES/django.po"),
    *Path(import_export.__path__[0]).glob("locale/vi/LC_MESSAGES/django.po"),
)
OWN_ENGLISH = ("True", "False", "None", "Can (?:add|change|delete|view) .+", "Search")
"""What Django writes without asking its catalogues."""


def _texts(page: str) -> set[str]:
    """What a page says: between its elements, and in the attributes that are shown or read out."""
    seen = UNSEEN.sub("", page)
    found = ["".join(pair) for pair in SHOWN.findall(seen)] + re.split(r"<[^>]*>", seen)
    return {" ".join(html.unescape(text).split()) for text in found if text.strip()}


def _english() -> re.Pattern[str]:
    """Every message that Django and import-export have in English and say otherwise in Vietnamese."""
    messages = {
        "".join(re.findall(r'"(.*)"', block)) for path in CATALOGUES for block in MESSAGE.findall(path.read_text())
    }
    wanted = {text.strip() for text in messages if re.search("[A-Za-z]{2}", HOLE.sub("", text))}
    patterns = (".+".join(map(re.escape, HOLE.split(text))) for text in sorted(wanted))
    return re.compile("|".join([*patterns, *OWN_ENGLISH]))


def _pages(client: Client) -> Iterator[tuple[str, str]]:
    """The address and the HTML of every page that the administration has, with rows and without."""

    def get(address: str, **posted: str) -> tuple[str, str]:
        return address, (client.post(address, posted) if posted else client.get(address)).content.decode()

    yield from map(get, ("/quan-tri/", "/quan-tri/units/"))
    for model in admin.site._registry:
        base = f"/quan-tri/{model._meta.app_label}/{model._meta.model_name}/"
        yield from map(
            get, (base, f"{base}?q=zzz", f"{base}add/", f"{base}import/", f"{base}export/", f"{base}0/change/")
        )
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            yield from map(get, (f"{base}{row.pk}/{page}/" for page in ("change", "history", "delete")))
            yield get(base, action="delete_selected", _selected_action=str(row.pk))
            yield get(base, action="delete_selected")


@pytest.mark.long
@pytest.mark.django_db
def test_every_page_of_the_administration_speaks_vietnamese(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    # What a page of refusal bears is drawn by lot; now and then it has the letters of a word.
    monkeypatch.setattr(request_number, "fresh", lambda: "0123456789")
    year()
    client.force_login(User.objects.get(username="quantri"))
    english, faults, read = _english(), set(), 0
    for address, page in _pages(client):
        for text in _texts(page):
            read += 1
            if english.fullmatch(text) or forbidden(text):
                faults.add((address, text))
    assert read > 5000
    assert faults == set()


def test_english_is_seen() -> None:
    for said in ("Select all 3 đơn vị", "History", "No action selected.", "By kind", "True", "Can add đơn vị"):
        assert _english().fullmatch(said), said
    for said in ("Chọn tất cả 3 đơn vị", "SIPAS", "02/BC-SNV", gettext("History")):
        assert not _english().fullmatch(said), said
    assert _texts('<p title="A b"><img alt="C">d <script>e</script></p>') == {"A b", "C", "d"}


@pytest.mark.django_db
def test_every_row_of_a_years_log_is_a_sentence() -> None:
    year()
    words = verb_words()
    rows = [(entry, f"{words[entry.verb]} · {entry.thing}") for entry in LogEntry.objects.order_by("number")]
    assert len(rows) > 20
    assert [said for _, said in rows if said.isascii() or "object (" in said or forbidden(said)] == []
    assert [entry.number for entry, _ in rows if not entry.actor_name] == []
