"""The proxy's example sends files to the service that takes files, and nothing else."""

import re

import pytest
from django.conf import settings
from django.urls import reverse

from deploy import service_files

MAP = re.compile(r'^\s+"~(?P<pattern>[^"]+)" (?P<port>\d+);$', re.MULTILINE)
EXAMPLE = (service_files.ROOT / "deploy" / "nginx.conf.example").read_text()
APPS = ("cchc_index", "units", "criteria", "selfassess", "appraisal", "surveys", "results")

TAKES_FILES: dict[str, list[int | str]] = {
    "selfassess:upload": [1, 2],
    "selfassess:replace": [1],
    "roundpapers:post": [2025],
    "roundpapers:complete": [2025, 1],
    "selfassess:workbook-upload": [1],
    "appraisal:reply": [1],
    "appraisal:asked": [1],
    "surveys:upload": [],
    "surveys:paper-add-picture": [1, 2],
    "people:upload": [],
    "results:post-signed": [1],
    "results:import-scores": [2025, "so"],
    "agencies:upload": [],
    "annex:upload": [2025, "so"],
    "council:decision": [2025],
    "admin:units_unit_import": [],
}
TAKES_NONE = {
    "selfassess:criterion": [1, 2],
    "roundpapers:withdraw": [2025, 1],
    "selfassess:autosave": [1, 2],
    "selfassess:attach": [1, 2],
    "selfassess:submit": [1],
    "selfassess:workbook-apply": [1],
    "appraisal:reply-autosave": [1],
    "appraisal:send-replies": [1, 2],
    "appraisal:question": [1],
    "council:seat-add": [2025],
    "surveys:commit": [1],
    "surveys:send-typing": [1],
    "surveys:explain": [1],
    "results:withdraw-signed": [1],
    "admin:units_unit_process_import": [],
}
READ_FILES = {
    "appraisal/council/composition/views.py",
    "appraisal/core/views/uploads.py",  # with a reply, with the answer to a question
    "cchc_index/middleware.py",  # names the files that a page for signing in again cannot keep
    "selfassess/documents/views.py",
    "selfassess/roundpapers/views.py",
    "selfassess/scores/views/evidence.py",
    "selfassess/workbook/views.py",
    "surveys/batches/views.py",
    "surveys/paper/views.py",
    "results/archive/views.py",
    "results/signed/views.py",
    "criteria/annex/views.py",
    "units/agencies/views.py",
    "units/people/views.py",
}


def port(method: str, address: str) -> int:
    for found in MAP.finditer(EXAMPLE):
        if re.search(found["pattern"], f"{method} {address}"):
            return int(found["port"])
    return 8000


def test_the_ports_are_those_of_the_services() -> None:
    for name, expected in (("cchc-web", 8000), ("cchc-upload", 8001)):
        assert f"127.0.0.1:{expected}" in service_files.service(name).command
    assert {int(found["port"]) for found in MAP.finditer(EXAMPLE)} == {8001}


@pytest.mark.parametrize("name", TAKES_FILES)
def test_files_go_to_the_service_that_takes_files(name: str) -> None:
    address = reverse(name, args=TAKES_FILES[name])
    assert port("POST", address) == 8001
    assert port("GET", address) == 8000


@pytest.mark.parametrize("name", TAKES_NONE)
def test_whatever_takes_no_file_stands_behind_no_file(name: str) -> None:
    assert port("POST", reverse(name, args=TAKES_NONE[name])) == 8000


def test_no_other_view_reads_files() -> None:
    modules = [path for app in APPS for path in (settings.BASE_DIR / app).rglob("*.py")]
    reading = {
        str(path.relative_to(settings.BASE_DIR))
        for path in modules
        if "tests" not in path.parts and "request.FILES" in path.read_text()
    }
    assert reading == READ_FILES


def test_the_hour_of_arrival_is_taken_before_the_body_and_over_what_the_client_says() -> None:
    assert EXAMPLE.index("set $arrived $msec;") < EXAMPLE.index("location / {")
    assert "proxy_set_header X-Request-Start $arrived;" in EXAMPLE
    for place in EXAMPLE.split("location /")[1:]:  # what a client writes in their stead reaches us nowhere
        assert "proxy_set_header X-Request-Start " in place
        assert "proxy_set_header X-Forwarded-For " in place


def test_a_file_that_is_too_large_reaches_the_page_that_says_so() -> None:
    found = re.search(r"client_max_body_size (\d+)m;", EXAMPLE)
    assert found is not None
    assert int(found[1]) * 1024 * 1024 >= 3 * max(settings.EVIDENCE_MAX_BYTES, settings.SHEET_MAX_BYTES)
