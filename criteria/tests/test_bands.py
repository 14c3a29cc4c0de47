"""Bands typed by an administrator: one form, highest first, or a sentence."""

import pytest

from criteria import bands


def test_bands_are_sorted_highest_first_with_exact_edges() -> None:
    raw = [{"name": "Khá", "from": "80"}, {"name": " Tốt ", "from": "90,50"}]
    assert bands.tidy(raw) == [{"name": "Tốt", "from": "90.5"}, {"name": "Khá", "from": "80"}]


@pytest.mark.parametrize(
    "raw",
    [
        {"name": "Tốt"}, [{"x": 1}], [{"name": "Tốt", "from": 80.5}], [{"name": "Tốt", "from": "abc"}],
        [{"name": "Tốt", "from": "101"}], [{"name": "Tốt", "from": "-1"}], [{"name": "", "from": "80"}],
        [{"name": "Tốt", "from": "80"}, {"name": "Tốt", "from": "90"}],
        [{"name": "Tốt", "from": "80"}, {"name": "Khá", "from": "80,0"}], ["Tốt"], "Tốt",
    ],
)  # fmt: skip
def test_what_is_no_list_of_bands_is_refused_in_words(raw: object) -> None:
    with pytest.raises(ValueError, match="ức|Ngưỡng"):
        bands.tidy(raw)
