"""What the tests of the unit's side share: an open assessment, and one served installation for all browser tests."""

from collections.abc import Iterator

import pytest

from cchc_index.lib.tests.browser import Site, seeded
from criteria.tests.factories import open_stage
from selfassess.models import SelfAssessment
from selfassess.tests.factories import small_assessment

SEED = "from selfassess.tests.seed import seed; seed()"


@pytest.fixture
def assessment() -> SelfAssessment:
    made = small_assessment()
    open_stage(made.round_group.round, "self_assessment")
    return made


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory, "unit", SEED) as found:
        yield found
