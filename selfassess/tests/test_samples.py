import io

import pypdf
import pytest

from cchc_index.lib.sample_pdf import sample_pdf
from selfassess.tests.factories import DocumentFactory, EvidenceFactory, SelfScoreFactory, small_assessment


def test_sample_is_one_page_marked_illustrative_with_vietnamese_text() -> None:
    reader = pypdf.PdfReader(io.BytesIO(sample_pdf("Báo cáo cải cách", ["Tỷ lệ đúng hạn: 98,5 %"])))
    text = reader.pages[0].extract_text()
    assert len(reader.pages) == 1
    assert "TÀI LIỆU MINH HỌA" in text
    assert "Tỷ lệ đúng hạn: 98,5 %" in text


@pytest.mark.django_db
def test_factories_make_a_document_whose_file_can_be_read() -> None:
    score = SelfScoreFactory(assessment=small_assessment())
    evidence = EvidenceFactory(score=score, document=DocumentFactory(unit=score.assessment.unit, pages=3))
    with evidence.document.file.open("rb") as stored:
        assert len(pypdf.PdfReader(stored).pages) == 3
