"""What a program can decide of PDF/UA-1 (ISO 14289-1) and PDF/A-3a (ISO 19005-3), clause by clause, with pikepdf."""

import hashlib
import io
import re
from collections.abc import Iterator
from itertools import pairwise

import pikepdf
import pytest
from pikepdf import Name
from pypdf import PdfReader

from cchc_index.lib.pdf_archive import elements
from results import bundle as bundle_format
from results.files import paper
from results.tests import bundles

BUNDLE = bundles.small(3, 3)
DRAWN = {"Tj", "TJ", "'", '"', "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh", "Do", "BI"}
HEADING = re.compile(r"/H(\d)")


@pytest.fixture(scope="module", params=["report", "sheet"])
def pdf(request: pytest.FixtureRequest) -> Iterator[pikepdf.Pdf]:
    data = paper.ranking_pdf(BUNDLE) if request.param == "report" else paper.unit_pdf(BUNDLE, "so", "S01")
    with pikepdf.open(io.BytesIO(data)) as opened:
        yield opened


def test_the_file_says_what_it_is(pdf: pikepdf.Pdf) -> None:
    """UA 5 and 7.1, A 6.6.4: marks in XMP; a title that is shown, a language; UA 7.2."""
    with pdf.open_metadata() as meta:
        assert meta["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("3", "A")
        assert "Chỉ số cải cách hành chính" in str(meta["dc:title"])
    root = pdf.Root
    assert str(root.Lang) == "vi"
    assert bool(root.MarkInfo.Marked)
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert not pdf.is_encrypted  # A 6.1.3
    assert Name.ID in pdf.trailer  # A 6.1.3


def test_colours_have_a_profile(pdf: pikepdf.Pdf) -> None:
    """A 6.2.3: one output intent, with the profile inside."""
    (intent,) = pdf.Root.OutputIntents
    assert intent.S == Name.GTS_PDFA1
    assert intent.DestOutputProfile.read_bytes()[36:40] == b"acsp"


def test_letters_are_inside_and_can_be_read(pdf: pikepdf.Pdf) -> None:
    """A 6.2.11.4, UA 7.21: every font is embedded, of one face, and maps to Unicode."""
    fonts = [font for page in pdf.pages for font in page.Resources.get("/Font", {}).values()]
    assert fonts
    for font in fonts:
        described = (font.DescendantFonts[0] if Name.DescendantFonts in font else font).FontDescriptor
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(described.keys())
        assert Name.ToUnicode in font
        assert "Tinos" in str(font.BaseFont)


def test_nothing_is_drawn_outside_of_the_tags(pdf: pikepdf.Pdf) -> None:
    """UA 7.1: all that is drawn is a part of the structure or an artifact; the pages follow the structure's order."""
    for page in pdf.pages:
        depth = 0
        for instruction in pikepdf.parse_content_stream(page):
            operator = str(instruction.operator)
            depth += (operator in ("BDC", "BMC")) - (operator == "EMC")
            assert depth or operator not in DRAWN
        assert page.Tabs == Name.S


def test_heads_of_tables_say_what_they_head(pdf: pikepdf.Pdf) -> None:
    """UA 7.5: every TH has a scope; rows have heads, not columns alone; names lead back through the tree of names."""
    tree = pdf.Root.StructTreeRoot
    heads = [element for element, _ in elements(tree.K) if element.S == Name.TH]
    scopes = [str(element.A.Scope) for element in heads]
    assert set(scopes) == {"/Column", "/Row"}
    names = list(tree.IDTree.Kids[0].Names)
    assert [str(element.ID) for element in heads] == [str(name) for name in names[::2]] == sorted(map(str, names[::2]))
    assert all(str(element.ID) == str(name) for name, element in zip(names[::2], names[1::2], strict=True))


def test_headings_skip_no_level_and_pictures_have_words(pdf: pikepdf.Pdf) -> None:
    """UA 7.4.2 and 7.3."""
    kinds = [(str(element.S), element) for element, _ in elements(pdf.Root.StructTreeRoot.K)]
    levels = [int(match[1]) for kind, _ in kinds if (match := HEADING.fullmatch(kind))]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(str(element.Alt).strip() for kind, element in kinds if kind == "/Figure")


def _file_of(pdf: pikepdf.Pdf) -> io.BytesIO:
    out = io.BytesIO()
    pdf.save(out)
    return out


def test_the_data_go_with_the_report(pdf: pikepdf.Pdf) -> None:
    """A 6.8: attached files say what they are to the document, their type, and lie in both lists."""
    if Name.AF not in pdf.Root:
        assert "PHIẾU KẾT QUẢ" in PdfReader(_file_of(pdf)).pages[0].extract_text()  # a unit's sheet
        return
    (spec,) = pdf.Root.AF
    assert (spec.AFRelationship, str(spec.UF), str(spec.F)) == (Name.Source, *["chi-so-cchc-2031.json"] * 2)
    assert spec.EF.F.Subtype == Name("/application#2Fjson")
    assert str(pdf.Root.Names.EmbeddedFiles.Names[0]) == str(spec.UF)
    data = spec.EF.F.read_bytes()
    assert data == bundle_format.text_of(BUNDLE).encode()
    assert bytes(spec.EF.F.Params.CheckSum) == hashlib.md5(data, usedforsecurity=False).digest()


def test_the_same_bundle_gives_the_same_bytes() -> None:
    assert paper.ranking_pdf(BUNDLE) == paper.ranking_pdf(BUNDLE)
