"""Numbers of documents, which no line breaks: `3598/QĐ-UBND` is one word, but browsers, paper and Word break it after
its hyphen."""

import re
from html import escape

NUMBER = re.compile(r"(?:[0-9]{1,6}(?:/[0-9]{4})?|\u2026+)/[A-ZĐ][A-Za-zĐ]{0,7}(?:-[A-ZĐ0-9&]{1,20}){1,4}")
_WORDS = re.compile(r"(?<=>)[^<]*[A-Za-zĐ]-[^<]*(?=<)")
_OPEN, _CLOSE = '<span class="unbroken">', "</span>"


def whole(text: object) -> str:
    """The text as markup, the numbers in it each in a span that does not break."""
    parts = [escape(part) for part in NUMBER.split(str(text))]
    numbers = [f"{_OPEN}{escape(number)}{_CLOSE}" for number in NUMBER.findall(str(text))] + [""]
    return "".join(part + number for part, number in zip(parts, numbers, strict=True))


def whole_in(markup: str) -> str:
    """The same in the body of a page; attributes and what stands in the head stay as they are."""
    head, body, rest = markup.partition("<body")
    return head + body + _WORDS.sub(lambda words: NUMBER.sub(rf"{_OPEN}\g<0>{_CLOSE}", words[0]), rest)


def parts(text: str) -> list[tuple[str, bool]]:
    """The text cut at its numbers: (words, whether it is one)."""
    cut: list[tuple[str, bool]] = []
    at = 0
    for number in NUMBER.finditer(text):
        cut += [(text[at : number.start()], False), (number[0], True)]
        at = number.end()
    return [(words, is_number) for words, is_number in [*cut, (text[at:], False)] if words]
