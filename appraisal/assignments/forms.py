"""What the index manager types: an assignment, a split, a hand-over. The actions check again."""

from collections.abc import Iterable

from django import forms
from django.http import QueryDict

from appraisal.models import Assignment
from cchc_index.lib.text import sort_key
from criteria.models import Criterion
from units.models import User

from .queries import Board

WHOLE = "0"


class PartForm(forms.Form):
    """A branch of the tree, at every unit of the block or at chosen ones."""

    use_required_attribute = False

    branch = forms.ChoiceField(
        label="Lĩnh vực hoặc tiêu chí",
        error_messages={
            "required": "Chọn lĩnh vực hoặc tiêu chí.",
            "invalid_choice": "Chọn lại lĩnh vực hoặc tiêu chí.",
        },
    )
    reach = forms.ChoiceField(
        label="Đơn vị",
        choices=[("khoi", "Mọi đơn vị của khối"), ("chon", "Chỉ các đơn vị đánh dấu dưới đây")],
        widget=forms.RadioSelect,
        initial="khoi",
        error_messages={"required": "Chọn mọi đơn vị của khối hoặc một số đơn vị."},
    )
    units = forms.MultipleChoiceField(
        label="Các đơn vị",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Có đơn vị không thuộc khối: hãy chọn lại."},
    )

    def __init__(self, data: QueryDict | None, board: Board, *, initial: dict[str, object] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.board = board
        self._choices("branch", [(WHOLE, "Toàn bộ tiêu chí"), *branch_choices(board.branches)])
        self._choices("units", [(str(unit.pk), unit.name) for unit in board.units])

    def _choices(self, name: str, choices: Iterable[object]) -> None:
        self.fields[name].choices = list(choices)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if data.get("reach") == "chon" and not data.get("units") and "units" not in self.errors:
            self.add_error("units", "Đánh dấu ít nhất một đơn vị, hoặc chọn mọi đơn vị của khối.")
        return data

    @property
    def branch_id(self) -> int | None:
        return int(self.cleaned_data["branch"]) or None

    @property
    def unit_ids(self) -> list[int]:
        """Nothing for the whole block."""
        return [int(pk) for pk in self.cleaned_data["units"]] if self.cleaned_data["reach"] == "chon" else []


class AssignForm(PartForm):
    who = forms.ChoiceField(
        label="Giao cho",
        help_text="Chọn một thành viên, hoặc một cơ quan để giao cho mọi thành viên Hội đồng thẩm định của cơ quan đó.",
        error_messages={"required": "Chọn thành viên hoặc cơ quan.", "invalid_choice": "Chọn lại người được giao."},
    )
    field_order = ["who", "branch", "reach", "units"]

    def __init__(self, data: QueryDict | None, board: Board, *, initial: dict[str, object] | None = None) -> None:
        super().__init__(data, board, initial=initial)
        agencies = [(f"a{unit.pk}", f"{unit} ({len(held)} người)") for unit, held in board.agencies.items()]
        members = [(f"m{m.pk}", str(m)) for m in board.members]
        self._choices("who", [("", "– chọn –"), ("Thành viên", members), ("Cơ quan", agencies)])

    @property
    def member_ids(self) -> list[int]:
        kind, pk = self.cleaned_data["who"][0], int(self.cleaned_data["who"][1:])
        if kind == "m":
            return [pk]
        return [m.pk for unit, held in self.board.agencies.items() if unit.pk == pk for m in held]


def branch_choices(branches: Iterable[Criterion]) -> list[tuple[str, str]]:
    """Rows of the tree, deeper ones further in. No-break spaces, since a list drops others."""
    return [(str(row.pk), f"{'  ' * (row.depth - 1)}{row.code} {row.name[:90]}") for row in branches]


def as_initial(assignment: Assignment) -> dict[str, object]:
    units = [str(unit.pk) for unit in assignment.units.all()]
    return {"branch": str(assignment.branch_id or WHOLE), "reach": "chon" if units else "khoi", "units": units}


class SplitForm(forms.Form):
    members = forms.MultipleChoiceField(
        label="Chia cho các thành viên",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Đánh dấu ít nhất một thành viên.",
            "invalid_choice": "Có người không còn là thành viên Hội đồng thẩm định: hãy chọn lại.",
        },
    )

    def __init__(self, data: QueryDict | None, board: Board) -> None:
        super().__init__(data, initial={"members": [str(m.pk) for m in board.members]})
        self.fields["members"].choices = [(str(m.pk), str(m)) for m in board.members]  # type: ignore[attr-defined]

    @property
    def member_ids(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["members"]]


class HandOverForm(forms.Form):
    giver = forms.ChoiceField(label="Người giao", error_messages={"required": "Chọn người giao."})
    taker = forms.ChoiceField(label="Người nhận", error_messages={"required": "Chọn người nhận."})

    def __init__(self, data: QueryDict | None, board: Board) -> None:
        super().__init__(data)
        holding = {a.member_id for a in board.assignments}
        givers = [person for pk, person in board.people.items() if pk in holding]
        self._people("giver", sorted(givers, key=sort_key))
        self._people("taker", board.members)

    def _people(self, name: str, people: Iterable[User]) -> None:
        choices = [("", "– chọn –"), *((str(person.pk), str(person)) for person in people)]
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if data.get("giver") and data.get("giver") == data.get("taker"):
            self.add_error("taker", "Người nhận phải khác người giao.")
        return data
