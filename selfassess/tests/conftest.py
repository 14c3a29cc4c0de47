"""One served installation for all browser tests of the unit's side."""

from collections.abc import Iterator

import pytest

from cchc_index.lib.tests.browser import Site, seeded

SEED = "from selfassess.tests.seed import seed; seed()"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory, "unit", SEED) as found:
        yield found
