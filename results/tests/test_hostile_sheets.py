"""Hostile spreadsheets at every way in: no error of ours, 5 seconds, 200 MB, and a sentence that helps."""

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

from results.tests.hostile_readers import READERS

pytestmark = pytest.mark.once

SECONDS, MEGABYTES = 5, 200
ENGLISH = re.compile(r"\b(error|exception|invalid|traceback|expected|object)\b", re.IGNORECASE)


@pytest.mark.long
@pytest.mark.parametrize("reader", READERS)
def test_hostile_spreadsheets_are_taken_or_refused_in_words_within_bounds(reader: str) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "cchc_index.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "results.tests.hostile_readers", reader],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    assert len({one["what"] for one in outcomes}) == len(outcomes) >= 208
    assert [one for one in outcomes if wrong(one)] == []
    assert [one for one in outcomes if "honest" in one["what"] and "bộ nhớ" in one["said"]] == []


def wrong(one: dict[str, Any]) -> bool:
    said = one["said"]
    helps = said == "taken" or (said.startswith("refused ") and len(said) > 20 and not ENGLISH.search(said))
    return not helps or one["seconds"] > SECONDS or one["megabytes"] > MEGABYTES
