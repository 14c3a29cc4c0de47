"""Rights come before forms: whoever may not send to an address hears 403 or 404 and never what is wrong with the form,
whatever it says. Every address of the site but the administration's, by an observer and by who has no role."""

from collections.abc import Iterator
from itertools import product

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from cchc_index.lib.tests.bare_refusals import bare_refusals
from cchc_index.tests.columns import OURS
from cchc_index.tests.ledger_year import Year, year
from units.models import Role, User
from units.tests.factories import UserFactory, person

pytestmark = [pytest.mark.django_db, pytest.mark.long]

ANYBODY = {
    "home": "leads to the first place of one's role",
    "viewing:end": "leads back to one's own eyes, or nowhere",
    "switch-year": "keeps in one's own session which year is looked at",
    "surveys:ballot": "opens by the link alone",
}
"""What everybody may send to, and why; the pages of one's own account besides."""
OF_READERS = {
    "results:make-paper",
    "results:preview-report",
    "results:request-booklets",
    "results:statement-pdf",
    "results:survey-report",
}
"""Where an observer has a file made of what they read."""
OWN = ("account_", "mfa_", "usersessions_", "socialaccount_", "openid_connect_")
REFUSED = (401, 403, 404, 405)


def patterns(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            inside = ":".join(filter(None, (space, each.namespace or "")))
            if inside != "admin":
                yield from patterns(each, inside)
        elif isinstance(each, URLPattern) and each.name:
            yield f"{space}:{each.name}" if space else each.name, each


def holes(case: Year) -> dict[str, list[object]]:
    """What may stand in an address: for a number the keys of two rows of every model."""
    models = (model for app in OURS for model in apps.get_app_config(app).get_models())
    keys = sorted({pk for model in models for pk in model._default_manager.values_list("pk", flat=True)[:2]}, key=str)
    numbers: list[object] = [key for key in keys if isinstance(key, int)]
    words: dict[str, list[object]] = {
        "year": [case.round_group.round.year],
        "group": [case.round_group.group.code],
        "unit": [case.own.code],
        "code": [case.own.code, "1.1"],
        "name": ["round1", "self_assessment"],
        "stage": ["round1"],
        "part": ["group", "scale"],
        "number": ["1-qd-thu"],
        "kind": ["pdf"],
        "slot": ["results"],
    }
    return {"": numbers, **words}


def addresses(case: Year) -> Iterator[tuple[str, str]]:
    known = holes(case)
    for name, pattern in patterns(get_resolver()):
        if name in ANYBODY or name.startswith(OWN):
            continue
        wanted = list(pattern.pattern.converters)
        several = len([hole for hole in wanted if hole not in known]) > 1
        values = [known.get(hole, known[""][: 4 if several else None]) for hole in wanted]
        for chosen in product(*values):
            try:
                yield name, reverse(name, kwargs=dict(zip(wanted, chosen, strict=True)))
            except NoReverseMatch:
                continue


def somebody(role: Role | None) -> User:
    return person(role) if role else UserFactory.create()


def answers(client: Client, case: Year) -> Iterator[tuple[str, int]]:
    """How each address answers an empty form, by the address's name; whatever it changes is taken back. A name that
    takes no form at one address takes none at the others: it is asked once."""
    takes_none = set[str]()
    for name, address in addresses(case):
        if name in takes_none:
            continue
        with transaction.atomic():
            code = client.post(address).status_code
            transaction.set_rollback(True)
        takes_none |= {name} if code == 405 else set()
        yield name, code


@pytest.fixture(autouse=True)
def _only_numbers_are_asked() -> Iterator[None]:
    with bare_refusals():
        yield


@pytest.mark.parametrize("role", [Role.OBSERVER, None])
def test_who_may_not_send_hears_so_before_anything_is_read(client: Client, role: Role | None) -> None:
    case = year()
    client.force_login(somebody(role))
    answered = {*answers(client, case)}
    let_in = {name for name, code in answered if code not in REFUSED}
    assert let_in == (OF_READERS if role else set())
    assert len([name for name, code in answered if code == 403]) > 80


def test_negative_control_a_manager_is_told_what_the_form_lacks(client: Client) -> None:
    case = year()
    client.force_login(case.manager)
    told = set[str]()
    for name, code in answers(client, case):
        told |= {name} if code not in REFUSED else set()
        if len(told) > 40:
            return
    pytest.fail(f"only {len(told)} are told: {sorted(told)}")
