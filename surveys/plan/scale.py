"""The answers of a scale, and how the cells of a file write them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cchc_index.lib.sheets.cells import Veiled, cell_text
from cchc_index.lib.text import fold

NOT_AN_ANSWER = -1
_NUMBER_AND_NAME = re.compile(r"\(?([0-9]{1,3})\)?\s*[-–—.:)=]?\s*([^\W\d].*)")
_NAME_AND_NUMBER = re.compile(r"(.*\w)\s*[-–—(\[:]\s*([0-9]{1,3})\s*[)\]]?")
_WHOLE = re.compile(r"([0-9]{1,3})(?:[.,]0+)?")  # a CSV written by a statistics program says 2.0


@dataclass(frozen=True, slots=True)
class Scale:
    """Answer value (1–255) → label; `words`: what a file's own mapping says of texts, exact or folded."""

    labels: Mapping[int, str]
    words: Mapping[str, int] = field(default_factory=dict)

    def explained_by(self, answers: Mapping[str, str]) -> "Scale":
        """This scale where the texts `answers` stand for what would be typed plainly ("" for a blank). A text that
        the scale does not know stands for NOT_AN_ANSWER: `unknown_in` names it."""
        exact = {text: self.read(value) for text, value in answers.items()}
        folded: dict[str, set[int]] = {}
        for text, value in exact.items():
            folded.setdefault(fold(text), set()).add(value)
        return replace(self, words={f: next(iter(v)) for f, v in folded.items() if len(v) == 1} | exact)

    def unknown_in(self, answers: Mapping[str, str]) -> list[str]:
        """The values of `answers` that are none of this scale."""
        return [value for value in dict.fromkeys(answers.values()) if self.read(value) == NOT_AN_ANSWER]

    def read(self, raw: object) -> int:
        """The byte of a raw cell: 0 for blank, NOT_AN_ANSWER for what the scale does not know."""
        text = cell_text(raw)
        if isinstance(raw, bool | Veiled):
            return NOT_AN_ANSWER
        if not text:
            return 0
        if self.words:
            explained = self.words.get(text, self.words.get(fold(text)))
            if explained is not None:
                return explained
        by_label = next((value for value, label in self.labels.items() if fold(label) == fold(text)), None)
        if by_label is not None:
            return by_label
        whole = _WHOLE.fullmatch(text)
        value = int(whole.group(1)) if whole else self._named_twice(text)
        return value if value in self.labels else NOT_AN_ANSWER

    def _named_twice(self, text: str) -> int:
        """The value of a text that gives number and name, where both say the same: "5 - Rất tốt", "Rất tốt (5)"."""
        numbered, named = _NUMBER_AND_NAME.fullmatch(text), _NAME_AND_NUMBER.fullmatch(text)
        pairs = [(numbered[1], numbered[2])] if numbered else []
        pairs += [(named[2], named[1])] if named else []
        return next((int(value) for value, name in pairs if self.read(name) == int(value) > 0), NOT_AN_ANSWER)

    def repair(self) -> str:
        values = ", ".join(str(value) for value in sorted(self.labels))
        return f"ghi một trong các giá trị {values} hoặc tên của mức; để trống nếu không trả lời"
