"""Areas of an annex that bear a mark of their own, and what the numbers under them say. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cchc_index.lib.text import fold
from criteria.tree import normalise, prefixes, successor


@dataclass(frozen=True, slots=True)
class Areas:
    """What stands under areas that bear a mark of their own. `codes` by the index of the row; `marks` of the first two
    areas; `runs_on`: the numbers go on from one area to the next; `doubt`: the first row that fits no numbering, and
    why."""

    codes: dict[int, str]
    marks: tuple[str, ...] = ()
    runs_on: bool = False
    doubt: tuple[int, str] | None = None


def under_areas(printed: Sequence[str]) -> Areas:
    """The codes of an annex whose areas are I, II, …, A, B, …, “Phần I” or “Lĩnh vực 1”: areas as 1, 2, 3; what begins
    with the area's own number or mark stays (1.1, I.1, A1); what is numbered 1, 1.1 anew under each, or on from the
    area before, gets the area's number before it. Without codes for any other numbering."""
    areas: list[_Area] = []
    styles: tuple[str, ...] = _STYLES
    for i, text in enumerate(printed):
        fitting = _fitting(text, len(areas) + 1, styles)
        if fitting:
            areas.append(_Area(i, text.rstrip(" .:)"), []))
            styles = fitting
        elif areas and (number := _number_under(text, areas[-1].sign)):
            areas[-1].rows.append((i, number))
        elif normalise(text):
            return Areas({})  # something is numbered before the first area
    return _placed(areas)


@dataclass(frozen=True, slots=True)
class _Area:
    """An area: its row, its mark as printed, and the rows under it with their numbers, "*.1" where they repeat the
    mark."""

    index: int
    mark: str
    rows: list[tuple[int, str]]

    @property
    def sign(self) -> str:
        return self.mark.split()[-1]


def _number_under(text: str, sign: str) -> str:
    """The number of a row under an area; the area's own sign before it (I.1, A1) becomes *."""
    if number := normalise(text):
        return number
    rest = text.strip().removeprefix(sign)
    number = normalise(rest.lstrip(" .-")) if rest != text.strip() else ""
    return f"*.{number}" if number else ""


def _placed(areas: Sequence[_Area]) -> Areas:
    """By the numbering that all areas share."""
    codes = {area.index: str(number) for number, area in enumerate(areas, start=1)}
    marks = tuple(area.mark for area in areas[:2])
    filled = [(number, area.rows) for number, area in enumerate(areas, start=1) if area.rows]
    if all(text.startswith((f"{number}.", "*.")) for number, rows in filled for _, text in rows):
        own = {i: text.replace("*", str(number)) for number, rows in filled for i, text in rows}
        return Areas(codes | own, marks)
    codes |= {i: f"{number}.{text.removeprefix('*.')}" for number, rows in filled for i, text in rows}
    if all(rows[0][1] == "1" for _, rows in filled):
        return Areas(codes, marks)
    doubt = _anew_doubt(filled) if len(filled) > 1 and filled[1][1][0][1] == "1" else _on_doubt(filled)
    return Areas(codes, marks, runs_on=doubt is None, doubt=doubt)


def _anew_doubt(filled: Sequence[tuple[int, list[tuple[int, str]]]]) -> tuple[int, str]:
    """The first area that does not begin with 1 although the second does."""
    return next(
        (rows[0][0], f"lĩnh vực thứ {number} bắt đầu từ {rows[0][1]}, trong khi lĩnh vực khác đánh số lại từ 1")
        for number, rows in filled
        if rows[0][1] != "1"
    )


def _on_doubt(filled: Sequence[tuple[int, list[tuple[int, str]]]]) -> tuple[int, str] | None:
    """The first row that does not follow the one before it, over all areas; None where each does."""
    before = ""
    for i, text in (row for _, rows in filled for row in rows):
        after = {"1"} if not before else {f"{before}.1", *(successor(code) for code in (before, *prefixes(before)))}
        if text not in after:
            return (
                i,
                f"{text.removeprefix('*.')} không nối tiếp {before}"
                if before
                else f"mục đầu tiên mang số {text}, không phải 1",
            )
        before = text
    return None


_AREA_WORDS = ("", "phan", "phan thu", "linh vuc", "linh vuc thu", "muc", "nhom", "chuong")
_STYLES = ("roman", "letters", "alphabet", "number")


def _fitting(text: str, number: int, styles: Collection[str]) -> tuple[str, ...]:
    """The ways of marking areas by which the text is the mark of this one; a bare 1 marks none."""
    words = text.rstrip(" .:)").split()
    before, sign = fold(" ".join(words[:-1])), words[-1].upper() if words else ""
    if before not in _AREA_WORDS:
        return ()
    return tuple(style for style in styles if _mark(style, number) == sign and (before or style != "number"))


def _mark(style: str, number: int) -> str:
    """The mark of the area of this number, "" beyond what the way of marking has."""
    if style == "roman":
        return _roman(number)
    if style == "number":
        return str(number)
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if style == "letters" else "ABCDĐEGHIKLMNOPQRSTUVXY"
    return signs[number - 1 : number]


def _roman(number: int) -> str:
    """The number, below 40, as annexes print it."""
    return "X" * (number // 10) + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[number % 10]
