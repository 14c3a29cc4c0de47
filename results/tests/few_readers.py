"""What each role can open, as text; the numbers in it; and what equations of them give away.

Nothing here knows a page or a file: addresses are those that links lead to and those of the address book that take no
name, files are opened by their first bytes, numbers are whatever looks like one.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

import pandas as pd
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pypdf import PdfReader

from results.book import slug
from results.models import Job, Publication
from surveys.tests.test_suppression import Equation, Unknown
from units.auditlog.models import LogEntry
from units.mail.models import Mail
from units.models import Unit

Looks = dict[str, str]
"""Who and where → the text that is shown there."""
_LINK = re.compile(r"""(?:href|src|hx-get)="(/[^"#?]*)["#?]""")
_NEVER_THE_SAME = re.compile(
    r"""(?m)^(?:python|process)_.*$|csrfmiddlewaretoken" value="[^"]+|nonce="[^"]+"""
    r"""|X-CSRFToken(?:&quot;|"): (?:&quot;|")[^"&]+|[\w.-]{20,}:\w{6}:[\w-]{43}"""
)
"""Of a page, and the signed number that a unit's workbook has of its own."""
_CHAIN: set[str] = set()
"""The log's own digests, of all years that were looked at: a file may be kept from the one before. They are keyed and
follow from everything, and nobody can try anything against them."""
_LOG = " /quan-tri/"
_KEYED = re.compile(r"\b[0-9a-f]{64}\b|size&quot;: \d+")
"""Digests in the log, most of them keyed; files that print the chain's end are not always as long as each other."""
_TAG = re.compile(r"<[^>]+>")
_NUMBER = re.compile(r"(?<![\w.,])-?\d{1,3}(?:\.\d{3})+(?:,\d+)?|-?\d+(?:[.,]\d+)?")
AWAY = re.compile(
    r"/(static|tai-khoan|huong-dan|nam|suc-khoe)/|/dang-xuat/|/quan-tri/.*(/add/|/history/|/delete/|/export|/import/)"
    r"|/quan-tri/(logout|jsi18n|autocomplete|r|password_change|axes|mfa|account|usersessions|socialaccount|sites|auth)/"
)
"""Nothing of a year stands there, or the same in another order."""


@lru_cache(maxsize=512)
def text_of(body: bytes) -> str:
    """What a file of whatever kind says; of many who get the same, read once."""
    if body[:4] == b"%PDF":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            names = sorted(name for name in packed.namelist() if not name.startswith(("docProps", "META-INF")))
            return "\n".join(f"{name}: {text_of(packed.read(name))}" for name in names)
    if body[:11] == b"<stata_dta>":
        return str(pd.read_stata(io.BytesIO(body), convert_categoricals=False).to_csv())
    return _NEVER_THE_SAME.sub("", body.decode("utf-8", errors="replace"))


def numbers(text: str) -> list[Fraction]:
    """Whatever looks like a number, as it stands."""
    found = _NUMBER.findall(_TAG.sub(" ", text))
    return [Fraction(one.replace(".", "").replace(",", ".") if "," in one else one) for one in found]


# --- where one can go --------------------------------------------------------------------------------


def without_names(resolver: URLResolver | None = None, before: str = "/") -> Iterator[str]:
    """The addresses of the address book that nothing must be filled into."""
    for each in (resolver or get_resolver()).url_patterns:
        address = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from without_names(each, address)
        elif isinstance(each, URLPattern) and not set("<(^\\") & set(address):
            yield address


def reached(client: Client, more: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
    """Every address that links lead to from those, with what it answers."""
    waiting = list(dict.fromkeys([*without_names(), *more]))
    seen = set(waiting)
    for address in waiting:  # which grows
        if AWAY.search(address):
            continue
        answer = client.get(address, follow=False)
        if answer.status_code in (301, 302):
            fresh = [answer["Location"]]
        elif answer.status_code == 200:
            body = b"".join(answer) if answer.streaming else answer.content
            yield address, text_of(body)
            html = "html" in answer["Content-Type"]
            fresh = [link.replace("&amp;", "&") for link in _LINK.findall(body.decode())] if html else []
        else:
            continue
        fresh = [link for link in dict.fromkeys(fresh) if link.startswith("/") and link not in seen]
        seen.update(fresh)
        waiting += fresh


def for_programs() -> list[str]:
    """What the interface's own document says that programs may ask, of everything published and every unit."""
    root = reverse("results:api-publications").removesuffix("/publications")
    paths = Client().get(reverse("results:api")).json()["paths"]
    public = Publication.objects.filter(state=Publication.State.PUBLISHED).select_related("round").order_by("pk")
    return [
        (root + path).format(year=one.round.year, number=slug(one.number), group=unit.group.code, code=unit.code)
        for path in paths
        for one in public
        for unit in Unit.objects.select_related("group").order_by("pk")
    ]


def look(asking: Mapping[str, Client], *, only: Sequence[str] | None = None) -> Looks:
    """What everybody is shown, and the letters that were sent. `only`: at these places."""
    jobs = [f"/viec/{job.pk}/tep.{job.ending}" for job in Job.objects.order_by("pk") if job.file]
    told: Looks = {}
    if only is None:
        for who, client in asking.items():
            told |= {f"{who} {address}": text for address, text in reached(client, [*jobs, *for_programs()])}
    else:
        for place in only:
            who, _, address = place.rpartition(" ")
            if who in asking:
                answer = asking[who].get(address)
                told[place] = text_of(b"".join(answer) if answer.streaming else answer.content)
    told |= {f"letter {mail.pk}": f"{mail.subject} {mail.body}" for mail in Mail.objects.order_by("pk")}
    _CHAIN.update(LogEntry.objects.values_list("digest", flat=True))
    chain = re.compile("|".join(_CHAIN))
    return {place: chain.sub("", _KEYED.sub("", text) if _LOG in place else text) for place, text in told.items()}


def told_apart(one: Looks, other: Looks) -> list[str]:
    """The places at which two years are told apart."""
    return sorted(place for place in one.keys() | other.keys() if one.get(place) != other.get(place))


# --- what numbers give away ---------------------------------------------------------------------------


def equations(before: Looks, moved: Mapping[Unknown, Looks]) -> list[Equation]:
    """Each number that moves with what few people say, as an equation in what they say: by how much it moves with each
    single answer. `moved`: for each of them the same places when it is given by one person more."""
    rows: list[Equation] = []
    for place, text in before.items():
        told = numbers(text)
        others = {unknown: numbers(looks.get(place, "")) for unknown, looks in moved.items()}
        for at, number in enumerate(told):
            alike = {one: seen[at] - number for one, seen in others.items() if len(seen) == len(told)}
            if any(alike.values()):
                rows.append((alike, number))
    return rows
