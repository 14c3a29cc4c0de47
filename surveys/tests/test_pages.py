"""The operator's pages: who may open them, what they say, how many queries they cost."""

import io
from collections.abc import Sequence

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from cchc_index.lib.tests.answers import Answer
from cchc_index.lib.tests.present import present
from criteria.models import RoundGroup
from surveys.batches import actions as batches
from surveys.models import Ballot, ImportBatch
from surveys.tests.factories import asked_group, ballot_rows, csv_file, surveyed_round
from units.models import Role, Unit
from units.tests.factories import UnitFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def block() -> RoundGroup:
    block = surveyed_round()
    asked_group(block, code="dai-bieu", name="Đại biểu HĐND", position=1, planned_ballots=10)
    return block


def enter(role: Role, unit: Unit | None = None) -> Client:
    client = Client()
    client.force_login(person(role, unit))
    return client


@pytest.fixture
def operator(block: RoundGroup) -> Client:
    return enter(Role.SURVEY_OPERATOR)


def upload(
    client: Client,
    block: RoundGroup,
    rows: Sequence[Sequence[object]] | bytes,
    target: str | None = None,
    name: str = "phieu.csv",
) -> Answer:
    group = block.survey.respondent_groups.get()
    file = SimpleUploadedFile(name, rows if isinstance(rows, bytes) else csv_file(rows).getvalue())
    return client.post(reverse("surveys:upload"), {"target": target or f"phieu-{group.pk}", "file": file}, follow=True)


def addresses(block: RoundGroup, batch: ImportBatch) -> list[str]:
    unit = present(Unit.objects.order_by("pk").first())
    return [
        reverse("surveys:home"),
        reverse("surveys:batch", args=[batch.pk]),
        reverse("surveys:scores", args=[block.pk]),
        reverse("surveys:unit-scores", args=[block.pk, unit.pk]),
        reverse("surveys:figures", args=[block.pk]),
    ]


@pytest.fixture
def batch(block: RoundGroup) -> ImportBatch:
    group = block.survey.respondent_groups.get()
    rows = ballot_rows(*[(f"P{n}", "SNV", 1, 2) for n in range(6)], ("P9", "STC", 1, 2))
    taken = batches.import_ballots(actor=None, round_group_id=block.pk, respondents=group.code, source=csv_file(rows))
    return present(taken.batch)


class TestRights:
    @pytest.mark.parametrize(
        ("role", "reads", "works"),
        [
            (Role.SURVEY_OPERATOR, 200, True),
            (Role.INDEX_MANAGER, 200, True),
            (Role.OBSERVER, 200, False),
            (Role.COUNCIL_MEMBER, 403, False),
            (Role.UNIT_OFFICER, 403, False),
            (Role.UNIT_HEAD, 403, False),
        ],
    )
    def test_matrix(self, block: RoundGroup, batch: ImportBatch, role: Role, reads: int, works: bool) -> None:
        unit = Unit.objects.get(code="SNV") if role in (Role.UNIT_OFFICER, Role.UNIT_HEAD) else None
        client = enter(role, unit)
        assert {client.get(address).status_code for address in addresses(block, batch)} == {reads}
        assert client.get(reverse("surveys:upload")).status_code == (200 if works else 403)
        for name in ("commit", "undo", "discard"):
            answer = client.post(reverse(f"surveys:{name}", args=[batch.pk]), {"reason": ""})
            assert (answer.status_code == 403) is not works
        batch.refresh_from_db()
        assert batch.state == "committed"

    def test_anonymous_is_sent_to_log_in(self, block: RoundGroup, batch: ImportBatch) -> None:
        for address in addresses(block, batch):
            assert Client().get(address)["Location"].startswith(reverse("account_login"))

    def test_get_changes_nothing(self, operator: Client, batch: ImportBatch) -> None:
        for name in ("commit", "undo", "discard"):
            assert operator.get(reverse(f"surveys:{name}", args=[batch.pk])).status_code == 405

    def test_what_does_not_exist_is_404(self, operator: Client, block: RoundGroup) -> None:
        other = UnitFactory.create(group__code="khac", group__name="Khác", code="X")
        assert operator.get(reverse("surveys:batch", args=[999_999])).status_code == 404
        assert operator.get(reverse("surveys:scores", args=[999_999])).status_code == 404
        assert operator.get(reverse("surveys:unit-scores", args=[block.pk, other.pk])).status_code == 404


class TestWizard:
    def test_check_commit_undo(self, operator: Client, block: RoundGroup) -> None:
        page = upload(operator, block, ballot_rows(("P1", "SNV", 1, 2), ("P2", "STC", "", "")))
        assert "Nhập 2 phiếu" in page.content.decode()
        assert "bỏ trống mọi câu" in page.content.decode()
        assert not Ballot.objects.exists()
        pk = ImportBatch.objects.get().pk
        done = operator.post(reverse("surveys:commit", args=[pk]), follow=True).content.decode()
        assert "Kết quả nhập" in done
        assert "2,20" in done  # 1 + 0,6 × 2
        assert Ballot.objects.count() == 2
        assert "Nhập lý do" in operator.post(reverse("surveys:undo", args=[pk]), {"reason": ""}).content.decode()
        undone = operator.post(reverse("surveys:undo", args=[pk]), {"reason": "nhầm tệp"}, follow=True).content.decode()
        assert "Lần nhập đã hủy" in undone
        assert not Ballot.objects.exists()

    def test_a_tools_own_file_beside_its_mapping(self, operator: Client, block: RoundGroup) -> None:
        target = f"phieu-{block.survey.respondent_groups.get().pk}"
        file = SimpleUploadedFile("ls.csv", b"id,MADV,1.3,1.4\n7,SNV,A1,A2\n")
        given = SimpleUploadedFile("m.json", b'{"unit": "MADV", "answers": {"A1": 1, "A2": 2}}')
        form = {"target": target, "file": file, "mapping": given}
        page = operator.post(reverse("surveys:upload"), form, follow=True).content.decode()
        assert "Nhập 1 phiếu" in page
        assert "&quot;answers&quot;: {&quot;A1&quot;: 1" in page
        file.seek(0)
        form["mapping"] = SimpleUploadedFile("m.json", b"{")
        refused = operator.post(reverse("surveys:upload"), form, follow=True).content.decode()
        assert "Tệp ánh xạ: không phải JSON đọc được (dòng 1, cột 2)" in refused

    def test_faults_are_shown_and_given_back(self, operator: Client, block: RoundGroup) -> None:
        page = upload(operator, block, ballot_rows(("P1", "SNV", 1, 2), ("P2", "=HYPERLINK(1)", 9, 1))).content.decode()
        assert "Tệp có lỗi, chưa nhập gì" in page
        assert "nằm ngoài thang trả lời" in page
        answer = operator.get(reverse("surveys:failed", args=[ImportBatch.objects.get().pk]))
        from cchc_index.lib.sheets.book import read_cells

        rows = read_cells(io.BytesIO(answer.content), name="loi.xlsx")
        assert rows[0] == ["Lỗi", "Dòng", "Mã phiếu", "Mã đơn vị", "1.3", "1.4"]
        assert rows[1][1:] == ["3", "P2", "'=HYPERLINK(1)", "9", "1"]
        assert len(rows) == 2
        assert b"<f>" not in answer.content

    def test_a_checked_file_can_be_dropped(self, operator: Client, block: RoundGroup) -> None:
        upload(operator, block, ballot_rows(("P1", "SNV", 1, 2)))
        batch = ImportBatch.objects.get()
        operator.post(reverse("surveys:discard", args=[batch.pk]))
        assert not ImportBatch.objects.exists()

    def test_same_file_again_says_so(self, operator: Client, block: RoundGroup) -> None:
        upload(operator, block, ballot_rows(("P1", "SNV", 1, 2)))
        operator.post(reverse("surveys:commit", args=[ImportBatch.objects.get().pk]))
        page = upload(operator, block, ballot_rows(("P1", "SNV", 1, 2))).content.decode()
        assert "đã nhập rồi" in page
        assert ImportBatch.objects.count() == 1

    def test_figures(self, operator: Client, block: RoundGroup) -> None:
        rows = [["Mã đơn vị", "Mã tiêu chí", "Tỷ lệ %", "Nguồn số liệu"], ["SNV", "2", "85.5", "01/BC-SNV"]]
        page = upload(operator, block, rows, target=f"so-lieu-{block.pk}").content.decode()
        assert "Nhập 1 số liệu" in page
        assert "85,5" in page
        operator.post(reverse("surveys:commit", args=[ImportBatch.objects.get().pk]))
        assert "01/BC-SNV" in operator.get(reverse("surveys:figures", args=[block.pk])).content.decode()

    def test_block_without_groups_takes_a_named_group(self) -> None:
        bare = surveyed_round()
        client = enter(Role.SURVEY_OPERATOR)
        rows = csv_file(ballot_rows(("P1", "SNV", 1, 2))).getvalue()
        data = {"target": f"moi-{bare.pk}", "new_group": "", "file": SimpleUploadedFile("a.csv", rows)}
        address = reverse("surveys:upload")
        assert "Ghi tên nhóm đối tượng mới" in client.post(address, data).content.decode()
        data = {**data, "new_group": "Người dân", "file": SimpleUploadedFile("a.csv", rows)}
        assert "tạo nhóm đối tượng “Người dân”" in client.post(address, data, follow=True).content.decode()

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.xlsx", b"PK\x03\x04 not a workbook"),
            ("a.xlsx", b"plain text"),
            ("a.xls", b"\xd0\xcf\x11\xe0 old"),
            ("a.csv", b"\xff\xfe\x00\x00"),
            ("a.csv", "Mã phiếu\nP1\n".encode()),
            ("a.csv", b""),
        ],
    )
    def test_hostile_files_get_a_sentence(self, operator: Client, block: RoundGroup, name: str, content: bytes) -> None:
        answer = upload(operator, block, content, name=name)
        assert answer.status_code == 200
        assert 'class="errors"' in answer.content.decode()
        assert not ImportBatch.objects.exists()


class TestPages:
    def test_spread_of_small_cells_is_hidden(self, operator: Client, block: RoundGroup, batch: ImportBatch) -> None:
        units = {unit.code: unit for unit in Unit.objects.all()}
        big = operator.get(reverse("surveys:unit-scores", args=[block.pk, units["SNV"].pk])).content.decode()
        small = operator.get(reverse("surveys:unit-scores", args=[block.pk, units["STC"].pk])).content.decode()
        assert "Rất tốt 6" in big
        assert "Rất tốt" not in small
        assert "dưới 5 phiếu" in small
        assert "1,00" in small

    def test_no_ballots_is_written_in_words(self, operator: Client, block: RoundGroup, batch: ImportBatch) -> None:
        assert "không có phiếu" in operator.get(reverse("surveys:scores", args=[block.pk])).content.decode()

    def test_home_counts_against_the_plan(self, operator: Client, block: RoundGroup, batch: ImportBatch) -> None:
        page = operator.get(reverse("surveys:home")).content.decode()
        assert '<td class="num" data-label="Kế hoạch">20</td>' in page  # 10 for each of two units
        assert '<td class="num" data-label="Hợp lệ">7</td>' in page

    def test_empty_home_says_what_comes(self, client: Client) -> None:
        client.force_login(person(Role.SURVEY_OPERATOR))
        assert "Chưa có khối nào" in client.get(reverse("surveys:home")).content.decode()

    def test_observer_sees_no_single_ballot(self, block: RoundGroup) -> None:
        group = block.survey.respondent_groups.get()
        batch = batches.check_ballots(
            actor=None,
            round_group_id=block.pk,
            respondents=group.code,
            source=csv_file(ballot_rows(("P-bi-mat", "SNV", 1, 2))),
        )
        page = enter(Role.OBSERVER).get(reverse("surveys:batch", args=[batch.pk])).content.decode()
        assert "P-bi-mat" not in page

    def test_queries_do_not_grow_with_units_and_ballots(
        self, operator: Client, block: RoundGroup, batch: ImportBatch, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        before = {}
        for address in addresses(block, batch):
            operator.get(address)
            with CaptureQueriesContext(
                connection,
            ) as seen:
                operator.get(address)
            before[address] = len(seen)
        for n in range(5):
            UnitFactory.create(group=block.group, code=f"M{n}")
        rows = ballot_rows(*[(f"Q{n}", f"M{n % 5}", 1, 2) for n in range(30)])
        group = block.survey.respondent_groups.get()
        batches.import_ballots(actor=None, round_group_id=block.pk, respondents=group.code, source=csv_file(rows))
        for address, number in before.items():
            with django_assert_num_queries(number):
                operator.get(address)
