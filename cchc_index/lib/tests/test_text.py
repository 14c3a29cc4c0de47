"""Vietnamese text: one form, folding, the order of a dictionary."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from cchc_index.lib.text import clean, fold, sort_key, sort_text


def ordered(*words: str) -> bool:
    turned = words[::-1]
    return sorted(turned, key=sort_key) == list(words)


def test_letters_in_the_order_of_the_alphabet() -> None:
    assert ordered(*"AĂÂBCDĐEÊGHIKLMNOÔƠPQRSTUƯVXY")


def test_tones_come_after_letters() -> None:
    assert ordered("ba", "bà", "bả", "bã", "bá", "bạ", "bă", "bâ")
    assert ordered("Hà Đông", "Hà Nội", "Hạ Long", "Hai Bà Trưng")
    assert ordered("Đan Phượng", "Đống Đa", "Gia Lâm")
    assert ordered("Dịch Vọng", "Đại Mỗ")


def test_shorter_name_first_and_case_ignored() -> None:
    assert ordered("Sở Y", "Sở Y tế")
    assert sort_key("SỞ NỘI VỤ") == sort_key("sở nội vụ")


def test_numbers_and_foreign_letters_have_a_place() -> None:
    assert len({sort_key(word) for word in ("Phường 1", "Phường 2", "WTO", "Jazz", "")}) == 5


def test_decomposed_and_composed_are_one() -> None:
    for word in ("Sở Tài chính", "Điều tối đa", "Ứng Hòa"):
        assert clean(unicodedata.normalize("NFD", word)) == word
        assert sort_key(unicodedata.normalize("NFD", word)) == sort_key(word)
        assert fold(unicodedata.normalize("NFD", word)) == fold(word)


def test_fold_for_matching() -> None:
    assert fold("  Điểm  TỐI đa ") == "diem toi da"
    assert fold("Đ") == "d"
    assert fold("ư ơ ă â ê ô") == "u o a a e o"
    assert fold(None) == ""


def test_clean_takes_away_what_nobody_sees() -> None:
    assert clean("Sở\u200b Nội\u00a0vụ\r\n\t ") == "Sở Nội vụ"
    assert clean("a\x00b") == "a b"
    assert clean(None) == ""
    assert clean(12) == "12"


@given(st.text())
def test_clean_is_stable_and_composed(raw: str) -> None:
    once = clean(raw)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert all(c.isprintable() for c in once)


@given(st.text())
def test_fold_is_stable(raw: str) -> None:
    assert fold(fold(raw)) == fold(raw)


@given(st.lists(st.text(alphabet="aăâbdđeêôơưàảãáạ ", max_size=8)))
def test_sorting_does_not_depend_on_the_start(words: list[str]) -> None:
    turned = words[::-1]
    keys = [[sort_key(w) for w in sorted(given_words, key=sort_key)] for given_words in (words, turned)]
    assert keys[0] == keys[1]


@given(st.lists(st.text(alphabet="aăâbdđeêôơưàảãáạ 0129.-\u0300", max_size=8), min_size=2, max_size=2))
def test_the_text_for_the_database_sorts_as_the_key_does(words: list[str]) -> None:
    one, other = words
    assert (sort_text(one) < sort_text(other)) == (sort_key(one) < sort_key(other))
    assert all("a" <= letter <= "z" for letter in sort_text(one))


def test_numbers_count_by_their_value() -> None:
    assert ordered("Phường 2", "Phường 10", "Phường 10 A")
