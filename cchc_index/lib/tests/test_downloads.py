import pytest

from cchc_index.lib.downloads import attached


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("bang-diem.xlsx", 'attachment; filename="bang-diem.xlsx"'),
        ("sở-Đ.xlsx", "attachment; filename*=utf-8''s%E1%BB%9F-%C4%90.xlsx"),
        ('a"b.pdf', 'attachment; filename="a\\"b.pdf"'),
    ],
)
def test_a_file_keeps_its_name_whatever_letters_a_units_code_holds(name: str, told: str) -> None:
    assert attached(b"PK", name)["Content-Disposition"] == told


def test_the_ending_tells_the_type_and_an_unknown_one_is_a_fault() -> None:
    assert attached(b"a", "a.csv")["Content-Type"] == "text/csv; charset=utf-8"
    with pytest.raises(KeyError):
        attached(b"a", "a.exe")
