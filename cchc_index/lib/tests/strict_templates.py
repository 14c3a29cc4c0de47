"""Names that the project's own templates ask for in vain.

Django renders an unknown name as nothing, and `{% if %}` takes it for false: a renamed variable empties a page
in silence. While tests run, every look-up that fails is noted, in `{{ }}`, `{% if %}`, `{% for %}`, `{% with %}`
and the arguments of tags and filters alike, and fails the test in which it happened, when

- the name is not in the context at all (a partial's optional name is given by whoever includes it, if only
  as "" or False), or
- an object has no such attribute, or
- the name means the `{% block %}` around it: inside one, Django calls the tag itself `block` and hides a view's name.

Not noted: what is asked of None (a chain over something that is not there) and of a mapping (open by nature:
errors by field, choices by key); names in the templates of Django and of packages, whose habit it is; branches
that no test renders.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.base import Variable, VariableDoesNotExist
from django.template.context import BaseContext
from django.template.loader_tags import BlockNode

TEMPLATES = Path(settings.BASE_DIR) / "templates"


def asked_in_vain(context: Any, variable: str, missing: VariableDoesNotExist) -> str | None:
    """The fault in words; None where the look-up may fail."""
    template = getattr(getattr(context, "render_context", None), "template", None)
    origin = getattr(getattr(template, "origin", None), "name", None)
    if not origin or TEMPLATES not in Path(origin).parents:
        return None
    name = getattr(template, "name", None)
    holder = missing.params[1] if len(missing.params) > 1 else context
    if isinstance(holder, BaseContext):
        return f"{name}: no name {variable}"
    if holder is None or isinstance(holder, Mapping | str):
        return None
    return f"{name}: {variable}: {type(holder).__name__} has no {missing.params[0]}"


def noting(faults: set[str]) -> Callable[[Variable, Any], Any]:
    """A replacement of `Variable._resolve_lookup` that notes what is asked in vain."""
    resolve: Callable[[Variable, Any], Any] = Variable.__dict__["_resolve_lookup"]

    def resolve_and_note(self: Variable, context: Any) -> Any:
        try:
            value = resolve(self, context)
            if isinstance(value, BlockNode):
                faults.add(f"{self.var}: the name is hidden by the tag {{% block {value.name} %}}")
            return value
        except VariableDoesNotExist as missing:
            fault = asked_in_vain(context, str(self.var), missing)
            if fault:
                faults.add(fault)
            raise

    return resolve_and_note
