"""The council's pages and those of the units' replies speak Vietnamese alone, whatever is sent to them."""

import re

import pytest
from django.db import transaction
from django.test import Client

from appraisal.tests.pages import content
from appraisal.tests.test_access import IN, TABLE, world

pytestmark = pytest.mark.django_db

SYLLABLE = re.compile(
    "(?:ngh?|gh|gi|kh|nh|ph|qu|th|tr|ch|[bcdghklmnprstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?", re.IGNORECASE
)
"""A Vietnamese syllable without its accents. Some English words pass; no English sentence does."""
NAMES = {"Alt", "Ctrl", "End", "Enter", "Esc", "Home", "Shift", "Tab", "Windows", "Excel", "Word"}
"""What keys and programs are called in Vietnamese too."""
HIDDEN = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->", re.DOTALL)
READ_OUT = re.compile(r'\b(?:aria-label|title|placeholder|alt)="([^"]*)"')


def english(page: str) -> set[str]:
    """The words of a page that are no Vietnamese; codes, names of people and addresses are left out by their signs."""
    shown = HIDDEN.sub(" ", page)
    shown = " ".join([re.sub("<[^>]*>", " ", shown), *READ_OUT.findall(shown)])
    words = re.findall(r"(?<![\w@./&#-])[A-Za-z]{2,}(?![\w@/-]|\.\w)", shown)
    return {word for word in words if not SYLLABLE.fullmatch(word) and not word.isupper()} - NAMES


def sent(client: Client, address: str, *, sending: bool) -> str:
    """The page that answers, or the one it leads to."""
    answer = client.post(address, follow=True) if sending else client.get(address, follow=True)
    shown = content(answer)
    return shown.decode() if answer.headers.get("Content-Type", "").startswith("text/html") else ""


@pytest.mark.parametrize("name", ["member", "manager", "observer", "head"])
def test_no_page_holds_english(name: str) -> None:
    here = world("explanation")
    client = here.client(name)
    found, read = {}, 0
    for page, address in here.addresses.items():
        for sending in (False, True):
            if TABLE[page][sending][name] != IN:
                continue
            with transaction.atomic():
                shown = sent(client, address, sending=sending)
                transaction.set_rollback(True)
            read += bool(shown)
            found[page, sending] = english(shown)
    assert read > 6, "the walk reads pages"
    assert {at: words for at, words in found.items() if words} == {}


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<p>Please correct the error below.</p>", {"Please", "correct", "error", "below"}),
        ('<button title="Save">Lưu</button>', {"Save"}),
        ("<p>Không có tiêu chí nào.</p><script>let english = 1</script>", set()),
        ("<p>Tệp PDF, mã DV1, an@example.vn, 02/BC-SNV</p>", set()),
    ],
)
def test_english_is_seen(page: str, words: set[str]) -> None:
    assert english(page) == words
