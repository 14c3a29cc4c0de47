"""Every template is used, and a partial earns its file by being used twice."""

import re
from collections import Counter
from pathlib import Path

import allauth
import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
APPS = ("units", "criteria", "selfassess", "appraisal", "surveys", "results", "cchc_index")
CALLED_BY_DJANGO = re.compile(r"admin/")
"""Templates that Django and django-import-export look for by their own names."""
OF_THE_LIBRARY = Path(allauth.__file__).parent / "templates"
"""Templates of ours that stand in for the library's of the same name; 429.html it looks for and has none."""
TAG = re.compile(r'{% (include|extends) "([^"]+)"')
PYTHON = re.compile(r'"([\w/]+\.html)"')


def names() -> list[str]:
    found = (str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
    return sorted(name for name in found if not CALLED_BY_DJANGO.match(name))


@pytest.fixture(scope="module")
def rendered() -> set[str]:
    """What Python names: views, exceptions' handlers, settings."""
    sources = (path for app in APPS for path in (ROOT / app).rglob("*.py") if "tests" not in path.parts)
    return {name for path in sources for name in PYTHON.findall(path.read_text(encoding="utf-8"))}


@pytest.fixture(scope="module")
def tags() -> Counter[tuple[str, str]]:
    """How often a template is included and extended."""
    return Counter(tag for path in TEMPLATES.rglob("*.html") for tag in TAG.findall(path.read_text(encoding="utf-8")))


def test_every_template_is_used(rendered: set[str], tags: Counter[tuple[str, str]]) -> None:
    used = rendered | {name for _, name in tags} | {"429.html"}
    assert [name for name in names() if name not in used and not (OF_THE_LIBRARY / name).is_file()] == []


def test_a_partial_used_once_stands_where_it_is_used(rendered: set[str], tags: Counter[tuple[str, str]]) -> None:
    """What Python renders by itself may be included once more: htmx swaps it as a fragment."""
    others = rendered | {name for tag, name in tags if tag == "extends"}
    assert [name for name in names() if tags["include", name] == 1 and name not in others] == []


def test_every_name_in_a_tag_is_a_template(tags: Counter[tuple[str, str]]) -> None:
    assert {name for _, name in tags if not (TEMPLATES / name).is_file() and not CALLED_BY_DJANGO.match(name)} == set()


def test_tags_name_their_template_in_words() -> None:
    """A name put together at run time would escape the counting."""
    wild = re.compile(r'{% (?:include|extends) (?!")')
    assert [str(p) for p in TEMPLATES.rglob("*.html") if wild.search(p.read_text(encoding="utf-8"))] == []


TABLE = re.compile(r"<table([^>]*)>(.*?)</table>", re.DOTALL)
CHOSEN = re.compile(r"<th[^>]*>\s*Chọn\s*</th>")
LYING = re.compile(r'class="[^"]*\b(stacked|dense)\b')


def squeezed(text: str) -> bool:
    """Whether rows are picked in a table that stays a table on a phone, where words break into single syllables."""
    return any(CHOSEN.search(body) and not LYING.search(opening) for opening, body in TABLE.findall(text))


def test_a_table_in_which_rows_are_picked_lies_down_on_a_phone() -> None:
    texts = {name: (TEMPLATES / name).read_text(encoding="utf-8") for name in names()}
    assert sum(bool(CHOSEN.search(text)) for text in texts.values()) >= 4
    assert [name for name, text in texts.items() if squeezed(text)] == []
    assert squeezed('<table class="wide"><th scope="col">Chọn</th></table>')
