"""Good rows go in, the others come back as a sheet that completes the batch; and what people wrote beside their answers
is gone from database and files once the batch is in."""

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django import DjangoCaptureOnCommitCallbacks

from cchc_index.lib.tests.present import first_sheet, present
from criteria.models import RoundGroup
from surveys.batches import actions as batches
from surveys.batches.keeping import forget_left
from surveys.ledger import check
from surveys.models import Ballot, ImportBatch
from surveys.tests.factories import asked_group, csv_file, surveyed_round
from units.models import Role
from units.tests.factories import person

pytestmark = pytest.mark.django_db

PERSONAL = ("0912345678", "Nguyễn Văn Kín", "kin@thu.vn", "10.9.8.7", "12 ngõ Kín")
HEADINGS: list[object] = [
    "Mã phiếu",
    "Mã đơn vị",
    "1.3",
    "1.4",
    "Điện thoại",
    "Người trả lời",
    "Hộp thư",
    "ipaddr",
    "Địa chỉ",
]
ROWS: list[list[object]] = [
    HEADINGS,
    ["P1", "SNV", 1, 2, *PERSONAL],
    ["P2", "XXX", 1, 1, *PERSONAL],
    ["P3", "STC", 9, 1, *PERSONAL],
]


@pytest.fixture
def block() -> RoundGroup:
    block = surveyed_round()
    asked_group(block, code="dan", name="Người dân", position=1)
    return block


@pytest.fixture
def operator(block: RoundGroup) -> Client:
    client = Client()
    client.force_login(person(Role.SURVEY_OPERATOR))
    return client


def upload(client: Client, block: RoundGroup, data: bytes, name: str = "a.csv", **more: str) -> ImportBatch:
    target = f"phieu-{block.survey.respondent_groups.get().pk}"
    client.post(reverse("surveys:upload"), {"target": target, "file": SimpleUploadedFile(name, data), **more})
    return present(ImportBatch.objects.order_by("-pk").first())


def commit(client: Client, batch: ImportBatch, capture: DjangoCaptureOnCommitCallbacks) -> None:
    with capture(execute=True):
        client.post(reverse("surveys:commit", args=[batch.pk]))
    batch.refresh_from_db()


class TestGoodRows:
    def test_all_or_nothing_unless_chosen_before(self, operator: Client, block: RoundGroup) -> None:
        assert upload(operator, block, csv_file(ROWS).getvalue()).state == "refused"

    def test_the_good_go_in_the_others_come_back_and_complete_the_batch(
        self, operator: Client, block: RoundGroup, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        batch = upload(operator, block, csv_file(ROWS).getvalue(), good_rows="on")
        assert (batch.state, batch.counts["rows"], batch.counts["refused"]) == ("checked", 1, 2)
        before = operator.get(reverse("surveys:batch", args=[batch.pk])).content.decode()
        assert "không có đơn vị mang mã “XXX”" in before
        commit(operator, batch, django_capture_on_commit_callbacks)
        assert list(Ballot.objects.values_list("code", flat=True)) == ["P1"]
        assert (
            reverse("surveys:rest", args=[batch.pk])
            in operator.get(reverse("surveys:batch", args=[batch.pk])).content.decode()
        )
        book = load_workbook(io.BytesIO(operator.get(reverse("surveys:rest", args=[batch.pk])).content))
        sheet = first_sheet(book)
        assert [cell.value for cell in sheet[1]] == ["Mã phiếu", "Mã đơn vị", "1.3", "1.4", "Lý do không nhập"]
        assert [sheet["A2"].value, sheet["A3"].value] == ["P2", "P3"]
        sheet["B2"], sheet["C3"] = "SNV", 2
        book.save(mended := io.BytesIO())
        second = upload(operator, block, mended.getvalue(), "sua.xlsx")
        commit(operator, second, django_capture_on_commit_callbacks)
        assert sorted(Ballot.objects.values_list("code", flat=True)) == ["P1", "P2", "P3"]
        assert not list(check())

    def test_a_file_wrong_as_a_whole_is_refused_all_the_same(self, operator: Client, block: RoundGroup) -> None:
        rows: list[list[object]] = [["Mã phiếu", "Mã đơn vị", "1.3"], ["P1", "SNV", 1]]  # a question is missing
        assert upload(operator, block, table(*rows), good_rows="on").state == "refused"

    def test_the_cumulative_export_brings_what_is_new_and_shows_what_differs(
        self, operator: Client, block: RoundGroup, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        first: list[list[object]] = [list(HEADINGS[:4]), ["P1", "SNV", 1, 2], ["P2", "SNV", 1, 1]]
        commit(operator, upload(operator, block, table(*first)), django_capture_on_commit_callbacks)
        later = [*first[:2], ["P2", "SNV", 2, 1], ["P3", "STC", 1, 1]]
        batch = upload(operator, block, table(*later), good_rows="on")
        assert [batch.counts[key] for key in ("rows", "repeated", "refused")] == [1, 1, 1]
        page = operator.get(reverse("surveys:batch", args=[batch.pk])).content.decode()
        assert "1.3: đã nhập 1, tệp ghi 2" in page

    def test_who_may_only_read_gets_no_rest(
        self, operator: Client, block: RoundGroup, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        batch = upload(operator, block, csv_file(ROWS).getvalue(), good_rows="on")
        address = reverse("surveys:rest", args=[batch.pk])
        commit(operator, batch, django_capture_on_commit_callbacks)
        client = Client()
        client.force_login(person(Role.OBSERVER))
        assert client.get(address).status_code == 403


def table(*rows: Sequence[object]) -> bytes:
    return csv_file(rows).getvalue()


def everywhere() -> str:
    """Every text of every table, and every stored file, as one text."""
    texts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            texts.append(repr([tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in cursor]))
    root = Path(str(default_storage.path("")))
    texts += [path.read_bytes().decode("utf-8", "replace") for path in root.rglob("*") if path.is_file()]
    for path in root.rglob("*.xlsx"):
        rows = load_workbook(path).active.iter_rows(values_only=True)  # type: ignore[union-attr]
        texts.append(repr(list(rows)))
    return "\n".join(texts)


class TestPersonalColumns:
    def test_are_in_no_table_and_no_file_once_the_batch_is_in(
        self, operator: Client, block: RoundGroup, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        batch = upload(operator, block, csv_file(ROWS).getvalue(), good_rows="on")
        assert any(value in everywhere() for value in PERSONAL)  # the control: until then the original is there
        commit(operator, batch, django_capture_on_commit_callbacks)
        assert batch.state == "committed"
        left = everywhere()
        assert [value for value in PERSONAL if value in left] == []
        assert not list(check())

    def test_the_command_line_keeps_no_original(self, block: RoundGroup) -> None:
        rows = ROWS[:2]
        batches.import_ballots(actor=None, round_group_id=block.pk, respondents="dan", source=csv_file(rows))
        left = everywhere()
        assert [value for value in PERSONAL if value in left] == []
        assert not list(check())

    def test_a_dropped_file_is_gone(
        self, operator: Client, block: RoundGroup, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        batch = upload(operator, block, csv_file(ROWS).getvalue())
        with django_capture_on_commit_callbacks(execute=True):
            operator.post(reverse("surveys:discard", args=[batch.pk]))
        left = everywhere()
        assert [value for value in PERSONAL if value in left] == []

    def test_what_a_killed_process_left_is_swept(self, operator: Client, block: RoundGroup) -> None:
        batch = upload(operator, block, csv_file(ROWS).getvalue(), good_rows="on")
        batches.commit_batch(actor=None, batch_id=batch.pk)  # what follows the commit is never run
        batch.refresh_from_db()
        assert batch.file
        assert forget_left() == 1
        left = everywhere()
        assert [value for value in PERSONAL if value in left] == []

    def test_undone_the_ballots_given_back_go_too(
        self, operator: Client, block: RoundGroup, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        batch = upload(operator, block, csv_file(ROWS).getvalue(), good_rows="on")
        commit(operator, batch, django_capture_on_commit_callbacks)
        with django_capture_on_commit_callbacks(execute=True):
            batches.undo_batch(actor=None, batch_id=batch.pk, reason="nhầm")
        batch.refresh_from_db()
        assert not batch.rest
        root = Path(str(default_storage.path("")))
        assert not [path for path in root.rglob("*") if path.is_file()]

    def test_a_code_that_is_a_person_is_neither_shown_nor_given_back(
        self, operator: Client, block: RoundGroup, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        rows: list[list[object]] = [list(HEADINGS[:4]), ["P1", "SNV", 1, 2], ["0912345678", "SNV", 1, 1]]
        batch = upload(operator, block, table(*rows), good_rows="on")
        assert "0912345678" not in operator.get(reverse("surveys:batch", args=[batch.pk])).content.decode()
        commit(operator, batch, django_capture_on_commit_callbacks)
        assert "0912345678" not in everywhere()

    def test_a_ballots_identity_holds_no_telephone(self, block: RoundGroup) -> None:
        """A file without codes: another telephone is the same ballot, so its digest says nothing of it."""
        codes = []
        for telephone in ("0912345678", "0987654321"):
            rows: list[list[object]] = [["Đơn vị", "1.3", "1.4", "Điện thoại"], ["SNV", 1, 2, telephone]]
            taken = batches.import_ballots(
                actor=None, round_group_id=block.pk, respondents="dan", source=csv_file(rows), mapping={"ballot": None}
            )
            codes.append(taken.fresh)
        assert codes == [True, False]
