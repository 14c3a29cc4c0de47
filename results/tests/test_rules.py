"""Who sees what stands before publication, who publishes, who follows a job: predicate and queryset say one thing."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from cchc_index.lib import clock
from criteria.models import RoundGroup
from results import rules
from results.jobs import rules as job_rules
from results.models import Job, Publication
from results.publication import rules as publication_rules
from units.models import Role, Unit, User
from units.tests.factories import UnitFactory, UserFactory, person

from .factories import block

pytestmark = pytest.mark.django_db

PREVIEWERS = {Role.INDEX_MANAGER, Role.OBSERVER}


@pytest.fixture
def round_group() -> RoundGroup:
    return block("X")


def publication(round_group: RoundGroup, state: str, by: User | None = None) -> Publication:
    recalled = state == Publication.State.RECALLED
    at = clock.now() if recalled or state == Publication.State.PUBLISHED else None
    recall: dict[str, Any] = {}
    if recalled:
        recall = {"recall_reason": "Sai.", "recall_proposed_at": clock.now(), "recalled_at": clock.now()}
        recall |= {"recall_proposed_by": person(Role.INDEX_MANAGER), "recalled_by": person(Role.INDEX_MANAGER)}
    return Publication.objects.create(
        round=round_group.round,
        number=f"{state}/QĐ",
        dated=date(2032, 3, 1),
        state=state,
        bundle="{}",
        digest="0" * 64,
        proposed_by=by,
        proposed_at=clock.now(),
        published_at=at,
        **recall,
    )


def everybody() -> list[User | AnonymousUser]:
    return [*(person(role, UnitFactory.create()) for role in Role), UserFactory.create(), AnonymousUser()]


def holds(user: User | AnonymousUser, *roles: str) -> bool:
    return isinstance(user, User) and user.memberships.filter(role__in=roles).exists()


def test_previews_are_for_managers_and_observers_publishing_for_managers() -> None:
    for user in everybody():
        assert rules.may_see_preview(user) is holds(user, *PREVIEWERS)
        assert rules.may_publish(user) is holds(user, Role.INDEX_MANAGER)
    assert rules.may_see_preview(None) is False


def test_a_proposal_is_approved_by_another_manager_and_withdrawn_by_any(round_group: RoundGroup) -> None:
    mine = person(Role.INDEX_MANAGER)
    proposal = publication(round_group, Publication.State.PROPOSED, by=mine)
    for user in [*everybody(), mine]:
        manager = holds(user, Role.INDEX_MANAGER)
        assert publication_rules.may_withdraw(user, proposal) is manager
        assert publication_rules.may_approve(user, proposal) is (manager and user != mine)


@pytest.mark.parametrize("state", [Publication.State.PUBLISHED, Publication.State.WITHDRAWN])
def test_what_is_no_proposal_any_more_is_neither_approved_nor_withdrawn(round_group: RoundGroup, state: str) -> None:
    done, manager = publication(round_group, state), person(Role.INDEX_MANAGER)
    assert not publication_rules.may_approve(manager, done)
    assert not publication_rules.may_withdraw(manager, done)


def test_everybody_sees_what_is_published_and_previewers_the_rest(round_group: RoundGroup) -> None:
    rows = [publication(round_group, state) for state in Publication.State]
    public = [row for row in rows if row.state in publication_rules.OPEN_TO_ALL]
    for user in everybody():
        seen = rows if holds(user, *PREVIEWERS) else public
        assert [row for row in rows if publication_rules.may_see_publication(user, row)] == seen
        assert set(publication_rules.visible_publications(user)) == set(seen)
    assert [row for row in rows if publication_rules.may_see_publication(None, row)] == public


def jobs_of(round_group: RoundGroup, asked_by: User) -> dict[str, Job]:
    """One of each; `asked_by` asked for the preview, when it was theirs to see, and for the statement."""
    published = publication(round_group, Publication.State.PUBLISHED)
    proposed = publication(round_group, Publication.State.PROPOSED)
    make = Job.objects.create
    return {
        "recompute": make(kind=Job.Kind.RECOMPUTE, round_group=round_group),
        "preview": make(kind=Job.Kind.REPORT, round_group=round_group, requested_by=asked_by),
        "published": make(kind=Job.Kind.REPORT, publication=published),
        "proposed": make(kind=Job.Kind.REPORT, publication=proposed),
        "statement": make(
            kind=Job.Kind.STATEMENT,
            round_group=round_group,
            publication=published,
            unit=Unit.objects.get(code="X"),
            requested_by=asked_by,
        ),
    }


def test_who_follows_which_job(round_group: RoundGroup) -> None:
    owner = person(Role.UNIT_HEAD, UnitFactory.create())
    jobs = jobs_of(round_group, owner)
    for user in [*everybody(), owner]:
        seen = set(jobs) - {"statement"} if holds(user, *PREVIEWERS) else {"published"}
        seen |= {"statement"} if user == owner else set()
        assert {name for name, job in jobs.items() if job_rules.may_see_job(user, job)} == seen
        assert set(job_rules.visible_jobs(user)) == {jobs[name] for name in seen}


def test_a_statement_that_nobody_asked_for_is_nobodys(round_group: RoundGroup) -> None:
    job = jobs_of(round_group, person(Role.OBSERVER))["statement"]
    Job.objects.filter(pk=job.pk).update(requested_by=None)
    job.refresh_from_db()
    for user in everybody():
        assert not job_rules.may_see_job(user, job)
        assert job not in job_rules.visible_jobs(user)


def test_jobs_and_publications_stand_newest_first(round_group: RoundGroup) -> None:
    reader, now = person(Role.OBSERVER), clock.now()
    jobs = [Job.objects.create(kind=Job.Kind.REPORT, round_group=round_group) for _ in range(3)]
    states = [state for state in Publication.State if state != Publication.State.RECALLED]
    done = [publication(round_group, state) for state in states]
    Job.objects.update(created_at=now)
    Publication.objects.filter(pk__in=[row.pk for row in done]).update(
        published_at=now, state=Publication.State.PUBLISHED
    )
    assert list(job_rules.visible_jobs(reader)) == jobs[::-1]
    assert list(publication_rules.visible_publications(reader)) == done[::-1]
    Job.objects.filter(pk=jobs[0].pk).update(created_at=now + timedelta(days=1))
    Publication.objects.filter(pk=done[0].pk).update(published_at=now + timedelta(days=1))
    assert list(job_rules.visible_jobs(reader)) == [jobs[0], jobs[2], jobs[1]]
    assert list(publication_rules.visible_publications(reader)) == [done[0], done[2], done[1]]
    Publication.objects.filter(pk=done[1].pk).update(published_at=None, state=Publication.State.PROPOSED)
    assert list(publication_rules.visible_publications(reader)) == [done[0], done[2], done[1]]


def test_a_list_names_block_publication_unit_and_year_without_asking_again(
    round_group: RoundGroup, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    owner = person(Role.UNIT_HEAD, UnitFactory.create())
    statement = jobs_of(round_group, owner)["statement"]
    assert not rules.may_see_preview(owner)
    with django_assert_num_queries(1):
        row = job_rules.visible_jobs(owner).get(kind=Job.Kind.STATEMENT)
        assert (row.round_group, row.publication, row.unit) == (round_group, statement.publication, statement.unit)
    with django_assert_num_queries(1):
        assert publication_rules.visible_publications(owner).get().round == round_group.round
