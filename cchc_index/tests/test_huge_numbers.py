"""A number that no column holds, in every address and every form: a page answers, none falls over."""

import copy
import importlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

import lxml.html
import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, ResolverMatch, URLPattern, URLResolver, get_resolver, resolve

from appraisal.tests.test_access import world
from cchc_index.lib.tests.bare_refusals import bare_refusals
from cchc_index.tests.ledger_year import year
from units.models import User

pytestmark = pytest.mark.django_db

HUGE, LONG = "9" * 23, "9" * 5000
"""More than a column holds; more digits than Python reads."""
READS = re.compile(r"""request\.GET(?:\.get\(|\[)["']([a-z-]+)["']|["']([a-z-]+)["'] in request\.GET""")
LISTED = re.compile(r"""request\.GET\.get\(\w+, ""\) for \w+ in \(([^)]+)\)""")
HOLE = re.compile(r"<(?:(\w+):)?(\w+)>")


@dataclass
class Visitor:
    """Somebody who goes where links lead; what each request writes is taken back."""

    client: Client
    pages: dict[str, tuple[str, Any, ResolverMatch]] = field(default_factory=dict)
    fallen: list[str] = field(default_factory=list)

    def ask(self, method: str, address: str, data: Any = None) -> Any:
        answer, cookies = None, copy.deepcopy(self.client.cookies)  # a page that signs out signs nobody out of the next
        with transaction.atomic():
            try:
                answer = self.client.post(address, data) if method == "POST" else self.client.get(address)
                if answer.streaming:
                    b"".join(answer)
                assert answer.status_code < 500
            except Exception as error:
                self.fallen.append(f"{method} {address[:150]} {data or ''} {error!r}"[:500])
            finally:
                transaction.set_rollback(True)
        self.client.cookies = cookies
        return answer

    def walk(self, *starts: str) -> None:
        """One page of each kind."""
        waiting, seen = list(starts), set()
        while waiting:
            address = waiting.pop()
            match = _matched(address)
            if match is None or address in seen or match.view_name in self.pages or "dang-xuat" in address:
                continue
            seen.add(address)
            answer = self.ask("GET", address)
            if answer is not None and answer.status_code in (301, 302):
                waiting.append(answer["Location"])
            elif answer is not None:
                self.pages[match.view_name] = (address, answer, match)
                tree = _tree(answer)
                waiting += [] if tree is None else [each for each in tree.xpath("//a/@href") if each.startswith("/")]


def _matched(address: str) -> ResolverMatch | None:
    try:
        return resolve(urlsplit(address).path)
    except Resolver404:
        return None


def _tree(answer: Any) -> Any:
    is_page = answer.status_code == 200 and "text/html" in answer["Content-Type"] and not answer.streaming
    return lxml.html.fromstring(answer.content.decode()) if is_page else None


@cache
def _names(module: str) -> tuple[str, ...]:
    """What the views of a module look for in an address."""
    text = inspect.getsource(importlib.import_module(module))
    listed = [name for group in LISTED.findall(text) for name in re.findall(r"[a-z-]+", group)]
    return tuple(sorted({*listed, *(a or b for a, b in READS.findall(text))}))


def _filters(match: ResolverMatch) -> tuple[str, ...]:
    """What a list of the administration takes."""
    for model, its_admin in admin.site._registry.items():
        if match.view_name == f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist":
            fields = [each[0] if isinstance(each, tuple) else each for each in its_admin.list_filter]
            keys = [f"{name}__{end}__exact" for name in fields for end in ("id", "exact") if isinstance(name, str)]
            return ("p", "o", "id__exact", *keys)
    return ()


def _places() -> Iterator[str]:
    """Each address of the site that holds numbers, with `<>` in the place of each."""

    def inside(resolver: URLResolver, before: str) -> Iterator[str]:
        for each in resolver.url_patterns:
            if isinstance(each, URLPattern):
                yield before + str(each.pattern)
            elif isinstance(each, URLResolver):
                yield from inside(each, before + str(each.pattern))

    words = {"group": "so", "unit": "SNV", "code": "1.1"}
    for route in inside(get_resolver(), "/"):
        if "int:" in route or "object_id" in route:
            yield HOLE.sub(lambda hole: words.get(hole[2], "<>") if hole[1] != "int" else "<>", route)


def _ask_by_number(visitor: Visitor, place: str) -> None:
    """With every number huge, and with one that no row has."""
    for method in ("GET", "POST"):
        answer = visitor.ask(method, place.replace("<>", HUGE))
        if answer is None or answer.status_code != 405:
            visitor.ask(method, place.replace("<>", "987654321"))


def _forms(tree: Any, address: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each form with one value of each field after the other huge, then with all."""
    for form in tree.xpath("//form[translate(@method, 'POST', 'post')='post']"):
        action = form.get("action") or address
        target = action if action.startswith("/") else urlsplit(address).path + action
        controls = form.xpath(
            ".//input[@name and not(@type='file')]|.//select[@name]|.//textarea[@name]|.//button[@name]"
        )
        whole = {each.get("name"): each.get("value") or "" for each in controls}
        whole.pop("csrfmiddlewaretoken", None)
        yield target, dict.fromkeys(whole, HUGE)
        for name in whole:
            yield target, {**whole, name: HUGE}


def _kind(target: str, data: dict[str, Any]) -> tuple[str, ...]:
    """What two forms share that differ by row or by page alone: the view, and every value but for its digits and for
    where it leads back to."""
    match = _matched(target)
    values = (f"{name}={re.sub(r'[0-9]+', '0', value)}" for name, value in data.items() if name != "next")
    return (match.view_name if match else target, *sorted(values), *(name for name in data if data[name] == HUGE))


@pytest.fixture(params=["published", "explanation"])
def visitors(request: pytest.FixtureRequest) -> list[Visitor]:
    """The people of a year that is published, and of one whose units are asked for explanations; each has looked
    around."""
    if request.param == "published":
        made = year()
        people = [made.officer, made.manager, User.objects.get(username="quantri")]
        starts = [f"/?nam={HUGE}", "/", "/quan-tri/"]
    else:
        here = world("explanation")
        people = [user for name in ("member", "head") if (user := here.people[name])]
        starts = ["/", *here.addresses.values()]
    found = []
    for user in people:
        found.append(Visitor(Client()))
        found[-1].client.force_login(user)
        found[-1].walk(*starts)
    assert min(len(visitor.pages) for visitor in found) > 20
    return found


@pytest.mark.long
def test_every_page_address_and_form_answers(visitors: list[Visitor]) -> None:
    """One test for all, because to look around takes longer than to ask."""
    shown = set[str]()
    for visitor in visitors:
        pages = list(visitor.pages.values())
        of_administration = "admin:index" in visitor.pages
        for address, answer, match in pages:
            if of_administration and match.view_name in shown:
                continue  # what the manager was shown is the administrator's too
            if answer.status_code == 200:
                shown.add(match.view_name)
            names = (*_names(match.func.__module__), *_filters(match))
            for query in (*({name: HUGE} for name in names), dict.fromkeys(names, LONG)):
                visitor.ask("GET", f"{urlsplit(address).path}?{urlencode(query)}")
        assert visitor.ask("GET", f"/khong-co/{HUGE}/").content, "the page of a refusal is drawn"
        with bare_refusals():
            for place in _places():
                if of_administration == place.startswith("/quan-tri/"):
                    _ask_by_number(visitor, place)
        sent = set[tuple[str, ...]]()
        for address, answer, _ in pages:
            tree = None if of_administration else _tree(answer)  # its forms are Django's own
            for target, data in [] if tree is None else _forms(tree, address):
                if (kind := _kind(target, data)) not in sent:
                    sent.add(kind)
                    visitor.ask("POST", target, data)
    assert [said for visitor in visitors for said in visitor.fallen] == []
