import csv
import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from results import bundle as bundle_format
from results.files import spreadsheets, tables
from results.tests import bundles


def workbook(bundle: dict[str, Any]) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(spreadsheets.xlsx_bytes(bundle)))


def named(text: str) -> dict[str, Any]:
    bundle = bundles.small(2)
    group = bundle["groups"][0]
    group["units"][0]["name"] = text
    group["results"] = bundle_format.results_of(group)
    return bundle


def test_csv_has_the_codebooks_columns_and_the_bundles_numbers() -> None:
    bundle = bundles.small(3)
    rows = list(csv.DictReader(io.StringIO(spreadsheets.csv_bytes(bundle).decode("utf-8-sig"))))
    assert list(rows[0]) == [name for name, _, _ in spreadsheets.CODEBOOK] == list(spreadsheets.RESULT_COLUMNS)
    assert [(r["unit"], r["index"]) for r in rows[:3]] == [
        (r["unit"], r["index"]) for r in bundle["groups"][0]["results"]
    ]


def test_missing_numbers_are_empty_not_zero() -> None:
    bundle = bundles.small(2)
    group = bundle["groups"][0]
    group["cells"][0].update(state="not_scored", points=None)
    group["results"] = bundle_format.results_of(group)
    row = next(
        r for r in csv.DictReader(io.StringIO(spreadsheets.csv_bytes(bundle).decode("utf-8-sig"))) if r["unit"] == "S01"
    )
    assert (row["rank"], row["index"], row["incomplete"]) == ("", "", "1.1")


@pytest.mark.parametrize("name", ["=1+1", "+cmd", "-2", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_a_name_that_looks_like_a_formula_stays_text(name: str) -> None:
    bundle = named(name)
    sheet = workbook(bundle)["Xếp hạng so"]
    cell = next(c for c in sheet["C"] if c.value == name)
    assert cell.data_type == "s"
    assert cell.quotePrefix
    names = {r["name"] for r in csv.DictReader(io.StringIO(spreadsheets.csv_bytes(bundle).decode("utf-8-sig")))}
    assert f"'{name}" in names


def test_same_bundle_same_bytes() -> None:
    assert spreadsheets.xlsx_bytes(bundles.small(3)) == spreadsheets.xlsx_bytes(bundles.small(3))


def test_workbook_names_source_digest_and_illustration() -> None:
    bundle = bundles.small(2)
    text = " ".join(str(c.value) for row in workbook(bundle)["Thông tin"].iter_rows() for c in row)
    assert bundle["digest"] in text
    assert "MINH HỌA" in text
    assert "3598/QĐ-UBND" in text


def test_states_stand_as_words_between_the_points() -> None:
    sheet = workbook(bundles.small(2))["Điểm so"]
    row = next(r for r in sheet.iter_rows(min_row=spreadsheets.FIRST) if r[0].value == "S02")
    assert row[2].value == "không áp dụng"


@pytest.mark.skipif(not shutil.which("localc"), reason="LibreOffice Calc computes the formulas")
@pytest.mark.parametrize("policy", ["rescale", "shrink", "full"])
def test_formulas_compute_the_published_numbers(tmp_path: Path, policy: str) -> None:
    groups = [
        bundles.group("so", "Sở", bundles.units(4), na=policy),
        bundles.group("quan", "Quận", bundles.districts(5), na=policy, ties="dense"),
    ]
    groups[0]["cells"][0].update(state="not_scored", points=None)
    bundle = bundle_format.build(bundles.header(), groups)
    (tmp_path / "a.xlsx").write_bytes(spreadsheets.xlsx_bytes(bundle))
    computed = _computed(tmp_path)
    for group in bundle["groups"]:
        for result in group["results"]:
            row = computed[result["unit"]]
            index = float(result["index"]) if result["index"] else None
            assert (row[0], row[11]) == (result["rank"], index)
            assert row[9] == pytest.approx(float(result["points"]), abs=1e-9)
            assert row[3] == pytest.approx(float(result["appraised_points"]), abs=1e-9)


def _computed(folder: Path) -> dict[str, list[Any]]:
    """unit → its line of the ranking as LibreOffice computes it."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    subprocess.run(
        [*command, "--outdir", folder / "out", folder / "a.xlsx"], check=True, capture_output=True, timeout=120
    )
    book = openpyxl.load_workbook(folder / "out" / "a.xlsx", data_only=True)
    lines: dict[str, list[Any]] = {}
    for sheet in book.worksheets:
        if sheet.title.startswith("Xếp hạng"):
            for row in sheet.iter_rows(min_row=spreadsheets.FIRST, values_only=True):
                lines[str(row[1])] = [None if value == "" else value for value in row]
    return lines


def test_every_cell_and_criterion_is_a_line_of_its_table() -> None:
    bundle = bundles.small(3)
    group = bundle["groups"][0]
    group["units"][0]["name"] = "=1+1"
    for columns, codebook, data, lines in (
        (tables.CELL_COLUMNS, tables.CELL_CODEBOOK, tables.cells_csv(bundle), "cells"),
        (tables.CRITERION_COLUMNS, tables.CRITERION_CODEBOOK, tables.criteria_csv(bundle), "criteria"),
    ):
        assert data.startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
        assert tuple(rows[0]) == columns == tuple(name for name, _, _ in codebook)
        assert len(rows) == sum(len(each[lines]) for each in bundle["groups"])
    cells = list(csv.DictReader(io.StringIO(tables.cells_csv(bundle).decode("utf-8-sig"))))
    published = {(c["unit"], c["criterion"]): (c["state"], c["points"] or "") for c in group["cells"]}
    mine = [row for row in cells if row["group"] == group["code"]]
    assert {(r["unit"], r["criterion"]): (r["state"], r["points"]) for r in mine} == published
    assert {r["name"] for r in mine if r["unit"] == group["units"][0]["code"]} == {"'=1+1"}
