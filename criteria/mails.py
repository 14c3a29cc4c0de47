"""The mail of a granted extension."""

from django.urls import reverse

from cchc_index.lib import clock
from units.mail import actions as mail
from units.mail.letters import Letter
from units.models import Role
from units.queries import people_of

from .models import Extension, Phase

# Where the unit works in a phase; a name of an address is not an import of the room behind it.
PAGES = {Phase.Kind.SELF_ASSESSMENT: "selfassess:home", Phase.Kind.EXPLANATION: "appraisal:replies"}


def tell_extension(extension: Extension) -> mail.Posted:
    """Tell the unit's officers and heads of its new closing. A phase without a page of the unit's tells
    nobody."""
    phase, unit = extension.phase, extension.unit
    page = PAGES.get(Phase.Kind(phase.kind))
    if page is None:
        return mail.Posted(0, 0)
    people = people_of([unit.pk], Role.UNIT_OFFICER, Role.UNIT_HEAD)
    return mail.post(_letter(extension, page), people.get(unit.pk, []))


def _letter(extension: Extension, page: str) -> Letter:
    phase, unit = extension.phase, extension.unit
    until = f"{clock.hanoi(extension.closes_at):%H:%M ngày %d/%m/%Y}"
    name = f"{phase.get_kind_display()} Chỉ số CCHC năm {phase.round.year}"
    return Letter(
        event=f"criteria.extend:{extension.pk}:{clock.hanoi(extension.closes_at):%Y%m%d%H%M%S}",
        subject=f"{unit} được gia hạn {phase.get_kind_display().lower()} đến {until}",
        paragraphs=[
            f"Sở Nội vụ gia hạn giai đoạn {name} cho {unit} đến {until}.",
            f"Lý do: {extension.reason}",
            "Sau giờ này hệ thống không nhận nữa.",
        ],
        path=f"{reverse(page)}?nam={phase.round.year}",
        illustrative=phase.round.illustrative,
    )
