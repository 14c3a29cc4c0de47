"""One row per ballot as Stata, SPSS and R read it, with a codebook. Pure: pandas and the standard library. pandas is
heavy: import this module only where a file is made."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pandas as pd

from cchc_index.lib.cells import safe_cell

from .layout import BallotRows

STEM = "phieu"
STAMP = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Files carry no moment: same answers, same bytes."""
LONGEST_LABEL = 80
"""What Stata takes of a variable's label."""


def zipped(rows: BallotRows, beside: Mapping[str, bytes]) -> bytes:
    """All files of the data in one archive, `beside` (name → contents) among them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (files_of(rows) | dict(beside)).items():
            archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def files_of(rows: BallotRows) -> dict[str, bytes]:
    """File name → contents."""
    return {
        f"{STEM}.csv": _csv(rows),
        f"{STEM}.dta": _stata(rows),
        f"{STEM}.sps": _spss(rows).encode(),
        f"{STEM}.R": _r(rows).encode(),
        "bang-ma.csv": _codebook(rows),
    }


def _frame(rows: BallotRows) -> pd.DataFrame:
    names = [variable.name for variable in rows.variables]
    lines = [[safe_cell(unit), safe_cell(group), *answers] for unit, group, answers in rows.rows]
    table = pd.DataFrame(lines, columns=["unit", "grp", *names])
    return table.astype({"unit": object, "grp": object, **dict.fromkeys(names, "float64")})


def _csv(rows: BallotRows) -> bytes:
    table = _frame(rows)
    whole = table.astype({variable.name: "Int64" for variable in rows.variables})
    text: str = whole.to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig")


def _stata(rows: BallotRows) -> bytes:
    out = io.BytesIO()
    _frame(rows).to_stata(
        out,
        write_index=False,
        version=118,
        time_stamp=STAMP,
        variable_labels={
            "unit": "Mã đơn vị",
            "grp": "Mã nhóm đối tượng",
            **{one.name: one.label[:LONGEST_LABEL] for one in rows.variables},
        },
        value_labels={one.name: one.labels for one in rows.variables} if rows.rows else None,
    )
    return out.getvalue()


def _spss(rows: BallotRows) -> str:
    """A syntax that reads the CSV beside it."""
    kinds = " ".join(f"{one.name} F3.0" for one in rows.variables)
    lines = [
        f"GET DATA /TYPE=TXT /FILE='{STEM}.csv' /ENCODING='UTF8' /DELIMITERS=',' /QUALIFIER='\"' /FIRSTCASE=2",
        f"  /VARIABLES=unit A40 grp A40 {kinds}.",
        "VARIABLE LABELS unit 'Mã đơn vị' grp 'Mã nhóm đối tượng'.",
    ]
    for one in rows.variables:
        lines.append(f"VARIABLE LABELS {one.name} {_quoted(one.label)}.")
        told = " ".join(f"{value} {_quoted(label)}" for value, label in sorted(one.labels.items()))
        lines.append(f"VALUE LABELS {one.name} {told}.")
    return "\n".join([*lines, "EXECUTE.", ""])


def _quoted(text: str) -> str:
    return "'" + " ".join(text.replace("'", "''").split()) + "'"


def _r(rows: BallotRows) -> str:
    """A script that reads the CSV beside it into factors."""
    lines = [f'phieu <- read.csv("{STEM}.csv", fileEncoding = "UTF-8-BOM", colClasses = c(unit = "character"))']
    for one in rows.variables:
        values = sorted(one.labels)
        levels = ", ".join(map(str, values))
        labels = ", ".join(_text(f"{value}. {one.labels[value]}") for value in values)
        lines.append(f"phieu${one.name} <- factor(phieu${one.name}, levels = c({levels}), labels = c({labels}))")
        lines.append(f'attr(phieu${one.name}, "label") <- {_text(one.label)}')
    return "\n".join([*lines, ""])


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _codebook(rows: BallotRows) -> bytes:
    lines: list[Sequence[object]] = [("Cột", "Nội dung", "Giá trị", "Câu trả lời", "Phần điểm tối đa")]
    lines += [("unit", "Mã đơn vị", "", "", ""), ("grp", "Mã nhóm đối tượng", "", "", "")]
    for one in rows.variables:
        lines.append((one.name, safe_cell(one.label), "(trống)", "không trả lời hoặc không được hỏi", ""))
        lines += [("", "", value, safe_cell(label), share) for value, (label, share) in sorted(one.answers.items())]
    few = f"Số cặp đơn vị, nhóm không đưa ra vì có ô ít phiếu hoặc chưa đủ {rows.fewest} phiếu"
    lines.append(("", f"{few}: {rows.kept_back}", "", "", ""))
    lines.append(("", "Không có mã phiếu; thứ tự dòng không phải thứ tự trả lời; chỉ gồm phiếu hợp lệ", "", "", ""))
    return lines_of(lines)


def lines_of(lines: Sequence[Sequence[object]]) -> bytes:
    """Lines as CSV, in UTF-8 with the mark by which Excel knows it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(lines)
    return out.getvalue().encode("utf-8-sig")
