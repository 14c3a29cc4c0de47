"""What the site is made of, from the locks: a bill of materials (CycloneDX), and what is known against it.

    .venv/bin/python deploy/inventory.py sbom > cchc.cdx.json
    .venv/bin/python deploy/inventory.py audit all.zip      the advisories of OSV for PyPI, brought here on a stick

Neither asks the network: the bill comes from the locks of what runs, the advisories from the file that is given.
"""

import json
import re
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.M)
DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")
OF_OTHERS = re.compile(r"^\| `([^`]+)` \| (.+?) \| .+? \| `([0-9a-f]{64})` \|$", re.M)
LARGEST_ADVISORY = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a lock, with the digests of all its files."""

    name: str
    version: str
    digests: tuple[str, ...]

    @property
    def address(self) -> str:
        """The package URL by which bills and advisories name it."""
        return f"pkg:pypi/{self.name}@{self.version}"


def pins(lock: str) -> list[Pin]:
    """Every package of a lock written by `make lock`, in its order."""
    heads = list(PIN.finditer(lock))
    ends = [*(head.start() for head in heads[1:]), len(lock)]
    return [
        Pin(plain(head[1]), head[2], tuple(DIGEST.findall(lock, head.end(), end)))
        for head, end in zip(heads, ends, strict=True)
    ]


def installed() -> list[Pin]:
    """What a site is made of: the runtime lock, and what the optional part for a bucket adds to it."""
    locks = [pins((ROOT / name).read_text()) for name in ("requirements.txt", "requirements-s3.txt")]
    return list({pin.name: pin for lock in locks for pin in lock}.values())


def plain(name: str) -> str:
    """A package's name as every registry compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def bill(packages: Iterable[Pin], listed: str, version: str) -> dict[str, Any]:
    """The bill of materials: the packages, and the files of others that lie in the repository (`listed`: the text of
    docs/third-party.md). The same lock gives the same bytes."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "cchc-index", "version": version}},
        "components": [*map(_library, packages), *(_file(*row) for row in OF_OTHERS.findall(listed))],
    }


def _library(pin: Pin) -> dict[str, Any]:
    files = [{"alg": "SHA-256", "content": digest} for digest in pin.digests]
    source = {"type": "distribution", "url": f"https://pypi.org/simple/{pin.name}/", "hashes": files}
    return {
        "type": "library",
        "bom-ref": pin.address,
        "name": pin.name,
        "version": pin.version,
        "purl": pin.address,
        "externalReferences": [source],
    }


def _file(path: str, what: str, digest: str) -> dict[str, Any]:
    return {
        "type": "file",
        "bom-ref": path,
        "name": path,
        "description": what,
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }


def advisories(archive: Path) -> Iterator[dict[str, Any]]:
    """The advisories of OSV's archive for one ecosystem: one JSON file each."""
    with zipfile.ZipFile(archive) as zipped:
        for member in zipped.infolist():
            if member.filename.endswith(".json") and member.file_size <= LARGEST_ADVISORY:
                yield json.loads(zipped.read(member))


def known_against(packages: Iterable[Pin], told: Iterable[dict[str, Any]]) -> list[str]:
    """A line for each advisory, not withdrawn, that speaks of a version in the lock."""
    by_name = {pin.name: pin for pin in packages}
    lines = []
    for advisory in told:
        for part in () if advisory.get("withdrawn") else advisory.get("affected", ()):
            package = part.get("package", {})
            pin = by_name.get(plain(package.get("name", "")))
            if pin and package.get("ecosystem") == "PyPI" and _speaks_of(part, pin.version):
                names = ", ".join([advisory["id"], *advisory.get("aliases", ())])
                lines.append(f"{pin.name} {pin.version}: {names}: {advisory.get('summary', '')}".rstrip(": "))
    return sorted(set(lines))


def _speaks_of(part: dict[str, Any], version: str) -> bool:
    if version in part.get("versions", ()):
        return True
    return any(
        _within(range_.get("events", ()), version) for range_ in part.get("ranges", ()) if _is_of_versions(range_)
    )


def _is_of_versions(range_: dict[str, Any]) -> bool:
    return range_.get("type") in ("ECOSYSTEM", "SEMVER")


def _within(events: Iterable[dict[str, str]], version: str) -> bool:
    """Whether the version lies in one of the spans that the events open and close, in their order."""
    at, inside = Version(version), False
    for event in events:
        try:
            if "introduced" in event and at >= Version(event["introduced"]):
                inside = True
            elif ("fixed" in event and at >= Version(event["fixed"])) or (
                "last_affected" in event and at > Version(event["last_affected"])
            ):
                inside = False
        except InvalidVersion:
            continue
    return inside


def main(arguments: list[str]) -> int:
    locked = installed()
    if arguments == ["sbom"]:
        version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
        listed = (ROOT / "docs" / "third-party.md").read_text()
        print(json.dumps(bill(locked, listed, version), ensure_ascii=False, indent=1))
        return 0
    if len(arguments) == 2 and arguments[0] == "audit":
        lines = known_against(locked, advisories(Path(arguments[1])))
        print("\n".join(lines) or f"Nothing is known against the {len(locked)} packages of a site.")
        return 1 if lines else 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
