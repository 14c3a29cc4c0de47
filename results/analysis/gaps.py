"""The perception gap: how the council sees an area of a unit, and how those who were asked see it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Sums = tuple[Decimal, Decimal]
"""Points and their maximum."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Per cent of the maximum that the council recognised and that the respondents gave; both halves are there."""

    unit: str
    area: str
    appraised: Fraction
    survey: Fraction

    @property
    def gap(self) -> Fraction:
        """Positive where the council sees the unit better than the respondents do."""
        return self.appraised - self.survey


def gaps(cells: Iterable[tuple[str, str, bool, Decimal, Decimal]]) -> list[Gap]:
    """Gaps by unit and area from (unit, area, surveyed, points, maximum) of every scored normal leaf; an area without
    one of the two halves has none. The area "" is the whole unit."""
    sums: dict[tuple[str, str, bool], Sums] = {}
    for unit, area, surveyed, points, maximum in cells:
        for place in (area, ""):
            before = sums.get((unit, place, surveyed), (Decimal(0), Decimal(0)))
            sums[unit, place, surveyed] = before[0] + points, before[1] + maximum
    places = dict.fromkeys((unit, area) for unit, area, _ in sums)
    return [gap for unit, area in places if (gap := _gap(unit, area, sums)) is not None]


def _gap(unit: str, area: str, sums: Mapping[tuple[str, str, bool], Sums]) -> Gap | None:
    shares = [_percent(sums.get((unit, area, surveyed))) for surveyed in (False, True)]
    appraised, survey = shares
    return None if appraised is None or survey is None else Gap(unit, area, appraised, survey)


def _percent(half: Sums | None) -> Fraction | None:
    return Fraction(half[0]) / Fraction(half[1]) * 100 if half and half[1] else None
