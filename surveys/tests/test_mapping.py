"""The tools' own exports: each enters with one mapping, gives the points of the plain table, and comes again
next week."""

import io
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from openpyxl import load_workbook

from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.faults import ImportRefused
from cchc_index.lib.tests.present import first_sheet
from criteria.models import RoundGroup, Source
from criteria.tests.factories import CriterionFactory, RoundFactory, RoundGroupFactory
from criteria.tests.sheets import workbook
from surveys.ballots import mapping
from surveys.batches import actions as batches
from surveys.models import Ballot, ImportBatch
from surveys.tests.factories import ballot_rows, csv_file
from units.tests.factories import UnitFactory

EXPORTS = Path(__file__).parent / "exports"
LEAVES = ("1.4.3", "1.6.1", "1.6.2", "1.6.3", "1.6.4")
UNITS = {
    "BDT": "Ban Dân tộc",
    "BQLKCN": "Ban Quản lý các khu công nghiệp và chế xuất",
    "SCT": "Sở Công Thương",
    "SDL": "Sở Du lịch",
    "SGDDT": "Sở Giáo dục và Đào tạo",
    "SGTVT": "Sở Giao thông vận tải",
}
LABELS = ("Rất kém", "Kém", "Trung bình", "Tốt", "Rất tốt")
PLAIN = "BDT 34255, BQLKCN 32225, SCT 42344, SDL 32432, SGDDT 44334, SGTVT 44245, BDT 33354, BQLKCN 24244, SCT 35545"
"""The first nine of the twelve ballots: unit and answers."""
SATISFIED = {"Không hài lòng": 2, "Bình thường": 3, "Hài lòng": 4, "Rất hài lòng": "Rất tốt"}
LIMESURVEY = {
    "ballot": "id",
    "unit": "MADV",
    "questions": {f"G01Q02[SQ00{n}]": code for n, code in enumerate(LEAVES, start=1)},
    "answers": {f"A{n}": n for n in range(1, 6)},
    "finished": "submitdate",
}
TICKS = {code: {f"{code} / {label}": n for n, label in enumerate(LABELS, start=1)} for code in LEAVES}
WITH_MAPPING: dict[str, tuple[str, dict[str, Any]]] = {
    "LimeSurvey with codes": ("ls-code-short.csv", LIMESURVEY),
    "Google Forms": ("google-vi.csv", {"ballot": None, "unit": "đơn vị ông/bà  đánh giá", "answers": SATISFIED}),
    "Microsoft Forms": ("msforms.xlsx", {"ballot": "ID", "unit": "Cơ quan được đánh giá"}),
    "KoboToolbox": ("kobo-labels.csv", {"ballot": "_uuid", "unit": "Đơn vị"}),
    "SurveyMonkey": (
        "surveymonkey.csv",
        {"heading_rows": 2, "ballot": "Respondent ID", "unit": "Cơ quan / Response", "ignore": ["IP Address"]},
    ),
    "LibreOffice": ("libre.ods", {}),
    "ticks in five columns": ("tay-ticks.xlsx", {"heading_rows": 2, "ticks": TICKS}),
    "worded answers": ("tay-words.xlsx", {"answers": SATISFIED}),
    "units nearly named": (
        "tay-unitmis.xlsx",
        {"units": {name.replace("Sở", "So"): code for code, name in UNITS.items() if name.startswith("Sở")}},
    ),
    "title and notes": ("tay-notes.xlsx", {}),
}
BY_ITSELF = ("libre.ods", "tay-notes.xlsx", "tay-ticks.xlsx", "msforms.xlsx", "kobo-labels.csv", "surveymonkey.csv")


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


def take(block: RoundGroup, source: Any, given: dict[str, Any] | None = None, **more: Any) -> batches.BatchImport:
    """What an import does with a file under a mapping, which travels as JSON."""
    plain = mapping.parse(json.dumps(given or {}, ensure_ascii=False).encode())[1]
    more = {"respondents": "dan", "mapping": plain, **more}
    return batches.import_ballots(actor=None, round_group_id=block.pk, source=source, **more)


def refusals(block: RoundGroup, source: Any, given: dict[str, Any] | None = None, **more: Any) -> str:
    with pytest.raises(ImportRefused) as refused:
        take(block, source, given, **more)
    assert not Ballot.objects.exists()
    return str(refused.value)


def stored() -> list[str]:
    """Every ballot as unit and answers, in the order of the file."""
    rows = Ballot.objects.order_by("pk").values_list("unit__code", "answers")
    return [f"{unit} {''.join(map(str, bytes(answers)))}" for unit, answers in rows]


class TestTheToolsOwnFiles:
    @pytest.mark.parametrize("tool", WITH_MAPPING)
    def test_gives_the_ballots_of_the_plain_table(self, block: RoundGroup, tool: str) -> None:
        name, given = WITH_MAPPING[tool]
        take(block, EXPORTS / name, given)
        assert len(stored()) == 12
        assert ", ".join(stored()[:9]) == PLAIN

    @pytest.mark.parametrize("name", BY_ITSELF)
    def test_whatever_is_recognised_by_itself_needs_no_mapping(self, block: RoundGroup, name: str) -> None:
        take(block, EXPORTS / name)
        assert ", ".join(stored()[:9]) == PLAIN

    @pytest.mark.parametrize("tool", WITH_MAPPING)
    def test_next_weeks_file_brings_what_is_new_only(self, block: RoundGroup, tool: str) -> None:
        """The cumulative export: the twelve are in, and come again under another name with the same mapping."""
        name, given = WITH_MAPPING[tool]
        take(block, EXPORTS / name, given)
        data = (EXPORTS / name).read_bytes()
        again = io.BytesIO(data + (b"\n" if name.endswith(".csv") else b""))
        outcome = take(block, again, given | {"ignore": ["cột chưa có"]}, name=name)
        assert not outcome.fresh
        assert "Bỏ qua 12 phiếu đã nhập từ trước, nội dung giống hệt." in outcome.notes
        assert Ballot.objects.count() == 12

    def test_unfinished_responses_are_left_out_and_counted(self, block: RoundGroup) -> None:
        outcome = take(block, EXPORTS / "ls-incomplete.csv", {"finished": "submitdate"})
        assert Ballot.objects.count() == 8
        assert any("4 phiếu chưa hoàn thành" in note for note in outcome.notes)

    def test_a_mark_that_says_no_is_no_sending(self, block: RoundGroup) -> None:
        marks = ("True", "False", 1, 0, "Có", "Không", True, False, "")
        rows = [[f"P{n}", "SCT", mark, 5] for n, mark in enumerate(marks)]
        outcome = take(block, workbook([["ResponseId", "Mã đơn vị", "Finished", LEAVES[0]], *rows]), name="q.xlsx")
        assert Ballot.objects.count() == 4
        assert any("5 phiếu chưa hoàn thành (cột “Finished”" in note for note in outcome.notes)

    def test_a_sheet_per_unit(self, block: RoundGroup) -> None:
        take(block, EXPORTS / "tay-manysheets.xlsx", {"sheets": "all"})
        assert Ballot.objects.count() == 20

    def test_only_the_sheets_that_are_named(self, block: RoundGroup) -> None:
        take(block, EXPORTS / "tay-manysheets.xlsx", {"sheets": ["sct"]})
        assert set(Ballot.objects.values_list("unit__code", flat=True)) == {"SCT"}

    def test_a_sheet_that_is_not_there(self, block: RoundGroup) -> None:
        told = refusals(block, EXPORTS / "tay-manysheets.xlsx", {"sheets": ["Tháng 9"]})
        assert "khóa “sheets”: tệp không có trang “Tháng 9”" in told
        assert "“BDT”, “BQLKCN”, “SCT”, “SDL”" in told

    def test_the_batch_keeps_its_mapping_and_commits_by_it(self, block: RoundGroup) -> None:
        name, given = WITH_MAPPING["LimeSurvey with codes"]
        batch = batches.check_ballots(
            actor=None, round_group_id=block.pk, respondents="dan", source=EXPORTS / name, mapping=given
        )
        assert batches.commit_batch(actor=None, batch_id=batch.pk).state == "committed"
        assert ImportBatch.objects.get().mapping == given
        assert ", ".join(stored()[:9]) == PLAIN

    def test_columns_with_peoples_data_are_named_and_not_read(self, block: RoundGroup) -> None:
        outcome = take(block, EXPORTS / "msforms.xlsx")
        assert "Cột có vẻ là thông tin cá nhân, không đọc: D (Email), E (Name)." in outcome.notes


class TestAnswers:
    def test_values_without_an_explanation_are_counted(self, block: RoundGroup) -> None:
        told = refusals(block, EXPORTS / "tay-words.xlsx", {"answers": {"Hài lòng": 4}})
        assert "“Không hài lòng” 14 ô" in told
        assert "“Hài lòng”" not in told.splitlines()[0]
        assert "Dòng 2, cột D (1.4.3): “Bình thường” là chữ" in told

    def test_null_is_a_blank_answer(self, block: RoundGroup) -> None:
        rows = ballot_rows(("P1", "SCT", 5, "KTL"), headings=("1.4.3", "1.6.1"))
        take(block, csv_file(rows), {"answers": {"KTL": None}})
        assert stored() == ["SCT 50"]

    def test_a_mapping_turns_a_scale_round(self, block: RoundGroup) -> None:
        rows = ballot_rows(("P1", "SCT", 1, 5), headings=("1.4.3", "1.6.1"))
        take(block, csv_file(rows), {"answers": {"1": 5, "5": 1}})
        assert stored() == ["SCT 51"]

    def test_an_answer_beyond_the_scale_is_a_fault_of_the_mapping(self, block: RoundGroup) -> None:
        rows = ballot_rows(("P1", "SCT", "A9", 5), headings=("1.4.3", "1.6.1"))
        told = refusals(block, csv_file(rows), {"answers": {"A9": 9}})
        assert "Tệp ánh xạ, khóa “answers”: “9” không thuộc thang trả lời" in told

    @pytest.mark.parametrize(("mark", "answer"), [("x", "5"), ("✓", "5"), (1, "5"), ("Có", "5"), ("", "0"), (0, "0")])
    def test_what_is_a_tick(self, block: RoundGroup, mark: object, answer: str) -> None:
        take(block, csv_file([["Mã phiếu", "Mã đơn vị", "Kém", "Tốt"], ["P1", "SCT", "không", mark]]), self.two())
        assert stored() == [f"SCT {answer}"]

    def test_two_ticks_are_a_fault_of_the_row(self, block: RoundGroup) -> None:
        rows = [["Mã phiếu", "Mã đơn vị", "Kém", "Tốt"], ["P1", "SCT", "x", "x"]]
        assert "Dòng 2, cột C (Kém): tiêu chí 1.4.3 có 2 dấu chọn" in refusals(block, csv_file(rows), self.two())

    def test_a_mark_that_is_no_tick(self, block: RoundGroup) -> None:
        rows = [["Mã phiếu", "Mã đơn vị", "Kém", "Tốt"], ["P1", "SCT", "?", "x"]]
        assert "Dòng 2, cột C (Kém): “?”" in refusals(block, csv_file(rows), self.two())

    @staticmethod
    def two() -> dict[str, Any]:
        return {"ticks": {"1.4.3": {"Kém": 1, "Tốt": 5}}}


class TestHeadingsAndUnits:
    def test_a_forms_own_number_is_not_a_criterion(self, block: RoundGroup) -> None:
        rows = ballot_rows(("P1", "SCT", "ghi chú", 5), headings=("1.6.1 của phiếu", "Câu 7"))
        take(block, csv_file(rows), {"ignore": ["1.6.1 của phiếu"], "questions": {"CAU 7": "1.4.3"}})
        assert stored() == ["SCT 5"]

    def test_a_heading_that_the_file_lacks(self, block: RoundGroup) -> None:
        rows = ballot_rows(("P1", "SCT", 5), headings=("1.4.3",))
        told = refusals(block, csv_file(rows), {"questions": {"Câu 9": "1.6.1"}})
        assert "Tệp ánh xạ, khóa “questions”: tệp không có cột “Câu 9”" in told

    def test_a_question_that_is_no_criterion_of_the_survey(self, block: RoundGroup) -> None:
        rows = ballot_rows(("P1", "SCT", 5), headings=("Câu 9",))
        told = refusals(block, csv_file(rows), {"questions": {"Câu 9": "7.7"}})
        assert "Tệp ánh xạ, khóa “questions”: “7.7” không phải tiêu chí thành phần" in told

    def test_a_unit_nearly_named_is_proposed_not_taken(self, block: RoundGroup) -> None:
        told = refusals(block, EXPORTS / "tay-unitmis.xlsx")
        assert "không có đơn vị mang tên “So Công Thương”. Cách sửa: ghi mã SCT (Sở Công Thương)" in told

    def test_a_unit_that_the_mapping_invents(self, block: RoundGroup) -> None:
        rows = ballot_rows(("P1", "SCT", 5), headings=("1.4.3",))
        assert "khóa “units”: không có đơn vị" in refusals(block, csv_file(rows), {"units": {"Sở A": "SA"}})

    def test_codes_in_any_case_and_exact_names(self, block: RoundGroup) -> None:
        take(block, csv_file(ballot_rows(("P1", "sct", 5), ("P2", "SỞ DU LỊCH", 4), headings=("1.4.3",))))
        assert stored() == ["SCT 5", "SDL 4"]


class TestBallotsWithoutCodes:
    def rows(self, *answers: int) -> list[list[object]]:
        return [["Đơn vị", "1.4.3"], *[["SCT", answer] for answer in answers]]

    def test_rows_alike_are_as_many_ballots_as_they_are_rows(self, block: RoundGroup) -> None:
        take(block, csv_file(self.rows(5, 5, 4)), {"ballot": None})
        take(block, csv_file(self.rows(4, 5, 5, 5)), {"ballot": None})  # another order, one more
        assert sorted(stored()) == ["SCT 4", "SCT 5", "SCT 5", "SCT 5"]

    def test_without_null_a_file_needs_its_codes(self, block: RoundGroup) -> None:
        assert "thiếu cột “Mã phiếu”" in refusals(block, csv_file(self.rows(5)))

    @pytest.mark.parametrize("code", ["0912 345 678", "+84912345678", "Nguyễn Văn An"])
    def test_a_code_that_is_a_person_is_refused(self, block: RoundGroup, code: str) -> None:
        told = refusals(block, csv_file(ballot_rows((code, "SCT", 5), headings=("1.4.3",))))
        assert "mã phiếu là họ tên hoặc số điện thoại" in told

    @pytest.mark.parametrize("code", ["0012345678", "Phiếu 12", "A-1", "4829"])
    def test_a_code_that_is_none_is_taken(self, block: RoundGroup, code: str) -> None:
        take(block, csv_file(ballot_rows((code, "SCT", 5), headings=("1.4.3",))))
        assert Ballot.objects.count() == 1

    @pytest.mark.parametrize(("first", "second"), [("P1", "p 1"), ("001", "1"), ("1", "1.0")])
    def test_spellings_of_one_code_are_one_ballot(self, block: RoundGroup, first: str, second: str) -> None:
        take(block, csv_file(ballot_rows((first, "SCT", 5), headings=("1.4.3",))))
        assert not take(block, csv_file(ballot_rows((second, "SCT", 5), headings=("1.4.3",)))).fresh
        assert Ballot.objects.count() == 1

    @pytest.mark.parametrize(
        ("first", "again"),
        [
            (("Ban Dân tộc", "Tốt", "ghi chú"), ("BAN DÂN TỘC", "tốt", "Ghi chú")),
            (("Ban Dân tộc", "Tốt", "ghi chú"), ("Ban Dân tộc ", " Tốt", "ghi  chú  ")),
            (("Ban Dân tộc", "Tốt", "ghi chú"), ("Ban Da\u0302n to\u0323\u0302c", "To\u0302\u0301t", "ghi chu\u0301")),
            (("BDT", "4", "1"), ("bdt", "4.0", "1.0")),
            (("BDT", 4, 7), ("BDT", 4.0, "007")),
            (("BDT", "4", "15/10/2024"), ("BDT", 4, date(2024, 10, 15))),
            (("BDT", "4", "2024-10-15"), ("BDT", 4, datetime(2024, 10, 15))),
            (("BDT", "4", "5/3/2024"), ("BDT", 4, "05.03.2024")),
            (("BDT", "4", "15/10/2024 9:05:00"), ("BDT", 4, datetime(2024, 10, 15, 9, 5))),
        ],
    )
    def test_the_same_row_written_otherwise_is_the_same_ballot(self, block: RoundGroup, first: Any, again: Any) -> None:
        head = ["Mã đơn vị", "1.4.3", "Khác"]
        take(block, csv_file([head, first]), {"ballot": None})
        told = take(block, workbook([head, again]), {"ballot": None}, name="sau.xlsx")
        assert "Bỏ qua 1 phiếu đã nhập từ trước, nội dung giống hệt." in told.notes

    @pytest.mark.parametrize("other", [("BDT", "4", "khác"), ("SCT", "4", "ghi chú"), ("BDT", "5", "ghi chú")])
    def test_another_word_is_another_ballot(self, block: RoundGroup, other: Any) -> None:
        head = ["Mã đơn vị", "1.4.3", "Khác"]
        take(block, csv_file([head, ("BDT", "4", "ghi chú")]), {"ballot": None})
        take(block, csv_file([head, other]), {"ballot": None})
        assert Ballot.objects.count() == 2

    def test_a_word_that_is_explained_otherwise_is_shown_beside_what_is_in(self, block: RoundGroup) -> None:
        rows = [["Mã đơn vị", "1.4.3"], ("BDT", "Khá")]
        take(block, csv_file(rows), {"ballot": None, "answers": {"Khá": 4}})
        with pytest.raises(ImportRefused, match="đã nhập 4, tệp ghi 3"):
            take(block, csv_file(rows), {"ballot": None, "answers": {"Khá": 3}})


class TestGoodRows:
    BALLOTS = ballot_rows(("P1", "SCT", 5, 4), ("P2", "XXX", 5, 5), ("P3", "SDL", 9, 1), headings=("1.4.3", "1.6.1"))

    def rest(self, block: RoundGroup, source: Any, given: dict[str, Any] | None = None) -> bytes:
        given_back: list[bytes] = []
        take(block, source, given, keep_rest=given_back.append)
        (data,) = given_back
        return data

    def test_the_good_enter_and_the_others_come_back_with_the_reason(self, block: RoundGroup) -> None:
        sheet = first_sheet(load_workbook(io.BytesIO(self.rest(block, csv_file(self.BALLOTS)))))
        assert stored() == ["SCT 54"]
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        assert rows[0] == ["Mã phiếu", "Mã đơn vị", "1.4.3", "1.6.1", "Lý do không nhập"]
        assert [row[0] for row in rows[1:]] == ["P2", "P3"]
        assert "không có đơn vị mang mã “XXX”" in str(rows[1][4])
        assert "“9” nằm ngoài thang" in str(rows[2][4])

    def test_mended_it_completes_the_batch(self, block: RoundGroup) -> None:
        sheet = first_sheet(book := load_workbook(io.BytesIO(self.rest(block, csv_file(self.BALLOTS)))))
        sheet["B2"], sheet["C3"] = "BDT", 2
        book.save(mended := io.BytesIO())
        take(block, mended, name="phieu-loi.xlsx")
        assert stored() == ["SCT 54", "BDT 55", "SDL 21"]

    def test_a_heading_of_two_rows_comes_back_as_it_was(self, block: RoundGroup) -> None:
        book = load_workbook(EXPORTS / "tay-ticks.xlsx")
        first_sheet(book)["C5"] = "XXX"
        book.save(spoilt := io.BytesIO())
        data = self.rest(block, spoilt)
        assert Ballot.objects.count() == 11
        mended = first_sheet(back := load_workbook(io.BytesIO(data)))
        mended["C3"] = "SCT"
        back.save(out := io.BytesIO())
        take(block, out, name="phieu-loi.xlsx")
        assert sorted(stored()) == sorted(stored_plain(block))

    def test_a_fault_of_the_whole_file_lets_nothing_in(self, block: RoundGroup) -> None:
        rows = ballot_rows(("P1", "SCT", 5, 4), headings=("1.4.3", "7.7"))
        told = refusals(block, csv_file(rows), keep_rest=lambda data: pytest.fail("nothing may be kept"))
        assert "“7.7” không phải tiêu chí thành phần" in told

    def test_no_good_row_is_a_refusal(self, block: RoundGroup) -> None:
        rows = ballot_rows(("P1", "XXX", 5), headings=("1.4.3",))
        assert "không có đơn vị" in refusals(block, csv_file(rows), keep_rest=lambda data: None)

    def test_a_formula_in_a_bad_row_stays_text(self, block: RoundGroup) -> None:
        rows = ballot_rows(("P1", "SCT", 5), ("P2", "=1+1", 5), headings=("1.4.3",))
        cell = first_sheet(load_workbook(io.BytesIO(self.rest(block, csv_file(rows)))))["B2"]
        assert (cell.data_type, cell.value) == ("s", "=1+1")


def stored_plain(block: RoundGroup) -> list[str]:
    """The twelve ballots as the file of titles and notes holds them."""
    Ballot.objects.all().delete()
    ImportBatch.objects.all().delete()
    take(block, EXPORTS / "tay-notes.xlsx")
    return stored()


class TestTheMappingFile:
    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("[1]", "không phải một đối tượng JSON"),
            ("{", "không phải JSON đọc được (dòng 1, cột 2)"),
            ('{"unit": "A", "unit": "B"}', "khóa “unit” có hai lần"),
            ('{"colums": {}}', "khóa “colums”: không có khóa này"),
            ('{"heading_rows": "2"}', "khóa “heading_rows”: không phải số từ 1 đến 5"),
            ('{"heading_rows": true}', "khóa “heading_rows”: không phải số từ 1 đến 5"),
            ('{"sheets": "Trang 1"}', "khóa “sheets”: không phải danh sách"),
            ('{"units": ["A"]}', "khóa “units”: không phải một bảng"),
            ('{"questions": {"Câu 1": 1.1}}', "khóa “questions”: “Câu 1” không chỉ tới một mã"),
            ('{"answers": {"A1": [1]}}', "khóa “answers”: giá trị của “A1” không là số"),
            ('{"ticks": {"1.1": {"A": true}}}', "khóa “ticks”: giá trị của “A” không là số"),
            ('{"ignore": "A"}', "khóa “ignore”: không phải danh sách"),
            ('{"finished": 3}', "khóa “finished”: không phải tiêu đề"),
            ('{"unit": "Đơn vị", "ignore": ["don vi"]}', "khóa “unit, ignore”: cột “don vi” được khai hai lần"),
        ],
    )
    def test_what_is_wrong_is_named_by_key(self, text: str, told: str) -> None:
        with pytest.raises(ImportRefused) as refused:
            mapping.parse(text.encode())
        assert told in str(refused.value)

    def test_an_empty_one_says_nothing(self) -> None:
        assert mapping.parse("\ufeff{}".encode())[0] == mapping.BallotMapping()


class TestTheCommand:
    def run(self, folder: Path, *more: str, rows: list[list[object]]) -> None:
        (folder / "phieu.csv").write_bytes(csv_file(rows).getvalue())
        options = ("--year", "2031", "--group", "so", "--respondents", "dan", *more)
        call_command("import_ballots", str(folder / "phieu.csv"), *options)

    def test_mapping_and_good_rows(self, block: RoundGroup, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        block.group.code, block.group.name = "so", "Sở"
        block.group.save()
        (tmp_path / "m.json").write_text('{"answers": {"tốt": 4}}', encoding="utf-8")
        rest = tmp_path / "con-lai.xlsx"
        rows = ballot_rows(("P1", "SCT", "tốt"), ("P2", "SCT", "tồi"), headings=("1.4.3",))
        self.run(tmp_path, "--mapping", str(tmp_path / "m.json"), "--good-rows", str(rest), rows=rows)
        assert stored() == ["SCT 4"]
        assert first_sheet(load_workbook(rest))["A2"].value == "P2"
        assert "1 phiếu có lỗi chưa nhập" in capsys.readouterr().err
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []

    def test_a_place_that_cannot_be_written_lets_nothing_in(self, block: RoundGroup, tmp_path: Path) -> None:
        block.group.code = "so"
        block.group.save()
        rows = ballot_rows(("P1", "SCT", 5), ("P2", "SCT", 9), headings=("1.4.3",))
        with pytest.raises(CommandRefused, match="Không mở được tệp"):
            self.run(tmp_path, "--good-rows", str(tmp_path / "khong" / "co.xlsx"), rows=rows)
        assert not Ballot.objects.exists()

    def test_workbooks_go_the_same_way(self, block: RoundGroup) -> None:
        take(block, workbook(ballot_rows(("P1", "SCT", 5), headings=("1.4.3",))), name="phieu.xlsx")
        assert stored() == ["SCT 5"]


class TestFurtherShapes:
    """Files as LimeSurvey, Qualtrics and Jotform export them with whole questions over their columns."""

    def block_of_names(self, block: RoundGroup) -> None:
        for leaf in block.criteria_set.criteria.all():
            leaf.name = f"Mức độ hài lòng về nội dung {leaf.code.replace('.', ' ')}"
            leaf.save()

    def test_whole_questions_over_the_columns(self, block: RoundGroup) -> None:
        self.block_of_names(block)
        heads = ["id. Response ID", "submitdate. Date submitted", "MADV. Cơ quan nào?"]
        heads += [
            f"Q[SQ{n}]. Đánh giá: [Mức độ hài lòng về nội dung {c.replace('.', ' ')}]" for n, c in enumerate(LEAVES)
        ]
        rows: list[list[object]] = [
            ["7", "2031-10-01 09:00:00", "Sở Du lịch", *"34255"],
            ["8", "", "Sở Du lịch", *"11111"],
        ]
        take(block, csv_file([heads, *rows]))
        assert stored() == ["SDL 34255"]
        take(block, csv_file([heads, *rows, ["9", "2031-10-02 09:00:00", "SCT - Sở Công Thương", *"44444"]]))
        assert stored() == ["SDL 34255", "SCT 44444"]

    def test_three_heading_rows(self, block: RoundGroup) -> None:
        parts = [f"Q2_{n}" for n in range(5)]
        rows = [
            ["ResponseId", "Q1", *parts],
            ["Response ID", "Cơ quan nào?", *(f"Mức độ - {c} Nội dung" for c in LEAVES)],
        ]
        book = workbook([*rows, ['{"ImportId":"_recordId"}', *['{"ImportId":"QID1"}'] * 6], ["R_1a", "SDL", *"34255"]])
        take(block, book, name="q.xlsx")
        given = {"ballot": "ResponseId", "unit": "Q1", "questions": dict(zip(parts, LEAVES, strict=True))}
        assert not take(block, io.BytesIO(book.getvalue()), given, name="q2.xlsx").fresh
        assert stored() == ["SDL 34255"]

    def test_number_and_name_of_a_level_where_they_agree(self, block: RoundGroup) -> None:
        answers = ("5 - Rất tốt", "(4) Tốt", "Kém (2)", "3. TRUNG BÌNH")
        rows = ballot_rows(("P1", "SCT", *answers), headings=LEAVES[:4])
        take(block, csv_file(rows))
        assert stored() == ["SCT 5423"]
        told = refusals_beside(block, csv_file(ballot_rows(("P2", "SCT", "1 - Rất tốt", 1, 1, 1), headings=LEAVES[:4])))
        assert "“1 - Rất tốt” là chữ" in told

    def test_a_column_less_says_nothing_of_the_ballots(self, block: RoundGroup) -> None:
        take(block, csv_file(ballot_rows(("P1", "SCT", 5, 4, 3), headings=LEAVES[:3])))
        told = refusals_beside(block, csv_file(ballot_rows(("P1", "SCT", 5, 3), headings=(LEAVES[0], LEAVES[2]))))
        assert "thiếu cột câu hỏi 1.6.1 của mẫu phiếu" in told
        assert "nội dung khác" not in told

    def test_a_remark_under_the_name_of_a_question_is_left_aside(self, block: RoundGroup) -> None:
        self.block_of_names(block)
        name = "Mức độ hài lòng về nội dung 1 4 3"
        rows: list[list[object]] = [
            ["Mã phiếu", "Mã đơn vị", f"{name} / Điểm", f"{name} / Ghi chú"],
            ["P1", "SCT", 5, "tốt lắm"],
        ]
        take(block, csv_file(rows), {"questions": {f"{name} / Điểm": "1.4.3"}})
        assert stored() == ["SCT 5"]

    def test_without_codes_columns_may_move_and_rows_be_numbered_anew(self, block: RoundGroup) -> None:
        first: list[list[object]] = [["STT", "Dấu thời gian", "Đơn vị", *LEAVES[:2]]]
        first += [[1, "1/10/2031 9:00:00", "SCT", 5, 4], [2, "2/10/2031 9:00:00", "SDL", 4, 5]]
        take(block, csv_file(first), {"ballot": None})
        again: list[list[object]] = [["STT", "Góp ý", LEAVES[1], LEAVES[0], "Đơn vị", "Dấu thời gian"]]
        again += [[1, None, 5, 4, "SDL", datetime(2031, 10, 2, 9)], [2, None, 4, 5, "SCT", datetime(2031, 10, 1, 9)]]
        assert not take(block, workbook(again), {"ballot": None}, name="sau.xlsx").fresh
        take(block, csv_file([*first, *[[3, "2/10/2031 9:00:01", "SDL", 4, 5]]]), {"ballot": None})
        assert stored() == ["SCT 54", "SDL 45", "SDL 45"]


def refusals_beside(block: RoundGroup, source: Any) -> str:
    """What a file is told that is refused beside ballots that are in."""
    with pytest.raises(ImportRefused) as refused:
        take(block, source)
    return str(refused.value)
