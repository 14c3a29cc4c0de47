"""Hostile spreadsheets at every way in: no error of ours, 5 seconds, 200 MB, and a sentence that helps."""

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

from results.tests.hostile_readers import ALONE, READERS, is_word

pytestmark = pytest.mark.once

SECONDS, MEGABYTES = 5, 200
ENGLISH = re.compile(r"\b(error|exception|invalid|traceback|expected|object)\b", re.IGNORECASE)


@pytest.mark.long
def test_hostile_spreadsheets_are_taken_or_refused_in_words_within_bounds() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "cchc_index.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "results.tests.hostile_readers"],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one for one in outcomes if wrong(one)] == []
    assert [one for one in outcomes if "honest" in one["what"] and "bộ nhớ" in one["said"]] == []
    read = {reader: [one["what"] for one in outcomes if one["reader"] == reader] for reader in READERS}
    for reader, files in read.items():
        assert len(set(files)) == len(files) >= (208 if reader in ALONE else 80), reader
    assert refused_otherwise(outcomes) == []


def refused_otherwise(outcomes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a reader said otherwise of a file that never becomes pages: it would have to be given them all."""
    said = {one["what"]: one["said"] for one in outcomes if one["reader"] == "pages" and one["said"] != "taken"}
    compared = [one for one in outcomes if one["reader"] not in ALONE and one["what"] in said]
    return [one for one in compared if one["said"] != said[one["what"]] and not may_differ(one, said[one["what"]])]


def may_differ(one: dict[str, Any], pages: str) -> bool:
    """A file of ballots may have more cells than others, and then lacks something else; Word is read as an annex."""
    if one["reader"] == "ballots":
        return pages.startswith("refused Tệp: có hơn ") and one["said"].startswith("refused ")
    return one["reader"] == "criteria" and is_word(one["what"])


def wrong(one: dict[str, Any]) -> bool:
    said = one["said"]
    helps = said == "taken" or (said.startswith("refused ") and len(said) > 20 and not ENGLISH.search(said))
    return not helps or one["seconds"] > SECONDS or one["megabytes"] > MEGABYTES
