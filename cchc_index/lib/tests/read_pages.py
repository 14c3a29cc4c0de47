"""A page as a person reads it."""

import html
import re


def words(page: bytes) -> str:
    """The text between the tags, one space between words."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.decode())).split())
