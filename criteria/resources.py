"""Criteria as spreadsheets: one row of a tree by its set and code. A set in use is closed."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from cchc_index.lib.faults import ImportRefused
from units.administration.resources import Choice, Code, CodeText, Lines, Points, SheetResource, Text, Whole, column
from units.models import UnitGroup

from . import actions, queries
from .annex.totals import contradictions
from .models import CriteriaSet, Criterion, Provenance, Source


class SetOfRow(Code):
    """The set of a row: the decision's number in this column, the block's code in `Mã khối`."""

    within = "Mã khối"

    def __init__(self) -> None:
        super().__init__(CriteriaSet, "decision__number")

    def get_queryset(self, value: Any, row: Any, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        group = Text().clean((row or {}).get("Mã khối"))
        return CriteriaSet.objects.filter(group__code=group)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value.decision.number if value else ""


class ParentOfRow(Code):
    """The row above in the tree, by its code within the same set; it may stand in the same file."""

    ahead = False

    def __init__(self) -> None:
        super().__init__(Criterion, "code")

    def get_queryset(self, value: Any, row: Any, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        criteria_set: Any = SetOfRow().clean((row or {}).get("Quyết định"), row)
        return Criterion.objects.filter(criteria_set=criteria_set, is_leaf=False)


class CriterionResource(SheetResource):
    """The tree's rows, found by decision, block and code; a parent stands above its children."""

    required = ("Quyết định", "Mã khối", "Mã")
    criteria_set = column("criteria_set", "Quyết định", SetOfRow())
    group = column("criteria_set__group", "Mã khối", Code(UnitGroup, "code"), readonly=True)
    code = column("code", "Mã", CodeText())
    parent = column("parent", "Thuộc mã", ParentOfRow())
    name = column("name", "Nội dung")
    max_points = column("max_points", "Điểm tối đa", Points())
    source = column("source", "Nguồn", Choice([(s.value, s.label) for s in Source], default=""))
    kind = column("kind", "Thưởng/trừ", Choice(list(Criterion.Kind.choices), default=Criterion.Kind.NORMAL))
    position = column("position", "Thứ tự", Whole())
    guidance = column("guidance", "Hướng dẫn tài liệu kiểm chứng", Lines())
    provenance = column("provenance", "Tính chất", Choice(list(Provenance.choices), default=Provenance.OFFICIAL))

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        super().before_import(dataset, **kwargs)
        self.touched: set[int] = set()

    def after_save_instance(self, instance: Criterion, row: Any, **kwargs: Any) -> None:
        self.touched.add(instance.criteria_set_id)

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """The check of every way in: no group's maximum contradicts the leaves below it."""
        faults = [fault for set_id in sorted(self.touched) for fault in contradictions(queries.tree(set_id))]
        if faults:
            raise ImportRefused(faults)

    def before_save_instance(self, instance: Criterion, row: Any, **kwargs: Any) -> None:
        actions.refuse_frozen(instance.criteria_set_id)

    def validate_instance(self, instance: Criterion, *args: Any, **kwargs: Any) -> None:
        # What carries points has a source, what groups has none: the mark follows from the column.
        instance.is_leaf = bool(instance.source)
        super().validate_instance(instance, *args, **kwargs)
        if instance.is_leaf and instance.pk and instance.children.exists():
            raise ValidationError({"source": "Dòng này có tiêu chí thành phần nên không có nguồn điểm."})

    class Meta(SheetResource.Meta):
        model = Criterion
        fields = (
            "criteria_set", "group", "code", "parent", "name", "max_points",
            "source", "kind", "position", "guidance", "provenance",
        )  # fmt: skip
        import_id_fields = ("criteria_set", "code")
        select_related = ("criteria_set__decision", "criteria_set__group", "parent")
