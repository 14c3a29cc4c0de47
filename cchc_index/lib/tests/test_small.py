"""Canonical JSON, cells out, the clock's edges, commands and their exit codes."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from cchc_index.lib import clock
from cchc_index.lib.canonical import canonical_json, digest
from cchc_index.lib.cells import safe_cell, stored_text
from cchc_index.lib.commands import CommandRefused, OperatorCommand
from cchc_index.lib.faults import Conflict, Fault, ImportRefused, Refused

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@given(JSON)
def test_order_of_keys_does_not_change_the_digest(value: Any) -> None:
    assert digest(_turned(value)) == digest(value)


def _turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _turned(value[key]) for key in reversed(list(value))}
    return [_turned(item) for item in value] if isinstance(value, list) else value


def test_canonical_form() -> None:
    assert canonical_json({"b": Decimal("1.50"), "a": "Sở"}) == '{"a":"Sở","b":"1.5"}'
    assert canonical_json([date(2024, 12, 31), None, True]) == '["2024-12-31",null,true]'
    assert digest({"points": Decimal("2.0")}) == digest({"points": Decimal("2")})


@pytest.mark.parametrize("value", [0.5, [0.5], {"a": {"b": [0.5]}}, (1, 0.5)])
def test_float_has_no_canonical_form(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


def test_unknown_type_has_no_canonical_form() -> None:
    with pytest.raises(TypeError):
        canonical_json(object())


@pytest.mark.parametrize("text", ["=1+1", "+84", "-2", "@cmd", "\t=1", "\r=1"])
def test_text_like_a_formula_goes_out_as_text(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["", "Sở Nội vụ", "1.2", "a=b", "'quoted", "–"])
def test_other_text_goes_out_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


@given(st.text())
def test_exported_cell_never_begins_like_a_formula_and_comes_back(text: str) -> None:
    cell = safe_cell(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    if not text.startswith("'"):
        assert stored_text(cell) == text


NOON = datetime(2024, 12, 22, 17, 0, tzinfo=clock.HANOI)


def test_closing_instant_is_already_closed() -> None:
    assert clock.is_open(None, NOON, NOON - timedelta(microseconds=1))
    assert not clock.is_open(None, NOON, NOON)


def test_opening_instant_is_open() -> None:
    assert clock.is_open(NOON, None, NOON)
    assert not clock.is_open(NOON, None, NOON - timedelta(microseconds=1))


def test_missing_edges_are_no_limit_and_equal_edges_never_open() -> None:
    assert clock.is_open(None, None, NOON)
    assert not clock.is_open(NOON, NOON, NOON)


def test_instants_compare_across_zones() -> None:
    assert not clock.is_open(None, NOON, datetime(2024, 12, 22, 10, 0, tzinfo=UTC))
    assert clock.hanoi(datetime(2024, 12, 31, 17, 0, tzinfo=UTC)).date() == date(2025, 1, 1)


def test_today_is_the_date_in_ha_noi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2024, 12, 31, 18, 30, tzinfo=UTC))
    assert clock.today() == date(2025, 1, 1)


def command(work: Any) -> OperatorCommand:
    class Command(OperatorCommand):
        def run(self, **options: Any) -> None:
            work(self)

    return Command()


def _raise(error: BaseException) -> Any:
    def work(_: OperatorCommand) -> None:
        raise error

    return work


@pytest.mark.django_db
class TestCommands:
    def test_refusal_is_exit_2_with_every_fault_on_stderr(self, capsys: pytest.CaptureFixture[str]) -> None:
        faults = [Fault(7, "B", "điểm âm", "gõ số từ 0"), Fault(3, "A", "thiếu mã")]
        with pytest.raises(SystemExit) as end:
            command(_raise(ImportRefused(faults))).run_from_argv(["manage.py", "thu"])

        out, err = capsys.readouterr()
        assert end.value.code == 2
        assert out == ""
        assert err.splitlines() == [
            "Dòng 3, cột A: thiếu mã.",
            "Dòng 7, cột B: điểm âm. Cách sửa: gõ số từ 0.",
            "Từ chối: 2 lỗi, chưa lưu gì.",
        ]

    @pytest.mark.parametrize(
        "error",
        [Refused("Đã khóa."), Conflict("Người khác đã lưu.", current=1), FileNotFoundError(2, "x", "khong-co.xlsx"),
         NotADirectoryError(20, "x", "a.csv/b"), OSError(36, "x", "dài")],
        ids=lambda error: type(error).__name__,
    )  # fmt: skip
    def test_every_refusal_is_exit_2(self, error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as end:
            command(_raise(error)).run_from_argv(["manage.py", "thu"])
        assert end.value.code == 2
        assert "Từ chối: 1 lỗi" in capsys.readouterr().err

    def test_a_lost_connection_is_not_reported_as_a_faulty_file(self) -> None:
        with pytest.raises(ConnectionError):
            call_command(command(_raise(ConnectionError("mất kết nối"))))

    def test_refusal_reaches_a_caller_in_code(self) -> None:
        with pytest.raises(CommandRefused, match="Đã khóa") as refused:
            call_command(command(_raise(Refused("Đã khóa."))))
        assert refused.value.lines == ["Đã khóa."]

    def test_done_is_silent_and_messages_go_to_stderr(self, capsys: pytest.CaptureFixture[str]) -> None:
        command(lambda self: self.say("xong")).run_from_argv(["manage.py", "thu"])
        assert capsys.readouterr() == ("", "xong\n")
