"""What the log takes of the meaning of silence."""

from appraisal.models import SilenceRule
from cchc_index.lib.canonical import digest

VERB_SILENCE = "appraisal.silence"


def silence_facts(rule: SilenceRule) -> dict[str, object]:
    facts: dict[str, object] = {"unit": rule.of_unit, "member": rule.of_member}
    return {**facts, "digest": digest([rule.round_id, rule.of_unit, rule.of_member])}
