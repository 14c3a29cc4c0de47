"""A broker that is dead costs who saves next to nothing, and no work: the row that asked for it stays."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import logging, sys
import django
django.setup()
logging.disable(logging.CRITICAL)
from celery import current_app
from cchc_index.lib.dispatch import _send
connects, slept = [], []
def heard(event, arguments):
    if event == "socket.connect":
        connects.append(arguments[1])
    elif event == "time.sleep":
        slept.append(arguments[0])
sys.addaudithook(heard)
for number in range(20):
    _send("results.recompute", (number,))
print(len(connects), sum(slept))
"""


def test_twenty_messages_are_tried_once_and_nobody_sleeps(tmp_path: Path) -> None:
    """Celery's own patience is six seconds of sleep for each message."""
    environment = {**os.environ, "REDIS_URL": "redis://127.0.0.1:1/0", "VAR_DIR": str(tmp_path), "CACHE_URL": ""}
    environment |= {"DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "cchc_index.settings"}
    root = Path(__file__).resolve().parents[2]
    ran = subprocess.run([sys.executable, "-c", PROGRAM], cwd=root, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    connects, slept = ran.stdout.split()
    assert 1 <= int(connects) <= 4, "one message asks, the others know"
    assert float(slept) == 0
