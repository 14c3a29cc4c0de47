"""The files of the official frame under `fixtures/official/`: `frame.json`, and the CSV and JSON files it names.

A year after a reorganisation has a frame of its own beside it (`fixtures/official_2025/`): whoever starts with the
earlier years does not get its blocks before they ask for it.
"""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "official"


def json_of(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def frame_of(folder: Path = FOLDER) -> dict[str, Any]:
    """Blocks, decisions, sets, rounds and answer scales as the file holds them."""
    frame: dict[str, Any] = json_of(folder / "frame.json")
    return frame


def years() -> dict[int, Path]:
    """The years whose rounds come with the system, each with the folder of its frame."""
    folders = (FOLDER, *sorted(FOLDER.parent.glob(f"{FOLDER.name}_*")))
    return {row["year"]: folder for folder in folders for row in frame_of(folder)["rounds"]}


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def day(text: str) -> date | None:
    """A date of the files; None for an empty cell."""
    return date.fromisoformat(text) if text else None
