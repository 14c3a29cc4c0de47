"""The systemd units: what the services may do on the machine, judged by systemd's own tool where it is installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

from deploy import service_files

UNITS = sorted((service_files.ROOT / "deploy").glob("*.service"))
REQUIRED = {
    "NoNewPrivileges=true", "CapabilityBoundingSet=", "UMask=0027", "StateDirectoryMode=0750", "ProtectSystem=strict",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6", "MemoryDenyWriteExecute=true",
    "SystemCallFilter=@system-service",
}  # fmt: skip
needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not on this machine")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_unit_is_closed_and_bounded(unit: Path) -> None:
    lines = unit.read_text().splitlines()
    assert set(lines) >= REQUIRED
    assert any(line.startswith("MemoryMax=") for line in lines)
    assert any(line.startswith("TasksMax=") for line in lines)


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_finds_little_exposed(unit: Path) -> None:
    """2.0 of 10 at most; as they were shipped before, the units had 8.7."""
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", str(unit)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout[-400:]


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_understands_every_line(unit: Path, tmp_path: Path) -> None:
    here = tmp_path / unit.name
    here.write_text(unit.read_text().replace(service_files.INSTALLED, str(service_files.ROOT)))
    told = subprocess.run(["systemd-analyze", "verify", str(here)], capture_output=True, text=True, check=False)
    assert [line for line in told.stderr.splitlines() if unit.name in line] == []


@pytest.mark.parametrize("name", ["cchc-web", "cchc-upload"])
def test_web_services_reload_without_a_stop(name: str) -> None:
    lines = (service_files.ROOT / "deploy" / f"{name}.service").read_text().splitlines()
    assert "ExecReload=/bin/kill -HUP $MAINPID" in lines
