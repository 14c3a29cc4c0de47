"""The developers' documents say what is there."""

import re
from datetime import date, timedelta
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


def test_what_where_points_at_is_there() -> None:
    places = re.findall(r"^\| .+ \| `(\S+)` \|$", (DOCS / "where.md").read_text(), re.M)
    assert len(places) == len(set(places)) == 30
    assert [place for place in places if not (DOCS.parent / place).is_file()] == []


def test_each_link_of_the_documents_leads_to_a_file() -> None:
    papers = [*DOCS.glob("*.md"), *(DOCS.parent / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"))]
    links = [
        (paper.name, link)
        for paper in papers
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", paper.read_text())
        if not link.startswith(("http", "mailto:"))
    ]
    assert len(links) > 30
    broken = [(name, link) for name, link in links if not (_home(name) / link).exists()]
    assert broken == []


def _home(name: str) -> Path:
    return DOCS if (DOCS / name).is_file() else DOCS.parent


def test_the_list_of_packages_is_that_of_the_lock_and_says_why_the_old_stay() -> None:
    """A year before the newest of them: no clock of this machine decides."""
    listed = re.findall(
        r"^\| (\S+) \| (\S+) \| (\d{4}-\d\d-\d\d) \| (.+) \|$", (DOCS / "third-party.md").read_text(), re.M
    )
    direct = re.findall(r"^([A-Za-z0-9-]+)(?:\[\w+\])?==([^\s]+)", (DOCS.parent / "requirements.in").read_text(), re.M)
    assert [(name, version) for name, version, _, _ in listed] == direct
    newest = max(date.fromisoformat(day) for _, _, day, _ in listed)
    old = [why for _, _, day, why in listed if newest - date.fromisoformat(day) > timedelta(days=365)]
    assert old
    assert [why for why in old if ". " not in why] == []
