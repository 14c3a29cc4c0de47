"""The operator's year on the command line: units → criteria → scores → index → publication → proof."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.tests.present import first_sheet
from results import bundle
from results.computation import queries as computed
from results.files import paper, spreadsheets, word
from results.models import Publication
from results.tests.factories import signed
from units.auditlog.models import LogEntry

pytestmark = pytest.mark.django_db
YEAR = ["--year", "2031"]
BLOCK = [*YEAR, "--group", "so"]


def sheet(path: Path, *rows: tuple[object, ...]) -> str:
    """An .xlsx as people make it: numbers are numbers, codes like 1.1 too."""
    book = Workbook()
    for row in rows:
        first_sheet(book).append(list(row))
    book.save(path)
    return str(path)


def run(name: str, *arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(name, *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def refused(name: str, *arguments: str) -> list[str]:
    with pytest.raises(CommandRefused) as caught:
        run(name, *arguments)
    return caught.value.lines


def compute(*arguments: str) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = json.loads(run("compute_index", *(arguments or BLOCK))[0])
    return lines


NINE = [f"S{i}" for i in range(1, 10)]
CRITERIA = [("Mã", "Nội dung", "Điểm tối đa", "Nguồn", "Thưởng/trừ")]
HEAD = ("Mã đơn vị", "Mã tiêu chí", "Điểm tự đánh giá", "Điểm thẩm định", "Điểm ĐTXHH", "Không áp dụng")


Rows = Sequence[tuple[object, ...]]
Build = Callable[..., None]


@pytest.fixture
def year(tmp_path: Path) -> Build:
    """Builds a year from spreadsheets: units, criteria, then the scores given."""

    def build(criteria: Rows, scores: Rows, units: list[str] = NINE, *options: str) -> None:
        run("import_units", sheet(tmp_path / "dv.xlsx", ("Mã", "Tên đơn vị"), *((u, f"Sở {u}") for u in units)),
            "--group", "so")  # fmt: skip
        run("import_criteria", sheet(tmp_path / "tc.xlsx", *CRITERIA, *criteria), *BLOCK,
            "--decision", "3598/QĐ-UBND", *options)  # fmt: skip
        if scores:
            run("import_scores", sheet(tmp_path / "diem.xlsx", HEAD, *scores), *BLOCK)

    return build


TWO_LEAVES = [(1, "Công tác chỉ đạo", 65, "Tự đánh giá"), (2, "Điều tra", 35, "ĐTXHH")]


def two(unit: str, appraised: object, survey: object) -> list[tuple[object, ...]]:
    return [(unit, 1, appraised, appraised, None, None), (unit, 2, None, None, survey, None)]


NINE_SCORES = [
    row
    for unit, appraised, survey in zip(
        NINE,
        [60, 60, 58.5, 58.25, 50, 65, 0, 40.5, 61],
        [30, 30, 31.5, 31.74, 20.25, 35, 35, 0, 28.999],
        strict=True,
    )
    for row in two(unit, appraised, survey)
]


def test_nine_units_from_spreadsheets_to_ranks(year: Build) -> None:
    year(TWO_LEAVES, NINE_SCORES)

    rows = compute()

    assert [(r["unit"], r["points"], r["index"], r["rank"]) for r in rows] == [
        ("S6", "100", "100.00", 1),
        ("S1", "90", "90.00", 2),
        ("S2", "90", "90.00", 2),
        ("S3", "90", "90.00", 2),
        ("S9", "89.999", "90.00", 5),
        ("S4", "89.99", "89.99", 6),
        ("S5", "70.25", "70.25", 7),
        ("S8", "40.5", "40.50", 8),
        ("S7", "35", "35.00", 9),
    ]
    assert list(rows[0]) == computed.RESULT_KEYS
    first = rows[1]
    assert (first["appraised_points"], first["appraised_max"], first["appraised_index"]) == ("60", "65", "92.31")
    assert (first["survey_points"], first["survey_max"], first["survey_index"]) == ("30", "35", "85.71")
    assert (first["bonus"], first["penalty"], first["incomplete"], first["group"]) == ("0", "0", [], "so")


def test_dense_ties(year: Build) -> None:
    year(TWO_LEAVES, NINE_SCORES, NINE, "--ties", "dense")

    assert [r["rank"] for r in compute()] == [1, 2, 2, 2, 3, 4, 5, 6, 7]


def test_scale_of_sixty(year: Build) -> None:
    year([(1, "Thẩm định", 40, "Tự đánh giá"), (2, "Điều tra", 20, "ĐTXHH")], two("S1", 30, 15), ["S1"])

    assert [(r["points"], r["max_points"], r["index"]) for r in compute()] == [("45", "60", "75.00")]


@pytest.mark.parametrize(
    ("policy", "points", "maximum", "index"),
    [("rescale", "90.2235", "100", "90.22"), ("shrink", "88.4", "98", "90.20"), ("full", "90.4", "100", "90.40")],
)
def test_not_applicable_under_each_policy(year: Build, policy: str, points: str, maximum: str, index: str) -> None:
    criteria = [
        (1, "Nhóm", 70, ""),
        ("1.1", "Còn lại", 68, "Tự đánh giá"),
        ("1.2", "Không có nhiệm vụ", 2, "Tự đánh giá"),
        (2, "Điều tra", 30, "ĐTXHH"),
    ]
    scores = [
        ("S1", "1.1", 64, 62, None, None),
        ("S1", "1.2", None, None, None, "x"),
        ("S1", 2, None, None, 26.4, None),
    ]
    year(criteria, scores, ["S1"], "--na-policy", policy)

    (row,) = compute()

    assert (row["points"], row["max_points"], row["index"]) == (points, maximum, index)


def test_bonus_and_penalty(year: Build) -> None:
    criteria = [
        *TWO_LEAVES,
        (3, "Sáng kiến", 2, "Tự đánh giá", "Thưởng"),
        (4, "Chậm báo cáo", 3, "Tự đánh giá", "Trừ"),
    ]
    scores = [*two("S1", 60, 30), ("S1", 3, 2, 1.5, None, None), ("S1", 4, -1, -1, None, None), *two("S2", 60, 30)]
    year(criteria, scores, ["S1", "S2"])

    rows = compute()

    assert [(r["unit"], r["points"], r["max_points"], r["bonus"], r["penalty"]) for r in rows] == [
        ("S1", "90.5", "100", "1.5", "1"),
        ("S2", "90", "100", "0", "0"),
    ]


def test_incomplete_units_are_listed_last_with_their_leaves(year: Build) -> None:
    year(TWO_LEAVES, [*two("S2", 60, 30), ("S1", 1, 65, None, None, None)], ["S1", "S2", "S3"])

    rows = compute()

    assert [(r["unit"], r["rank"], r["index"], r["incomplete"]) for r in rows] == [
        ("S2", 1, "90.00", []),
        ("S1", None, None, ["1", "2"]),
        ("S3", None, None, ["1", "2"]),
    ]


def test_csv_has_the_same_columns_and_values(year: Build) -> None:
    year(TWO_LEAVES, two("S1", 60, 30), ["S1", "S2"])

    rows = list(csv.DictReader(io.StringIO(run("compute_index", *BLOCK, "--format", "csv")[0])))

    assert list(rows[0]) == computed.RESULT_KEYS
    assert (rows[0]["index"], rows[0]["rank"], rows[0]["incomplete"]) == ("90.00", "1", "")
    assert (rows[1]["index"], rows[1]["rank"], rows[1]["incomplete"]) == ("", "", "1 2")


def test_each_unit_stands_on_its_own_line(year: Build) -> None:
    year(TWO_LEAVES, NINE_SCORES)

    out, _ = run("compute_index", *YEAR)

    lines = out.splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("[", "]", 11)


def test_unknown_year_or_group_is_a_sentence(year: Build) -> None:
    assert "Không có kỳ 2031" in refused("compute_index", *YEAR)[0]
    year(TWO_LEAVES, [])
    assert "khối “huyen”" in refused("compute_index", *YEAR, "--group", "huyen")[0]
    assert "Không có kỳ 1999" in refused("import_scores", "x.xlsx", "--year", "1999", "--group", "so")[0]
    assert "Không có kỳ 1999" in refused(
        "publish_index", "--year", "1999", "--number", "1/QĐ", "--date", "2032-01-01", "--out", "/tmp"
    )[0]  # fmt: skip


# --- import_scores ----------------------------------------------------------------------------------


def test_import_again_changes_nothing(year: Build, tmp_path: Path) -> None:
    year(TWO_LEAVES, NINE_SCORES)
    entries = LogEntry.objects.count()

    _, err = run("import_scores", str(tmp_path / "diem.xlsx"), *BLOCK)

    assert "0 thay đổi" in err
    assert LogEntry.objects.count() == entries


def test_later_file_may_bring_only_the_survey(year: Build, tmp_path: Path) -> None:
    year(TWO_LEAVES, [("S1", 1, 60, 55, None, None)], ["S1"])
    only = sheet(tmp_path / "dt.xlsx", ("MÃ ĐƠN VỊ", "ma tieu chi", "Điểm ĐTXHH"), (" s1 ", "2", "30,5"))

    run("import_scores", only, *BLOCK)

    assert compute()[0]["points"] == "85.5"


def test_an_archive_without_self_scores_still_counts(year: Build, tmp_path: Path) -> None:
    year(TWO_LEAVES, [("S1", 2, None, None, 30, None)], ["S1"])
    only = sheet(tmp_path / "td.xlsx", ("Mã đơn vị", "Mã tiêu chí", "Điểm thẩm định"), ("S1", 1, 60))

    run("import_scores", only, *BLOCK)

    assert compute()[0]["points"] == "90"


def test_csv_with_decimal_commas(year: Build, tmp_path: Path) -> None:
    year(TWO_LEAVES, [], ["S1"])
    path = tmp_path / "diem.csv"
    path.write_text(
        "Mã đơn vị;Mã tiêu chí;Điểm tự đánh giá;Điểm thẩm định;Điểm ĐTXHH\nS1;1;60,5;60,25;\nS1;2;;;30\n", "utf-8"
    )

    run("import_scores", str(path), *BLOCK)

    assert compute()[0]["points"] == "90.25"


FAULTS = [
    (("S99", 1, 1, 1, None, None), "Dòng 2, cột A (Mã đơn vị): không có đơn vị “S99”"),
    ((None, 1, 1, 1, None, None), "Dòng 2, cột A (Mã đơn vị): thiếu mã đơn vị"),
    (("S1", 7, 1, 1, None, None), "Dòng 2, cột B (Mã tiêu chí): không có tiêu chí “7”"),
    (("S1", None, 1, 1, None, None), "Dòng 2, cột B (Mã tiêu chí): thiếu mã tiêu chí"),
    (("S1", 3, 1, 1, None, None), "Dòng 2, cột B (Mã tiêu chí): 3 có tiêu chí thành phần"),
    (("S1", 1, 1, 1, 1, None), "Dòng 2, cột E (Điểm ĐTXHH): 1 là tiêu chí tự đánh giá"),
    (("S1", 2, None, 1, 1, None), "Dòng 2, cột D (Điểm thẩm định): 2 là tiêu chí ĐTXHH"),
    (("S1", 2, 1, None, 1, None), "Dòng 2, cột C (Điểm tự đánh giá): 2 là tiêu chí ĐTXHH"),
    (("S1", 1, 1, 65.5, None, None), "Dòng 2, cột D (Điểm thẩm định): 65,5 lớn hơn điểm tối đa 65"),
    (("S1", 1, -1, 1, None, None), "Dòng 2, cột C (Điểm tự đánh giá): điểm âm (−1)"),
    (("S1", 1, 1, "nhiều", None, None), "Dòng 2, cột D (Điểm thẩm định): “nhiều” không phải số"),
    (("S1", 1, 1, "1.234", None, None), "Dòng 2, cột D (Điểm thẩm định): “1.234” có thể hiểu hai cách"),
    (("S1", 1, 1, "NaN", None, None), "Dòng 2, cột D (Điểm thẩm định): “NaN” không phải số"),
    (("S1", 1, None, 0, None, "x"), "Dòng 2, cột D (Điểm thẩm định): tiêu chí không áp dụng mà vẫn có điểm"),
    (("S1", 1, 1, 1, None, "có lẽ"), "Dòng 2, cột F (Không áp dụng): không hiểu “có lẽ”"),
]


@pytest.mark.parametrize(("row", "message"), FAULTS)
def test_every_fault_is_named_by_row_and_column_and_nothing_is_saved(
    year: Build, tmp_path: Path, row: Any, message: Any
) -> None:
    criteria = [*TWO_LEAVES, (3, "Nhóm", 1, ""), (3.1, "Con", 1, "Tự đánh giá")]
    year(criteria, [], ["S1", "S2"])

    lines = refused("import_scores", sheet(tmp_path / "x.xlsx", HEAD, row, *two("S2", 1, 1)), *BLOCK)

    assert len(lines) == 1
    assert lines[0].startswith(message)
    assert all(r["points"] == "0" for r in compute())


def test_all_faults_come_at_once(year: Build, tmp_path: Path) -> None:
    year(TWO_LEAVES, [], ["S1"])
    rows = [row for row, _ in FAULTS[:4]]

    assert len(refused("import_scores", sheet(tmp_path / "x.xlsx", HEAD, *rows), *BLOCK)) == 4


def test_duplicate_names_the_first_row(year: Build, tmp_path: Path) -> None:
    year(TWO_LEAVES, [], ["S1"])

    lines = refused("import_scores", sheet(tmp_path / "x.xlsx", HEAD, *two("S1", 1, 1), *two("s1", 1, 1)), *BLOCK)

    assert [line.split(":")[0] for line in lines] == [f"Dòng {n}, cột B (Mã tiêu chí)" for n in (4, 5)]
    assert "đã có ở dòng 2" in lines[0]


def test_files_without_scores_are_refused(year: Build, tmp_path: Path) -> None:
    year(TWO_LEAVES, [], ["S1"])
    no_column = sheet(tmp_path / "a.xlsx", HEAD[:2], ("S1", 1))

    assert "thiếu cột “Điểm tự đánh giá”" in refused("import_scores", no_column, *BLOCK)[0]
    assert "không có dòng điểm nào" in refused("import_scores", sheet(tmp_path / "b.xlsx", HEAD), *BLOCK)[0]
    assert "Không mở được tệp" in refused("import_scores", str(tmp_path / "khong-co.xlsx"), *BLOCK)[0]


@pytest.mark.parametrize(
    ("mark", "applies"),
    [("x", False), ("X", False), ("Có", False), (1, False), ("true", False), (True, False), ("", True), ("không", True),
     (0, True), (None, True), ("Yes", False), ("✓", False), ("Không áp dụng", False), ("N/A", False), ("No", True),
     ("-", True), ("Có áp dụng", True)],
)  # fmt: skip
def test_not_applicable_marks(year: Build, mark: int | str | None, applies: bool) -> None:
    year(TWO_LEAVES, [("S1", 1, None, None, None, mark), ("S1", 2, None, None, 35, None)], ["S1"])

    assert compute()[0]["incomplete"] == (["1"] if applies else [])


# --- publication and proof --------------------------------------------------------------------------


@pytest.fixture
def cheap_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """The renderers have tests of their own; here only what is written where."""
    monkeypatch.setattr(paper, "ranking_pdf", lambda b: b"%PDF " + b["digest"].encode())
    monkeypatch.setattr(word, "ranking_docx", lambda b: b"PK")
    monkeypatch.setattr(spreadsheets, "xlsx_bytes", lambda b: b"PK")
    monkeypatch.setattr(spreadsheets, "csv_bytes", lambda b: b"unit\n")


def publish(out: Path, number: str = "12/QĐ-UBND", dated: str = "2032-03-01", *more: str) -> tuple[list[Path], str]:
    two = signed()
    names = ("--proposed-by", two.proposer.username, "--approved-by", two.approver.username)
    stdout, err = run("publish_index", *YEAR, "--number", number, "--date", dated, "--out", str(out), *names, *more)
    return [Path(line) for line in stdout.splitlines()], err


def test_publish_writes_its_files_and_the_same_bytes_again(year: Build, tmp_path: Path, cheap_files: None) -> None:
    year(TWO_LEAVES, NINE_SCORES)

    paths, _ = publish(tmp_path / "mot" / "hai")
    again, err = publish(tmp_path / "ba")

    names = [*(f"chi-so-cchc-2031.{ending}" for ending in ("json", "csv", "xlsx", "pdf", "docx")), "verify.py"]
    assert [path.name for path in paths] == names
    assert sorted(path.name for path in paths[0].parent.iterdir()) == sorted(names)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in paths]
    assert err == ""
    assert compute() == json.loads(paths[0].read_text("utf-8"))["groups"][0]["results"]


def test_publish_again_after_a_change_keeps_the_frozen_file_and_says_so(
    year: Build, tmp_path: Path, cheap_files: None
) -> None:
    year(TWO_LEAVES, NINE_SCORES)
    paths, _ = publish(tmp_path / "mot")
    changed, two_people = sheet(tmp_path / "moi.xlsx", HEAD, *two("S1", 10, 10)), signed()
    alone = ("--proposed-by", two_people.proposer.username, "--approved-by", two_people.proposer.username)
    both = (*alone[:3], two_people.approver.username)
    same = sheet(tmp_path / "cu.xlsx", HEAD, *NINE_SCORES)
    assert "0 thay đổi" in "".join(run("import_scores", same, *BLOCK)), "what is there already needs nobody"
    assert "đã công bố" in refused("import_scores", changed, *BLOCK)[0]
    assert "Ghi lý do" in refused("import_scores", changed, *BLOCK, *both)[0]
    assert "phải khác" in refused("import_scores", changed, *BLOCK, *alone, "--reason", "Nhập sai.")[0]
    assert "0 thay đổi" in "".join(run("import_scores", same, *BLOCK)), "a refusal leaves nothing behind"
    run("import_scores", changed, *BLOCK, *both, "--reason", "Nhập sai điểm của S1.")
    assert LogEntry.objects.get(verb="archive.sign").reason == "Nhập sai điểm của S1."

    again, err = publish(tmp_path / "hai")

    assert again[0].read_bytes() == paths[0].read_bytes()
    assert "Điểm đã thay đổi từ khi công bố số 12/QĐ-UBND" in err
    correction = ("--supersedes", "12/QĐ-UBND", "--errata", "Sửa điểm.")
    corrected, _ = publish(tmp_path / "ba", "13/QĐ-UBND", "2032-03-01", *correction)
    assert json.loads(corrected[0].read_text("utf-8"))["supersedes"] == "12/QĐ-UBND"


def test_incomplete_year_is_not_published(year: Build, tmp_path: Path) -> None:
    year(TWO_LEAVES, two("S1", 1, 1), ["S1", "S2"])

    lines = refused("publish_index", *YEAR, "--number", "1/QĐ", "--date", "2032-03-01", "--out", str(tmp_path / "ra"))

    assert "Sở S2 (S2): 1, 2" in lines[0]
    assert not (tmp_path / "ra").exists()
    assert not Publication.objects.exists()


@pytest.mark.parametrize("dated", ["01/03/2032", "2032-02-30", "hôm nay", ""])
def test_bad_date_is_a_sentence(year: Build, tmp_path: Path, dated: str) -> None:
    year(TWO_LEAVES, NINE_SCORES)

    lines = refused("publish_index", *YEAR, "--number", "1/QĐ", f"--date={dated}", "--out", str(tmp_path / "ra"))

    assert "YYYY-MM-DD" in lines[0]
    assert not Publication.objects.exists()


def test_a_folder_that_is_a_file_is_refused_before_anything_is_frozen(year: Build, tmp_path: Path) -> None:
    year(TWO_LEAVES, NINE_SCORES)
    (tmp_path / "tep").write_text("")

    lines = refused(
        "publish_index", *YEAR, "--number", "1/QĐ", "--date", "2032-03-01", "--out", str(tmp_path / "tep/ra")
    )

    assert "Không ghi được" in lines[0]
    assert not Publication.objects.exists()


def test_published_file_verifies_until_a_digit_changes(year: Build, tmp_path: Path, cheap_files: None) -> None:
    year(TWO_LEAVES, NINE_SCORES)
    path = publish(tmp_path)[0][0]
    assert "Khớp" in run("verify_publication", str(path))[0]
    text = path.read_text("utf-8")
    places = [i for i, char in enumerate(text) if char.isdigit()]

    for i in places[:: max(1, len(places) // 60)]:
        path.write_text(text[:i] + str((int(text[i]) + 1) % 10) + text[i + 1 :], "utf-8")
        assert refused("verify_publication", str(path))


def test_a_file_that_nobody_here_knows_agrees_with_itself_alone(
    year: Build, tmp_path: Path, cheap_files: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sealed again by its author with another score: legal, but no publication of ours; without ours at all, exit 3."""
    year(TWO_LEAVES, NINE_SCORES)
    path = publish(tmp_path)[0][0]
    Publication.objects.all().delete()
    with pytest.raises(SystemExit) as left:
        run("verify_publication", str(path))
    assert left.value.code == 3


def test_another_file_of_our_number_is_not_what_was_published(year: Build, tmp_path: Path, cheap_files: None) -> None:
    year(TWO_LEAVES, NINE_SCORES)
    path = publish(tmp_path)[0][0]
    forged = json.loads(path.read_text("utf-8"))
    forged["groups"][0]["units"][0]["name"] = "Sở Khác"
    forged = bundle.build(
        {k: v for k, v in forged.items() if k not in ("groups", "digest", "format")}, forged["groups"]
    )
    path.write_text(bundle.text_of(forged), "utf-8")
    assert "không phải bản công bố số" in refused("verify_publication", str(path))[0]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"PK\x03\x04", b"[]", b"{", "chữ".encode()])
def test_what_is_no_publication_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)

    assert refused("verify_publication", str(path))[0].startswith("Tệp")


def test_huge_or_missing_files_are_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MAX_BYTES", 10)
    path = tmp_path / "x.json"
    path.write_text(" " * 11)

    assert "lớn hơn" in refused("verify_publication", str(path))[0]
    assert "Không mở được tệp" in refused("verify_publication", str(tmp_path / "none.json"))[0]
    assert "Không mở được tệp" in refused("verify_publication", str(tmp_path))[0]


def test_ledger_is_whole_after_a_year_and_broken_after_an_edit(year: Build, tmp_path: Path, cheap_files: None) -> None:
    year(TWO_LEAVES, NINE_SCORES)
    publish(tmp_path)
    count = LogEntry.objects.count()

    assert run("check_ledger")[0].startswith(f"Sổ nguyên vẹn: {count} mục.\n")

    LogEntry.objects.filter(number=1).update(actor_name="người khác")
    assert any("mục 1" in line for line in refused("check_ledger"))


def test_ledger_finds_an_edited_standing(year: Build) -> None:
    from appraisal.models import Appraisal

    year(TWO_LEAVES, NINE_SCORES)
    Appraisal.objects.filter(unit__code="S1").update(points=61)

    assert refused("check_ledger")
