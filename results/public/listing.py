"""The list of all publications, each line bound to the one before. Pure: facts in, lines out.

A line's `link` is SHA-256 over the link before and what never changes of the publication: whoever kept one link notices
when an earlier line was changed, left out or put in. That a publication was taken back stands beside it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from cchc_index.lib.canonical import canonical_json

FORMAT = "cchc-publications/1"
BOUND = ("year", "number", "date", "published_at", "digest")
"""What a link is over, beside the link before. What the publication corrects stands in the bundle that the digest
names; the line says it only as long as the correction is in force."""

PublishedLine = dict[str, Any]


def bound(facts: Iterable[Mapping[str, Any]]) -> list[PublishedLine]:
    """The lines in the order of publishing, each with its position, the link before and its own."""
    lines: list[PublishedLine] = []
    before = ""
    for position, fact in enumerate(facts, start=1):
        link = hashlib.sha256((before + canonical_json({key: fact[key] for key in BOUND})).encode()).hexdigest()
        lines.append({"position": position, **fact, "previous": before, "link": link})
        before = link
    return lines
