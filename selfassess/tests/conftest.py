"""One served installation for all browser tests of the unit's side."""

from collections.abc import Iterator

import pytest

from cchc_index.lib.tests.browser import Site

SEED = "from selfassess.tests.seed import seed; seed()"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    found = Site(tmp_path_factory.mktemp("unit"))
    for command in (["migrate", "--verbosity", "0"], ["shell", "-c", SEED]):
        done = found.manage(*command)
        assert done.returncode == 0, done.stderr
    with found.served():
        yield found
