"""Every page that a link leads to, by role, in a whole year: Vietnamese alone, and one form each for minus signs,
thousands and instants. The letters too."""

import html
import re
from collections.abc import Iterator
from functools import cache

import pytest
from django.test import Client

from appraisal.tests.large_block import large_block
from appraisal.tests.pages import content
from appraisal.tests.test_language import HIDDEN, english
from cchc_index.tests.ledger_year import Year, year
from selfassess.models import Document, Evidence
from units.mail.models import Mail
from units.mail.queries import body_of
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db
LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"#]*)')
MOST = 120
"""Pages of one role: more are like those before."""
OUT = re.compile(
    r"^/(?:quan-tri|static|api|tai-khoan/dang-xuat)|\.(?:xlsx|pdf|csv|json|docx|py|pem|zip|txt|xml)\b|tai-ve"
)
MEASURED = re.compile(r"(?<![\w.,/-])-\d+(?:,\d+)?(?![\w/-])")
"""A hyphen where a minus is meant."""
UNGROUPED = re.compile(r"(?<![\w./:,#-])(?!(?:19|20)\d\d(?!\d))\d{4,}(?:,\d+)?(?![\w:-]|/\D|/\d+/|\.\d)")
ISO = re.compile(r"\b\d{4}-\d\d-\d\d\b")
OTHER_INSTANT = re.compile(
    r"\d{1,2}[:h]\d\d(?::\d\d)?,? \d{1,2}/\d{1,2}/\d{4}|\d{1,2}/\d{1,2}/\d{4}(?:,| lúc| -) ?\d{1,2}[:h]\d\d"
)
IN_A_SENTENCE = re.compile(r"(?<!ví dụ )\b\d\d/\d\d/\d{4} \d\d:\d\d(?=[^:].*\.$)")
"""Day before hour is for cells of tables and for facts, and how an hour is typed."""
MADE_FOR_PROGRAMS = re.compile(r'<(code|pre|kbd)\b.*?</\1>|<span class="code">.*?</span>', re.DOTALL)
OF_FILES = re.compile(r"<table\b.*?</table>", re.DOTALL)
"""On the page of open data: the names of columns and of their values, explained beside."""
NAMES = {
    *("Authenticator", "FreeOTP", "Google", "Microsoft", "Forms", "LimeSurvey", "KoboToolbox", "SurveyMonkey"),
    *("JavaScript", "Python", "OpenAPI", "ETag", "byte", "web", "zip", "http", "https"),
}
"""Products and shapes of data, which have no other name in Vietnamese."""


def faults_of(page: str) -> set[str]:
    """What a page says in a form that is none of ours."""
    page = MADE_FOR_PROGRAMS.sub(" ", HIDDEN.sub(" ", page))
    found = {f"English: {word}" for word in english(page) - NAMES}
    for node in re.split(r"<[^>]*>", page):
        found |= _forms_in(" ".join(html.unescape(node).split()))
    return found


@cache
def _forms_in(text: str) -> frozenset[str]:
    """Most of a page stands on every other page too."""
    forms = (
        ("hyphen for minus", MEASURED),
        ("thousands not grouped", UNGROUPED),
        ("day of machines", ISO),
        ("instant in another form", OTHER_INSTANT),
        ("instant of tables in a sentence", IN_A_SENTENCE),
    )
    return frozenset(f"{what}: {hit[0]} in “{text[:90]}”" for what, form in forms if (hit := form.search(text)))


def pages_of(client: Client, *starts: str) -> Iterator[tuple[str, str]]:
    """Every page that links lead to, once for each shape of address. A link that ends in a refusal fails."""
    waiting, shapes = [(start, "") for start in starts], set[str]()
    while waiting:
        address, source = waiting.pop(0)
        shape = re.sub(r"\d+", "0", address)
        if shape in shapes or OUT.search(address) or len(shapes) >= MOST:
            continue
        shapes.add(shape)
        answer = client.get(address, follow=True)
        assert answer.status_code < 400, f"{source} leads to {address}: {answer.status_code}"
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            content(answer)
            continue
        page = content(answer).decode()
        yield address, page
        waiting.extend((html.unescape(link), address) for link in LINK.findall(page))


@pytest.fixture
def of_a_year() -> Year:
    return year()


def people(one: Year) -> dict[str, User | None]:
    return {
        "public": None,
        "officer": one.officer,
        "head": one.head,
        "manager": one.manager,
        "operator": person(Role.SURVEY_OPERATOR),
        "observer": person(Role.OBSERVER),
        "member": person(Role.COUNCIL_MEMBER, one.other),
    }


@pytest.mark.long
def test_every_page_speaks_vietnamese_in_one_form(of_a_year: Year) -> None:
    faults, read, places = {}, 0, set()
    for name, user in people(of_a_year).items():
        client = Client()
        if user is not None:
            client.force_login(user)
        for address, page in pages_of(client, "/", "/tai-khoan/"):
            read += 1
            places.add(address.split("/")[1])
            if said := faults_of(OF_FILES.sub("", page) if address.startswith("/du-lieu/") else page):
                faults[name, address] = said
    assert read > 300, "the walk reads pages"
    assert places >= {"tu-danh-gia", "dieu-tra", "xep-hang", "tai-khoan", "dieu-hanh", "tham-dinh", "huong-dan"}
    assert faults == {}


@pytest.mark.parametrize("role", [Role.INDEX_MANAGER, Role.OBSERVER, Role.SURVEY_OPERATOR, Role.COUNCIL_MEMBER])
def test_no_link_ends_in_a_refusal_in_the_middle_of_a_year(role: Role) -> None:
    """With stages to release, answers to consider, criteria that wait; the walks through a whole year look too."""
    block = large_block(3, 8)
    Evidence.objects.all().delete()
    Document.objects.all().delete()  # rows without files
    client = Client()
    client.force_login({Role.INDEX_MANAGER: block.manager, Role.COUNCIL_MEMBER: block.member}.get(role) or person(role))
    assert len(list(pages_of(client, "/", "/tai-khoan/"))) > 12


def test_every_letter_speaks_vietnamese_in_one_form(of_a_year: Year) -> None:
    letters = [f"{mail.subject}\n{body_of(mail)}" for mail in Mail.objects.all()]
    assert letters
    assert {one: said for one in letters if (said := faults_of(html.escape(one)))} == {}


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("<p>Please wait</p>", "English: Please"),
        ("<td>-0,50</td>", "hyphen for minus: -0,50"),
        ("<td>Chênh lệch -1</td>", "hyphen for minus: -1"),
        ("<td>1046/1210</td>", "thousands not grouped: 1046"),
        ("<p>còn 10000 ký tự</p>", "thousands not grouped: 10000"),
        ("<p>từ 2031-03-29</p>", "day of machines: 2031-03-29"),
        ("<p>17:00 29/03/2025</p>", "instant in another form: 17:00 29/03/2025"),
        ("<p>29/03/2025, 17:00</p>", "instant in another form: 29/03/2025, 17:00"),
        ("<p>Đã nộp 29/03/2025 17:00 và khóa.</p>", "instant of tables in a sentence: 29/03/2025 17:00"),
    ],
)
def test_another_form_is_seen(page: str, fault: str) -> None:
    assert any(said.startswith(fault) for said in faults_of(page)), faults_of(page)


@pytest.mark.parametrize(
    "page",
    [
        "<td>−0,50</td><td>+1,25</td><td>70–90%</td>",
        "<td>1.046/1.210</td><p>10.000 ký tự, năm 2031, 2024/2025, TDG-2031-SO-0001</p>",
        "<p>3598/QĐ-UBND, 1046/2031/QĐ-UBND</p>",
        "<p>Đã nộp lúc 17:00 ngày 29/03/2025 và khóa.</p><td>29/03/2025 17:00</td>",
        "<p>Ghi cả ngày và giờ, ví dụ 22/12/2025 17:00.</p><code>unit, area</code>",
    ],
)
def test_our_forms_pass(page: str) -> None:
    assert faults_of(page) == set()
