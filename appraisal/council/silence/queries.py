"""The meaning of silence in a round, in sentences."""

from appraisal.models import SilenceRule


def rule_of(round_id: int) -> SilenceRule | None:
    return SilenceRule.objects.filter(round=round_id).first()


def sentences(round_id: int) -> list[str]:
    """What is printed with the result; none where nothing was stated. One query."""
    rule = rule_of(round_id)
    return rule.sentences if rule is not None else []
