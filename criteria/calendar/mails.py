"""The mail of a granted extension."""

from django.urls import reverse

from cchc_index.lib import clock
from criteria.models import Extension, Stage
from units.mail import actions as mail
from units.mail.letters import Letter
from units.models import Role
from units.queries import people_of

# Where the unit works in a stage; a name of an address is not an import of the room behind it.
PAGES = {Stage.Kind.SELF_ASSESSMENT: "selfassess:home", Stage.Kind.REPLY: "appraisal:replies"}


def tell_extension(extension: Extension) -> mail.Posted:
    """Tell the unit's officers and heads of its new closing. A stage without a page of the unit's tells
    nobody."""
    stage, unit = extension.stage, extension.unit
    page = PAGES.get(Stage.Kind(stage.kind))
    if page is None:
        return mail.Posted(0, 0)
    people = people_of([unit.pk], Role.UNIT_OFFICER, Role.UNIT_HEAD)
    return mail.post(_letter(extension, page), people.get(unit.pk, []))


def _letter(extension: Extension, page: str) -> Letter:
    stage, unit = extension.stage, extension.unit
    until = clock.in_words(extension.closes_at)
    name = f"{stage.title} Chỉ số CCHC năm {stage.round.year}"
    return Letter(
        event=f"criteria.extend:{extension.pk}:{clock.hanoi(extension.closes_at):%Y%m%d%H%M%S}",
        subject=f"{unit} được gia hạn {stage.title.lower()} đến {until}",
        paragraphs=[
            f"Sở Nội vụ gia hạn giai đoạn {name} cho {unit} đến {until}.",
            f"Lý do: {extension.reason}",
            "Hệ thống ngừng tiếp nhận sau thời điểm này.",
        ],
        path=f"{reverse(page)}?nam={stage.round.year}",
        illustrative=stage.round.illustrative,
    )
