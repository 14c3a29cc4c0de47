"""The letter to whoever is given a part of the unit's sheet."""

from collections.abc import Sequence

from django.urls import reverse

from selfassess.models import OfficePart
from units.mail import actions as mail
from units.mail.letters import Letter


def tell_given(parts: Sequence[OfficePart]) -> mail.Posted:
    """One letter for what a person was given at once."""
    first = parts[0]
    assessment = first.assessment
    year = assessment.round_group.round.year
    named = "; ".join(str(part.criterion) for part in parts)
    letter = Letter(
        event=f"selfassess.part:{first.pk}",
        subject=f"Phần việc tự đánh giá năm {year} của {assessment.unit}",
        paragraphs=[
            f"{first.given_by} giao Ông/Bà thực hiện phần tự đánh giá năm {year} của {assessment.unit}: {named}.",
            f"Phòng, bộ phận: {first.office}." if first.office else "",
        ],
        path=reverse("selfassess:assessment", args=[assessment.pk]),
        illustrative=assessment.round_group.round.illustrative,
    )
    return mail.post(letter, [first.person])
