"""One command for an upgrade: the backup comes first, what fails ends it with the way back, and the database may still
be of the version before."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from cchc_index.backup.queries import files_of
from cchc_index.lib.commands import CommandRefused
from cchc_index.management.commands import upgrade

pytestmark = pytest.mark.django_db


def test_what_fails_ends_it_and_the_way_back_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done: list[str] = []

    def carried_out(name: str, **given: Any) -> None:
        done.append(name)
        if name == "collectstatic":
            raise OSError(28, "No space left on device")

    def backed_up(target: Path) -> SimpleNamespace:
        done.append(target.name)
        return SimpleNamespace(files=2, missing=["a.pdf"])

    monkeypatch.setattr(upgrade, "call_command", carried_out)
    monkeypatch.setattr("cchc_index.backup.actions.backup", backed_up)
    with pytest.raises(SystemExit) as ended:
        call_command("upgrade", out=str(tmp_path / "truoc.bak"))
    said = capsys.readouterr().err
    assert (ended.value.code, done) == (1, ["truoc.bak", "migrate", "collectstatic"])
    assert "dừng ở bước collectstatic: [Errno 28] No space left" in said
    assert f"deploy/cchc restore {tmp_path / 'truoc.bak'}" in said

    with pytest.raises(CommandRefused, match="Không có thư mục"):
        call_command("upgrade", out=str(tmp_path / "khong" / "truoc.bak"))
    assert len(done) == 3


def test_a_backup_is_made_of_tables_of_the_version_before() -> None:
    """The new program makes it, before the tables that it needs."""
    asked: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE surveys_importbatch DROP COLUMN rest")
        cursor.execute("DROP TABLE selfassess_roundpaperopening")
        cursor.execute("DROP TABLE selfassess_roundpaper")

        def select(statement: str) -> list[tuple[Any, ...]]:
            asked.append(statement)
            cursor.execute(statement)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

        assert files_of(select) == set()
    assert any("surveys_importbatch" in statement for statement in asked)
