"""The same message is not sent with every change: the first goes at once, the next rests and speaks for the others."""

import pytest

from cchc_index.lib import dispatch

Message = tuple[object, ...]
BLOCK: Message = ("results.recompute", 1)


class Hours:
    """A clock that stands until it is moved."""

    at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Hours:
    made = Hours()
    monkeypatch.setattr(dispatch, "monotonic", made)
    monkeypatch.setattr(dispatch, "_rests", {})
    return made


def test_no_change_waits_longer_than_a_breath_and_none_is_forgotten(hours: Hours) -> None:
    """Five hundred changes in a minute: each is followed by the start of a message, soon, and these are few."""
    starts, changes = [], []
    for _ in range(500):
        changes.append(hours.at)
        wait = dispatch._pause(BLOCK)
        if wait is not None:
            starts.append(hours.at + wait)
        hours.at += 0.12
    for change in changes:
        assert any(0 <= start - change <= 2 * dispatch.BREATH for start in starts), change
    assert len(starts) <= 60 / dispatch.BREATH + 2


def test_the_first_goes_at_once_and_others_are_others(hours: Hours) -> None:
    assert dispatch._pause(BLOCK) == 0
    assert dispatch._pause(("results.recompute", 2)) == 0
    assert dispatch._pause(BLOCK) == dispatch.BREATH
    assert dispatch._pause(BLOCK) is None
    hours.at += 3 * dispatch.BREATH
    assert dispatch._pause(BLOCK) == 0
