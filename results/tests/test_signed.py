"""The signed decision: what is taken, what is refused with every reason, who reads it, and a file that was replaced."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec
from pypdf import PdfWriter
from pytest_django import Settings

from cchc_index.lib.faults import Refused
from cchc_index.lib.sample_pdf import sample_pdf
from results import ledger
from results.models import Publication, SignedDecision
from results.signed import actions
from results.signed.reading import problems
from results.tests import bundles
from results.tests.published import publish
from selfassess.tests.examination.test_signatures import new_signer
from units.auditlog.actions import record
from units.models import Role, User
from units.tests.factories import person

pytestmark = pytest.mark.django_db
Sign = Callable[..., bytes]
LINES = ["ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI", "Số: 123/QĐ-UBND", "Hà Nội, ngày 01 tháng 3 năm 2032", "QUYẾT ĐỊNH"]


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> signers.SimpleSigner:
    return new_signer(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def sign(signer: signers.SimpleSigner) -> Sign:
    def signed(content: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(content), strict=False)
        metadata = signers.PdfSignatureMetadata(field_name="Sig1")
        out = signers.PdfSigner(metadata, signer, new_field_spec=SigFieldSpec("Sig1")).sign_pdf(writer)
        return bytes(out.getvalue())

    return signed


@pytest.fixture
def official() -> Publication:
    return publish(bundles.small(illustrative=False))


@pytest.fixture
def manager() -> User:
    return person(Role.INDEX_MANAGER)


def decision(*lines: str) -> bytes:
    return sample_pdf("Quyết định", list(lines or LINES))


def upload(content: bytes, name: str = "quyet-dinh.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def post(manager: User, publication: Publication, content: bytes, **more: Any) -> SignedDecision:
    return actions.post_signed(actor=manager, publication_id=publication.pk, upload=upload(content), **more)


def address(publication: Publication) -> str:
    return reverse("results:signed-decision", args=[publication.round.year, "123-qd-ubnd"])


def test_nothing_goes_to_the_public_that_could_not_be_scanned(
    manager: User, official: Publication, sign: Sign, settings: Settings
) -> None:
    settings.CLAMD_URL, settings.CLAMD_TIMEOUT = "tcp://127.0.0.1:9", 0.2  # nobody answers there
    with pytest.raises(Refused, match="Chưa quét được mã độc"):
        post(manager, official, sign(decision()))
    assert not SignedDecision.objects.exists()
    settings.CLAMD_URL = ""
    assert post(manager, official, sign(decision())).digest


def test_a_signed_decision_of_this_number_and_day_is_taken_and_read_by_everybody(
    official: Publication, manager: User, sign: Sign, client: Client
) -> None:
    content = sign(decision())
    row = post(manager, official, content)
    assert [one["state"] for one in row.reading["signatures"]] == ["intact"]
    answer = client.get(address(official))
    assert answer.content == content
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert client.head(address(official)).status_code == 200
    assert client.get(address(official), headers={"If-None-Match": answer["ETag"]}).status_code == 304
    page = client.get(reverse("results:publication", args=[2031, "123-qd-ubnd"])).text
    assert address(official) in page
    assert "Ký số: " in page
    assert address(official) in client.get(reverse("results:data")).text


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([*LINES[:1], "Số: 124/QĐ-UBND", *LINES[2:]], "Số 123/QĐ-UBND của công bố không phải số của văn bản này"),
        (
            [*LINES[:2], "Hà Nội, ngày 02 tháng 3 năm 2032", LINES[3]],
            "Công bố đề ngày 01/3/2032, văn bản ngày 02/3/2032",
        ),
    ],
)
def test_another_number_or_day_is_refused(
    official: Publication, manager: User, sign: Sign, lines: list[str], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        post(manager, official, sign(decision(*lines)))
    assert not SignedDecision.objects.exists()


def test_what_is_not_signed_or_was_changed_is_refused(official: Publication, manager: User, sign: Sign) -> None:
    with pytest.raises(Refused, match="chưa có chữ ký số"):
        post(manager, official, decision())
    writer = PdfWriter(io.BytesIO(sign(decision())), incremental=True)
    writer.add_blank_page(100, 100)
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(Refused, match="không ai ký|bị sửa"):
        post(manager, official, out.getvalue())


def test_a_scan_needs_the_word_of_who_compared() -> None:
    told = {
        "text": "none",
        "signed": True,
        "signatures": [{"state": "intact", "by": "UBND", "at": "", "trusted": None}],
    }
    day = date(2032, 3, 1)
    assert "đánh dấu đã đối chiếu" in " ".join(problems(told, "1/QĐ", day, seen=False))
    assert problems(told, "1/QĐ", day, seen=True) == []


def test_illustrative_data_and_other_people_are_refused(manager: User, sign: Sign) -> None:
    publication = publish(bundles.small(illustrative=True))
    with pytest.raises(Refused, match="minh họa"):
        post(manager, publication, sign(decision()))
    with pytest.raises(PermissionDenied):
        post(person(Role.OBSERVER), publication, b"")


def test_one_stands_at_a_time_and_goes_with_a_reason(
    official: Publication, manager: User, sign: Sign, client: Client
) -> None:
    content = sign(decision())
    row = post(manager, official, content)
    with pytest.raises(Refused, match="gỡ bản đó trước"):
        post(manager, official, content)
    with pytest.raises(Refused, match="lý do"):
        actions.withdraw_signed(actor=manager, signed_id=row.pk, reason=" ")
    actions.withdraw_signed(actor=manager, signed_id=row.pk, reason="Văn thư phát hành lại")
    assert client.get(address(official)).status_code == 404
    assert post(manager, official, content).pk != row.pk
    record(actor=None, verb="publication.publish", obj=official)
    assert [line for line in ledger.check() if "đã ký" in line] == []


def test_a_file_replaced_on_disk_is_not_served_and_is_named(
    official: Publication, manager: User, sign: Sign, client: Client
) -> None:
    row = post(manager, official, sign(decision()))
    name = row.file.name or ""
    row.file.storage.delete(name)
    row.file.storage.save(name, ContentFile(decision("Khác")))
    answer = client.get(address(official))
    assert answer.status_code == 503
    assert "không còn đúng với mã kiểm tra" in answer.text
    assert [line for line in ledger.check() if "tệp không còn" in line]


def test_it_is_brought_back_on_a_page(official: Publication, manager: User, sign: Sign, client: Client) -> None:
    client.force_login(manager)
    page = reverse("results:post-signed", args=[official.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"file": upload(decision())}).status_code == 422
    answer = client.post(page, {"file": upload(sign(decision()))})
    assert answer.status_code == 302
    row = SignedDecision.objects.get()
    shown = client.get(reverse("results:proposal", args=[official.pk])).text
    assert reverse("results:withdraw-signed", args=[row.pk]) in shown
    client.force_login(person(Role.OBSERVER))
    assert client.get(page).status_code == 403
    assert client.post(reverse("results:withdraw-signed", args=[row.pk])).status_code == 403
