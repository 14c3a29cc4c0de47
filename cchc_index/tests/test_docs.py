"""The developers' documents say what is there."""

import re
from pathlib import Path

from django.conf import settings

DOCS = Path(settings.BASE_DIR) / "docs"


def _anchor(heading: str) -> str:
    """The address of a heading, as code forges make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_index_of_decisions_lists_every_decision_in_order() -> None:
    text = (DOCS / "decisions.md").read_text()
    listed = [line for line in text.splitlines() if line.startswith("- [")]
    headings = re.findall(r"^## (.+)$", text, re.M)
    assert headings
    assert listed == [f"- [{heading}](#{_anchor(heading)})" for heading in headings]
