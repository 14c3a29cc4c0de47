"""A large workbook is read through a smaller one; what comes out is what its readers would have said of it whole."""

import io
import re
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from cchc_index.lib.faults import ImportRefused
from cchc_index.lib.sheets import cutting, folding, xlsx

from .said_pages import said_of

NAMES = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
STYLES = (
    f'<styleSheet {NAMES}><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>'
    "<fonts><font/></fonts><fills><fill/></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>"
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="164"/></cellXfs></styleSheet>'
)
STRINGS = f"<sst {NAMES}><si><t>Sở Nội vụ</t></si><si><r><t>Hà </t></r><r><t>Nội</t></r></si></sst>"


def book(*sheets: str) -> bytes:
    """A workbook of sheets given as XML."""
    parts = {f"xl/worksheets/sheet{n}.xml": text for n, text in enumerate(sheets, start=1)}
    entries = [f'<sheet name="Trang {n}" sheetId="{n}" r:id="rId{n}"/>' for n in range(1, len(sheets) + 1)]
    targets = [("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
    parts |= {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": links(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook {NAMES} xmlns:r="{KIND}"><sheets>{"".join(entries)}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": links(*targets, ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")),
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": STRINGS,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def links(*targets: tuple[str, str]) -> str:
    relations = [
        f'<Relationship Id="rId{n}" Type="{KIND}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    ]
    return f"<Relationships {PACKAGE}>{''.join(relations)}</Relationships>"


def sheet(*rows: str, head: str = "", tail: str = "") -> str:
    return f"<worksheet {NAMES}>{head}<sheetData>{''.join(rows)}</sheetData>{tail}</worksheet>"


USUAL = {
    "numbers and shared strings": [
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>',
        '<row r="2" spans="1:2"><c r="A2"><v>5</v></c><c r="B2" s="0"><v>5</v></c></row>',
    ],
    "percentages, days, errors, True and 1": [
        '<row r="1"><c r="A1" s="1"><v>0.85</v></c><c r="B1" s="2"><v>45000</v></c></row>',
        '<row r="3"><c r="A3" t="e"><v>#N/A</v></c></row>',
        '<row r="4"><c r="A4" t="b"><v>1</v></c><c r="B4"><v>1</v></c><c r="C4" t="str"><f>A1</f><v>x</v></c></row>',
    ],
    "formulas computed and not": [
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>1+1</f></c></row>',
        '<row r="2"><c r="C2"><f t="shared" si="0"/><v>3</v></c></row>',
    ],
    "texts of their own, with signs and breaks": [
        '<row r="1"><c r="A1" t="inlineStr"><is><t xml:space="preserve"> a &lt; b "5" </t></is></c></row>',
        '<row r="2"><c r="A2" t="inlineStr"><is><t>_x0041_ một\nhai, dài hơn ba mươi hai byte</t></is></c></row>',
    ],
    "gaps, blank cells and rows": [
        '<row r="2"><c r="B2"><v>1</v></c><c r="D2" s="1"/></row>',
        '<row r="3"/>',
        '<row r="5"><c r="A5" s="2"/><c r="AB5"><v>2</v></c></row>',
        '<row r="9"><c r="A9"/></row>',
    ],
    "rows without cells": ['<row r="1" s="1" customFormat="1"/>', '<row r="2" s="1" customFormat="1"></row>'],
    "rows hidden by hand and by no height": [
        '<row r="1"><c r="A1"><v>1</v></c></row>',
        '<row r="2" hidden="1"><c r="A2"><v>2</v></c></row>',
        '<row r="3" ht="0" customHeight="1"><c r="A3"><v>3</v></c></row>',
        '<row r="4" hidden="false"><c r="A4"><v>3</v></c></row>',
    ],
    "spaces between the tags": ['\n <row r="1">\n  <c r="A1"><v>1</v></c>\n  <c r="B1"><v>2</v></c>\n </row>\n'],
    "rows in another order": ['<row r="3"><c r="A3"><v>3</v></c></row>', '<row r="1"><c r="A1"><v>1</v></c></row>'],
}
ODD = {
    "comments": ['<row r="1"><c r="A1"><v>1</v></c><!-- <c r="B1"><v>2</v></c> --></row>'],
    "other order of attributes": ['<row r="1"><c s="0" r="A1"><v>1</v></c></row>'],
    "single quotes": ["<row r='1'><c r='A1'><v>1</v></c></row>"],
    "marked-up text": ['<row r="1"><c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c></row>'],
    "character data": ['<row r="1"><c r="A1" t="str"><v><![CDATA[<c r="B1">]]></v></c></row>'],
}


@pytest.fixture(autouse=True)
def _all_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "LARGE", 0)


@pytest.mark.parametrize("rows", [*USUAL.values(), *ODD.values()], ids=[*USUAL, *ODD])
def test_folded_or_whole_a_sheet_says_the_same(rows: list[str]) -> None:
    """Beside it stands another sheet, which is never mistaken for it."""
    head = '<cols><col min="2" max="2" hidden="1"/></cols>'
    tail = '<mergeCells count="1"><mergeCell ref="A1:A2"/></mergeCells>'
    data = book(sheet(*rows, head=head, tail=tail), sheet('<row r="1"><c r="A1"><v>7</v></c></row>'))
    assert said_of(folding.read(data)) == said_of(xlsx.read(data))


def is_folded(rows: list[str]) -> bool:
    with zipfile.ZipFile(io.BytesIO(book(sheet(*rows)))) as archive:
        try:
            folding.fold(archive, "xl/worksheets/sheet1.xml")
        except cutting.NotCells:
            return False
    return True


@pytest.mark.parametrize("rows", USUAL.values(), ids=USUAL)
def test_what_programs_write_is_folded(rows: list[str]) -> None:
    assert is_folded(rows)


@pytest.mark.parametrize("rows", ODD.values(), ids=ODD)
def test_what_they_do_not_write_is_left_to_the_parser(rows: list[str]) -> None:
    assert not is_folded(rows)


def test_a_cell_that_stands_a_thousand_times_is_parsed_once() -> None:
    rows = [f'<row r="{n}"><c r="A{n}"><v>5</v></c><c r="B{n}"><v>5</v></c></row>' for n in range(1, 1_001)]
    data = book(sheet(*rows))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        folded, smaller = folding.fold(archive, "xl/worksheets/sheet1.xml")
    assert (folded.height, folded.width, folded.count) == (1_000, 2, 2_000)
    assert smaller.count(b"<c ") == 1


@pytest.mark.parametrize("place", ["A250001", "ZZZ1", "XFD200000"])
def test_a_far_cell_is_refused_before_room_is_made_for_it(place: str) -> None:
    row = re.sub("[A-Z]", "", place)
    data = book(sheet(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c r="{place}"><v>1</v></c></row>'))
    with pytest.raises(ImportRefused, match="ở quá xa"):
        folding.read(data)


CELLS = st.lists(
    st.tuples(
        st.integers(0, 9_999_998),
        st.integers(0, 18_000),
        st.sampled_from([b"/>", b"><v>5</v></c>", b' s="1"><v>123456789012345678901234567890</v></c>'])
        | st.integers(0, 10**6).map(lambda n: b"><v>%d</v></c>" % n),
    ),
    min_size=1,
    max_size=40,
)


@given(CELLS)
def test_cells_are_cut_where_they_stand(cells: list[tuple[int, int, bytes]]) -> None:
    texts: dict[bytes, int] = {}
    for _, _, text in cells:
        texts.setdefault(text, len(texts))
    stretch = b"".join(b'<c r="%s%d"%s' % (get_column_letter(c + 1).encode(), r + 1, text) for r, c, text in cells)
    rows, columns, numbers = cutting.cut(stretch, texts)
    assert rows.tolist() == [r for r, _, _ in cells]
    assert columns.tolist() == [c for _, c, _ in cells]
    assert numbers.tolist() == [texts[text] for _, _, text in cells]


@pytest.mark.parametrize(
    "stretch",
    [b'x<c r="A1"/>', b'<c r="1"/>', b'<c r="A"/>', b'<c r="AAAA1"/>', b'<c r="A12345678"/>', b"<c s='1'/>"],
)
def test_other_spellings_are_no_cells(stretch: bytes) -> None:
    with pytest.raises(cutting.NotCells):
        cutting.cut(stretch, dict.fromkeys([b"/>"], 1))


def test_texts_of_one_sum_are_never_taken_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "_SPREAD", np.zeros(4, dtype=np.uint64))
    with pytest.raises(cutting.NotCells):
        cutting.cut(
            b'<c r="A1"><v>1</v></c><c r="B1"><v>2</v></c>', dict.fromkeys([b"><v>1</v></c>", b"><v>2</v></c>"], 1)
        )
