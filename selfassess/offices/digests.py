"""A part of a sheet as the log keeps it."""

from typing import Any

from selfassess.models import OfficePart

VERB_GIVE, VERB_TAKE = "selfassess.give_part", "selfassess.take_part"


def part_facts(part: OfficePart) -> dict[str, Any]:
    return {
        "part": part.pk,
        "criterion": part.criterion_id,
        "code": part.criterion.code,
        "person": part.person_id,
        "office": part.office,
    }
