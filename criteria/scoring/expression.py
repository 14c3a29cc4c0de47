"""Arithmetic that a decision writes over declared figures, read by a whitelisted walk. No Django.

Allowed: numbers, declared names, `+ - * /`, parentheses, `min(…)`, `max(…)`. Everything is exact
(`Fraction`). Nothing is ever executed as Python: an expression is data from the admin.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction

MAX_LENGTH = 500
MAX_DEPTH = 30
FUNCTIONS: Mapping[str, Callable[..., Fraction]] = {"min": min, "max": max}
OPERATORS: Mapping[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}

_NUMBER = re.compile(r"\d{1,15}(\.\d{1,10})?")
_ALLOWED = re.compile(r"[A-Za-z0-9_+\-*/().,\s]+", re.ASCII)


class ExpressionProblem(ValueError):
    """An expression that cannot be taken or computed; the message is a Vietnamese sentence."""


def names(expression: str) -> set[str]:
    """The names the expression uses (without `min`, `max`). Raises ExpressionProblem if ill-formed."""
    used = {node.id for node in ast.walk(_parse(expression)) if isinstance(node, ast.Name)}
    return used - set(FUNCTIONS)


def compute(expression: str, values: Mapping[str, Fraction]) -> Fraction:
    """The exact value. Raises ExpressionProblem: ill-formed, a name without a value, division by zero."""
    tree = _parse(expression)
    try:
        return _value(tree, expression.strip(), values)
    except ZeroDivisionError:
        raise ExpressionProblem("Công thức chia cho 0 với các số liệu đã khai") from None


def _parse(expression: str) -> ast.expr:
    """The checked tree: after this only whitelisted nodes remain."""
    text = expression.strip()
    if len(text) > MAX_LENGTH:
        raise ExpressionProblem(f"Công thức dài quá {MAX_LENGTH} ký tự")
    if not _ALLOWED.fullmatch(text):
        raise ExpressionProblem("Công thức chỉ gồm số, tên số liệu, + - * / và dấu ngoặc, min, max")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionProblem("Công thức viết sai; kiểm tra dấu ngoặc và phép tính") from None
    _check(tree, text, 0)
    return tree


def _check(node: ast.expr, source: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ExpressionProblem(f"Công thức lồng nhau quá {MAX_DEPTH} tầng")
    for child in _operands(node, source):
        _check(child, source, depth + 1)


def _operands(node: ast.expr, source: str) -> list[ast.expr]:
    """The operands of a whitelisted node; refuses every other."""
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return [node.operand]
    if isinstance(node, ast.Call):
        return _arguments(node)
    if isinstance(node, ast.Constant) and not _NUMBER.fullmatch(_text(node, source)):
        raise ExpressionProblem(f"“{_text(node, source)[:20]}” không phải số; viết số thập phân với dấu chấm")
    if isinstance(node, ast.Name) and node.id in FUNCTIONS:
        raise ExpressionProblem(f"{node.id} cần ít nhất hai giá trị trong ngoặc")
    if isinstance(node, ast.Constant | ast.Name):
        return []
    raise ExpressionProblem("Công thức có phép tính không được phép; chỉ dùng + - * / min max")


def _arguments(node: ast.Call) -> list[ast.expr]:
    if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords:
        raise ExpressionProblem("Công thức chỉ được gọi min và max")
    if len(node.args) < 2:
        raise ExpressionProblem(f"{node.func.id} cần ít nhất hai giá trị trong ngoặc")
    return node.args


def _text(node: ast.expr, source: str) -> str:
    """A number as written: its text, not the float Python read."""
    return str(ast.get_source_segment(source, node))


def _value(node: ast.expr, source: str, values: Mapping[str, Fraction]) -> Fraction:
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left, source, values), _value(node.right, source, values)
        return OPERATORS[type(node.op)](left, right)
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand, source, values)
    if isinstance(node, ast.Call):
        return FUNCTIONS[node.func.id](*(_value(arg, source, values) for arg in node.args))  # type: ignore[attr-defined]
    if isinstance(node, ast.Name):
        return _named(node.id, values)
    return Fraction(_text(node, source))


def _named(name: str, values: Mapping[str, Fraction]) -> Fraction:
    if name not in values:
        raise ExpressionProblem(f"Công thức dùng “{name[:40]}” chưa khai trong số liệu")
    return values[name]
