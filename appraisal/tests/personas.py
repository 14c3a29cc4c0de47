"""Everybody who might come: one person per way of standing to unit DV1 of `factories.council()`."""

from django.db import models

from appraisal import models as appraisal_models
from appraisal.models import Interest
from appraisal.tests.factories import Council, assign
from cchc_index.lib import clock
from cchc_index.lib.tests.row_counts import row_counts
from selfassess.models import DocumentOpening
from units.auditlog.actions import record
from units.auditlog.models import LogEntry
from units.models import Role, User
from units.tests.factories import UserFactory, person

UNIT_SIDE = ("officer", "head")
OTHER_UNIT = ("other officer", "other head")
JUDGES = ("member", "interested", "kin")
READERS = ("manager", "observer")
DESK = (*JUDGES, "stranger", *READERS)
PERSONAS = ("nobody", *UNIT_SIDE, *OTHER_UNIT, *DESK, "operator", "administrator")
"""`member` comes from unit NHA; `interested` declared an interest in DV1, `kin` comes from it, `stranger` sits
on the council with nothing assigned; `administrator` is a superuser without any role."""

OURS: tuple[type[models.Model], ...] = tuple(
    model
    for model in vars(appraisal_models).values()
    if isinstance(model, type) and issubclass(model, models.Model) and model._meta.app_label == "appraisal"
    if not model._meta.abstract
)


def rows_now() -> list[int]:
    """How much is written: the log, the openings of files, every table of the app."""
    tables: tuple[type[models.Model], ...] = (LogEntry, DocumentOpening, *OURS)
    return row_counts(tables)


def everybody(case: Council) -> dict[str, User | None]:
    interested, kin = person(Role.COUNCIL_MEMBER), person(Role.COUNCIL_MEMBER, case.first)
    for member in (interested, kin):
        assign(member, case.round_group)
    declared = {"reason": "Người nhà.", "declared_at": clock.now(), "declared_by": interested}
    log = record(actor=interested, verb="test", obj=case.round_group)
    Interest.objects.create(member=interested, unit=case.first, log=log, **declared)
    return {
        "nobody": None,
        "officer": case.officer,
        "head": case.head,
        "other officer": person(Role.UNIT_OFFICER, case.second),
        "other head": person(Role.UNIT_HEAD, case.second),
        "member": case.member,
        "interested": interested,
        "kin": kin,
        "stranger": person(Role.COUNCIL_MEMBER),
        "manager": case.manager,
        "observer": person(Role.OBSERVER),
        "operator": person(Role.SURVEY_OPERATOR),
        "administrator": UserFactory.create(is_staff=True, is_superuser=True),
    }
