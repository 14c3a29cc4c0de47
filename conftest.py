"""Test settings of the whole suite: a private VAR_DIR, cheap passwords, a Redis database per process."""

import atexit
import gc
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import hypothesis
import pytest
from pytest_django import DjangoDbBlocker, Settings

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from playwright.sync_api import Browser

if "VAR_DIR" not in os.environ:
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="cchc-test-")
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)
os.environ.setdefault("SECRET_KEY", "test-key-that-is-long-enough-for-every-check-0123456789")

# A property is no less true on a busy machine: no test measures time.
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unhurried")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(specs: list[Any]) -> None:
    """Two test processes must not eat each other's messages: each gets a Redis database of its own, and gets it before
    it starts, because pytest-django reads the settings before any conftest."""
    if url := os.environ.get("REDIS_URL"):
        server, _, number = url.rpartition("/")
        for at, spec in enumerate(specs):
            spec.env["REDIS_URL"] = f"{server}/{int(number) + at}"


@pytest.fixture(autouse=True)
def _test_settings(settings: Settings, tmp_path: Path) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.PUBLIC_PAGE_SECONDS = 0  # another test's pages have the same addresses
    settings.PROOF_MINUTES = settings.SESSION_IDLE_MINUTES = 0  # most tests come in without a password
    # What one test keeps is no other's: rows of another test have the same keys.
    default = {**settings.CACHES["default"], "KEY_PREFIX": uuid4().hex}
    settings.CACHES = {"default": default if settings.REDIS_URL else {**default, "LOCATION": str(tmp_path)}}
    settings.WHITENOISE_AUTOREFRESH = True  # each client would walk through all static files
    settings.LEDGER_ANCHOR = tmp_path / "ledger-anchor.log"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "cchc_index.lib.stored_files.WholeFiles",
            "OPTIONS": {"location": str(tmp_path / "files"), "base_url": None},
        },
    }


@pytest.fixture(autouse=True)
def _nothing_of_another_test() -> Iterator[None]:
    """Rows of another test have the same keys."""
    from cchc_index.tests.forgetting import forget_rows

    yield
    forget_rows()


@pytest.fixture(scope="session", autouse=True)
def _only_what_was_written_is_emptied() -> Iterator[None]:
    """After a test with transactions of its own."""
    from django.test import TransactionTestCase

    from cchc_index.lib.tests.emptying import empty_filled_tables

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TransactionTestCase, "_fixture_teardown", lambda self: empty_filled_tables())
        yield


@pytest.fixture(autouse=True)
def _logs_stay_heard() -> Iterator[None]:
    """A test that leaves logging switched off silences what a later one listens for."""
    yield
    left, logging.root.manager.disable = logging.root.manager.disable, logging.NOTSET
    assert not left, "logging stays switched off"


_BLOCK = rb"(?:p|div|li|dt|dd|t[dhr]|h[1-6]|caption|summary|option|figcaption)"


def as_read(html: bytes) -> bytes:
    """HTML as a browser reads it: a run of white space is one blank, none at the edges of a block or in a tag."""
    html = re.sub(rb"\s+", b" ", html).replace(b" >", b">")
    html = re.sub(rb"(<" + _BLOCK + rb"\b[^<>]*>) ", rb"\1", html)
    return re.sub(rb" (</" + _BLOCK + rb">)", rb"\1", html)


@pytest.fixture(autouse=True)
def _pages_as_browsers_read_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """How a template is broken into lines is no part of what a page says."""
    from django.test import Client

    request = Client.request

    def request_and_read(self: Client, **environ: object) -> object:
        response = request(self, **environ)
        if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            response.content = as_read(response.content)
        return response

    monkeypatch.setattr(Client, "request", request_and_read)


@pytest.fixture(autouse=True)
def asked_in_vain(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """An unknown name in a template fails the test that rendered it."""
    from django.template.base import Variable

    from cchc_index.lib.tests.strict_templates import noting

    found: set[str] = set()
    monkeypatch.setattr(Variable, "_resolve_lookup", noting(found))
    yield found
    assert not found, "templates ask in vain: " + "; ".join(sorted(found))


def pytest_collection_finish() -> None:
    """What the project and the tests are made of stays: the collector of garbage need not walk through it again and
    again (a seventh of the suite's time)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long tests begin first: one that begins last lets every other process wait for it. Tests that need services say
    why they are skipped when those are not configured. What asks the database is run on PostgreSQL too."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)  # the others keep the order of chance
    configured = bool(os.environ.get("REDIS_URL")) and "postgres" in os.environ.get("DATABASE_URL", "")
    for item in items:
        assert not ({"once", "django_db"} <= {*item.keywords}), f"{item.nodeid} asks the database: it is not `once`"
        if "services" in item.keywords and not configured:
            item.add_marker(pytest.mark.skip(reason="cần PostgreSQL và Redis: chạy make services-test"))


@pytest.fixture
def migrate(
    tmp_path: Path, settings: Settings, django_db_blocker: DjangoDbBlocker
) -> "Iterator[Callable[[list[tuple[str, str]]], Apps]]":
    """Brings a database of its own to a state; its records as they are there."""
    from django.db import connections

    from cchc_index.lib.tests.migrating import one_by_one

    settings.MIGRATION_MODULES = {}  # the suite makes its tables without migrations
    own = {**connections["default"].settings_dict, "ENGINE": "django.db.backends.sqlite3", "OPTIONS": {}}
    connections.databases["old"] = {**own, "NAME": str(tmp_path / "old.sqlite3"), "ATOMIC_REQUESTS": False}

    def to(targets: list[tuple[str, str]]) -> "Apps":
        return one_by_one(connections["old"]).migrate(targets).apps

    with django_db_blocker.unblock():
        yield to
        connections["old"].close()
    del connections["old"]
    del connections.databases["old"]


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """One Chromium for every browser test: two at once would share one event loop, which Playwright refuses."""
    from playwright.sync_api import expect

    from cchc_index.lib.tests.browser import PATIENCE, chromium

    expect.set_options(timeout=PATIENCE)
    with chromium() as found:
        yield found


@pytest.fixture(autouse=True)
def _windows_close(request: pytest.FixtureRequest) -> Iterator[None]:
    """Windows that stay open go on drawing, and take the time of the tests after them."""
    opened = request.getfixturevalue("browser") if "browser" in request.fixturenames else None
    yield
    for context in opened.contexts if opened else ():
        context.close()
