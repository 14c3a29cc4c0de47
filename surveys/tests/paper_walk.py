"""What the browser walk of paper ballots begins with."""

from cchc_index.lib.tests.browser import PASSWORD
from surveys.tests.online_walk import seed as seed_survey
from units.models import Role
from units.tests.factories import person


def seed() -> None:
    """A survey that is open, two typists and a third person."""
    seed_survey()
    for name, last, first in (
        ("an.nhap", "Nguyễn Văn", "An"),
        ("binh.nhap", "Trần Thị", "Bình"),
        ("chi.doi", "Lê", "Chi"),
    ):
        user = person(Role.SURVEY_OPERATOR)
        user.username, user.full_name = name, f"{last} {first}"
        user.set_password(PASSWORD)
        user.save()
