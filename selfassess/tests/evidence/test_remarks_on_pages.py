"""What a unit sees of its evidence: two files under one number are questioned wherever they are listed, files have
their names, and the serious stands first."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from cchc_index.lib.tests.read_pages import words
from criteria.models import Criterion
from selfassess.evidence.queries import remarks_in_assessment
from selfassess.evidence.remarks import KINDS
from selfassess.models import Document, SelfAssessment
from selfassess.tests.factories import DocumentFactory, EvidenceFactory, SelfScoreFactory, tiny_pdf
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db
SAID = "Tệp khác ({}) cũng mang số 5/BC-SNV ngày 01/06/2031: kiểm tra tệp nào đúng văn bản."
READ = {"text": "read", "number_found": True, "signed": True}


@pytest.fixture
def officer(assessment: SelfAssessment) -> Client:
    client = Client()
    client.force_login(person(Role.UNIT_OFFICER, assessment.unit))
    return client


def document(assessment: SelfAssessment, name: str, pages: int, **facts: object) -> Document:
    given = {"number": "5/BC-SNV", "issued_on": date(2031, 6, 1), "reading": READ, **facts}
    content = tiny_pdf(pages)
    return DocumentFactory.create(unit=assessment.unit, original_name=name, pages=pages, content=content, **given)


def proves(assessment: SelfAssessment, code: str, *documents: Document) -> Criterion:
    leaf = Criterion.objects.get(criteria_set=assessment.round_group.criteria_set, code=code)
    score = SelfScoreFactory.create(assessment=assessment, criterion=leaf)
    for each in documents:
        EvidenceFactory.create(score=score, document=each)
    return leaf


def read(client: Client, name: str, *args: int) -> str:
    return words(client.get(reverse(f"selfassess:{name}", args=args)).content)


def test_two_files_under_one_number_and_date_are_questioned_on_every_page_of_the_unit(
    assessment: SelfAssessment, officer: Client
) -> None:
    one, other = document(assessment, "ban-1.pdf", 1), document(assessment, "ban-2.pdf", 2)
    first = proves(assessment, "1.1", one)
    proves(assessment, "1.2", other)
    pages = {
        "documents": read(officer, "documents"),
        "check": read(officer, "check", assessment.pk),
        "criterion": read(officer, "criterion", assessment.pk, first.pk),
    }
    assert [name for name, text in pages.items() if SAID.format("ban-2.pdf") not in text] == []
    assert [name for name, text in pages.items() if "ban-1.pdf" not in text] == []
    assert SAID.format("ban-1.pdf") in pages["check"]
    assert SAID.format("ban-1.pdf") in pages["documents"]


def test_the_same_file_twice_and_another_date_are_not_questioned(assessment: SelfAssessment, officer: Client) -> None:
    one = document(assessment, "ban-1.pdf", 1)
    again = document(assessment, "ban-1-tai-lai.pdf", 1)
    later = document(assessment, "nam-sau.pdf", 3, issued_on=date(2031, 7, 1))
    proves(assessment, "1.1", one, again, later)
    assert "cũng mang số" not in read(officer, "check", assessment.pk)


def test_warnings_stand_by_kind_the_serious_first_each_sentence_once(
    assessment: SelfAssessment, officer: Client
) -> None:
    """Malware, a broken signature, a missing number, a date, twin files, a page: in this order, whatever came first."""
    broken = {"state": "changed", "by": "Sở Nội vụ", "at": "", "trusted": None}
    infected = document(assessment, "ma-doc.pdf", 1, number="1/BC", scan_state=Document.Scan.INFECTED)
    signed = document(assessment, "ky.pdf", 2, number="2/BC", reading={**READ, "signatures": [broken]})
    missing = document(assessment, "so.pdf", 3, number="3/BC", reading={**READ, "number_found": False})
    dated = document(assessment, "ngay.pdf", 4, number="4/BC", issued_on=date(2029, 1, 1))
    twins = document(assessment, "a.pdf", 5), document(assessment, "b.pdf", 6)
    proves(assessment, "1.1", *twins, dated, missing, signed, infected)
    second = proves(assessment, "1.2", infected)
    kinds = ("ma-doc", "chu-ky", "so", "ngay", "trung")
    groups = remarks_in_assessment(assessment)
    assert [group.words for group in groups] == [KINDS[kind] for kind in kinds]
    assert [line.document.label for line in groups[0].lines] == ["1/BC (ma-doc.pdf)"]
    assert [target.label for target in groups[0].lines[0].criteria] == ["1.1", second.code]
    page = read(officer, "check", assessment.pk)
    sentences = [
        "Tệp có mã độc nên đã bị chặn: phải thay bằng tệp sạch.",
        "Tệp đã bị sửa sau khi ký số: chữ ký của Sở Nội vụ không còn đúng với nội dung.",
        "Không thấy số ký hiệu 3/BC trong nội dung tệp.",
        "Ngày ban hành 01/01/2029 ngoài thời kỳ đánh giá",
        SAID.format("b.pdf"),
    ]
    assert [one for one in sentences if one not in page] == []
    places = [page.index(sentence) for sentence in sentences]
    assert places == sorted(places)
    assert [page.count(sentence) for sentence in sentences[1:]] == [1] * 4
