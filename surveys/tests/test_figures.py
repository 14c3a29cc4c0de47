"""Finished figures: SIPAS, PAPI, beside ballots, replaced and taken back; archive points; commands."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.faults import ImportRefused, Refused
from cchc_index.lib.tests.present import present
from criteria.models import Criterion, RoundGroup
from surveys.batches import actions as batches
from surveys.models import AnswerOption, ImportBatch, RespondentGroup, SatisfactionFigure, SurveyScore
from surveys.scores import actions as survey_scores
from surveys.scores import queries as surveyed
from surveys.tests.factories import (
    RespondentGroupFactory,
    asked_group,
    ballot_rows,
    csv_file,
    figure_rows,
    surveyed_round,
)
from units.auditlog.models import LogEntry
from units.models import Unit

pytestmark = pytest.mark.django_db
SOURCE = "Báo cáo 12/BC-SNV ngày 01/02/2025"


@pytest.fixture
def block() -> RoundGroup:
    return surveyed_round()


def take(block: RoundGroup, *figures: Any, value: str = "Điểm") -> batches.BatchImport:
    rows = figure_rows(*figures, value=value)
    return batches.import_figures(actor=None, round_group_id=block.pk, source=csv_file(rows, "so-lieu.csv"))


def scores(block: RoundGroup) -> dict[tuple[str, str], Decimal | None]:
    codes = dict(Criterion.objects.values_list("pk", "code"))
    units = dict(Unit.objects.values_list("pk", "code"))
    return {(units[u], codes[c]): value[0] for (u, c), value in surveyed.scores_by_cell(block).items()}


def cell(unit: str = "SNV", code: str = "1.3") -> tuple[int, int]:
    return Unit.objects.get(code=unit).pk, Criterion.objects.get(code=code).pk


class TestFigures:
    def test_points_and_percent(self, block: RoundGroup) -> None:
        take(block, ("SNV", "2", "0.75", SOURCE))
        take(block, ("STC", "2", "85.5", SOURCE), ("SNV", "1.4", "50%", SOURCE), value="Tỷ lệ %")
        expected = {("SNV", "2"): "0.75", ("STC", "2"): "0.855", ("SNV", "1.4"): "1"}
        assert scores(block) == {key: Decimal(value) for key, value in expected.items()}
        assert set(SurveyScore.objects.values_list("method", "ballots")) == {("figure", None)}

    def test_same_values_again_change_nothing(self, block: RoundGroup) -> None:
        take(block, ("SNV", "2", "0.75", SOURCE))
        assert not take(block, ("SNV", "2", "0.75", SOURCE)).fresh
        assert ImportBatch.objects.count() == LogEntry.objects.filter(verb="surveys.import_figures").count() == 1

    def test_changed_values_replace_and_are_logged(self, block: RoundGroup) -> None:
        take(block, ("SNV", "2", "0.75", SOURCE))
        take(block, ("SNV", "2", "0.5", SOURCE), ("STC", "2", "1", SOURCE))
        assert scores(block)["SNV", "2"] == Decimal("0.5")
        entry = present(LogEntry.objects.order_by("number").last())
        assert present(entry.before)["replaced"][0]["points"] == "0.75"
        assert present(entry.after)["counts"]["replacing"] == 1

    def test_undo_brings_the_replaced_figure_back(self, block: RoundGroup) -> None:
        first = present(take(block, ("SNV", "2", "0.75", SOURCE)).batch)
        second = present(take(block, ("SNV", "2", "0.5", SOURCE), ("STC", "2", "1", SOURCE)).batch)
        with pytest.raises(Refused, match="hủy lần nhập đó trước"):
            batches.undo_batch(actor=None, batch_id=first.pk, reason="nhầm")
        batches.undo_batch(actor=None, batch_id=second.pk, reason="nhầm")
        assert scores(block) == {("SNV", "2"): Decimal("0.75")}
        assert SatisfactionFigure.objects.get().batch == first
        batches.undo_batch(actor=None, batch_id=first.pk, reason="nhầm")
        assert scores(block) == {}

    def test_every_fault_by_cell(self, block: RoundGroup) -> None:
        with pytest.raises(ImportRefused) as refused:
            take(
                block,
                ("KHONG", "2", "0.5", SOURCE),
                ("SNV", "9.9", "0.5", SOURCE),
                ("SNV", "1.1", "0.5", SOURCE),
                ("SNV", "2", "1.5", SOURCE),
                ("SNV", "2", "-1", SOURCE),
                ("SNV", "2", "", SOURCE),
                ("SNV", "2", "0.5", ""),
                ("STC", "2", "NaN", SOURCE),
                ("STC", "1.4", "1", SOURCE),
                ("STC", "1.4", "1", SOURCE),
            )
        faults = [str(fault) for fault in refused.value.faults]
        expected = [
            "Dòng 2, cột A (Mã đơn vị): không có đơn vị mang mã “KHONG”",
            "Dòng 3, cột B (Mã tiêu chí): không có tiêu chí thành phần mang mã “9.9”",
            "Dòng 4, cột B (Mã tiêu chí): tiêu chí 1.1 do đơn vị tự đánh giá",
            "Dòng 5, cột C (Điểm): điểm vượt điểm tối đa 1 của tiêu chí 2",
            "Dòng 6, cột C (Điểm): là số âm",
            "Dòng 7, cột C (Điểm): không có Điểm cũng không có Tỷ lệ %",
            "Dòng 8, cột D (Nguồn số liệu): thiếu nguồn số liệu",
            "Dòng 9, cột C (Điểm): “NaN” không phải số",
            "Dòng 11, cột B (Mã tiêu chí): đơn vị và tiêu chí này đã có ở dòng 10",
        ]
        assert len(faults) == len(expected)
        for fault, start in zip(faults, expected, strict=True):
            assert fault.startswith(start)
        assert not SatisfactionFigure.objects.exists()

    def test_both_columns_filled_or_percent_over_hundred(self, block: RoundGroup) -> None:
        rows = [
            ["Mã đơn vị", "Mã tiêu chí", "Điểm", "Tỷ lệ %", "Nguồn số liệu"],
            ["SNV", "2", "0.5", "50", SOURCE],
            ["STC", "2", "", "100.5", SOURCE],
        ]
        with pytest.raises(ImportRefused) as refused:
            batches.import_figures(actor=None, round_group_id=block.pk, source=csv_file(rows))
        both, over = map(str, refused.value.faults)
        assert "có cả Điểm và Tỷ lệ %" in both
        assert "vượt 100%" in over

    def test_a_file_without_a_value_column(self, block: RoundGroup) -> None:
        rows = [["Mã đơn vị", "Mã tiêu chí", "Nguồn số liệu"], ["SNV", "2", SOURCE]]
        with pytest.raises(ImportRefused, match="thiếu cột “Điểm” hoặc “Tỷ lệ %”"):
            batches.import_figures(actor=None, round_group_id=block.pk, source=csv_file(rows))


class TestBesideBallots:
    def ballots(self, block: RoundGroup) -> ImportBatch:
        taken = batches.import_ballots(
            actor=None,
            round_group_id=block.pk,
            respondents="dai-bieu",
            source=csv_file(ballot_rows(("P1", "SNV", 1, 1))),
        )
        return present(taken.batch)

    def test_figure_stands_for_the_figures_group(self, block: RoundGroup) -> None:
        group = asked_group(block, code="dai-bieu", position=1)
        RespondentGroupFactory.create(survey=group.survey, code="sipas", mode="figures", weight=Decimal(3), position=2)
        self.ballots(block)
        take(block, ("SNV", "1.3", "50", SOURCE), value="Tỷ lệ %")
        assert scores(block)["SNV", "1.3"] == Decimal("0.625")  # (1×1 + 3×0.5) / 4
        row = SurveyScore.objects.get(criterion__code="1.3")
        assert (row.method, row.ballots) == ("ballots", 1)

    def test_weights_may_change_later(self, block: RoundGroup) -> None:
        group = asked_group(block, code="dai-bieu", position=1)
        self.ballots(block)
        assert survey_scores.refresh_scores(block) == 0
        AnswerOption.objects.filter(scale=group.questionnaire.scale, value=1).update(share=Decimal("0.5"))
        assert survey_scores.refresh_scores(block) == 2
        assert scores(block)["SNV", "1.4"] == Decimal(1)

    def test_an_answer_without_a_level_is_a_sentence(self, block: RoundGroup) -> None:
        group = asked_group(block, code="dai-bieu", position=1)
        self.ballots(block)
        AnswerOption.objects.filter(scale=group.questionnaire.scale, value=1).delete()
        with pytest.raises(Refused, match="khôi phục mức này"):
            survey_scores.refresh_scores(block)


class TestArchive:
    def test_points_and_not_applicable(self, block: RoundGroup) -> None:
        rows = {cell(): Decimal("0.5"), cell(code="2"): None}
        assert survey_scores.import_scores(actor=None, round_group=block, rows=rows) == 2
        assert survey_scores.import_scores(actor=None, round_group=block, rows=rows) == 0
        assert surveyed.scores_by_cell(block) == {
            cell(): (Decimal("0.5"), False, None),
            cell(code="2"): (None, True, None),
        }
        assert survey_scores.refresh_scores(block) == 0  # kept: no ballots, no figures

    @pytest.mark.parametrize(("code", "points"), [("1.1", "1"), ("1.3", "1.01"), ("1.3", "-0.5")])
    def test_refused(self, block: RoundGroup, code: str, points: str) -> None:
        with pytest.raises(Refused):
            survey_scores.import_scores(actor=None, round_group=block, rows={cell(code=code): Decimal(points)})
        assert not SurveyScore.objects.exists()

    def test_never_overrules_figures(self, block: RoundGroup) -> None:
        take(block, ("SNV", "2", "0.75", SOURCE))
        assert survey_scores.import_scores(actor=None, round_group=block, rows={cell(code="2"): Decimal("0.75")}) == 0
        with pytest.raises(Refused, match="hủy lần nhập đó trước"):
            survey_scores.import_scores(actor=None, round_group=block, rows={cell(code="2"): Decimal("0.5")})


class TestCommands:
    def run(self, capsys: pytest.CaptureFixture[str], *arguments: Any) -> str:
        call_command(*map(str, arguments))
        captured = capsys.readouterr()
        return captured.out + captured.err

    def test_ballots(self, block: RoundGroup, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = tmp_path / "phieu.csv"
        path.write_bytes(csv_file(ballot_rows(("P1", "SNV", 5, 5, "x"), headings=("1.3", "1.4", "Timestamp"))).read())
        arguments = ("import_ballots", path, "--year", 2031, "--group", "so", "--respondents", "dan")
        told = self.run(capsys, *arguments)
        assert "tạo nhóm đối tượng “dan”" in told
        assert "Bỏ qua 1 cột không phải mã tiêu chí: E (Timestamp)." in told
        assert "1 phiếu hợp lệ" in told
        assert "đã nhập rồi, không thay đổi" in self.run(capsys, *arguments)

    def test_figures(self, block: RoundGroup, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = tmp_path / "so-lieu.csv"
        path.write_bytes(csv_file(figure_rows(("SNV", "2", "0.5", SOURCE))).read())
        arguments = ("import_figures", path, "--year", 2031, "--group", "so")
        assert "1 mới" in self.run(capsys, *arguments)
        assert "đã nhập rồi, không thay đổi" in self.run(capsys, *arguments)

    def test_refusals_name_what_is_known(
        self, block: RoundGroup, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "phieu.csv"
        path.write_bytes(csv_file(ballot_rows(("P1", "SNV", 5, 5))).read())
        with pytest.raises(CommandRefused, match="Các khối đã có: 2031/so"):
            call_command("import_ballots", str(path), "--year", "1999", "--group", "so", "--respondents", "dan")
        with pytest.raises(CommandRefused, match="Không mở được tệp"):
            call_command("import_figures", str(tmp_path / "khong.csv"), "--year", "2031", "--group", "so")
        assert not RespondentGroup.objects.exists()
