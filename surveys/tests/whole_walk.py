"""What the browser walk of a whole survey begins with."""

from cchc_index.lib.tests.browser import PASSWORD
from surveys.tests.paper_walk import seed as seed_paper
from units.models import Role
from units.tests.factories import person


def seed() -> None:
    """An open survey, its operators, and who receives its points for Sở Nội vụ."""
    seed_paper()
    manager = person(Role.INDEX_MANAGER)
    manager.username, manager.full_name = "quanly.snv", "Phạm Thị Nội Vụ"
    manager.set_password(PASSWORD)
    manager.save()
