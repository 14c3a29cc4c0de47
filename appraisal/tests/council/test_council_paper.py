"""The signed decision of a council as a file: what is taken, who reads it, and that it is proved."""

from collections.abc import Iterator
from datetime import date
from typing import Any, cast

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from appraisal import ledger
from appraisal.council.composition import actions
from appraisal.models import CouncilPaper
from appraisal.tests.council.council_site import body, user_of
from appraisal.tests.factories import Council, council
from appraisal.tests.pages import sign_in
from cchc_index.lib.faults import Refused
from selfassess.tests.factories import tiny_pdf
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import UserFactory, person

pytestmark = pytest.mark.django_db

TYPED = {"number": "12/QĐ-UBND", "dated": "5/1/2031", "issuer": "UBND Thành phố", "comment": ""}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def case() -> Council:
    return council()


def pdf(name: str = "quyet-dinh.pdf", data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, tiny_pdf() if data is None else data)


def send(case: Council, user: User, **given: Any) -> Any:
    address = reverse("council:decision", args=[case.round_group.round.year])
    return sign_in(user).post(address, {**TYPED, **given})


def read(case: Council, user: User, paper: CouncilPaper, **query: str) -> Any:
    address = reverse("council:paper", args=[case.round_group.round.year, paper.pk])
    response = sign_in(user).get(address, query)
    if response.streaming:
        assert b"".join(cast("Iterator[bytes]", response.streaming_content)).startswith(b"%PDF")  # type: ignore[attr-defined]
    return response


def test_the_file_comes_with_the_decision_and_stands_on_the_page(case: Council) -> None:
    assert send(case, case.manager, upload=pdf()).status_code == 302
    paper = CouncilPaper.objects.get()
    assert (paper.number, paper.dated) == ("12/QĐ-UBND", date(2031, 1, 5))
    page = sign_in(case.manager).get(reverse("council:council", args=[case.round_group.round.year])).text
    assert reverse("council:paper", args=[case.round_group.round.year, paper.pk]) in page
    assert LogEntry.objects.filter(verb="appraisal.council_paper").count() == 1
    assert list(ledger.check()) == []


def test_a_decision_without_a_file_is_saved_as_before(case: Council) -> None:
    assert send(case, case.manager).status_code == 302
    assert not CouncilPaper.objects.exists()


def test_a_later_decision_stands_beside_the_one_before(case: Council) -> None:
    send(case, case.manager, upload=pdf())
    send(case, case.manager, upload=pdf())
    assert CouncilPaper.objects.count() == 1, "the same file of the same decision is one"
    send(case, case.manager, number="13/QĐ-UBND", upload=pdf())
    assert [paper.number for paper in CouncilPaper.objects.order_by("pk")] == ["12/QĐ-UBND", "13/QĐ-UBND"]
    assert len(default_storage.listdir("council")[1]) == 2
    assert list(ledger.check()) == []


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("quyet-dinh.pdf", b"", "rỗng"),
        ("quyet-dinh.pdf", b"MZ" + b"0" * 100, "PDF"),
        ("quyet-dinh.exe", b"MZ" + b"0" * 100, "exe"),
        ("quyet-dinh.png", PNG, ""),
    ],
)
def test_what_is_no_pdf_is_refused_and_nothing_is_saved(case: Council, name: str, data: bytes, words: str) -> None:
    answer = send(case, case.manager, upload=pdf(name, data))
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="12/QĐ-UBND"' in answer.text, "what was typed stays"
    assert not hasattr(case.round_group.round, "council")
    assert not CouncilPaper.objects.exists()
    assert not default_storage.exists("council") or default_storage.listdir("council")[1] == []


def test_whoever_reads_the_council_reads_the_file(case: Council) -> None:
    sitting = body(case)
    send(case, case.manager, upload=pdf())
    paper = CouncilPaper.objects.get()
    answer = read(case, case.manager, paper)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "private, no-store"
    assert "attachment" in read(case, case.manager, paper, **{"tai-ve": "1"})["Content-Disposition"]
    for user in (user_of(sitting.chair), user_of(sitting.secretary), user_of(sitting.working), person(Role.OBSERVER)):
        assert read(case, user, paper).status_code == 200
    for user in (case.head, case.officer, person(Role.SURVEY_OPERATOR), UserFactory.create()):
        assert read(case, user, paper).status_code == 403
    missing = reverse("council:paper", args=[case.round_group.round.year, paper.pk + 1])
    assert sign_in(case.manager).get(missing).status_code == 404


@pytest.mark.parametrize("role", [Role.COUNCIL_MEMBER, Role.OBSERVER, Role.SURVEY_OPERATOR])
def test_only_a_manager_uploads(case: Council, role: Role) -> None:
    user = person(role)
    assert send(case, user, upload=pdf()).status_code == 403
    with pytest.raises(PermissionDenied):
        actions.compose_with_file(
            actor=user, round_id=case.round_group.round_id, number="1", dated=date(2031, 1, 5), issuer="A", upload=pdf()
        )
    assert not CouncilPaper.objects.exists()


def test_the_action_refuses_a_picture_itself(case: Council) -> None:
    given = {"actor": case.manager, "round_id": case.round_group.round_id, "dated": date(2031, 1, 5), "issuer": "A"}
    with pytest.raises(Refused):
        actions.compose_with_file(number="1", upload=pdf("anh.png", PNG), **given)  # type: ignore[arg-type]


def test_ledger_proves_file_and_row(case: Council) -> None:
    send(case, case.manager, upload=pdf())
    paper = CouncilPaper.objects.get()
    CouncilPaper.objects.update(number="99/QĐ-UBND")
    assert any("không khớp" in line for line in ledger.check())
    CouncilPaper.objects.update(number=paper.number)
    assert list(ledger.check()) == []
    default_storage.delete(str(paper.file.name))
    assert any("không còn trong kho" in line for line in ledger.check())
    assert list(ledger.check(files=False)) == []


def test_the_file_is_neither_changed_nor_removed(case: Council) -> None:
    send(case, case.manager, upload=pdf())
    with pytest.raises(TypeError):
        CouncilPaper.objects.get().delete()
