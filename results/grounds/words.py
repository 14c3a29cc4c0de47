"""What may name a person in the title of a document. Pure. A hint for whoever looks, no proof."""

import re

_CAPITAL = "[A-ZÀ-ỸĐ]"
_PERSON = re.compile(
    rf"\b(?:[Ôô]ng|[Bb]à|[Aa]nh|[Cc]hị|[Đđ]ồng chí|[Đđ]/c|[Cc]ông dân|[Hh]ọ tên|[Hh]ọ và tên:?)\s+{_CAPITAL}"
)
_NUMBER = re.compile(r"(?<!\d)(?:\d[ .]?){9,12}(?!\d)")
_LETTER = re.compile(r"\S@\S")


def may_name_somebody(title: str) -> bool:
    """Whether the title of a document looks as if it held the name, number or address of a person."""
    return any(pattern.search(title) for pattern in (_PERSON, _NUMBER, _LETTER))
