"""The pages of the Excel round trip: who reaches them, preview before writing, hostile files, stale files."""

import io
import random
import zipfile
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cchc_index.lib import clock
from cchc_index.lib.tests.answers import Answer
from selfassess.models import SelfAssessment, SelfScore
from selfassess.scores import actions as scores
from selfassess.tests.factories import SelfAssessmentFactory
from selfassess.tests.workbooks import everything, filled, large_assessment, template
from selfassess.workbook import actions as uploads
from selfassess.workbook.queries import LIFE
from units.auditlog.models import LogEntry, LogHead
from units.models import Role, User
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def assessment() -> SelfAssessment:
    return large_assessment(6)


@pytest.fixture
def officer(assessment: SelfAssessment) -> User:
    return person(Role.UNIT_OFFICER, assessment.unit)


@pytest.fixture
def client(officer: User) -> Client:
    return signed_in(officer)


def signed_in(user: User) -> Client:
    made = Client()
    made.force_login(user)
    return made


def at(name: str, assessment: SelfAssessment) -> str:
    return reverse(f"selfassess:workbook{name}", args=[assessment.pk])


def send(client: Client, assessment: SelfAssessment, content: bytes, name: str = "mau.xlsx") -> Answer:
    return client.post(at("-upload", assessment), {"file": SimpleUploadedFile(name, content)})


def previewed(client: Client, assessment: SelfAssessment, content: bytes) -> tuple[str, str]:
    """The ticket and the text of the preview page."""
    response = send(client, assessment, content)
    assert response.status_code == 302, response.content.decode()
    page = client.get(response["Location"])
    return page.context["ticket"], page.content.decode()


def confirm(client: Client, assessment: SelfAssessment, ticket: str) -> Answer:
    return client.post(at("-apply", assessment), {"ticket": ticket}, follow=True)


def test_download_preview_and_confirm(client: Client, assessment: SelfAssessment) -> None:
    response = client.get(at("", assessment))
    assert "tu-danh-gia-" in response["Content-Disposition"]
    ticket, page = previewed(client, assessment, filled(response.content, everything(6)))
    assert "Ghi 6 tiêu chí vào bản tự đánh giá" in page
    assert not SelfScore.objects.exists()
    said = confirm(client, assessment, ticket).content.decode()
    assert "Đã ghi 6 tiêu chí từ tệp Excel" in said
    assert SelfScore.objects.count() == 6


def test_confirming_twice_writes_once(client: Client, assessment: SelfAssessment) -> None:
    ticket, _ = previewed(client, assessment, filled(template(assessment), everything(6)))
    confirm(client, assessment, ticket)
    assert "không ghi gì" in confirm(client, assessment, ticket).content.decode()
    assert LogEntry.objects.filter(verb="selfassess.score").count() == 6


def test_officer_goes_on_in_the_same_file_after_uploading_it(client: Client, assessment: SelfAssessment) -> None:
    """Rows last written by the same person from the same file are nobody else's."""
    content = filled(template(assessment), {"1.1": {"Điểm tự đánh giá": 0.5}})
    confirm(client, assessment, previewed(client, assessment, content)[0])
    later = filled(content, {"1.1": {"Điểm tự đánh giá": 0.75}, "1.6": {"Mức đạt được": "Có"}})
    ticket, page = previewed(client, assessment, later)
    assert "Ghi 2 tiêu chí" in page
    confirm(client, assessment, ticket)
    assert SelfScore.objects.get(criterion__code="1.1").points == Decimal("0.75")
    colleague = signed_in(person(Role.UNIT_HEAD, assessment.unit))
    _, page = previewed(colleague, assessment, content)
    assert "đã có người lưu sau khi tệp này được tải về" in page


def test_stale_file_writes_nothing_and_gives_a_fresh_template_with_the_rest(
    client: Client, assessment: SelfAssessment, officer: User
) -> None:
    content = filled(template(assessment), everything(6))
    criterion = assessment.round_group.criteria_set.criteria.get(code="1.1")
    scores.save_score(
        actor=officer,
        assessment_id=assessment.pk,
        criterion_id=criterion.pk,
        figures={},
        points="0,25",
        explanation="",
        na_claimed=False,
        na_reason="",
        seen_version=0,
    )
    ticket, page = previewed(client, assessment, content)
    assert "Chưa ghi gì: 1 tiêu chí đã có người lưu" in page
    assert '<td class="words">0,25</td>' in page
    assert "0,75" in page
    assert f"{officer} lưu lúc" in page
    assert "Ghi 5 tiêu chí" not in page
    assert client.post(at("-apply", assessment), {"ticket": ticket}).status_code == 409
    assert SelfScore.objects.count() == 1
    fresh = client.get(at("-again", assessment), {"tep": ticket}).content
    ticket, page = previewed(client, assessment, fresh)
    assert "Ghi 5 tiêu chí" in page
    confirm(client, assessment, ticket)
    assert SelfScore.objects.count() == 6
    assert SelfScore.objects.get(criterion=criterion).points == Decimal("0.25")


def test_faults_come_back_with_the_upload_form(client: Client, assessment: SelfAssessment) -> None:
    response = send(client, assessment, filled(template(assessment), {"1.1": {"Điểm tự đánh giá": "1.234"}}))
    assert response.status_code == 400
    assert "Dòng 6, cột K (Điểm tự đánh giá): “1.234” có thể hiểu hai cách" in response.content.decode()
    assert client.post(at("-upload", assessment)).status_code == 400
    assert not default_storage.exists(uploads.FOLDER) or not default_storage.listdir(uploads.FOLDER)[1]


def crowded() -> bytes:
    """A sheet of cells without places, with enough noise beside it to pass for well compressed."""
    return zipped(xl__worksheets__sheet1_xml=b"<c/>" * 600_000, noise=random.Random(1).randbytes(100_000))


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "trống"),
        (b"%PDF-1.7", "không phải bảng tính"),
        (b"M\xc3\xa3,\xc4\x90i\xe1\xbb\x83m\n1.1,1\n", "không phải bảng tính"),
        (b"PK\x03\x04garbage", "hỏng"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "không đọc được nội dung bảng tính"),
        (b"x" * (5 * 1024 * 1024 + 1), "lớn hơn 5 MB"),
        (zipped(xl__worksheets__sheet1_xml=b"0" * 40_000_000), "quá lớn"),
        (zipped(xl__worksheets__sheet1_xml=b'<row><c r="XFD1048576"/></row>'), "ô ở quá xa"),
        (zipped(xl__worksheets__sheet1_xml=b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), "hỏng"),
        (crowded(), "quá nhiều ô"),
        (zipped(xl__worksheets__sheet1_xml=b"<worksheet/>"), "không đọc được"),
    ],
)
def test_hostile_files_get_a_sentence_and_leave_nothing(
    client: Client, assessment: SelfAssessment, content: bytes, said: str
) -> None:
    response = send(client, assessment, content)
    assert response.status_code == 400
    assert said in response.content.decode()
    assert not SelfScore.objects.exists()


def test_spreadsheet_that_is_not_the_template_is_refused(client: Client, assessment: SelfAssessment) -> None:
    other = SelfAssessmentFactory.create(
        round_group=assessment.round_group, unit=UnitFactory.create(group=assessment.unit.group)
    )
    assert f"tệp này là của {other.unit}" in send(client, assessment, template(other)).content.decode()


def test_strangers_find_nothing_and_readers_may_only_look(assessment: SelfAssessment) -> None:
    names = ("", "-upload", "-preview", "-again", "-apply")
    stranger = signed_in(person(Role.UNIT_OFFICER, UnitFactory.create(group=assessment.unit.group)))
    for name in names:
        method = "post" if name == "-apply" else "get"
        assert getattr(stranger, method)(at(name, assessment)).status_code == 404
    reader = signed_in(person(Role.OBSERVER))
    assert reader.get(at("", assessment)).status_code == 200
    assert reader.get(at("-upload", assessment)).status_code == 200
    assert send(reader, assessment, template(assessment)).status_code == 403
    assert reader.post(at("-apply", assessment)).status_code == 403


def test_ticket_serves_one_person_one_assessment_and_some_hours(client: Client, assessment: SelfAssessment) -> None:
    ticket, _ = previewed(client, assessment, filled(template(assessment), everything(6)))
    head = signed_in(person(Role.UNIT_HEAD, assessment.unit))
    for wrong in (ticket + "x", "", ticket[:-3]):
        assert "đã hết hạn" in confirm(client, assessment, wrong).content.decode()
    assert "đã hết hạn" in confirm(head, assessment, ticket).content.decode()
    previewed(client, assessment, template(assessment))  # the newer upload takes the place of the older
    assert "đã hết hạn" in confirm(client, assessment, ticket).content.decode()
    assert not SelfScore.objects.exists()


def test_uploads_past_their_life_go_with_the_next_one(client: Client, assessment: SelfAssessment) -> None:
    previewed(client, assessment, template(assessment))
    (old,) = default_storage.listdir(uploads.FOLDER)[1]
    colleague = signed_in(person(Role.UNIT_HEAD, assessment.unit))
    with clock.at(clock.now() + LIFE + timedelta(minutes=1)):
        uploads.keep_upload(template(assessment), assessment.pk, 0)
    assert old not in default_storage.listdir(uploads.FOLDER)[1]
    assert colleague.get(at("-upload", assessment)).status_code == 200


def test_closed_phase_shows_why_and_refuses(client: Client, assessment: SelfAssessment) -> None:
    ticket, _ = previewed(client, assessment, filled(template(assessment), everything(6)))
    assessment.round_group.round.stages.all().delete()
    assert "không mở nên không thể sửa" in client.get(at("-upload", assessment)).content.decode()
    response = client.post(at("-apply", assessment), {"ticket": ticket})
    assert response.status_code == 409
    assert not SelfScore.objects.exists()


def test_queries_of_the_pages_do_not_grow_with_the_rows() -> None:
    counts = []
    LogHead.objects.create(pk=1)
    for count, year in ((6, 2031), (60, 2032)):  # past 62 SQLite takes a second batch of parameters
        assessment = large_assessment(count, year=year)
        client = signed_in(person(Role.UNIT_OFFICER, assessment.unit))
        client.get(at("-upload", assessment))
        with CaptureQueriesContext(connection) as caught:
            content = filled(client.get(at("", assessment)).content, everything(count))
            confirm(client, assessment, previewed(client, assessment, content)[0])
        assert SelfScore.objects.filter(assessment=assessment).count() == count
        counts.append(len(caught))
    assert counts[0] == counts[1]
