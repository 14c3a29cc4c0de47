"""The bill of materials says what is installed, and an advisory against a version of ours is found offline."""

import json
import re
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from deploy import inventory
from deploy.service_files import ROOT

LOCK = inventory.installed()


def advisory(name: str = "Django", **affected: Any) -> dict[str, Any]:
    part = {"package": {"ecosystem": "PyPI", "name": name}, **affected}
    return {"id": "PYSEC-1", "aliases": ["CVE-1"], "summary": "A hole", "affected": [part]}


def span(*events: tuple[str, str], kind: str = "ECOSYSTEM") -> dict[str, Any]:
    return {"ranges": [{"type": kind, "events": [{name: at} for name, at in events]}]}


def test_the_bill_names_every_package_with_its_digests_and_every_file_of_others() -> None:
    bill = inventory.bill(LOCK, (ROOT / "docs" / "third-party.md").read_text(), "1.0")
    libraries = [part for part in bill["components"] if part["type"] == "library"]
    locks = "\n".join((ROOT / name).read_text() for name in ("requirements.txt", "requirements-s3.txt"))
    assert {part["name"] for part in libraries} == set(re.findall(r"^([\w.-]+)==", locks, re.M))
    assert all(part["externalReferences"][0]["hashes"] for part in libraries)
    assert {part["name"]: part["version"] for part in libraries}["django"] == version("Django")
    assert "static/vendor/htmx.min.js" in {part["name"] for part in bill["components"]}
    references = [part["bom-ref"] for part in bill["components"]]
    assert len(references) == len(set(references))


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (advisory(versions=["5.2.19"]), True),
        (advisory(versions=["5.2.18"]), False),
        (advisory(**span(("introduced", "0"))), True),
        (advisory(**span(("introduced", "5.2"), ("fixed", "5.2.20"))), True),
        (advisory(**span(("introduced", "5.2"), ("fixed", "5.2.19"))), False),
        (advisory(**span(("introduced", "4"), ("last_affected", "5.2.19"))), True),
        (advisory(**span(("introduced", "4"), ("last_affected", "5.2.18"))), False),
        (advisory(**span(("introduced", "0"), ("fixed", "4"), ("introduced", "5.2.19"))), True),
        (advisory(**span(("introduced", "0"), kind="GIT")), False),
        (advisory("django_celery", versions=["5.2.19"]), False),
        (advisory(versions=["5.2.19"]) | {"withdrawn": "2026-01-01T00:00:00Z"}, False),
    ],
)
def test_an_advisory_speaks_of_a_version_or_does_not(told: dict[str, Any], found: bool) -> None:
    lines = inventory.known_against([inventory.Pin("django", "5.2.19", ())], [told])
    assert lines == (["django 5.2.19: PYSEC-1, CVE-1: A hole"] if found else [])


def test_the_command_reads_the_archive_and_says_by_its_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = tmp_path / "all.zip"
    for told, code in ((advisory("no-such-package", versions=["1"]), 0), (advisory(versions=[version("Django")]), 1)):
        with zipfile.ZipFile(archive, "w") as zipped:
            zipped.writestr("PYSEC-1.json", json.dumps(told))
        assert inventory.main(["audit", str(archive)]) == code
    assert "PYSEC-1" in capsys.readouterr().out
    assert inventory.main(["audit"]) == 2
