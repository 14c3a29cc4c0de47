"""What is wrong with a file, by row and column, with its repair. An import refuses with all of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `row` is the spreadsheet's own row number (1-based; 0: the file as a whole),
    `column` its letter or heading, `message` and `repair` Vietnamese sentences.
    `repairable` says that the importer itself can carry the repair out when told to.
    """

    row: int
    column: str
    message: str
    repair: str = ""
    repairable: bool = False
    sheet: str = ""
    """The sheet's name, where a file's table has several."""

    def __str__(self) -> str:
        place = f"Dòng {self.row}" if self.row else "Tệp"
        if self.sheet:
            place = f"Trang “{self.sheet}”, {place[0].lower()}{place[1:]}"
        if self.column:
            place += f", cột {self.column}"
        text = f"{place}: {self.message.rstrip('.')}."
        return f"{text} Cách sửa: {self.repair.rstrip('.')}." if self.repair else text


class ImportRefused(Exception):
    """A file was refused and nothing was saved; `faults` names every fault."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults: Sequence[Fault] = tuple(sorted(set(faults), key=lambda f: (f.sheet, f.row, f.column, f.message)))
        super().__init__("\n".join(str(f) for f in self.faults))


class Refused(Exception):
    """An action was refused: wrong state, wrong actor, bad input. The message is for people."""


class Invalid(Refused):
    """Typed values that cannot be taken; `errors` is field name → sentence with the repair."""

    def __init__(self, errors: Mapping[str, str]):
        self.errors = dict(errors)
        super().__init__(" ".join(self.errors.values()))


class Conflict(Refused):
    """Somebody else saved first; `current` is what stands now."""

    def __init__(self, message: str, current: object = None):
        self.current = current
        super().__init__(message)
