"""An upgrade as an operator does it: an older version, from this repository's history, with its demonstration year; the
new code's `upgrade`; and back to the old version by its `restore`, on the database of the run."""

import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from cchc_index.tests.live_worker import database_url
from deploy.service_files import ROOT

pytestmark = [pytest.mark.long, pytest.mark.django_db]
OLD = "55b82f3663f064219162047e3126bde50b2ecf04"
"""Of 28/11/2026, before marks of rows, calls of other systems, papers of the round and much else. The packages of
today's lock still run it; when they no longer do, a later commit takes its place."""
COUNTED = (
    "SELECT count(*), sum(points) FROM selfassess_selfscore",
    "SELECT count(*), sum(points) FROM appraisal_appraisal",
    "SELECT count(*), max(digest) FROM results_publication",
    "SELECT count(*), max(number) FROM units_logentry",
    "SELECT count(*), max(file) FROM selfassess_document",
    "SELECT count(*), count(DISTINCT username) FROM units_user",
    "SELECT count(*), max(file_digest) FROM surveys_importbatch",
)


class Place:
    """One installation: a database and a VAR_DIR, whichever code works on them."""

    def __init__(self, folder: Path):
        folder.mkdir()
        self.folder, self.name = folder, f"cchc_drill_{uuid.uuid4().hex[:12]}"
        self.on_postgres = connection.vendor == "postgresql"
        self.address = f"sqlite:///{folder / 'cchc.sqlite3'}"
        if self.on_postgres:
            self._on_server(f"CREATE DATABASE {self.name}")
            self.address = f"{database_url().rpartition('/')[0]}/{self.name}"

    def end(self) -> None:
        if self.on_postgres:
            self._on_server(f"DROP DATABASE {self.name} WITH (FORCE)")

    def _on_server(self, statement: str) -> None:
        import psycopg2  # inline: optional service

        link = psycopg2.connect(database_url())
        link.autocommit = True
        with link.cursor() as cursor:
            cursor.execute(statement)
        link.close()

    def run(self, code: Path, *command: str) -> "subprocess.CompletedProcess[str]":
        """`manage.py` of this code on the place, without any other setting of this machine."""
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        given = {**kept, "VAR_DIR": str(self.folder), "DATABASE_URL": self.address}
        return subprocess.run(
            [sys.executable, "manage.py", *command], cwd=code, env=given, capture_output=True, text=True, check=False
        )

    def done(self, code: Path, *command: str) -> str:
        ran = self.run(code, *command)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    def ask(self, statement: str) -> Any:
        if self.on_postgres:
            import psycopg2  # inline: optional service

            link: Any = psycopg2.connect(self.address)
        else:
            link = sqlite3.connect(self.folder / "cchc.sqlite3")
        try:
            cursor = link.cursor()
            cursor.execute(statement)
            rows = cursor.fetchall() if cursor.description else None
            link.commit()
            return rows
        finally:
            link.close()

    def counts(self) -> list[Any]:
        files = sorted(str(path.relative_to(self.folder)) for path in (self.folder / "files" / "evidence").glob("*"))
        return [*(self.ask(statement) for statement in COUNTED), files]


@pytest.fixture
def old_code(tmp_path: Path) -> Path:
    git = shutil.which("git")
    if git is None or subprocess.run([git, "cat-file", "-e", OLD], cwd=ROOT, capture_output=True).returncode:
        pytest.skip(f"the history here does not reach back to {OLD[:8]}")
    subprocess.run([git, "archive", "--output", str(tmp_path / "old.zip"), OLD], cwd=ROOT, check=True)
    shutil.unpack_archive(tmp_path / "old.zip", tmp_path / "old")
    return tmp_path / "old"


@pytest.fixture
def places(tmp_path: Path) -> Iterator[tuple[Place, Place]]:
    made = (Place(tmp_path / "var"), Place(tmp_path / "var-again"))
    try:
        yield made
    finally:
        for place in made:
            place.end()


def test_the_year_of_an_older_version_comes_over_whole_and_goes_back(
    old_code: Path, places: tuple[Place, Place], tmp_path: Path
) -> None:
    place, again = places
    place.done(old_code, "migrate", "--verbosity", "0")
    place.done(old_code, "load_demo")
    before = place.counts()
    assert all(rows[0][0] for rows in before[:-1]), "the year has rows of every kind"
    assert place.run(ROOT, "migrate", "--check").returncode != 0, "the new code needs other tables"

    said = place.done(ROOT, "upgrade", "--out", str(tmp_path / "truoc.bak"))
    assert "Sổ nguyên vẹn" in said
    assert f"deploy/cchc restore {tmp_path / 'truoc.bak'}" in said
    after = place.counts()
    assert place.run(ROOT, "migrate", "--check").returncode == 0
    assert after[3][0][0] > before[3][0][0], "the log says that proofs have begun"
    assert (after[:3], after[4:]) == (before[:3], before[4:])

    place.ask("UPDATE selfassess_selfscore SET points = 0 WHERE points > 0")
    assert place.run(ROOT, "check_ledger").returncode != 0, "the negative control"

    assert "nguyên vẹn" in again.done(old_code, "restore", str(tmp_path / "truoc.bak"))
    assert again.counts() == before
