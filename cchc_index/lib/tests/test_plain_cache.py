"""Values in Redis are text and JSON: whatever else lies there is read as nothing."""

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_index.lib.plain_cache import PlainSerializer

plain = PlainSerializer()
_leaves = st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]))
_values = st.recursive(_leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner))


def stored(value: object) -> bytes:
    """What Redis gives back: it knows bytes alone."""
    written = plain.dumps(value)
    return str(written).encode() if isinstance(written, int) else written


@given(_values)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    read = plain.loads(stored(value))
    assert read == value
    assert type(read) is type(value)


@given(st.binary())
def test_foreign_bytes_never_stop_a_page(found: bytes) -> None:
    plain.loads(found)


@pytest.mark.parametrize("value", [object(), b"bytes", {1, 2}, float("nan")])
def test_what_is_neither_text_nor_json_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        plain.dumps(value)


def test_a_pickled_command_is_read_as_nothing(tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    command = b"cos\nsystem\n(S'touch " + str(trace).encode() + b"'\ntR."

    for disguise in (command, b"j" + command, b"t" + command):
        assert not isinstance(plain.loads(disguise), int)
    assert not trace.exists()
    pickle.loads(command)  # noqa: S301 (the negative control: a serializer of pickles would have run it)
    assert trace.exists()
