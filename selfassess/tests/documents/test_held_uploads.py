"""What was uploaded stays through every fault of the fields; what the paper says is offered for them."""

from datetime import date
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cchc_index.lib.sample_pdf import sample_pdf
from criteria.tests.factories import open_stage
from selfassess.models import Document, SelfAssessment
from selfassess.tests.factories import small_assessment
from selfassess.uploads import actions as uploads
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db
SAID = ["SỞ NỘI VỤ", "Số: 125/BC-SNV", "Hà Nội, ngày 5 tháng 3 năm 2024", "BÁO CÁO", "Kết quả cải cách hành chính"]


@pytest.fixture
def assessment() -> SelfAssessment:
    made = small_assessment()
    open_stage(made.round_group.round, "self_assessment")
    return made


@pytest.fixture
def officer(assessment: SelfAssessment) -> User:
    return person(Role.UNIT_OFFICER, assessment.unit)


@pytest.fixture
def there(assessment: SelfAssessment) -> str:
    leaf = assessment.round_group.criteria_set.criteria.get(code="1.1")
    return reverse("selfassess:upload", args=[assessment.pk, leaf.pk])


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def file(content: bytes | None = None, name: str = "bao-cao.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or sample_pdf("", SAID))


def ticket(page: str) -> str:
    return page.partition('name="held" value="')[2].partition('"')[0]


def test_file_alone_comes_back_with_its_fields_filled_and_goes_in_without_travelling_again(
    officer: User, there: str
) -> None:
    client = signed_in(officer)
    page = client.post(there, {"upload": file()})
    assert page.status_code == 200
    for said in ('value="125/BC-SNV"', 'value="05/03/2024"', 'value="SỞ NỘI VỤ"', "Đã nhận tệp <b>bao-cao.pdf</b>"):
        assert said in page.text
    assert not Document.objects.exists()
    data = {"number": "125/BC-SNV", "issued_on": "05/03/2024", "issuer": "Sở Nội vụ", "abstract": "Kết quả"}
    assert client.post(there, {**data, "held": ticket(page.text)}).status_code == 302
    document = Document.objects.get()
    assert (document.original_name, document.issued_on) == ("bao-cao.pdf", date(2024, 3, 5))
    assert default_storage.listdir(uploads.FOLDER)[1] == []


def test_what_was_typed_wins_over_what_is_read(officer: User, there: str) -> None:
    page = signed_in(officer).post(there, {"upload": file(), "number": "7/KH-SNV"})
    assert 'value="7/KH-SNV"' in page.text
    assert 'value="125/BC-SNV"' not in page.text


def test_file_and_all_its_data_go_in_at_once(officer: User, there: str) -> None:
    data = {"number": "1/BC", "issued_on": "05/03/2024", "issuer": "Sở", "abstract": "Báo cáo"}
    assert signed_in(officer).post(there, {**data, "upload": file()}).status_code == 302
    assert Document.objects.get().number == "1/BC"


def test_every_fault_comes_at_once_and_the_file_stays(officer: User, there: str) -> None:
    client = signed_in(officer)
    page = client.post(there, {"upload": file(sample_pdf("", ["x"])), "issued_on": "32/13/2024", "page": "0"})
    assert page.status_code == 400
    for said in ("Chưa ghi số ký hiệu", "Ngày ban hành không đọc được", "Chưa ghi cơ quan", "Chưa ghi trích yếu"):
        assert said in page.text
    assert "Số trang phải là số nguyên" in page.text
    assert ticket(page.text)
    again = client.post(there, {"held": ticket(page.text), "number": "1/BC"})
    assert again.status_code == 400
    assert ticket(again.text) == ticket(page.text)


def test_faults_of_the_file_come_with_those_of_the_fields(officer: User, there: str) -> None:
    page = signed_in(officer).post(there, {"upload": file(b"khong phai pdf"), "number": "1/BC"})
    assert "không phải PDF" in page.text
    assert "Chưa ghi trích yếu" in page.text
    assert not ticket(page.text)


def test_ticket_is_good_for_its_person_and_place_only(assessment: SelfAssessment, officer: User, there: str) -> None:
    given = ticket(signed_in(officer).post(there, {"upload": file()}).text)
    data = {"number": "1/BC", "issued_on": "05/03/2024", "issuer": "Sở", "abstract": "Báo cáo", "held": given}
    colleague = person(Role.UNIT_OFFICER, assessment.unit)
    assert "không còn được giữ" in signed_in(colleague).post(there, data).text
    other = assessment.round_group.criteria_set.criteria.get(code="1.2")
    elsewhere = reverse("selfassess:upload", args=[assessment.pk, other.pk])
    assert "không còn được giữ" in signed_in(officer).post(elsewhere, data).text
    assert "không còn được giữ" in signed_in(officer).post(there, {**data, "held": given[:-2]}).text
    assert signed_in(officer).post(there, data).status_code == 302


def test_new_file_takes_the_place_of_the_one_held(officer: User, there: str, tmp_path: Path) -> None:
    client = signed_in(officer)
    first = ticket(client.post(there, {"upload": file()}).text)
    second = client.post(there, {"upload": file(name="ban-2.pdf"), "held": first})
    assert "<b>ban-2.pdf</b>" in second.text
    assert len(default_storage.listdir(uploads.FOLDER)[1]) == 1
