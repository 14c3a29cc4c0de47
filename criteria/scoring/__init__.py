"""How declared figures become points. Pure: no Django, no clock, no database.

A rule is typed JSON; numbers in it are exact texts ("0.5"), never floats:

    {} or {"kind": "direct"}              points are typed by the unit
    {"kind": "steps", "options": [{"key", "label", "points"}…], "label"?}
    {"kind": "yes_no", "yes"?, "no"?}     yes: the maximum, no: 0; "yes" and "no" are other wordings
    {"kind": "bands", "numerator", "denominator", "unit"?, "forbid_over"?,
     "bands": [{"from"?, "from_open"?, "to"?, "to_open"?, "points"}…]}   edges in %
    {"kind": "proportional", "numerator", "denominator", "unit"?, "forbid_over"?, "threshold"}
    {"kind": "formula", "fields": [{"key", "label", "unit"?, "optional"?}…], "expression"}

The first band that holds wins; a band without an edge reaches to its neighbours. In a formula the
name `diem_toi_da` stands for the criterion's maximum and an optional figure left empty counts 0.
"""

from .checking import validate
from .points import evaluate, ratio, ratio_words
from .reading import Field, RuleProblem, fields, is_direct
from .rule_to_words import in_words
from .typed_figures import read_figure, read_typed, shown_figure
from .words import describe
from .words_to_rule import EXAMPLES, WordsProblem, from_words

__all__ = [
    "EXAMPLES", "Field", "RuleProblem", "WordsProblem", "describe", "evaluate", "fields", "from_words", "in_words",
    "is_direct", "ratio", "ratio_words", "read_figure", "read_typed", "shown_figure", "validate",
]  # fmt: skip
