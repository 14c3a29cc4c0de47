import io

import pypdf

from cchc_index.lib.sample_pdf import sample_pdf


def test_sample_is_one_page_marked_illustrative_with_vietnamese_text() -> None:
    reader = pypdf.PdfReader(io.BytesIO(sample_pdf("Báo cáo cải cách", ["Tỷ lệ đúng hạn: 98,5 %"])))
    text = reader.pages[0].extract_text()
    assert len(reader.pages) == 1
    assert "TÀI LIỆU MINH HỌA" in text
    assert "Tỷ lệ đúng hạn: 98,5 %" in text
