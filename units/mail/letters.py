"""What a mail says, as plain text."""

from collections.abc import Sequence
from dataclasses import dataclass

from cchc_index.lib.text import clean

SUBJECT_LENGTH = 250
ILLUSTRATIVE = "DỮ LIỆU MINH HỌA: thư này thuộc kỳ trình diễn, không yêu cầu xử lý công việc thật."
FOOT = "Thư tự động của hệ thống Chỉ số cải cách hành chính của thành phố Hà Nội; không cần trả lời thư này."


@dataclass(frozen=True, slots=True)
class Letter:
    """What one event says. `event` is its name for good: the same event never writes twice to a person."""

    event: str
    subject: str
    paragraphs: Sequence[str]
    path: str
    illustrative: bool = False

    @property
    def heading(self) -> str:
        mark = "[Minh họa] " if self.illustrative else ""
        return clean(mark + self.subject)[:SUBJECT_LENGTH]

    def body(self, reader: str, site: str) -> str:
        """Plain text: greeting, paragraphs, the page, the mark of a demonstration, the foot.
        `site`: the address under which the system is reached."""
        parts = [f"Kính gửi Ông/Bà {reader},", *(p for p in self.paragraphs if p)]
        parts.append(f"Xem tại: {site}{self.path}")
        parts += [ILLUSTRATIVE] if self.illustrative else []
        return "\n\n".join([*parts, FOOT]) + "\n"
