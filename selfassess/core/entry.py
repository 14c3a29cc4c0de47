"""What a unit typed for one criterion, read into exact values: figures, points, explanation, N/A claim."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from cchc_index.lib.faults import Invalid
from cchc_index.lib.numbers import NumberProblem, parse_decimal, vn_count, vn_short
from cchc_index.lib.text import clean_lines
from criteria import scoring
from criteria.models import Criterion
from selfassess.models import SelfScore

MAX_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class ScoreEntry:
    """The values of one score as they are stored."""

    figures: dict[str, str]
    points: Decimal | None
    explanation: str
    na_claimed: bool
    na_reason: str


def read(
    criterion: Criterion,
    *,
    figures: Mapping[str, object],
    points: object,
    explanation: str,
    na_claimed: bool,
    na_reason: str,
) -> ScoreEntry:
    """Check what was typed and compute the points by the criterion's rule; typed points count only
    where the rule is direct entry. Raises Invalid with a sentence for each wrong field."""
    errors: dict[str, str] = {}
    taken = read_figures(criterion, figures, errors)
    value = None if na_claimed or errors else _points(criterion, taken, points, errors)
    texts = {"explanation": text(explanation), "na_reason": text(na_reason) if na_claimed else ""}
    errors.update({name: _too_long(said) for name, said in texts.items() if len(said) > MAX_TEXT})
    if na_claimed and not texts["na_reason"]:
        errors["na_reason"] = "Chưa ghi lý do không áp dụng: ghi vì sao đơn vị không có nhiệm vụ này."
    if errors:
        raise Invalid(errors)
    return ScoreEntry(taken, value, texts["explanation"], na_claimed, texts["na_reason"])


def read_figures(criterion: Criterion, typed: Mapping[str, object], errors: dict[str, str]) -> dict[str, str]:
    """Declared figures as exact text by field; faults are added to `errors`."""
    taken, problems = scoring.read_typed(criterion.rule, typed)
    errors.update({f"figure_{key}": sentence for key, sentence in problems.items()})
    return taken


def compute(criterion: Criterion, figures: Mapping[str, str]) -> Decimal | None:
    """Points by rule; Invalid when the figures make no sense together."""
    try:
        return scoring.evaluate(criterion.rule, criterion.max_points, figures)
    except scoring.RuleProblem as problem:
        raise Invalid({"figures": str(problem)}) from None


def text(raw: object) -> str:
    """Typed prose: NFC, trimmed, line breaks kept."""
    return clean_lines(raw)


def _points(criterion: Criterion, figures: Mapping[str, str], typed: object, errors: dict[str, str]) -> Decimal | None:
    try:
        if scoring.is_direct(criterion.rule):
            return direct_points(criterion, typed)
        return compute(criterion, figures)
    except Invalid as invalid:
        errors.update(invalid.errors)
        return None


def direct_points(criterion: Criterion, typed: object) -> Decimal | None:
    """Points as typed, within 0 … maximum."""
    try:
        value = parse_decimal(typed)
    except NumberProblem as problem:
        raise Invalid({"points": f"Điểm tự đánh giá: {problem}."}) from None
    if value is not None and not 0 <= value <= criterion.max_points:
        raise Invalid({"points": f"Điểm tự đánh giá phải từ 0 đến {vn_short(criterion.max_points)}."})
    return value


def _too_long(words: str) -> str:
    length = f"Nội dung dài {vn_count(len(words))} ký tự, tối đa {vn_count(MAX_TEXT)}"
    return f"{length}: rút gọn hoặc chuyển phần chi tiết vào tài liệu."


def stored(score: SelfScore) -> ScoreEntry:
    """A row as it stands, in the form of what was typed."""
    return ScoreEntry(score.figures, score.points, score.explanation, score.na_claimed, score.na_reason)
