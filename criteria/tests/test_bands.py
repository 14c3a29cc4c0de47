"""Bands typed by an administrator: one form, highest first, or a sentence."""

import pytest

from criteria import bands

NO_LIST = 'Mức xếp loại phải là danh sách, ví dụ [{"name": "Tốt", "from": "80"}].'
TWICE = "Mức xếp loại trùng tên hoặc trùng ngưỡng: giữ mỗi tên và mỗi ngưỡng một lần."
NO_BAND = 'Mỗi mức cần tên và ngưỡng viết trong ngoặc kép, ví dụ {"name": "Tốt", "from": "80"}.'
OUTSIDE = "Ngưỡng của mức “Tốt” phải từ 0 đến 100."


def band(edge: object, name: object = "Tốt") -> dict[str, object]:
    return {"name": name, "from": edge}


def test_bands_are_sorted_highest_first_with_exact_edges() -> None:
    raw = [band("50", "Trung bình"), band("80", "Khá"), band("90,50", " Tốt "), band("0,00", "Yếu")]
    assert bands.tidy(raw) == [
        {"name": "Tốt", "from": "90.5"},
        {"name": "Khá", "from": "80"},
        {"name": "Trung bình", "from": "50"},
        {"name": "Yếu", "from": "0"},
    ]
    assert bands.tidy([]) == []


@pytest.mark.parametrize("edge", ["0", "0,5", "99,99", "100", 80])
def test_an_edge_is_any_per_cent_with_two_places(edge: object) -> None:
    assert len(bands.tidy([band(edge)])) == 1


def test_a_name_has_sixty_letters_at_most() -> None:
    assert bands.tidy([band("80", "Đ" * 60)]) == [{"name": "Đ" * 60, "from": "80"}]
    with pytest.raises(ValueError, match="cần tên"):
        bands.tidy([band("80", "Đ" * 61)])


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"name": "Tốt"}, NO_LIST),
        ("Tốt", NO_LIST),
        (["Tốt"], NO_BAND),
        ([{"x": 1}], NO_BAND),
        ([{"from": "80"}], NO_BAND),
        ([band("80", " ")], NO_BAND),
        ([band(80.5)], NO_BAND),
        ([{"name": "Tốt"}], OUTSIDE),
        ([band("-0,01")], OUTSIDE),
        ([band("100,01")], OUTSIDE),
        ([band("80"), band("90")], TWICE),
        ([band("80"), band("80,0", "Khá")], TWICE),
        ([band("abc")], "Ngưỡng của mức “Tốt” “abc” không phải số; gõ số, ví dụ 0,5."),
        ([band("80,125")], "Ngưỡng của mức “Tốt” có quá 2 chữ số thập phân; làm tròn trước khi nhập."),
    ],
)
def test_what_is_no_list_of_bands_is_refused_in_words(raw: object, said: str) -> None:
    with pytest.raises(ValueError, match=".") as refused:
        bands.tidy(raw)
    assert str(refused.value) == said
