"""A test with transactions of its own leaves nothing, and what the tables were made with stays."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from cchc_index.lib.tests.emptying import empty_filled_tables, filled_tables
from cchc_index.tests.ledger_year import year


@pytest.mark.django_db(transaction=True)
def test_a_whole_year_goes_whatever_its_rows_point_to() -> None:
    made = ContentType.objects.count(), Permission.objects.count()
    year()
    assert len(filled_tables()) > 20
    empty_filled_tables()
    assert filled_tables() == []
    assert (ContentType.objects.count(), Permission.objects.count()) == made
    assert min(made) > 0


@pytest.mark.django_db
def test_what_a_test_finds_is_empty() -> None:
    assert filled_tables() == []
