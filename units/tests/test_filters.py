"""What pages say by the filters of `cchc`."""

from decimal import Decimal

from units.templatetags import cchc


def test_a_fall_is_told_by_its_amount() -> None:
    assert f"giảm {cchc.amount(Decimal('-1.25'))} điểm phần trăm" == "giảm 1,25 điểm phần trăm"
    assert cchc.points(Decimal("-1.25")) == "−1,25"
