"""Ballots in: what is taken, what is refused, what comes out."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cchc_index.lib.faults import ImportRefused, Refused
from cchc_index.lib.tests.present import first_sheet, present
from criteria.models import Criterion, RoundGroup
from criteria.tests.sheets import workbook
from surveys.batches import actions as batches
from surveys.batches.digests import file_mark
from surveys.models import Ballot, ImportBatch, Question, RespondentGroup, Survey, SurveyScore, Tally
from surveys.scores import actions as scores
from surveys.scores import queries as surveyed
from surveys.tests.factories import asked_group, ballot_rows, csv_file, surveyed_round
from units.auditlog.models import LogEntry
from units.models import Role, Unit, User
from units.tests.factories import UnitFactory, UnitGroupFactory, person

pytestmark = pytest.mark.django_db


def take(
    block: RoundGroup, *ballots: Any, headings: Any = ("1.3", "1.4"), respondents: str = "dai-bieu", **kw: Any
) -> batches.BatchImport:
    return batches.import_ballots(
        actor=None,
        round_group_id=block.pk,
        respondents=respondents,
        source=csv_file(ballot_rows(*ballots, headings=headings)),
        **kw,
    )


def refusals(block: RoundGroup, *ballots: Any, **kw: Any) -> list[str]:
    with pytest.raises(ImportRefused) as refused:
        take(block, *ballots, **kw)
    assert not Ballot.objects.exists()
    return [str(fault) for fault in refused.value.faults]


def points(block: RoundGroup) -> dict[tuple[str, str], Decimal | None]:
    units = dict(Unit.objects.values_list("pk", "code"))
    codes = dict(Criterion.objects.values_list("pk", "code"))
    return {(units[u], codes[c]): p for (u, c), (p, _, _) in surveyed.scores_by_cell(block).items()}


@pytest.fixture
def block() -> RoundGroup:
    block = surveyed_round()
    asked_group(block, code="dai-bieu", name="Đại biểu HĐND", position=1)
    return block


def test_uneven_scale_gives_exact_points(block: RoundGroup) -> None:
    take(block, ("P1", "SNV", 1, 1), ("P2", "SNV", 2, 4), ("P3", "SNV", 3, ""))
    # 1.3: (1 + 0.6 + 0.2) / 3 of 1 point; 1.4: (1 + 0) / 2 of 2 points
    assert points(block) == {("SNV", "1.3"): Decimal("0.6"), ("SNV", "1.4"): Decimal(1)}


def test_no_ballots_is_not_zero(block: RoundGroup) -> None:
    take(block, ("P1", "SNV", 4, ""))
    assert points(block) == {("SNV", "1.3"): Decimal(0)}  # zero points; 1.4 and STC have no row at all


def test_labels_count_as_answers(block: RoundGroup) -> None:
    take(block, ("P1", "SNV", "Rất tốt", "rat tot"), ("P2", "snv", "TỐT", 2.0))
    assert points(block)["SNV", "1.3"] == Decimal("0.8")


def test_groups_are_weighted(block: RoundGroup) -> None:
    asked_group(block, code="dan", name="Người dân", position=2, weight=Decimal(3))
    take(block, ("P1", "SNV", 1, 1))
    take(block, ("P2", "SNV", 4, 4), respondents="2")
    assert points(block)["SNV", "1.4"] == Decimal("0.5")  # (1×1 + 3×0) / 4 of 2


def test_tallies_stand_beside_the_ballots(block: RoundGroup) -> None:
    take(block, ("P1", "SNV", 1, 2), ("P2", "SNV", 1, ""))
    tallies = {t.criterion.code: (t.counts, t.answered) for t in Tally.objects.select_related("criterion")}
    assert tallies == {"1.3": ({"1": 2}, 2), "1.4": ({"2": 1}, 1)}


def test_answers_are_one_byte_each_in_the_questionnaires_order(block: RoundGroup) -> None:
    take(block, ("P1", "SNV", 4, 1), headings=("1.4", "1.3"))
    assert bytes(Ballot.objects.get().answers) == bytes([1, 4])


def test_import_freezes_the_set_and_raises_the_version(block: RoundGroup) -> None:
    take(block, ("P1", "SNV", 1, 1))
    block.refresh_from_db()
    assert block.frozen_at is not None
    assert block.inputs_version > 0


def imports_logged() -> int:
    return LogEntry.objects.filter(verb="surveys.import_ballots").count()


def test_import_is_one_log_entry(block: RoundGroup) -> None:
    take(block, ("P1", "SNV", 1, 1), ("P2", "STC", 1, 1))
    entry = LogEntry.objects.get(verb="surveys.import_ballots")
    assert present(entry.after)["counts"]["valid"] == 2
    assert present(entry.after)["file"] == file_mark(ImportBatch.objects.get())


def test_same_file_again_changes_nothing(block: RoundGroup) -> None:
    take(block, ("P1", "SNV", 1, 1))
    outcome = take(block, ("P1", "SNV", 1, 1))
    assert not outcome.fresh
    assert Ballot.objects.count() == ImportBatch.objects.count() == imports_logged() == 1


def test_invalid_ballots_are_kept_counted_and_left_out(block: RoundGroup) -> None:
    asked_group(block, code="ky", name="Nhóm xét kỹ", position=2, refuse_straight_line=True, straight_line_from=2)
    outcome = take(
        block,
        ("P1", "SNV", 1, 1),
        ("P2", "SNV", "", ""),
        ("P3", "SNV", 1, 2),
        respondents="ky",
    )
    assert present(outcome.batch).counts["valid"] == 1
    assert present(outcome.batch).counts["invalid"] == {"straight_line": 1, "empty": 1}
    assert dict(Ballot.objects.values_list("code", "invalid_reason")) == {
        "P1": "straight_line",
        "P2": "empty",
        "P3": "",
    }
    assert points(block) == {("SNV", "1.3"): Decimal(1), ("SNV", "1.4"): Decimal("1.2")}


class TestFaults:
    def test_unknown_unit(self, block: RoundGroup) -> None:
        (fault,) = refusals(block, ("P1", "KHONGCO", 1, 1))
        assert fault.startswith("Dòng 2, cột B (Mã đơn vị): không có đơn vị mang mã “KHONGCO”")

    def test_unit_of_another_block(self, block: RoundGroup) -> None:
        UnitFactory.create(group=UnitGroupFactory.create(code="huyen", name="Huyện"), code="QBD")
        (fault,) = refusals(block, ("P1", "QBD", 1, 1))
        assert "không thuộc khối này" in fault

    def test_blank_and_repeated_ballot_codes(self, block: RoundGroup) -> None:
        faults = refusals(block, ("", "SNV", 1, 1), ("P1", "SNV", 1, 1), ("P1", "STC", 2, 2))
        assert "Dòng 2, cột A (Mã phiếu): thiếu mã phiếu" in faults[0]
        assert "Dòng 4, cột A (Mã phiếu): mã phiếu “P1” trùng với dòng 3" in faults[1]

    def test_answers_outside_the_scale_and_in_words(self, block: RoundGroup) -> None:
        faults = refusals(block, ("P1", "SNV", 5, "không biết"), ("P2", "SNV", 0, "1,5"))
        assert len(faults) == 4  # "1,5" is two cells in a CSV, and the row has one too many
        assert "Dòng 2, cột C (1.3): “5” nằm ngoài thang trả lời. Cách sửa: ghi một trong các giá trị" in faults[0]
        assert "“không biết” là chữ" in faults[1]

    def test_heading_that_is_no_survey_leaf(self, block: RoundGroup) -> None:
        faults = refusals(block, ("P1", "SNV", 1, 1, 1, 1, 1), headings=("1.3", "1.4", "9.9", "1.1", "2"))
        assert "Dòng 1, cột E (9.9): “9.9” không phải tiêu chí thành phần" in faults[0]
        assert "1.1 do đơn vị tự đánh giá" in faults[1]
        assert "tiêu chí 2 lấy từ số liệu SIPAS" in faults[2]

    def test_missing_question_and_missing_columns(self, block: RoundGroup) -> None:
        (fault,) = refusals(block, ("P1", "SNV", 1), headings=("1.3",))
        assert "thiếu cột câu hỏi 1.4 của mẫu phiếu" in fault
        with pytest.raises(ImportRefused, match="thiếu cột “Mã đơn vị”"):
            batches.import_ballots(
                actor=None,
                round_group_id=block.pk,
                respondents="dai-bieu",
                source=csv_file([["Mã phiếu", "1.3", "1.4"], ["P1", 1, 1]]),
            )

    def test_a_code_that_is_in_with_other_answers(self, block: RoundGroup) -> None:
        take(block, ("P1", "SNV", 1, 1))
        with pytest.raises(
            ImportRefused, match=r"đã nhập với nội dung khác \(đơn vị khác; 1\.4: đã nhập 1, tệp ghi 2\)"
        ):
            take(block, ("P1", "STC", 1, 2), ("P2", "SNV", 1, 1))
        assert Ballot.objects.count() == 1

    def test_a_code_that_is_in_for_other_respondents(self, block: RoundGroup) -> None:
        asked_group(block, code="dan", name="Người dân", position=2)
        take(block, ("P1", "SNV", 1, 1))
        with pytest.raises(ImportRefused, match="mã phiếu “p 1” đã nhập cho nhóm “Đại biểu HĐND”"):
            take(block, ("p 1", "SNV", 1, 1), respondents="dan")
        assert Ballot.objects.count() == 1

    def test_a_file_wrong_everywhere_names_a_bounded_number(
        self, block: RoundGroup, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("surveys.fault_list.MAX_FAULTS", 5)
        faults = refusals(block, *[(f"P{n}", "SNV", 9, 9) for n in range(20)])
        assert len(faults) == 7
        assert "còn 35 lỗi nữa" in faults[1]
        assert "“9” 40 ô" in faults[0]

    def test_empty_file(self, block: RoundGroup) -> None:
        (fault,) = refusals(block)
        assert "không có phiếu nào" in fault


class TestRespondents:
    @pytest.mark.parametrize("wanted", ["dai-bieu", "DAI-BIEU", "1", "đại biểu hđnd", "dai bieu hdnd"])
    def test_found_by_code_number_or_name(self, block: RoundGroup, wanted: str) -> None:
        taken = present(take(block, ("P1", "SNV", 1, 1), respondents=wanted).batch)
        assert present(taken.respondent_group).code == "dai-bieu"

    def test_unknown_is_refused_with_the_known_ones_when_a_plan_fixes_them(self, block: RoundGroup) -> None:
        Survey.objects.filter(round_group=block).update(plan_number="12/KH-UBND")
        with pytest.raises(Refused, match="Các nhóm đã có: dai-bieu"):
            take(block, ("P1", "SNV", 1, 1), respondents="ai-do")

    def test_unknown_makes_a_group_while_no_plan_fixes_them(self, block: RoundGroup) -> None:
        group = present(present(take(block, ("P1", "SNV", 1, 1), respondents="ai-do").batch).respondent_group)
        assert (group.code, group.position, group.weight) == ("ai-do", 2, Decimal(1))

    def test_group_measured_by_figures_takes_no_ballots(self, block: RoundGroup) -> None:
        asked_group(block, code="sipas", position=4, mode=RespondentGroup.Mode.FIGURES)
        with pytest.raises(Refused, match="không nhận phiếu"):
            take(block, ("P1", "SNV", 1, 1), respondents="sipas")

    def test_block_without_groups_gets_one(self) -> None:
        block = surveyed_round()
        outcome = take(block, ("P1", "SNV", 5, 4), respondents="Người dân")
        group = RespondentGroup.objects.get()
        assert (group.code, group.name, group.survey.round_group) == ("nguoi-dan", "Người dân", block)
        assert len(outcome.notes) == 2
        assert Question.objects.count() == 2
        assert points(block) == {("SNV", "1.3"): Decimal(1), ("SNV", "1.4"): Decimal("1.5")}


class TestShapes:
    def test_limesurvey(self, block: RoundGroup) -> None:
        rows: list[list[object]] = [
            ["id", "submitdate", "Mã phiếu", "Mã đơn vị", "Q[1.3]", "G01Q02[1.4]", "khac[7]"],
            [1, "2024-10-01", "P1", "SNV", 1, 1, "ý kiến"],
        ]
        outcome = batches.import_ballots(
            actor=None, round_group_id=block.pk, respondents="dai-bieu", source=csv_file(rows)
        )
        assert present(outcome.batch).counts["ignored"] == ["A (id)", "G (khac[7])"]
        assert points(block)["SNV", "1.4"] == Decimal(2)

    def test_google_forms(self, block: RoundGroup) -> None:
        rows = [
            ["Timestamp", "Mã phiếu", "Mã đơn vị", "1.3 Tác động của cải cách", "Đánh giá [1.4. Chất lượng]"],
            ["01/10/2024 10:00:00", "P1", "SNV", "Rất tốt", "Tốt"],
        ]
        outcome = batches.import_ballots(
            actor=None, round_group_id=block.pk, respondents="dai-bieu", source=csv_file(rows)
        )
        assert present(outcome.batch).counts["ignored"] == ["A (Timestamp)"]
        assert points(block) == {("SNV", "1.3"): Decimal(1), ("SNV", "1.4"): Decimal("1.2")}

    def test_codes_of_headings_typed_as_numbers_are_refused_with_the_repair(
        self, block: RoundGroup, tmp_path: Path
    ) -> None:
        from openpyxl import Workbook

        book = Workbook()
        for row in (["Mã phiếu", "Mã đơn vị", 1.3, "1.4"], [1, "SNV", 1, 2]):
            first_sheet(book).append(row)
        book.save(tmp_path / "phieu.xlsx")
        with pytest.raises(ImportRefused, match=r"Dòng 1, cột C \(1.3\): mã ở dạng số .* Văn bản \(Text\)"):
            batches.import_ballots(
                actor=None, round_group_id=block.pk, respondents="dai-bieu", source=tmp_path / "phieu.xlsx"
            )

    def test_workbook_with_numbers_as_ballot_codes_and_answers(self, block: RoundGroup, tmp_path: Path) -> None:
        from openpyxl import Workbook

        book = Workbook()
        for row in (["Mã phiếu", "Mã đơn vị", "1.3", "1.4"], [1, "SNV", 1, 2], [2, "SNV", None, 2.0]):
            first_sheet(book).append(row)
        book.save(tmp_path / "phieu.xlsx")
        batches.import_ballots(
            actor=None, round_group_id=block.pk, respondents="dai-bieu", source=tmp_path / "phieu.xlsx"
        )
        assert set(Ballot.objects.values_list("code", flat=True)) == {"1", "2"}
        assert points(block)["SNV", "1.4"] == Decimal("1.2")

    def test_booleans_are_no_answers(self, block: RoundGroup, tmp_path: Path) -> None:
        from openpyxl import Workbook

        book = Workbook()
        for row in (["Mã phiếu", "Mã đơn vị", "1.3", "1.4"], ["P1", "SNV", 1, 2], ["P2", "SNV", True, 2]):
            first_sheet(book).append(row)
        book.save(tmp_path / "phieu.xlsx")
        with pytest.raises(ImportRefused, match="Dòng 3, cột C"):
            batches.import_ballots(
                actor=None, round_group_id=block.pk, respondents="dai-bieu", source=tmp_path / "phieu.xlsx"
            )

    def test_printed_code_and_heading_turned_into_a_date(self, block: RoundGroup, tmp_path: Path) -> None:
        from datetime import datetime

        from openpyxl import Workbook

        Criterion.objects.filter(code="1.4").update(printed_code="1..4.")
        book = Workbook()
        for row in (["Mã phiếu", "Mã đơn vị", "1.3", datetime(2004, 3, 1)], ["P1", "SNV", 1, 2]):
            first_sheet(book).append(row)
        book.save(tmp_path / "phieu.xlsx")
        with pytest.raises(ImportRefused, match="Excel đổi thành ngày"):
            batches.import_ballots(
                actor=None, round_group_id=block.pk, respondents="dai-bieu", source=tmp_path / "phieu.xlsx"
            )
        take(block, ("P1", "SNV", 1, 2), headings=("1.3", "1..4."))
        assert points(block)["SNV", "1.4"] == Decimal("1.2")


class TestBatches:
    def check(self, block: RoundGroup, *ballots: Any, actor: User | None = None) -> ImportBatch:
        return batches.check_ballots(
            actor=actor,
            round_group_id=block.pk,
            respondents="dai-bieu",
            source=csv_file(ballot_rows(*ballots)),
            name="phieu.csv",
        )

    def test_check_writes_no_ballot(self, block: RoundGroup) -> None:
        batch = self.check(block, ("P1", "SNV", 1, 1))
        assert batch.state == "checked"
        assert not Ballot.objects.exists()
        assert batch.counts["preview"] == [["P1", "SNV", "", [1, 1]]]
        assert batch.file.storage.exists(present(batch.file.name))

    def test_check_of_a_bad_file_keeps_its_faults(self, block: RoundGroup) -> None:
        batch = self.check(block, ("P1", "SNV", 9, 1))
        assert batch.state == "refused"
        assert batch.faults[0]["row"] == 2
        with pytest.raises(Refused):
            batches.commit_batch(actor=None, batch_id=batch.pk)

    def test_commit_twice_is_once(self, block: RoundGroup) -> None:
        batch = self.check(block, ("P1", "SNV", 1, 1))
        batches.commit_batch(actor=None, batch_id=batch.pk)
        assert batches.commit_batch(actor=None, batch_id=batch.pk).state == "committed"
        assert Ballot.objects.count() == imports_logged() == 1

    def test_commit_after_another_batch_took_the_code(self, block: RoundGroup) -> None:
        batch = self.check(block, ("P1", "SNV", 1, 1))
        take(block, ("P1", "STC", 1, 1))
        assert batches.commit_batch(actor=None, batch_id=batch.pk).state == "refused"
        assert Ballot.objects.count() == 1

    def test_file_changed_on_disk_is_refused(self, block: RoundGroup) -> None:
        batch = self.check(block, ("P1", "SNV", 1, 1))
        with open(batch.file.path, "ab") as stream:
            stream.write(b"\nP2,SNV,1,1")
        with pytest.raises(Refused, match="không còn nguyên vẹn"):
            batches.commit_batch(actor=None, batch_id=batch.pk)

    def test_undo_restores_exactly(self, block: RoundGroup) -> None:
        take(block, ("P1", "SNV", 1, 1), ("P2", "STC", 2, 3))
        before = points(block), list(Tally.objects.order_by("unit", "criterion").values_list("counts", "answered"))
        second = present(take(block, ("P3", "SNV", 4, 4), ("P4", "STC", 1, 1)).batch)
        assert points(block) != before[0]
        batches.undo_batch(actor=None, batch_id=second.pk, reason="nhầm tệp")
        after = points(block), list(Tally.objects.order_by("unit", "criterion").values_list("counts", "answered"))
        assert after == before
        second.refresh_from_db()
        assert (second.state, second.undo_reason) == ("undone", "nhầm tệp")

    def test_undo_of_the_only_batch_leaves_no_score(self, block: RoundGroup) -> None:
        batch = present(take(block, ("P1", "SNV", 1, 1)).batch)
        batches.undo_batch(actor=None, batch_id=batch.pk, reason="nhầm")
        assert points(block) == {}
        assert take(block, ("P1", "SNV", 1, 1)).fresh  # and the same file may come again

    def test_undo_needs_a_reason_and_a_committed_batch(self, block: RoundGroup) -> None:
        batch = present(take(block, ("P1", "SNV", 1, 1)).batch)
        with pytest.raises(Refused, match="lý do"):
            batches.undo_batch(actor=None, batch_id=batch.pk, reason="  ")
        batches.undo_batch(actor=None, batch_id=batch.pk, reason="nhầm")
        with pytest.raises(Refused, match="đã hủy nhập"):
            batches.undo_batch(actor=None, batch_id=batch.pk, reason="lần nữa")

    def test_undo_brings_archive_points_back(self, block: RoundGroup) -> None:
        unit, leaf = Unit.objects.get(code="SNV"), Criterion.objects.get(code="1.3")
        scores.import_scores(actor=None, round_group=block, rows={(unit.pk, leaf.pk): Decimal("0.75")})
        first = present(take(block, ("P1", "SNV", 1, 1)).batch)
        second = present(take(block, ("P2", "SNV", 2, 1)).batch)
        assert points(block)["SNV", "1.3"] == Decimal("0.8")
        batches.undo_batch(actor=None, batch_id=first.pk, reason="nhầm")
        batches.undo_batch(actor=None, batch_id=second.pk, reason="nhầm")
        row = SurveyScore.objects.get()
        assert (row.points, row.method) == (Decimal("0.75"), "import")

    def test_only_the_survey_people_act(self, block: RoundGroup) -> None:
        from django.core.exceptions import PermissionDenied

        batch = self.check(block, ("P1", "SNV", 1, 1), actor=person(Role.SURVEY_OPERATOR))
        head = person(Role.UNIT_HEAD, Unit.objects.get(code="SNV"))
        for actor in (head, person(Role.OBSERVER), person(Role.COUNCIL_MEMBER)):
            with pytest.raises(PermissionDenied):
                batches.commit_batch(actor=actor, batch_id=batch.pk)
        assert batches.commit_batch(actor=person(Role.INDEX_MANAGER), batch_id=batch.pk).state == "committed"


def test_columns_under_empty_headings_are_named(block: RoundGroup) -> None:
    rows: list[list[object]] = [["Mã phiếu", "Mã đơn vị", "1.3", "1.4", None], ["P1", "SNV", 1, 1, "ghi chú"]]
    outcome = batches.import_ballots(
        actor=None, round_group_id=block.pk, respondents="dai-bieu", source=workbook(rows), name="phieu.xlsx"
    )
    assert present(outcome.batch).counts["ignored"] == ["E (không có tiêu đề)"]


def test_a_code_taken_behind_the_reader_is_a_sentence(block: RoundGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database's own constraint speaks Vietnamese too, on either database."""
    take(block, ("P1", "SNV", 1, 1))
    monkeypatch.setattr("surveys.ballots.queries.known", lambda *_: {})
    with pytest.raises(Refused, match="vừa ghi cùng mã phiếu"):
        take(block, ("P1", "STC", 1, 1))
    assert Ballot.objects.count() == 1
