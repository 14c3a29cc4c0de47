"""The containers run what the units run: one text for a command, wherever it is started."""

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import service_files

DEPLOY = service_files.ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
UNITS = {service.name.removeprefix("cchc-"): service for service in service_files.services()}
OWN_STEPS = {"migrate", "watch"}
"""What a unit does once, or a timer repeats."""
GIVEN = {"database", "broker", "cache", "proxy"}
"""What others make."""


def test_every_unit_has_a_container_and_every_container_a_unit() -> None:
    assert COMPOSE["services"].keys() - GIVEN - OWN_STEPS == UNITS.keys() - OWN_STEPS
    assert "watch" in UNITS


@pytest.mark.parametrize("name", sorted(UNITS.keys() - OWN_STEPS))
def test_a_container_has_the_command_and_the_memory_of_its_unit(name: str) -> None:
    service = COMPOSE["services"][name]
    assert tuple(shlex.split(service["command"])) == UNITS[name].command
    assert f"MemoryMax={service['mem_limit'].upper()}" in (DEPLOY / f"cchc-{name}.service").read_text()


def test_the_watch_does_what_its_unit_does() -> None:
    (script,) = COMPOSE["services"]["watch"]["command"]
    assert " ".join(UNITS["watch"].command).replace("/opt/cchc/.venv/bin/python ", "") in script
    assert "OnUnitActiveSec=1min" in (DEPLOY / "cchc-watch.timer").read_text()
    assert "sleep 60;" in script


def test_a_container_has_no_right_that_the_units_do_not_give() -> None:
    for name, service in COMPOSE["services"].items():
        if name not in GIVEN:
            assert service["cap_drop"] == ["ALL"], name
            assert service["read_only"] is True, name
            assert service["security_opt"] == ["no-new-privileges:true"], name
    text = (DEPLOY / "Containerfile").read_text()
    assert text.index("\nUSER cchc\n") > text.index("\nCOPY . .\n")
    assert "privileged" not in (DEPLOY / "compose.yaml").read_text()


def test_the_proxy_finds_both_web_services_where_its_example_looks() -> None:
    """They share one network: 127.0.0.1:8000 and 8001 are what they are on one machine."""
    for name in ("upload", "proxy"):
        assert COMPOSE["services"][name]["network_mode"] == "service:web"
    text = (DEPLOY / "nginx.conf.example").read_text()
    assert {"8000", "8001"} <= set(text.replace(";", " ").split())
    for name in ("web", "upload"):
        port = "8000" if name == "web" else "8001"
        assert f"--bind 127.0.0.1:{port} " in COMPOSE["services"][name]["command"]


def test_the_image_holds_neither_data_nor_history_nor_settings() -> None:
    left_out = (service_files.ROOT / ".containerignore").read_text().splitlines()
    assert {".git", ".venv", "node_modules", "var"} <= set(left_out)
    assert (service_files.ROOT / ".dockerignore").readlink().name == ".containerignore"


def test_the_image_collects_the_files_that_production_asks_for() -> None:
    """Without CCHC_PRODUCTION no list of names with their digests is made, and every page fails."""
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    (step,) = (line for line in text.splitlines() if "collectstatic" in line)
    assert "CCHC_PRODUCTION=1" in step
    assert "ENV STATIC_ROOT=/opt/cchc/staticfiles" in text[: text.index(step)]


def test_images_of_ones_own_are_those_that_the_services_ask_for() -> None:
    """Each of the three in `services.Containerfile`; nothing hangs on a container that ends: podman 4 refuses that."""
    text = (DEPLOY / "services.Containerfile").read_text()
    stages = {line.rpartition(" AS ")[2] for line in text.splitlines() if line.startswith("FROM ")}
    asked = {COMPOSE["services"][name]["image"].partition("{")[2].partition("_IMAGE")[0].lower() for name in GIVEN}
    assert stages == asked == {"redis", "nginx", "postgres"}
    assert [name for name, one in COMPOSE["services"].items() if "migrate" in one.get("depends_on", {})] == []


@pytest.mark.long
@pytest.mark.once
def test_what_serves_waits_for_the_tables_of_its_code(tmp_path: Path) -> None:
    """The shipped entry, with only the two places changed, on a database of its own."""
    for name in UNITS.keys() - OWN_STEPS:
        assert COMPOSE["services"][name]["entrypoint"] == COMPOSE["services"]["web"]["entrypoint"]
    settings = tmp_path / "cchc.env"
    settings.write_text(f"VAR_DIR={tmp_path / 'var'}\n")
    places = {"/opt/cchc": str(service_files.ROOT), "/etc/cchc/cchc.env": str(settings), "$$": "$"}
    entry = list(COMPOSE["services"]["web"]["entrypoint"])
    for shipped, here in places.items():
        entry = [word.replace(shipped, here) for word in entry]
    serving = subprocess.Popen(
        [*entry, "/bin/echo", "serves", "people"],
        cwd=service_files.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert serving.stderr
        assert serving.stderr.readline() == "Waits for the database and for migrate.\n"
        assert serving.poll() is None
        command = [
            sys.executable,
            "deploy/service_files.py",
            str(settings),
            sys.executable,
            "manage.py",
            "migrate",
            "-v0",
        ]
        subprocess.run(command, cwd=service_files.ROOT, check=True, timeout=300)
        assert serving.communicate(timeout=60)[0] == "serves people\n"
    finally:
        serving.kill()
