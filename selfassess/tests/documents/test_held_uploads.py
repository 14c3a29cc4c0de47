"""What was uploaded stays through every fault of the fields; what the paper says is offered for them."""

from datetime import date
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from cchc_index.lib.sample_pdf import sample_pdf
from selfassess.models import Document, SelfAssessment
from selfassess.tests.factories import DocumentFactory
from selfassess.uploads import actions as uploads
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db
SAID = ["SỞ NỘI VỤ", "Số: 125/BC-SNV", "Hà Nội, ngày 5 tháng 3 năm 2024", "BÁO CÁO", "Kết quả cải cách hành chính"]


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
    assert 'Chưa lưu: hãy <a href="#number">kiểm tra' in page.text
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


def test_a_new_version_keeps_its_file_through_faults_of_the_fields(assessment: SelfAssessment, officer: User) -> None:
    document, client = DocumentFactory.create(unit=assessment.unit), signed_in(officer)
    replacing = reverse("selfassess:replace", args=[document.pk])
    data = {"number": "126/BC", "issued_on": "05/03/2024", "issuer": "Sở", "abstract": "Bản sửa"}
    refused = client.post(replacing, {**data, "issued_on": "32/13/2024", "issuer": "", "upload": file(name="sua.pdf")})
    assert refused.status_code == 400
    for said in ("Ngày ban hành không đọc được", "Đã nhận tệp <b>sua.pdf</b>", 'value="126/BC"'):
        assert said in refused.text
    other = DocumentFactory.create(unit=assessment.unit)
    elsewhere = client.post(reverse("selfassess:replace", args=[other.pk]), {**data, "held": ticket(refused.text)})
    assert "không còn được giữ" in elsewhere.text
    assert client.post(replacing, {**data, "held": ticket(refused.text)}).status_code == 302
    new = Document.objects.get(replaces=document)
    assert (new.number, new.original_name, new.digest != document.digest) == ("126/BC", "sua.pdf", True)
    assert default_storage.listdir(uploads.FOLDER)[1] == []


def test_fields_of_a_new_version_that_were_emptied_are_offered_again(assessment: SelfAssessment, officer: User) -> None:
    document = DocumentFactory.create(unit=assessment.unit)
    replacing = reverse("selfassess:replace", args=[document.pk])
    page = signed_in(officer).post(replacing, {"issuer": "Sở", "abstract": "Bản sửa", "upload": file()})
    assert page.status_code == 200
    assert 'value="125/BC-SNV"' in page.text
    assert "kiểm tra dữ liệu đã điền theo tệp" in page.text
    assert not Document.objects.filter(replaces=document).exists()


def test_a_file_of_60_mb_is_refused_by_what_it_weighs(officer: User, there: str) -> None:
    large = file(b"%PDF-1.7\n" + bytes(60 * 1024 * 1024 - 9))
    page = signed_in(officer).post(there, {"upload": large, "number": "1/BC", "abstract": "Còn nguyên chữ"})
    assert page.status_code == 400
    assert "Tệp nặng 60 MB, tối đa 20 MB" in page.text
    assert "Còn nguyên chữ" in page.text
    assert not ticket(page.text)


def test_of_a_file_beyond_every_limit_no_more_than_the_limit_is_stored(settings: Settings) -> None:
    settings.EVIDENCE_MAX_BYTES = settings.SHEET_MAX_BYTES = 3 * 1024 * 1024
    large = file(bytes(8 * 1024 * 1024))
    request = RequestFactory().post("/", {"upload": large})
    sent = request.FILES["upload"]
    assert isinstance(sent, UploadedFile)
    assert sent.size == 8 * 1024 * 1024
    assert 3 * 1024 * 1024 < len(sent.read()) < 4 * 1024 * 1024
    request.close()
