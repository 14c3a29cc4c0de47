"""Unit codes as spreadsheets give them."""

import pytest

from cchc_index.lib import codes

DISTRICTS = {"001": 1, "016": 2, "250": 3}


@pytest.mark.parametrize("given", ["SNV", "snv", " S N V "])
def test_case_and_spaces_do_not_matter(given: str) -> None:
    known = codes.by_spelling({"SNV": 1, "STP": 2})
    assert known.get(given) or known[codes.key(given)] == 1


def test_codes_that_differ_in_case_only_are_given_exactly() -> None:
    known = codes.by_spelling({"a1": 1, "A1": 2, "B": 3})
    assert (known["a1"], known["A1"], known["b"]) == (1, 2, 3)


@pytest.mark.parametrize(("given", "meant"), [("1", "001"), ("16", "016"), ("250", ""), ("2", ""), ("x", ""), ("", "")])
def test_zeros_that_excel_dropped_are_named(given: str, meant: str) -> None:
    assert codes.zeros_lost(given, DISTRICTS) == meant
    assert codes.repair_of(given, DISTRICTS, "sửa mã").startswith(f"ghi {meant}: Excel" if meant else "sửa mã")


def test_nothing_is_guessed_where_two_could_be_meant() -> None:
    assert codes.zeros_lost("1", ["01", "001"]) == ""
