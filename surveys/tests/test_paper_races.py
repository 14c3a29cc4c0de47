"""Paper ballots that meet: two send at once, two make a batch of the same bundles at once."""

from typing import Any

import pytest
from django.db.models import QuerySet

from surveys.models import ImportBatch, PaperBundle
from surveys.paper import actions
from surveys.tests.test_batches_races import at_once
from surveys.tests.test_paper import PAPER, Office

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def test_ten_batches_of_the_same_bundles_are_one() -> None:
    office = Office()
    office.ready()
    outcomes = at_once(10, lambda: actions.join_bundles(actor=office.chi, group_id=office.group.pk).pk)
    batch = ImportBatch.objects.get()
    assert [one for one in outcomes if one == batch.pk] == [batch.pk]
    assert PaperBundle.objects.get().batch_id == batch.pk


def test_two_who_send_at_once_have_both_sent() -> None:
    office = Office()
    bundle = office.bundle()
    both = [office.an, office.binh]
    for typist in both:
        office.type(typist, bundle, PAPER, send=False)
    at_once(2, lambda: actions.send_typing(actor=both.pop(), bundle_id=bundle.pk))
    bundle.refresh_from_db()
    assert bundle.first_sent
    assert bundle.second_sent


def test_negative_control_without_the_lock_bundles_go_in_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bundles are read without a lock; the log's head keeps its own."""
    lock = QuerySet.select_for_update

    def unless_ours(rows: QuerySet[Any], **options: Any) -> QuerySet[Any]:
        return rows if rows.model is PaperBundle else lock(rows, **options)

    monkeypatch.setattr(QuerySet, "select_for_update", unless_ours)
    office = Office()
    office.ready()
    at_once(10, lambda: actions.join_bundles(actor=office.chi, group_id=office.group.pk).pk)
    assert ImportBatch.objects.count() > 1
