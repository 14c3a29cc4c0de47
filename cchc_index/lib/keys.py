"""Keys that no column holds: a form that names one finds nothing, as with any other key that is not there."""

from typing import Any

from django.db.models import AutoField, BigAutoField, Field
from django.db.models.lookups import In

_LEAST, _MOST = -(2**63), 2**63 - 1


class KeyIn(In):
    """`pk__in` without the numbers beyond 64 bits: Django leaves them out where one key is asked for, not where several
    are, and SQLite then takes none of them."""

    def get_prep_lookup(self) -> Any:
        keys = super().get_prep_lookup()
        if not isinstance(keys, list):  # a query
            return keys
        return [key for key in keys if not isinstance(key, int) or _LEAST <= key <= _MOST]


def leave_out_what_no_column_holds() -> None:
    """For every key of the site; called once, when it starts."""
    kinds: tuple[type[Field[Any, Any]], ...] = (AutoField, BigAutoField)
    for kind in kinds:
        kind.register_lookup(KeyIn)
