"""Every role has its guide, on the screen, on paper and for Word; what a guide names stands on a page."""

import io
import re
from html import unescape

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from docx import Document
from PIL import Image
from pypdf import PdfReader

from cchc_index.guides import queries
from cchc_index.guides.paper import guide_pdf
from cchc_index.guides.reading import read
from cchc_index.guides.word import guide_docx
from units.models import UNIT_ROLES, Role, User
from units.rules import is_index_manager
from units.tests.factories import UnitFactory, UserFactory, person

pytestmark = pytest.mark.django_db
LARGEST = 150_000
"""Bytes of a picture."""


def on_the_screen() -> str:
    """What templates, places, forms and choices say, without tags and what is filled in."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((settings.BASE_DIR / "templates").rglob("*.html"))]
    said = " ".join(re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", text, flags=re.DOTALL) for text in texts)
    folders = ("cchc_index", "units", "criteria", "selfassess", "appraisal", "surveys", "results")
    rooms = [path for folder in folders for path in sorted((settings.BASE_DIR / folder).rglob("*.py"))]
    words = [path.read_text(encoding="utf-8") for path in rooms if "tests" not in path.parts]
    return " ".join(unescape(" ".join([said, *words])).split())


def test_every_role_and_the_administrator_have_a_guide_with_pictures() -> None:
    assert set(queries.BY_ROLE) == set(Role.values)
    for name in queries.ALL:
        guide = queries.guide(name)
        assert len(guide.pictures) == 2, name
        for picture in guide.pictures:
            content = queries.picture(picture.name)
            assert len(content) <= LARGEST, picture.name
            assert Image.open(io.BytesIO(content)).size == (1024, 640)


def test_names_that_a_guide_quotes_stand_on_pages() -> None:
    said = on_the_screen()
    missing = [(name, quoted) for name in queries.ALL for quoted in queries.guide(name).names if quoted not in said]
    assert missing == []


@pytest.mark.parametrize("name", queries.ALL)
def test_paper_and_word_hold_text_and_pictures(name: str) -> None:
    guide = queries.guide(name)
    pages = PdfReader(io.BytesIO(guide_pdf(guide))).pages
    assert len(pages) == 1, "one page per role"
    assert guide.title in " ".join(pages[0].extract_text().split())
    assert len(pages[0].images) == 2
    content = guide_docx(guide)
    assert content == guide_docx(guide)
    document = Document(io.BytesIO(content))
    assert document.paragraphs[0].text == guide.title
    assert len(document.inline_shapes) == 2
    assert sum(run.bold is True for line in document.paragraphs for run in line.runs) >= len(guide.names)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("role", Role.values)
def test_a_person_gets_the_guides_of_their_roles_alone(role: str) -> None:
    user = person(Role(role), UnitFactory.create() if role in UNIT_ROLES else None)
    client = client_of(user)
    given = set(queries.ALL) if is_index_manager(user) else {queries.BY_ROLE[role]}
    for name in queries.ALL:
        answers = [client.get(reverse("guides:guide", args=[name]))]
        answers += [client.get(reverse("guides:file", args=[name, kind])) for kind in ("pdf", "docx")]
        assert {answer.status_code for answer in answers} == {200 if name in given else 403}, name
    home = client.get(reverse("guides:home")).text
    assert queries.guide(queries.BY_ROLE[role]).title in home


def test_who_has_no_role_is_told_and_a_visitor_signs_in_first() -> None:
    assert "Tài khoản chưa có vai trò nào" in client_of(UserFactory.create()).get(reverse("guides:home")).text
    assert Client().get(reverse("guides:home")).status_code == 302
    assert Client().get(reverse("guides:picture", args=["quan-ly-1.png"])).status_code == 302


def test_what_is_no_guide_is_not_there() -> None:
    client = client_of(UserFactory.create(is_superuser=True))
    for address in ("khong-co/", "quan-tri.exe", "hinh/khong-co.png", "hinh/..%2Fquan-tri.md"):
        assert client.get(f"/huong-dan/{address}").status_code == 404, address


def test_a_text_is_read_as_sections_steps_and_pictures() -> None:
    guide = read("# Tên\n\nMột **Nút** nhỏ.\n\n## Phần\n1. Làm **A**.\n2. Làm B.\n![Chú](hinh/x-1.png)\n")
    assert [block.kind for block in guide.blocks] == ["words", "section", "steps", "pictures"]
    assert guide.names == ["Nút", "A"]
    assert len(guide.blocks[2].lines) == 2
    assert guide.pictures[0].caption == "Chú"
    with pytest.raises(ValueError, match="title"):
        read("Không có tên")


def test_the_pictures_of_a_word_guide_are_as_large_as_its_text_leaves_room_for() -> None:
    short, long = (queries.guide(name) for name in ("quan-sat", "dieu-tra"))
    widths = [{shape.width for shape in Document(io.BytesIO(guide_docx(one))).inline_shapes} for one in (short, long)]
    assert [len(found) for found in widths] == [1, 1]
    assert max(widths[0]) > max(widths[1])
