"""Where a document number stands in a paper: whole, in whatever spelling, and as the paper's own."""

import pytest

from selfassess.examination.document_number import number_in, place_of

N = "125/BC-SNV"
LETTER = "SỞ NỘI VỤ\nSố: 9/BC-SNV\nHà Nội, ngày 5 tháng 3 năm 2031\nBÁO CÁO\n"

SPELLINGS = {
    "Số: 125/BC-SNV": N,
    "Số:  125 / BC – SNV": N,
    "số 125/bc-snv": N,
    "SỐ: 125/BC-SNV": N,
    "Số:125/BC-SNV": N,
    "Số125/BC-SNV": N,
    "Số: ….125/BC-SNV": N,
    "Số: 0125/BC-SNV": N,
    "Số: 125/BC\u2011SNV": N,
    "Số: 125/BC\u2010SNV": N,
    "Số: 125\u00a0/\u00a0BC-SNV": N,
    "Số: 125/BC-\nSNV": N,
    "Số: 125\n/BC-SNV": N,
    "Số: 1 2 5/BC-SNV": N,
    "Số: 125/B C - S N V": N,
    "Số: 125\uff0fBC-SNV": N,
    "Số: 125/BC\u00ad-SNV": N,
    "125/BC-SNVHà Nội, ngày 5": N,
    "Số: 05/BC-SNV": "5/BC-SNV",
    "Số: 5/BC-SNV": "05/BC-SNV",
    "Số: 7/Q\u00d0-UBND": "7/QĐ-UBND",
    "Số: 7/KH-Y TE\u0302\u0301": "7/KH-YTẾ",
    "Số: 31/2031/QĐ-UBND": "31/2031/QĐ-UBND",
    "Số: 45-QĐ/TU": "45-QĐ/TU",
    "Số. 125/BC-SNV": N,
    "S ố: 125/BC-SNV": N,
    "Số: ...125.../BC-SNV": N,
    "Số:…125…/BC-SNV": N,
    "Số: 1.234/SNV-CCHC": "1234/SNV-CCHC",
    "No: 125/BC-SNV": N,
    "Số: 125/BC-SNV(CCHC)": N,
}
TYPED = {
    "Số: 125/BC-SNV": N,
    "số 125/BC-SNV": N,
    "BC số 125/BC-SNV": N,
    "Báo cáo số: 125/BC-SNV": N,
    "125/BC-SNV ngày 5/3/2031": N,
    "125 / BC - SNV": N,
    "125\\BC-SNV": N,
    "125/bc-snv.": N,
    "QĐ số 7/QĐ-UBND": "7/QĐ-UBND",
    "7/QD-UBND": "7/QĐ-UBND",
    "Quyết định 7/QD-UBND của UBND": "7/QĐ-UBND",
    "125 BC-SNV": N,
    "125/BC-SNV (bản quét)": N,
}
NEIGHBOURS = {
    "1 125/BC-SNV Báo cáo năm": N,
    "12. 125/BC-SNV": N,
    "STT\n3\n125/BC-SNV\n05/03/2031": N,
    "2031 125/BC-SNV": N,
    "125/BC-SNV 2031": N,
    "125/BC-SNV, 126/BC-SNV": N,
    "(125/BC-SNV)": N,
    "125/BC-SNV - Hà Nội": N,
    "Phụ lục kèm theo Báo cáo số 125/BC-SNV": N,
    "125/BC-SNV.": N,
}
OTHERS = {
    "Số: 125/BC-SNV ": "5/BC-SNV",
    "Số: 1125/BC-SNV": N,
    "Số: 125/BC-SNVL": N,
    "Số: 125/BC-SNV-VP": N,
    "Số: 125/BC-SNV/VP": N,
    "Số: 125/BC-SNV2": N,
    "Số: 125/BC": N,
    "Số:     /BC-SNV": N,
    "Số: 126/BC-SNV": N,
    "Số: 125/KH-SNV": N,
    "Số: 125/BC-STC": N,
    "Số: 3.125/BC-SNV": N,
    "Số: 125/BC-SNV  ": "125/BC",
}
CITATIONS = {
    LETTER + "Căn cứ Quyết định số 7/QĐ-UBND ngày 2/1/2031": "7/QĐ-UBND",
    LETTER + "Thực hiện Kế hoạch số 12/KH-UBND của UBND": "12/KH-UBND",
    LETTER + "như đã nêu tại Công văn số 33/SNV-CCHC": "33/SNV-CCHC",
    LETTER + "Trả lời Công văn 33/SNV-CCHC của Sở": "33/SNV-CCHC",
    LETTER + "Danh mục: 33/SNV-CCHC": "33/SNV-CCHC",
    "Căn cứ Quyết định số 7/QĐ-UBND ngày 2/1/2031;": "7/QĐ-UBND",
    "V/v trả lời văn bản số 33/SNV-CCHC": "33/SNV-CCHC",
    LETTER + "Sở nhận được Công văn số 33/SNV-CCHC": "33/SNV-CCHC",
    "Nơi nhận:\n- Như Kế hoạch số 33/SNV-CCHC": "33/SNV-CCHC",
    "Theo báo cáo số 125/BC-SNV thì": N,
}


@pytest.mark.parametrize(("text", "number"), [*SPELLINGS.items(), *NEIGHBOURS.items()])
def test_number_on_the_paper_is_found(text: str, number: str) -> None:
    assert place_of(text, number) == "own"


@pytest.mark.parametrize(("typed", "number"), TYPED.items())
def test_number_is_found_however_it_was_typed(typed: str, number: str) -> None:
    assert place_of(f"SỞ NỘI VỤ\nSố: {number}\nHà Nội", typed) == "own"


@pytest.mark.parametrize(("text", "number"), OTHERS.items())
def test_longer_shorter_and_other_numbers_are_not_it(text: str, number: str) -> None:
    assert place_of(text, number) == "none"


@pytest.mark.parametrize(("text", "number"), CITATIONS.items())
def test_number_of_another_paper_is_only_cited(text: str, number: str) -> None:
    assert place_of(text, number) == "cited"


@pytest.mark.parametrize("typed", ["không số", "Không có số", "ko số", "chưa có số", "", "–"])
def test_paper_without_a_number_is_not_asked_for_one(typed: str) -> None:
    assert number_in(typed) == ""
    assert place_of("Số: 125/BC-SNV", typed) is None


def test_own_number_is_found_beside_citations_of_it_and_of_others() -> None:
    text = LETTER + "Căn cứ Quyết định số 7/QĐ-UBND;\nTiếp theo Báo cáo số 9/BC-SNV, Sở báo cáo."
    assert place_of(text, "9/BC-SNV") == "own"
