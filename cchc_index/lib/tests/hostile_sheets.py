"""Hostile spreadsheets made from an honest one: malformed, bombs, far cells, evil values, other files in disguise.

`frames(base)` and `contents(base)` give more than 208 files, each by name; the same base gives the same files.
"""

import io
import random
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

Parts = dict[str, bytes]
SHEET, STRINGS, BOOK, LINKS = (
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
)
STYLES, TYPES, THEME = "xl/styles.xml", "[Content_Types].xml", "xl/theme/theme1.xml"
XML = (SHEET, STRINGS, BOOK, LINKS, STYLES, TYPES)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MEGA = 1024 * 1024


class Hostile(NamedTuple):
    """One file: what it tries, and its bytes under a file name."""

    what: str
    name: str
    content: bytes


def contents(base: bytes) -> Iterator[Hostile]:
    """The honest workbook `base` with hostile cells."""
    yield from _workbooks(base, _cells, _values)


def _workbooks(base: bytes, *groups: "Callable[[bytes, Parts], Group]") -> Iterator[Hostile]:
    parts = parts_of(base)
    for group in groups:
        for what, content in group(base, parts):
            yield Hostile(what, "bang.xlsx", content)


def frames(base: bytes) -> Iterator[Hostile]:
    """What is round the cells of the honest workbook `base` turned hostile, and files of other formats."""
    yield from _workbooks(base, _cut, _flipped, _archives, _bombs, _entities, _deep, _far, _books, _encodings)
    for what, content in _csv():
        yield Hostile(what, "bang.csv", content)
    for what, content in _ods():
        yield Hostile(f"ods: {what}", "bang.ods", content)
    for what, content in _xls():
        yield Hostile(f"xls: {what}", "bang.xls", content)
    for what, content in _disguised(base):
        for ending in ("xlsx", "csv"):
            yield Hostile(f"{what} as {ending}", f"bang.{ending}", content)


def parts_of(base: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(base)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes], level: int = 1) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


Group = Iterator[tuple[str, bytes]]


def _cut(base: bytes, parts: Parts) -> Group:
    """Downloads that stopped, at the archive and inside its parts."""
    for sixteenth in range(1, 16):
        yield f"cut at {sixteenth}/16", base[: len(base) * sixteenth // 16]
    for part in XML:
        if part in parts:
            yield f"{part} cut", packed(parts | {part: parts[part][: len(parts[part]) // 2]})
            yield f"{part} empty", packed(parts | {part: b""})
            yield f"{part} gone", packed({name: content for name, content in parts.items() if name != part})
            yield f"{part} noise", packed(parts | {part: random.Random(part).randbytes(4_000)})


def _flipped(base: bytes, parts: Parts) -> Group:
    """Bytes turned over by a bad disk, all over the archive and in its directory at the end."""
    chance = random.Random(208)
    for number in range(24):
        content = bytearray(base)
        low = 0 if number % 2 else max(0, len(base) - 600)
        for _ in range(1 + number % 8):
            content[chance.randrange(low, len(base))] ^= chance.randrange(1, 256)
        yield f"flipped {number}", bytes(content)


def _archives(base: bytes, parts: Parts) -> Group:
    """Directories that lie."""
    yield "no members", b"PK\x05\x06" + bytes(18)
    yield "encrypted", base.replace(b"PK\x01\x02\x14\x00\x14\x00\x00\x00", b"PK\x01\x02\x14\x00\x14\x00\x01\x00")
    yield "unknown compression", _headers(base, 10, struct.pack("<H", 99))
    yield "wrong checksum", _headers(base, 16, bytes(4))
    yield "unpacked size of 4 GB", _headers(base, 24, b"\xfe\xff\xff\xff")
    yield "packed size of 4 GB", _headers(base, 20, b"\xfe\xff\xff\xff")
    yield "unpacked size of nothing", _headers(base, 24, bytes(4))
    yield "members at the end of the world", _headers(base, 42, b"\xf0\xff\xff\xff")
    yield "twice the same member", _appended(base, SHEET, b"<worksheet/>")
    yield "twice the directory", base + base
    yield "junk before", b"x" * 100_000 + base
    yield "junk after", base + b"x" * 70_000
    for path in ("../../etc/passwd", "/etc/passwd", "..\\..\\evil.txt", "xl/worksheets/../../../a", "a\x00b", "ổ/đĩa"):
        yield f"member {path!r}", _appended(base, path, b"x")
    for count in (2_500, 12_000):
        yield f"{count} members", packed(parts | {f"xl/media/{n}": b"" for n in range(count)})
    yield "workbook in a workbook", _appended(base, "xl/worksheets/inner.xlsx", base)
    yield "binary workbook", _appended(base, "xl/workbook.bin", b"\x83\x01")
    yield "macros", _appended(base, "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + bytes(4_000))


def _headers(base: bytes, at: int, value: bytes) -> bytes:
    """The central directory with one field of every entry overwritten."""
    content, place = bytearray(base), base.find(b"PK\x01\x02")
    while place >= 0:
        content[place + at : place + at + len(value)] = value
        place = base.find(b"PK\x01\x02", place + 4)
    return bytes(content)


def _appended(base: bytes, name: str, content: bytes) -> bytes:
    import warnings

    out = io.BytesIO(base)
    with warnings.catch_warnings(), zipfile.ZipFile(out, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(name, content)
    return out.getvalue()


def _bombs(base: bytes, parts: Parts) -> Group:
    """Small files that unpack into large ones, in every part a reader may open."""
    for part in (SHEET, STRINGS, BOOK, STYLES, LINKS, TYPES, THEME, "docProps/app.xml", "xl/drawings/drawing1.xml"):
        yield f"{part} of 16 MB of spaces", packed(parts | {part: b" " * (16 * MEGA)})
    yield "64 MB in four parts", packed(parts | {f"xl/media/{n}.png": bytes(16 * MEGA) for n in range(4)})
    rows = b"".join(b'<row r="%d"/>' % n for n in range(1, 200_000))
    yield "200,000 empty rows", packed(parts | {SHEET: sheet(rows)})
    yield "cells without a place", packed(parts | {SHEET: sheet(b"<row>" + b"<c/>" * 3_200_000 + b"</row>")})
    yield (
        "one long word",
        packed(parts | {SHEET: sheet(row(b'<c r="A1" t="inlineStr"><is><t>%b</t></is></c>' % (b"a" * (8 * MEGA))))}),
    )
    yield "one long element", packed(parts | {SHEET: sheet(row(b'<c r="A1" x="%b"/>' % (b"a" * (8 * MEGA))))})
    strings = b"<si><t>x</t></si>" * 1_000_000
    yield "a million words", packed(parts | {STRINGS: b'<sst xmlns="%b">%b</sst>' % (MAIN.encode(), strings)})
    yield (
        "rich text",
        packed(parts | {STRINGS: b'<sst xmlns="%b"><si>%b</si></sst>' % (MAIN.encode(), b"<r><t>x</t></r>" * 500_000)}),
    )
    formats = b'<numFmt numFmtId="200" formatCode="%b"/>' % (b"[h]" * 500_000)
    yield (
        "a format of words",
        packed(
            parts | {STYLES: b'<styleSheet xmlns="%b"><numFmts>%b</numFmts></styleSheet>' % (MAIN.encode(), formats)}
        ),
    )
    noise = random.Random(5).randbytes(MEGA)
    yield "noise beside", packed(parts | {"xl/media/a.bin": noise})
    yield "noise that hides a bomb", packed(parts | {"xl/media/a.bin": noise, STRINGS: b" " * (100 * MEGA)})


def sheet(rows: bytes, extra: bytes = b"") -> bytes:
    return b'<worksheet xmlns="%b"><sheetData>%b</sheetData>%b</worksheet>' % (MAIN.encode(), rows, extra)


def row(cells: bytes, number: int = 1) -> bytes:
    return b'<row r="%d">%b</row>' % (number, cells)


def _entities(base: bytes, parts: Parts) -> Group:
    levels = b'<!ENTITY l0 "ha">' + b"".join(b'<!ENTITY l%d "%b">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    kinds = {
        "billion laughs": (levels, b"&l9;"),
        "quadratic": (b'<!ENTITY a "%b">' % (b"a" * 100_000), b"&a;" * 10_000),
        "a file of ours": (b'<!ENTITY a SYSTEM "file:///etc/passwd">', b"&a;"),
        "a page elsewhere": (b'<!ENTITY a SYSTEM "http://127.0.0.1:9/">', b"&a;"),
    }
    for part in (SHEET, STRINGS, BOOK, LINKS):
        for name, (declared, used) in kinds.items():
            body = b'<?xml version="1.0"?><!DOCTYPE x [%b]>' % declared
            shown = row(b'<c r="A1" t="inlineStr"><is><t>%b</t></is></c>' % used)
            content = sheet(shown) if part == SHEET else b"<x>%b</x>" % used
            yield f"{name} in {part}", packed(parts | {part: body + content})


def _deep(base: bytes, parts: Parts) -> Group:
    for part in (SHEET, STRINGS, BOOK, LINKS, STYLES):
        yield f"{part} of 500,000 levels", packed(parts | {part: b"<a>" * 500_000 + b"</a>" * 500_000})
    attributes = b" ".join(b'a%d="1"' % n for n in range(200_000))
    yield "an element of 200,000 attributes", packed(parts | {SHEET: sheet(b"<row %b/>" % attributes)})
    yield "comments", packed(parts | {SHEET: sheet(b"<!--a-->" * 500_000)})
    yield "unclosed comment", packed(parts | {SHEET: sheet(b"<!--" + b"a" * MEGA)})
    yield "unclosed section", packed(parts | {SHEET: sheet(b"<![CDATA[" + b"a" * MEGA)})


def _far(base: bytes, parts: Parts) -> Group:
    """One cell at the other end of the sheet makes a careless reader allocate gigabytes."""
    value = b"<v>1</v></c>"
    ways = {
        "far corner": row(b'<c r="XFD1048576">' + value, 1_048_576),
        "far column": row(b'<c r="XFD1">' + value),
        "far row": row(b'<c r="A1048576">' + value, 1_048_576),
        "beyond the sheet": row(b'<c r="ZZZZZZ99999999999999">' + value),
        "small letters": row(b'<c r="xfd1048576">' + value),
        "other quotes": b"<row r='1048576'><c r='XFD1048576'>" + value + b"</row>",
        "spaces": b'<row  r = "1048576" ><c  r = "XFD1048576" >' + value + b"</row>",
        "leading zeros": row(b'<c r="A0000001048576">' + value),
        "row alone": b'<row r="1048576"><c>' + value + b"</row>",
        "cell alone": b'<row><c r="XFD1048576">' + value + b"</row>",
        "backwards": row(b'<c r="C9"/><c r="A1"/>', 9) + row(b'<c r="A1">' + value),
        "row nought": row(b'<c r="A0">' + value, 0),
        "negative row": b'<row r="-5"><c r="A-5">' + value + b"</row>",
        "no letters": row(b'<c r="17">' + value),
        "no digits": row(b'<c r="ABC">' + value),
        "just inside, sparse": row(b'<c r="A1">' + value) + row(b'<c r="OJ29999">' + value, 29_999),
        "long and sparse": row(b'<c r="A1">' + value) + row(b'<c r="AV249999">' + value, 249_999),
        "entity": row(b'<c r="XFD&#49;048576">' + value),
        "number by entity": b'<row r="&#49;048576"><c r="A&#49;048576">' + value + b"</row>",
        "wide and sparse": b"".join(row(b'<c r="OJ%d">%b' % (n, value), n) for n in range(1, 25_000)),
    }
    for name, rows in ways.items():
        yield name, packed(parts | {SHEET: sheet(rows)})
    corner = sheet(ways["far corner"])
    yield "far corner under another name", packed(parts | {"xl/worksheets/khac.xml": corner})
    yield "far corner with a prefix", packed(parts | {SHEET: _prefixed(corner)})
    yield "far corner in UTF-16", packed(parts | {SHEET: corner.decode().encode("utf-16")})
    dimension = b'<dimension ref="A1:XFD1048576"/><sheetData>'
    yield "a dimension that lies", packed(parts | {SHEET: parts[SHEET].replace(b"<sheetData>", dimension, 1)})
    for number, extra in enumerate(
        (
            b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
            b"<mergeCells>" + b'<mergeCell ref="A1:B2"/>' * 200_000 + b"</mergeCells>",
            b'<tableParts><tablePart r="rId99"/></tableParts>',
        )
    ):
        yield (
            f"extra {number}",
            packed(parts | {SHEET: parts[SHEET].replace(b"</sheetData>", b"</sheetData>" + extra, 1)}),
        )


def _prefixed(content: bytes) -> bytes:
    named = content.replace(b"<", b"<x:").replace(b"<x:/", b"</x:")
    return named.replace(b"xmlns=", b"xmlns:x=", 1)


def _cells(base: bytes, parts: Parts) -> Group:
    """Cells no program writes, in the place of the honest values."""
    ways = (
        b't="s"><v>99999999999</v>',
        b't="s"><v>-1</v>',
        b't="s"><v>a</v>',
        b't="b"><v>2</v>',
        b't="e"><v>#REF!</v>',
        b't="e"><v>gibberish</v>',
        b't="d"><v>9999-99-99T99:99:99</v>',
        b't="z"><v>1</v>',
        b't="n"><v>NaN</v>',
        b't="n"><v>1e999</v>',
        b't="n"><v>' + b"9" * 100_000 + b"</v>",
        b's="999999"><v>1</v>',
        b's="-1"><v>1</v>',
        b"><f>1/0</f>",
        b'><f t="shared" ref="A1:XFD1048576" si="0">A1+1</f><v>1</v>',
        b'><f t="array" ref="A1:XFD1048576">A1:A9</f><v>1</v>',
        b"><f>" + b"(" * 100_000 + b"</f><v>1</v>",
        b'><f>WEBSERVICE("http://127.0.0.1")</f>',
        b't="inlineStr"><is><t>\x00\x01\x02</t></is>',
        b't="inlineStr"><is><t>\xff\xfe</t></is>',
    )
    for number, way in enumerate(ways):
        rows = b"".join(row(b'<c r="A%d" %b</c>' % (n, way), n) for n in range(1, 8))
        yield f"cell {number} {way[:30]!r}", packed(parts | {SHEET: _with_rows(parts, rows)})


def _with_rows(parts: Parts, rows: bytes) -> bytes:
    """The sheet with rows before its own, so that headings are still found further down or not at all."""
    own = parts[SHEET]
    return own.replace(b"<sheetData>", b"<sheetData>" + rows, 1)


EVIL = (
    "9" * 4_000, "1e999999999", "-1e999", "NaN", "Infinity", "１２", "٣", "1\u00a0000", "--1", "0x10", "1_000",
    "=cmd|' /C calc'!A0", "+1+1", "-1", "@SUM(A1)", "\t=1", "<script>alert(1)</script>", "' OR 1=1 --",
    "a" * 32_767, "\u202egnp.exe", "\u200b\u200b", "\ufeffMã", "e\u0301" * 5_000, "\U0001f600" * 5_000,
    "../../etc/passwd", "{{ 7*7 }}", "%s%n", "\\", "\r\n" * 5_000, "1.234", "31/02/2024",
)  # fmt: skip


def _values(base: bytes, parts: Parts) -> Group:
    """Values no honest person types, in every cell of the rows under the headings."""
    from openpyxl import load_workbook

    for number, evil in enumerate(EVIL):
        book = load_workbook(io.BytesIO(base))
        page = book.worksheets[0]
        heading = max(range(1, min(page.max_row, 12) + 1), key=lambda r: sum(bool(c.value) for c in page[r]))
        for cells in page.iter_rows(heading + 1, min(page.max_row, heading + 6)):
            for cell in cells:
                if type(cell).__name__ == "Cell":
                    cell.value, cell.data_type = evil, "s"
        out = io.BytesIO()
        book.save(out)
        yield f"value {number} {evil[:12]!r}", out.getvalue()


def _books(base: bytes, parts: Parts) -> Group:
    """Workbooks whose list of sheets leads astray."""
    book, links = parts[BOOK], parts[LINKS]
    swaps: dict[str, Callable[[], Parts]] = {
        "no sheets": lambda: {BOOK: b'<workbook xmlns="%b"><sheets/></workbook>' % MAIN.encode()},
        "all hidden": lambda: {BOOK: book.replace(b'state="visible"', b'state="veryHidden"')},
        "a name of 100,000 letters": lambda: {BOOK: book.replace(b'name="', b'name="' + b"a" * 100_000, 1)},
        "sheets to nowhere": lambda: {LINKS: links.replace(b"worksheets/", b"worksheets/khong-co-")},
        "sheets to themselves": lambda: {LINKS: links.replace(b"worksheets/sheet1.xml", b"workbook.xml")},
        "sheets outside": lambda: {LINKS: links.replace(b"/xl/worksheets/sheet1.xml", b"../../../etc/passwd")},
        "sheets on the web": lambda: {LINKS: links.replace(b"/xl/worksheets/sheet1.xml", b"http://127.0.0.1:9/a")},
        "50,000 sheets": lambda: {
            BOOK: book.replace(b"<sheets>", b"<sheets>" + b'<sheet name="a" sheetId="9" r:id="rId1"/>' * 50_000, 1)
        },
        "names without end": lambda: {
            BOOK: book.replace(
                b"</sheets>",
                b"</sheets><definedNames>" + b'<definedName name="a">A1</definedName>' * 100_000 + b"</definedNames>",
                1,
            )
        },
    }
    for name, swap in swaps.items():
        yield name, packed(parts | swap())


def _encodings(base: bytes, parts: Parts) -> Group:
    honest = parts[SHEET].decode()
    for encoding in ("utf-16", "utf-32", "utf-8-sig", "utf-7"):
        yield f"sheet in {encoding}", packed(parts | {SHEET: honest.encode(encoding)})
    for declared in (b"windows-1258", b"khong-co", b"a" * 10_000):
        head = b'<?xml version="1.0" encoding="%b"?>' % declared
        yield f"sheet says {declared[:12].decode()}", packed(parts | {SHEET: head + parts[SHEET].partition(b"?>")[2]})


def _csv() -> Group:
    """Text files: without a frame to guard, so by size, rows, columns, quotes and signs."""
    yield "nothing", b""
    yield "blank text", b" \n\t " * 1_000
    yield "one line of 20 MB", b"a" * (20 * MEGA)
    yield "only delimiters", b";" * (4 * MEGA)
    yield "delimiters in lines", (b";" * 399 + b"\n") * 10_000
    yield "only line ends", b"\n" * (8 * MEGA)
    yield "300,000 rows", b"a;b\n" * 300_000
    yield "600 columns", b";".join([b"a"] * 600) + b"\n"
    yield "unclosed quote", b'Ma;Ten\n"' + b"a;b\n" * 500_000
    yield "quotes alone", b'"' * (4 * MEGA)
    yield "quoted quotes", b'"""' * MEGA
    yield "nul bytes", b"Ma;Ten\n\x00;\x00\n" * 1_000
    yield "noise", random.Random(7).randbytes(2 * MEGA)
    yield "latin", "Mã;Tên đơn vị\n1;Sở\n".encode("utf-16")[:-1]
    yield "old encoding", b"M\xe3;T\xean\n"
    yield "utf-16 without mark", "Mã;Tên\n".encode("utf-16-le") * 50
    yield "half a character", "Mã;Tên\n1;Sở".encode()[:-1]
    yield "commas and dots", b"1.234,5;6,7.8\n" * 1_000
    yield "carriage returns", b"Ma;Ten\r1;a\r\r\r" * 1_000


def _disguised(base: bytes) -> Group:
    """Other files under a spreadsheet's name."""
    yield "pdf", b"%PDF-1.7\n" + bytes(3_000)
    yield "picture", b"\x89PNG\r\n\x1a\n" + bytes(3_000)
    yield "program", b"MZ\x90\x00" + bytes(3_000)
    yield "page", b"<!doctype html><table><tr><td>M\xc3\xa3</td></tr></table>" * 200
    yield "old excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(8_000)
    yield "gzip", b"\x1f\x8b\x08\x00" + bytes(3_000)
    yield "json", b'{"a": [' + b"[" * 100_000
    document = {"word/document.xml": b"<w/>", TYPES: b"<Types/>"}
    yield "document", packed(document)
    yield (
        "open document",
        packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}),
    )


def _ods() -> Group:
    """What LibreOffice writes, with its counts and its nesting turned against the reader."""
    cell = b'<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    again = b'<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="%d"/>'
    tables = {
        "honest": b"<table:table-row>" + cell + b"</table:table-row>",
        "a cell a thousand million times": b"<table:table-row>" + again % 10**9 + b"</table:table-row>",
        "a row a thousand million times": b'<table:table-row table:number-rows-repeated="1000000000">'
        + cell
        + b"</table:table-row>",
        "wide rows many times": b'<table:table-row table:number-rows-repeated="240000">'
        + again % 400
        + b"</table:table-row>",
        "a number of 10,000 digits": b'<table:table-row><table:table-cell office:value-type="float" office:value="%b"/>'
        b"</table:table-row>" % (b"9" * 10_000),
        "words that are no number": b'<table:table-row><table:table-cell office:value-type="float" office:value="x"/>'
        b"</table:table-row>",
        "500,000 levels": b"<table:table-row>" * 500_000,
        "an area larger than the sheet": b'<table:table-row><table:table-cell table:number-rows-spanned="999999999"/>'
        b"</table:table-row>",
        "spaces a thousand million times": b"<table:table-row><table:table-cell><text:p>"
        b'<text:s text:c="1000000000"/></text:p></table:table-cell></table:table-row>',
        "20 MB of rows": b"<table:table-row/>" * 1_000_000,
    }
    for what, rows in tables.items():
        yield what, _ods_of(_DOCUMENT % (b"", rows))
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    yield "entities", _ods_of(_DOCUMENT % (laughs, b"<table:table-row>&b;</table:table-row>"))
    yield "no content", _ods_of(b"")
    yield "cut", _ods_of(_DOCUMENT % (b"", tables["honest"]))[:-120]
    yield "locked", _ods_of(_DOCUMENT % (b"", tables["honest"]), b"<manifest><encryption-data/></manifest>")


_DOCUMENT = (
    b'<?xml version="1.0"?>%b<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    b'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    b'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    b'<table:table table:name="A">%b</table:table></office:spreadsheet></office:body></office:document-content>'
)


def _ods_of(content: bytes, manifest: bytes = b"<manifest/>") -> bytes:
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return packed({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


def _xls() -> Group:
    """An honest workbook of Excel 97, cut and with bytes turned over: its reader trusts every offset."""
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("A")
    for number in range(200):
        sheet.write(number, number % 20, f"chữ {number}" if number % 2 else number)
    out = io.BytesIO()
    book.save(out)
    base = out.getvalue()
    for quarter in (1, 2, 3):
        yield f"cut at {quarter}/4", base[: len(base) * quarter // 4]
    chance = random.Random(97)
    for number in range(8):
        content = bytearray(base)
        for _ in range(4 + 30 * number):
            content[chance.randrange(512, len(base))] ^= chance.randrange(1, 256)
        yield f"flipped {number}", bytes(content)
    yield "sectors that follow themselves", base[:76] + bytes(436) + base[512:]
    yield "20 MB of nothing", base[:512] + bytes(20 * MEGA)
