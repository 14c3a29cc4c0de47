"""Which columns of a ballot file are questions.

A heading names a leaf by its code alone (`1.4.3`, as text or number), at its beginning
(`1.4.3 Tác động…`) or in brackets, as LimeSurvey and Google Forms export (`Q[1.4.3]`); or the file's mapping says
which it is. A question may also be a row of columns of which one is ticked.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from cchc_index.lib.faults import Fault
from cchc_index.lib.sheets.cells import cell_text
from cchc_index.lib.sheets.guarding import code_problem
from cchc_index.lib.sheets.headings import words_of
from cchc_index.lib.sheets.table import Table
from cchc_index.lib.text import fold
from surveys.places import Leaf, Places, tidy_code
from surveys.plan.scale import NOT_AN_ANSWER, Scale

from . import personal
from .mapping import BallotMapping, fault_of

_BARE = re.compile(r"\d{1,3}(?:\.+\d{1,3})*\.?")
_LEADING = re.compile(r"(\d{1,3}(?:\.+\d{1,3})+)\.?(?=[\s:)\]–-]|$)")
_CRITERION = re.compile(r"^tiêu chí( thành phần)?\s+", re.IGNORECASE)
_BRACKETS = re.compile(r"\[\s*(\d{1,3}(?:\.+\d{1,3})*)\.?(?=[\s\]:–-])")
_IN_BRACKETS = re.compile(r"\[([^\[\]]+)\]\s*$")
_OWN_NUMBER = re.compile(r"^(câu\s*)?[\d.]+[.):]?\s+", re.IGNORECASE)
_BETWEEN = (" / ", " >> ", " - ", "/")
"""What the tools put between a question and its part: two rows, Jotform, Qualtrics, KoboToolbox."""
_DATE = re.compile(r"\d{2}/\d{2}/\d{4}")
REASON = "Lý do không nhập"
"""The heading over the reasons in the sheet of rows given back: no column of anybody's."""


@dataclass(frozen=True, slots=True)
class AskedColumn:
    """The place of a question: one column, or for ticks the columns with the answer each stands for."""

    leaf: Leaf
    position: int
    ticks: tuple[tuple[int, int], ...] = ()
    """(position, byte of the answer)"""


@dataclass(slots=True)
class Questions:
    """The questions of a file, the headings left aside, those that look personal, the faults."""

    columns: list[AskedColumn] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    personal: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def code_in(heading: str) -> str | None:
    """The criterion code a heading carries, as printed; None when it carries none. Of a heading of two rows,
    the lower one may carry it."""
    upper, slash, lower = heading.rpartition(" / ")
    if slash:
        return code_in(upper) or code_in(lower)
    if _BARE.fullmatch(heading):
        return heading
    match = _LEADING.match(_CRITERION.sub("", heading)) or _BRACKETS.search(heading)
    return match.group(1) if match else None


def parts_of(heading: str) -> list[str]:
    """What of a heading may name a criterion: the whole, the text in brackets at its end, what stands last, each of its
    rows; without the form's own number."""
    bracket = _IN_BRACKETS.search(heading)
    texts = [heading, *([bracket[1]] if bracket else []), *heading.split(" / ")]
    texts += _tails(tuple(texts))
    return list(dict.fromkeys(_OWN_NUMBER.sub("", text) for text in texts))


def _tails(texts: Iterable[str]) -> list[str]:
    """What stands behind the last of each separator, of the texts that have it."""
    return [text.rpartition(mark)[2].strip() for text in texts for mark in _BETWEEN if mark in text]


def leaf_in(heading: str, places: Places) -> Leaf | None:
    """The criterion that a heading names: by its very name, else by its code at the beginning of a part. A form's own
    "4.1" before the name of another criterion is not criterion 4.1."""
    parts = parts_of(heading)
    named = next(filter(None, map(places.leaf_by_name, parts)), None)
    if named is not None:
        return named
    code = code_in(heading)
    leaf = places.leaf(code) if code else None
    if leaf is not None:
        return leaf
    codes = [match[1] for text in _tails(heading.split(" / ")) if (match := _LEADING.match(text))]
    asked = (places.leaf(code) for code in codes)
    return next((leaf for leaf in asked if leaf is not None and leaf.source == "survey"), None)


def find_questions(
    table: Table, places: Places, asked: list[int] | None, mapping: BallotMapping, scale: Scale
) -> Questions:
    """The questions of `table`. `asked`: criterion ids of the group's questionnaire, None when it has none
    yet; then the file's own headings are the questionnaire."""
    finder = _Finder(table, places, mapping, scale, asked)
    finder.take_ticks()
    finder.take_mapped()
    finder.take_by_codes()
    questions = finder.questions
    if not questions.columns and not questions.faults:
        message, repair = "không có cột câu hỏi nào", "đặt tiêu đề mỗi cột câu hỏi là mã tiêu chí, ví dụ 1.4.3"
        questions.faults.append(Fault(table.heading_row, "", message, repair))
    if asked is not None:
        _compare(questions, table, places, asked)
        questions.columns.sort(
            key=lambda column: asked.index(column.leaf.id) if column.leaf.id in asked else len(asked)
        )
    else:
        questions.columns.sort(key=lambda column: column.position)
    return questions


class _Finder:
    """Takes the headings nobody else asked for, one kind after the other, until each is a question or left aside."""

    def __init__(self, table: Table, places: Places, mapping: BallotMapping, scale: Scale, asked: list[int] | None):
        self.table, self.places, self.mapping, self.scale, self.asked = table, places, mapping, scale, asked
        self.questions = Questions()
        away = {fold(name) for name in (*mapping.ignore, REASON)}
        self.open = {at: text for at, text in sorted(table.extra.items()) if fold(text) not in away}
        self.questions.ignored += [self._name(at) for at in sorted(table.extra.keys() - self.open.keys())]

    def _name(self, at: int) -> str:
        return self.table.name_of(at)

    def _cell(self, at: int, row: int) -> object:
        part = self.table.parts[0]
        return part.page.cell(row, part.places[at])

    def _lower(self, at: int) -> str:
        """The lowest part of a heading of several rows; "" of one of one row."""
        rows = self.table.parts[0].headings
        return cell_text(self._cell(at, rows.last)) if rows.last > rows.first else ""

    def _upper(self, at: int) -> str:
        lower = self._lower(at)
        return self.open[at].removesuffix(lower).removesuffix(" / ") if lower else self.open[at]

    def _meant(self, heading: str, among: Iterable[int]) -> list[int]:
        """The columns that a heading of the mapping names: whole, else by their lower, else by their upper part, else
        by what else they are called."""
        word, among = fold(heading), list(among)
        for part in (self.open.__getitem__, self._lower, self._upper):
            hits = [at for at in among if fold(part(at)) == word]
            if hits:
                return hits
        return [at for at in among if word in words_of(self.open[at])]

    def _one(self, key: str, heading: str, among: Iterable[int]) -> int | None:
        hits = self._meant(heading, among)
        if len(hits) == 1:
            return hits[0]
        names = ", ".join(map(self._name, hits))
        message = f"“{heading[:60]}” là nhiều cột: {names}" if hits else f"tệp không có cột “{heading[:60]}”"
        repair = "đổi tên cột trong tệp" if hits else "ghi tiêu đề như trong tệp; cột đang ẩn thì bỏ ẩn"
        self._refuse(key, message, repair)
        return None

    def _refuse(self, key: str, message: str, repair: str) -> None:
        self.questions.faults.append(fault_of(key, message, repair))

    def _leaf(self, key: str, code: str) -> Leaf | None:
        """The survey leaf of a code that the mapping names."""
        leaf = self.places.leaf(code)
        if leaf is None or leaf.source != "survey":
            self._refuse(key, *_not_asked(code, leaf))
            return None
        return leaf

    def _add(self, column: AskedColumn) -> None:
        if any(column.leaf.id == other.leaf.id for other in self.questions.columns):
            message = f"tiêu chí {column.leaf.code} có hai cột"
            fault = Fault(self.table.heading_row, self._name(column.position), message, "giữ lại một cột")
            self.questions.faults.append(fault)
        else:
            self.questions.columns.append(column)

    # --- what the mapping says ---------------------------------------------------------------------

    def take_ticks(self) -> None:
        for code, columns in self.mapping.ticks.items():
            leaf = self._leaf("ticks", code)
            if leaf is not None:
                under = [at for at in self.open if self._stands_under(at, leaf)]
                self._take_ticked(leaf, columns, under)

    def _stands_under(self, at: int, leaf: Leaf) -> bool:
        code = code_in(self._upper(at))
        return code is not None and self.places.leaf(code) == leaf

    def _take_ticked(self, leaf: Leaf, columns: Mapping[str, str], under: list[int]) -> None:
        ticks = []
        for heading, value in columns.items():
            known = bool(self._meant(heading, under))
            at = self._one("ticks", heading, under if known else self.open)
            byte = Scale(self.scale.labels).read(value)
            if byte in (0, NOT_AN_ANSWER):
                self._refuse("ticks", f"“{value[:40]}” không thuộc thang trả lời", self.scale.repair())
            elif at is not None:
                ticks.append((at, byte))
        if ticks:
            self._add(AskedColumn(leaf, ticks[0][0], tuple(ticks)))
        for at, _ in ticks:
            self.open.pop(at, None)

    def take_mapped(self) -> None:
        for heading, code in self.mapping.questions.items():
            at, leaf = self._one("questions", heading, self.open), self._leaf("questions", code)
            if at is not None and leaf is not None:
                self._add(AskedColumn(leaf, at))
            if at is not None:
                del self.open[at]

    # --- what the headings say themselves ----------------------------------------------------------

    def take_by_codes(self) -> None:
        named: dict[int, list[tuple[int, Leaf]]] = {}
        for at, heading in self.open.items():
            leaf = self._named_leaf(at, heading)
            if leaf is not None:
                named.setdefault(leaf.id, []).append((at, leaf))
        for columns in named.values():
            ticks = self._ticks_of([at for at, _ in columns])
            if ticks:
                self._add(AskedColumn(columns[0][1], columns[0][0], ticks))
            else:
                for at, leaf in columns:
                    self._add(AskedColumn(leaf, at))

    def _ticks_of(self, columns: list[int]) -> tuple[tuple[int, int], ...]:
        """Several columns under one code, each headed by an answer of its own: ticks."""
        values = [self.scale.read(self._lower(at)) for at in columns]
        distinct = len(set(values)) == len(values) > 1
        return tuple(zip(columns, values, strict=True)) if distinct and min(values) > 0 else ()

    def _named_leaf(self, at: int, heading: str) -> Leaf | None:
        """The survey leaf that a heading names by its code; what names none is left aside or a fault."""
        row, column = self.table.heading_row, self._name(at)
        rows = self.table.parts[0].headings
        problem = next(
            filter(None, (code_problem(self._cell(at, row)) for row in range(rows.first, rows.last + 1))), None
        )
        if problem is None and _DATE.fullmatch(heading):
            repair = "định dạng ô tiêu đề là Văn bản (Text) rồi gõ lại mã tiêu chí"
            problem = "mã tiêu chí đã bị Excel đổi thành ngày", repair
        code, leaf = code_in(heading), leaf_in(heading, self.places)
        if problem is not None:
            self.questions.faults.append(Fault(row, column, *problem))
        elif leaf is not None and self._is_beside(leaf, code):
            self._leave(column, heading)  # a remark under the name of a question, say
        elif leaf is None and (code is None or ("." not in code and not _BARE.fullmatch(heading))):
            self._leave(column, heading)  # LimeSurvey numbers its own sub-questions: other[1]
        elif leaf is None or leaf.source != "survey":
            self.questions.faults.append(Fault(row, column, *_not_asked(code or "", leaf)))
        else:
            return leaf
        return None

    def _is_beside(self, leaf: Leaf, code: str | None) -> bool:
        """Whether a heading that has no more than a criterion's name need not be its question."""
        if code is not None and self.places.leaf(code) == leaf:
            return False
        taken = {column.leaf.id for column in self.questions.columns}
        return leaf.id in taken or (self.asked is not None and leaf.id not in self.asked)

    def _leave(self, column: str, heading: str) -> None:
        self.questions.ignored.append(column)
        if personal.is_heading(heading):
            self.questions.personal.append(column)


def _not_asked(code: str, leaf: Leaf | None) -> tuple[str, str]:
    if leaf is None:
        return (
            f"“{tidy_code(code)}” không phải tiêu chí thành phần của bộ tiêu chí",
            "sửa mã trong tiêu đề, hoặc bỏ cột này",
        )
    if leaf.source == "self":
        return f"tiêu chí {leaf.code} do đơn vị tự đánh giá, không hỏi qua phiếu", "bỏ cột này"
    return (
        f"tiêu chí {leaf.code} lấy từ số liệu {leaf.source.upper()}, không hỏi qua phiếu",
        "bỏ cột này và nhập số liệu đó bằng mục số liệu SIPAS, PAPI (import_figures)",
    )


def _compare(questions: Questions, table: Table, places: Places, asked: list[int]) -> None:
    """The file against the questionnaire: every question once, no other question."""
    codes = {leaf.id: leaf.code for leaf in places.leaves}
    present = {column.leaf.id for column in questions.columns}
    missing = ", ".join(str(codes.get(criterion, criterion)) for criterion in asked if criterion not in present)
    if missing:
        message = f"thiếu cột câu hỏi {missing} của mẫu phiếu"
        repair = "thêm cột với tiêu đề là mã đó; để trống nếu không ai trả lời; cột đang ẩn thì bỏ ẩn"
        questions.faults.append(Fault(table.heading_row, "", message, repair))
    for column in questions.columns:
        if column.leaf.id not in asked:
            name = f"{get_column_letter(column.position + 1)} ({column.leaf.code})"
            message = f"câu hỏi {column.leaf.code} không có trong mẫu phiếu của nhóm này"
            fault = Fault(table.heading_row, name, message, "bỏ cột này, hoặc sửa mẫu phiếu trước khi nhập")
            questions.faults.append(fault)
