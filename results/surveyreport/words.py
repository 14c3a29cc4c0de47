"""The sentences of the report: each follows from the numbers beside it. Pure."""

from fractions import Fraction

from cchc_index.lib.numbers import vn, vn_count, vn_percent

from .findings import NamedShare, SurveyFindings, extremes

MOST = 5
"""How many names a sentence holds."""


def overview(findings: SurveyFindings) -> list[str]:
    """How many units, their mean, who stands at the ends, who lacks points."""
    said = []
    if findings.mean is not None:
        said.append(
            f"{vn_count(len(findings.units))} đơn vị có đủ điểm ĐTXHH; tỷ lệ điểm đạt trung bình của các đơn vị này là "
            f"{vn_percent(findings.mean)}."
        )
        said += _ends(findings.units, "Tỷ lệ điểm đạt", "đơn vị", "Các đơn vị có cùng tỷ lệ điểm đạt")
    else:
        said.append("Chưa có đơn vị nào có đủ điểm ĐTXHH.")
    if findings.lacking:
        said.append(
            f"Còn thiếu điểm của {vn_count(len(findings.lacking))} đơn vị: {_names(findings.lacking, 'đơn vị')}."
        )
    return said


def criteria(findings: SurveyFindings) -> list[str]:
    """Which criteria stand at the ends."""
    if not findings.criteria:
        return ["Chưa có tiêu chí nào có điểm ĐTXHH."]
    return _ends(findings.criteria, "Tỷ lệ điểm đạt theo tiêu chí", "tiêu chí", "Các tiêu chí có cùng tỷ lệ điểm đạt")


def groups(findings: SurveyFindings) -> list[str]:
    """Which group judged best and worst, of what is told, and how much is not."""
    known = [(group.name, group.mean) for group in findings.groups if group.mean is not None]
    what = "Mức đạt trung bình theo nhóm đối tượng"
    said = _ends(known, what, "nhóm", "Các nhóm có cùng mức đạt") if known else []
    said += [
        f"Hòm phiếu trực tuyến của nhóm {name} không được mở: {vn_count(ballots)} phiếu không được tính."
        for name, ballots in findings.left
    ]
    untold = sum(group.untold for group in findings.groups)
    if untold:
        said.append(
            f"{vn_count(untold)} ô (đơn vị, tiêu chí, nhóm đối tượng) không được nêu để bảo vệ người trả lời và không "
            "tính vào mức đạt của nhóm."
        )
    return said


def by_people(findings: SurveyFindings) -> list[str]:
    """What points by people are, of how many cells they are told, and where they differ most."""
    rows = findings.compared
    if not rows:
        return []
    cells = vn_count(len(findings.by_people))
    what = (
        "Kế hoạch ghi số người của từng nhóm ở đơn vị: điểm hiệu chỉnh theo cơ cấu tính mỗi nhóm theo số người, không "
        f"theo trọng số. Điểm này có ở {cells} ô (đơn vị, tiêu chí) mà câu trả lời của mọi nhóm đều được nêu, chỉ để "
        "tham khảo; điểm chính thức không đổi."
    )
    said = [what]
    widest = max(abs(other - official) for _, official, other, _ in rows)
    if widest:
        names = [name for name, official, other, _ in rows if abs(other - official) == widest]
        said.append(
            f"Chênh lệch lớn nhất giữa tỷ lệ điểm đạt theo cơ cấu và chính thức: {_names(names, 'tiêu chí')} "
            f"({vn(widest * 100)} điểm phần trăm)."
        )
    return said


def years(findings: SurveyFindings) -> list[str]:
    """This year beside the one before it."""
    if len(findings.years) < 2:
        return []
    (before, old, _), (year, new, _) = findings.years[-2:]
    moved = new - old
    if not moved:
        return [f"Tỷ lệ điểm đạt trung bình năm {year} bằng năm {before} ({vn_percent(new)})."]
    how = "tăng" if moved > 0 else "giảm"
    start = f"So với năm {before} ({vn_percent(old)}), tỷ lệ điểm đạt trung bình năm {year} ({vn_percent(new)})"
    return [f"{start} {how} {vn(abs(moved) * 100)} điểm phần trăm."]


def _ends(rows: list[NamedShare], what: str, kind: str, alike: str) -> list[str]:
    top, low = extremes(rows)
    if top == low:
        return [f"{alike}: {vn_percent(top[0][1])}."]
    return [f"{what} cao nhất: {_at(top, kind)}; thấp nhất: {_at(low, kind)}."]


def _at(rows: list[NamedShare], kind: str) -> str:
    share: Fraction = rows[0][1]
    return f"{_names([name for name, _ in rows], kind)} ({vn_percent(share)})"


def _names(names: list[str], kind: str) -> str:
    """At most MOST names; what is left is counted as more of its `kind`."""
    rest = len(names) - MOST
    told = "; ".join(names[:MOST])
    return f"{told} và {vn_count(rest)} {kind} khác" if rest > 0 else told
