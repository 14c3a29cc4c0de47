"""By what the database finds a ballot under its displayed code, however somebody spells it."""

from typing import Any

from django.db.models import CharField, Expression, Func

_ODD_SIGNS = "[^!-~ ]"


class RoughCode(Func):
    """What all spellings of one code share, of which `surveys.ballots.identity` knows more than a database: letter case
    and spaces make no difference, nor zeros before and after a number, as of `rough_word`. Codes with signs that only
    the key of `identity` reads (other than printable ASCII) lie together under the empty word. Plain SQL without
    parameters: an index on it serves both databases."""

    arity = 1
    output_field = CharField()
    template = "CASE WHEN %(odd)s THEN '' ELSE rtrim(ltrim(lower(replace(%(expressions)s, ' ', '')), '0'), '0.,') END"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self._with(compiler, connection, f"{{}} GLOB '*{_ODD_SIGNS}*'", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self._with(compiler, connection, f"""{{}} COLLATE "C" ~ '{_ODD_SIGNS}'""", **context)

    def _with(self, compiler: Any, connection: Any, odd: str, **context: Any) -> Any:
        (code,) = self.get_source_expressions()
        assert isinstance(code, Expression)
        column, _ = compiler.compile(code)
        return super().as_sql(compiler, connection, odd=odd.format(column), **context)


def rough_word(key: str) -> str:
    """The word under which `RoughCode` has the plain spellings of a code, by its key of `identity`."""
    return key.lstrip("0").rstrip("0.,") if key.isascii() else ""
