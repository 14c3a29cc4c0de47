"""Types as the document of an interface for programs names them (OpenAPI 3.1). Pure."""

from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

_PLAIN = {str: "string", int: "integer", bool: "boolean", NoneType: "null"}


def schema(kind: Any, shapes: dict[str, Any]) -> dict[str, Any]:
    """A type as JSON Schema; typed dictionaries are put into `shapes` under their names."""
    if is_typeddict(kind):
        if kind.__name__ not in shapes:
            shapes[kind.__name__] = {}
            fields = {name: schema(hint, shapes) for name, hint in get_type_hints(kind).items()}
            shapes[kind.__name__] = {
                "type": "object",
                "description": kind.__doc__,
                "properties": fields,
                "required": list(fields),
                "additionalProperties": False,
            }
        return {"$ref": f"#/components/schemas/{kind.__name__}"}
    if get_origin(kind) is list:
        return {"type": "array", "items": schema(get_args(kind)[0], shapes)}
    if isinstance(kind, UnionType):
        return {"type": [_PLAIN[each] for each in get_args(kind)]}
    return {"type": _PLAIN[kind]}
