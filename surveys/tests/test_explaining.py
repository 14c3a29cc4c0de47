"""The page on which a file's columns and words are explained: every tool's own export enters by form controls alone,
once, and next week by itself."""

import io
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import lxml.html
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cchc_index.lib.tests.present import present
from criteria.models import RoundGroup, Source
from criteria.tests.factories import CriterionFactory, RoundFactory, RoundGroupFactory
from surveys.ledger import check
from surveys.models import Ballot, ImportBatch, MappingProfile
from surveys.tests.factories import csv_file
from surveys.tests.test_mapping import EXPORTS, LEAVES, PLAIN, UNITS, stored
from units.models import Role
from units.tests.factories import UnitFactory, person

FILES = sorted(path.name for path in EXPORTS.iterdir() if not path.name.startswith("formpack-"))
"""The twelve of one survey; formpack's stand in `test_tool_writers.py`."""
NO_CODE = {"no_code": "on"}
CORRECTIONS: dict[str, dict[str, str]] = {"google-vi.csv": NO_CODE}
"""What a person says beyond confirming the proposals."""
COUNTS = {"ls-incomplete.csv": 8, "tay-manysheets.xlsx": 20}


@pytest.fixture
def block(db: None) -> RoundGroup:
    block = RoundGroupFactory.create(round=RoundFactory.create(year=2031))
    for position, code in enumerate(LEAVES):
        CriterionFactory.create(
            criteria_set=block.criteria_set, code=code, position=position, source=Source.SURVEY, max_points=Decimal(2)
        )
    for code, name in UNITS.items():
        UnitFactory.create(group=block.group, code=code, name=name)
    return block


@pytest.fixture
def operator(block: RoundGroup) -> Client:
    client = Client()
    client.force_login(person(Role.SURVEY_OPERATOR))
    return client


def upload(client: Client, block: RoundGroup, data: bytes, name: str, group: str = "Người dân") -> ImportBatch:
    """The batch that an upload makes; of a block without groups the first file names one."""
    known = list(block.survey.respondent_groups.all()) if hasattr(block, "survey") else []
    target = {"target": f"phieu-{known[0].pk}"} if known else {"target": f"moi-{block.pk}", "new_group": group}
    answer = client.post(reverse("surveys:upload"), {**target, "file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 302, answer.content.decode()
    return present(ImportBatch.objects.order_by("-pk").first())


def address(batch: ImportBatch) -> str:
    return reverse("surveys:explain", args=[batch.pk])


def proposed(html: bytes) -> dict[str, Any]:
    """What the page would post as it stands."""
    (form,) = (form for form in lxml.html.fromstring(html.decode()).forms if form.method == "POST" and not form.action)
    return dict(form.form_values())


def explain(client: Client, batch: ImportBatch, said: Mapping[str, str] | None = None, sender: str = "Viện") -> str:
    """Confirm what the page proposes, with what a person says otherwise; as many times as the page asks."""
    posted = proposed(client.get(address(batch)).content) | {"sender": sender} | dict(said or {})
    for _ in range(3):
        answer = client.post(address(batch), posted)
        if answer.status_code == 302:
            return ""
        if b"kh\xc3\xb4ng l\xc6\xb0u" in answer.content or b"Ch\xc6\xb0a l\xc6\xb0u" in answer.content:
            break
        posted = proposed(answer.content) | dict(said or {})
    return answer.content.decode()


def commit(client: Client, batch: ImportBatch) -> None:
    client.post(reverse("surveys:commit", args=[batch.pk]))
    batch.refresh_from_db()


class TestTheToolsOwnFiles:
    @pytest.mark.parametrize("name", FILES)
    def test_enters_by_form_controls_once_and_next_week_by_itself(
        self, operator: Client, block: RoundGroup, name: str
    ) -> None:
        batch = upload(operator, block, (EXPORTS / name).read_bytes(), name)
        assert explain(operator, batch, CORRECTIONS.get(name)) == ""
        batch.refresh_from_db()
        assert batch.state == "checked", batch.faults
        commit(operator, batch)
        assert batch.state == "committed"
        assert Ballot.objects.count() == COUNTS.get(name, 12)
        if name not in COUNTS:
            assert ", ".join(stored()[:9]) == PLAIN
        assert not list(check())
        block = RoundGroup.objects.get(pk=block.pk)
        again = upload(operator, block, _next_week(name), f"tuan-sau-{name}")
        assert again.profile == batch.profile
        assert again.state == "checked", again.faults
        assert again.counts["repeated"] == COUNTS.get(name, 12)

    def test_the_version_is_printed_with_the_batch(self, operator: Client, block: RoundGroup) -> None:
        batch = upload(operator, block, (EXPORTS / "ls-code-short.csv").read_bytes(), "ls.csv")
        explain(operator, batch, sender="Viện Nghiên cứu")
        page = operator.get(reverse("surveys:batch", args=[batch.pk])).content.decode()
        assert "Viện Nghiên cứu, phiên bản 1" in page


def _next_week(name: str) -> bytes:
    """The cumulative export of a week later: another file by its digest, the same ballots."""
    data = (EXPORTS / name).read_bytes()
    if name.endswith(".csv"):
        return data + b"\n"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
            for member in archive.namelist():
                written.writestr(member, archive.read(member))
    return out.getvalue()


ROWS = [
    ["Số", "Cơ quan", "Điện thoại", "Chất lượng phục vụ", "4.1 Thái độ"],
    ["a1", "So Công Thương", "0912345678", "Hài lòng", "KTL"],
    ["a2", "SDL", "0912345679", "Rất hài lòng", "a. Tốt"],
]


class TestProposals:
    @pytest.fixture
    def batch(self, operator: Client, block: RoundGroup) -> ImportBatch:
        CriterionFactory.create(
            criteria_set=block.criteria_set, code="1.7", position=9, source=Source.SURVEY, name="Chất lượng phục vụ"
        )
        return upload(operator, block, csv_file(ROWS).getvalue(), "la.csv")

    def test_an_unknown_table_waits_for_its_explanation(self, operator: Client, batch: ImportBatch) -> None:
        assert batch.state == "unread"
        page = operator.get(reverse("surveys:batch", args=[batch.pk])).content.decode()
        assert "Khai cách đọc tệp" in page

    def test_what_is_proposed(self, operator: Client, block: RoundGroup, batch: ImportBatch) -> None:
        posted = proposed(operator.get(address(batch)).content)
        leaf = block.criteria_set.criteria.get(code="1.7")
        assert posted["column-1"] == "unit"
        assert "column-2" not in posted  # a telephone is nobody's to choose
        assert posted["column-3"] == f"q{leaf.pk}"
        assert (posted["unit_text-0"], posted["unit-0"]) == ("So Công Thương", "SCT")
        answers = {posted[f"answer_text-{n}"]: posted[f"answer-{n}"] for n in range(2)}
        assert answers == {"Hài lòng": "4", "Rất hài lòng": "5"}

    def test_columns_chosen_later_bring_their_words(
        self, operator: Client, block: RoundGroup, batch: ImportBatch
    ) -> None:
        other = block.criteria_set.criteria.get(code="1.4.3")
        posted = proposed(operator.get(address(batch)).content)
        posted |= {"sender": "Viện", "column-0": "code", "column-4": f"q{other.pk}"}
        asked = operator.post(address(batch), posted).content
        assert "Các cột vừa chọn có chữ chưa rõ nghĩa" in asked.decode()
        again = proposed(asked)
        answers = {again[f"answer_text-{n}"]: again[f"answer-{n}"] for n in range(4)}
        assert answers == {"Hài lòng": "4", "Rất hài lòng": "5", "KTL": "0", "a. Tốt": "4"}
        assert operator.post(address(batch), again).status_code == 302
        batch.refresh_from_db()
        commit(operator, batch)
        assert sorted(stored()) == ["SCT 40", "SDL 54"]

    def test_a_forms_own_number_is_shown_beside_the_criterion(self, operator: Client, block: RoundGroup) -> None:
        CriterionFactory.create(
            criteria_set=block.criteria_set, code="4.1", position=8, source=Source.SURVEY, name="Mức độ công khai"
        )
        batch = upload(operator, block, csv_file(ROWS).getvalue(), "la.csv")
        page = operator.get(address(batch)).content.decode()
        assert "tên khác tiêu chí 4.1: Mức độ công khai" in page

    def test_the_answer_over_a_ticked_column_is_no_other_name(self, operator: Client, block: RoundGroup) -> None:
        name = "tay-ticks.xlsx"
        page = operator.get(address(upload(operator, block, (EXPORTS / name).read_bytes(), name))).content.decode()
        assert "1.4.3 / Rất kém" in page
        assert "tên khác tiêu chí" not in page

    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ({"sender": ""}, "Ghi tên nơi gửi tệp"),
            ({"column-1": "ignore"}, "Chọn cột đơn vị được đánh giá"),
            ({"column-0": "unit"}, "Có 2 cột là đơn vị được đánh giá"),
            ({"column-0": "ignore"}, "Chọn cột mã phiếu"),
            ({"no_code": "on"}, "Đã chọn cột mã phiếu"),
            ({"column-3": "ignore"}, "Chọn tiêu chí cho ít nhất một cột"),
            ({"column-4": "same"}, "có hai cột"),
        ],
    )
    def test_what_is_missing_is_said_with_everything_typed_kept(
        self, operator: Client, block: RoundGroup, batch: ImportBatch, said: dict[str, str], told: str
    ) -> None:
        leaf = block.criteria_set.criteria.get(code="1.7")
        said = {key: f"q{leaf.pk}" if value == "same" else value for key, value in said.items()}
        page = explain(operator, batch, {"column-0": "code", **said})
        assert told in page
        assert not MappingProfile.objects.exists()
        if said.get("sender") != "":
            assert 'value="Viện"' in page


class TestVersions:
    def enter(self, operator: Client, block: RoundGroup, *answers: str, sender: str = "Viện") -> ImportBatch:
        rows = [["Mã phiếu", "Mã đơn vị", "1.4.3"], *[[f"P{a}", "SCT", a] for a in answers]]
        return upload(operator, RoundGroup.objects.get(pk=block.pk), csv_file(rows).getvalue(), "a.csv")

    def test_a_new_word_makes_a_new_version(self, operator: Client, block: RoundGroup) -> None:
        first = self.enter(operator, block, "Hài lòng")
        assert explain(operator, first) == ""
        second = self.enter(operator, block, "Hài lòng", "Bình thường")
        assert (second.profile, second.state) == (MappingProfile.objects.get(), "refused")
        assert proposed(operator.get(address(second)).content)["sender"] == "Viện"
        assert explain(operator, second, sender="viện") == ""  # the same sender, however spelt
        assert list(MappingProfile.objects.values_list("sender", "version")) == [("Viện", 1), ("Viện", 2)]
        assert MappingProfile.objects.get(version=2).mapping["answers"] == {"Hài lòng": 4, "Bình thường": 3}
        first.refresh_from_db()
        assert present(first.profile).version == 1

    def test_the_same_again_makes_none(self, operator: Client, block: RoundGroup) -> None:
        batch = self.enter(operator, block, "Hài lòng")
        assert explain(operator, batch) == explain(operator, batch) == ""
        assert MappingProfile.objects.count() == 1

    def test_other_headings_are_another_shape(self, operator: Client, block: RoundGroup) -> None:
        assert explain(operator, self.enter(operator, block, "Hài lòng")) == ""
        rows = [["Mã phiếu", "Mã đơn vị", "1.6.1"], ["Q1", "SCT", "Hài lòng"]]
        assert upload(operator, block, csv_file(rows).getvalue(), "b.csv").profile is None

    def test_a_version_changed_in_the_database_is_found(self, operator: Client, block: RoundGroup) -> None:
        explain(operator, self.enter(operator, block, "Hài lòng"))
        assert not list(check())
        MappingProfile.objects.update(mapping={"answers": {"Hài lòng": 1}})
        assert any("Cách đọc tệp phiếu “Viện, phiên bản 1” khác với nhật ký" in told for told in check())


class TestRights:
    @pytest.mark.parametrize(
        ("role", "expected"),
        [
            (Role.SURVEY_OPERATOR, 200),
            (Role.INDEX_MANAGER, 403),
            (Role.OBSERVER, 403),
            (Role.COUNCIL_MEMBER, 403),
            (Role.UNIT_OFFICER, 403),
        ],
    )
    def test_matrix(self, operator: Client, block: RoundGroup, role: Role, expected: int) -> None:
        batch = upload(operator, block, csv_file(ROWS).getvalue(), "la.csv")
        client = Client()
        client.force_login(person(role, block.group.units.first() if role == Role.UNIT_OFFICER else None))
        assert client.get(address(batch)).status_code == expected
        assert client.post(address(batch), {"sender": "x"}).status_code == expected
        assert not MappingProfile.objects.exists()

    def test_what_is_in_is_explained_no_more(self, operator: Client, block: RoundGroup) -> None:
        rows = [["Mã phiếu", "Mã đơn vị", "1.4.3"], ["P1", "SCT", "5"]]
        batch = upload(operator, block, csv_file(rows).getvalue(), "a.csv")
        commit(operator, batch)
        assert operator.get(address(batch)).status_code == 404
        assert operator.post(address(batch), {}).status_code == 404

    def test_queries_do_not_grow_with_units_and_words(self, operator: Client, block: RoundGroup) -> None:
        numbers = []
        for words in (2, 30):
            rows = [["Mã phiếu", "Mã đơn vị", "1.4.3"], *[[f"P{n}", f"Sở {n}", f"chữ {n}"] for n in range(words)]]
            batch = upload(operator, block, csv_file(rows).getvalue(), "a.csv")
            operator.get(address(batch))
            with CaptureQueriesContext(connection) as seen:
                operator.get(address(batch))
            numbers.append(len(seen))
            UnitFactory.create(group=block.group, code=f"X{words}")
        assert numbers[0] == numbers[1]


def test_every_case_is_here() -> None:
    assert len(FILES) == 12
