"""A publication is drawn by whichever worker takes the job: two processes give the same bytes, in each kind of file."""

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings

DRAWN = """
import hashlib, json, django
django.setup()
from results.files import paper, spreadsheets, word
from results.tests import bundles
told = bundles.small(9, number=NUMBER)
made = {
    "pdf": paper.ranking_pdf(told),
    "sheet": paper.unit_pdf(told, told["groups"][0]["code"], told["groups"][0]["units"][2]["code"]),
    "docx": word.ranking_docx(told),
    "xlsx": spreadsheets.xlsx_bytes(told),
    "csv": spreadsheets.csv_bytes(told),
}
print(json.dumps({name: hashlib.sha256(data).hexdigest() for name, data in made.items()}))
"""


def started(var: Path, seed: int, zone: str, number: str = "123/QĐ-UBND") -> "subprocess.Popen[str]":
    """A worker of its own: another order of sets, another time zone, one key to sign with."""
    own = {"PYTHONHASHSEED": str(seed), "TZ": zone, "VAR_DIR": str(var), "DATABASE_URL": "sqlite://:memory:"}
    program = DRAWN.replace("NUMBER", repr(number))
    command = [sys.executable, "-c", program]
    return subprocess.Popen(
        command, cwd=settings.BASE_DIR, env={**os.environ, **own}, stdout=subprocess.PIPE, text=True
    )


def test_two_workers_draw_the_same_bytes(tmp_path: Path) -> None:
    """With its negative control: another number, other bytes."""
    workers = [
        started(tmp_path, 1, "UTC"),
        started(tmp_path, 2, "Asia/Ho_Chi_Minh"),
        started(tmp_path, 1, "UTC", "456/QĐ-UBND"),
    ]
    one, two, other = (worker.communicate()[0] for worker in workers)
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    assert one == two != other
