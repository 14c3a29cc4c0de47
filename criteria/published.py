"""Whether a year is published, as the rooms to the right know it, and the one rule that guards such a year: its blocks,
their sets and its list of stages stay. Every way in asks it: pages, commands, the copy of a year, the administrators'
pages, the official frame.

Here nobody knows publications; who does registers a reader when the system starts (`AppConfig.ready`).
"""

from collections.abc import Callable

from cchc_index.lib.faults import Refused

PublishedReader = Callable[[int], bool]
"""Takes the id of a round; whether a ranking of it is in force."""

_readers: dict[str, PublishedReader] = {}


def register(name: str, reader: PublishedReader) -> None:
    _readers[name] = reader


def is_published(round_id: int) -> bool:
    return any(reader(round_id) for reader in _readers.values())


def refuse_published(round_id: int, year: int, what: str) -> None:
    """Raises Refused in a published year. `what` was to be done, as after “không … được”. The caller has locked the
    round: a publication locks it too."""
    if is_published(round_id):
        raise Refused(settled_words(year, what))


def settled_words(year: int, what: str) -> str:
    """The refusal as a whole sentence, with the way out."""
    return (
        f"Năm {year} đã công bố nên không {what} được nữa. Cách sửa: chọn năm khác; nếu kết quả đã công bố sai, "
        "thu hồi công bố (cần hai người quản lý Chỉ số) rồi làm lại."
    )
