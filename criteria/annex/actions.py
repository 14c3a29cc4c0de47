"""The verb that brings the annex of a decision into a criteria set."""

from pathlib import Path
from typing import IO

from django.db import transaction

from cchc_index.lib.faults import Refused
from cchc_index.lib.text import clean
from criteria.actions import confirm_set, inputs_changed, log_freeze
from criteria.calendar.actions import default_stages
from criteria.models import CriteriaSet
from criteria.queries import what_became
from criteria.rules import require_manager
from units.auditlog.actions import record
from units.auditlog.digests import marked
from units.models import User

from . import following, importing, reading
from .importing import AcceptedRepairs, AnnexImport
from .totals import Expected
from .words import SOURCE_NAMES, SOURCE_WORDS, likened, source_of

NOTHING_EXPECTED = Expected()


def import_criteria(
    *,
    actor: User | None,
    file: str | Path | IO[bytes],
    year: int,
    group: str,
    decision: str,
    source: str = "",
    accept_repairs: AcceptedRepairs = False,
    na_policy: str = "",
    ties: str = "",
    name: str = "",
    take_hidden: bool = False,
    expected: Expected = NOTHING_EXPECTED,
) -> AnnexImport:
    """Bring the annex of a decision into the set of the year's block; makes what is missing around it.

    Rows are matched by code, so importing the same file again changes nothing; rules and guidance stay, and
    illustrative rows of the same half that the file does not name go. All or nothing: raises ImportRefused
    with every fault by row and column (with `accept_repairs`, only when one cannot be repaired, or is not among those
    that were accepted) and every total of `expected` that the set would miss, Refused for bad names (before the file
    is read) or a frozen set, PermissionDenied for anybody but an index manager or the command line.
    """
    require_manager(actor)
    default_source = _source_named(source)
    importing.refuse_names(year=year, group=group, decision=decision, na_policy=na_policy, ties=ties)
    sheet = reading.read(file, name, take_hidden=take_hidden)
    with transaction.atomic():
        where = importing.place(year=year, group=group, decision=decision)
        default_stages(where.round_group.round)
        outcome = importing.write(
            sheet, where, default_source=default_source, accept_repairs=accept_repairs, expected=expected
        )
        outcome.said = [*sheet.said, *_said_of_source(source, default_source), *outcome.said]
        outcome.notices.extend(_notices_of_source(sheet, default_source))
        policies = importing.set_policies(where.criteria_set, na_policy, ties)
        outcome.notices += importing.policy_notices(policies)
        if where.former_set is not None:
            became = what_became(where.former_set, where.criteria_set.pk)
            outcome.notices += following.follow(actor, where.round_group, became)
        confirm_set(actor=actor, round_group_id=where.round_group.pk)
        if outcome.changes or policies or where.made:
            for pk in importing.blocks_measured_by(where.criteria_set):
                inputs_changed(pk)
            record(
                actor=actor,
                verb="criteria.import",
                obj=where.criteria_set,
                before={"policies": {field: old for field, (old, _) in policies.items()}},
                after={
                    **outcome.summary(),
                    "policies": {field: new for field, (_, new) in policies.items()},
                    **marked(*where.fresh, CriteriaSet.objects.get(pk=where.criteria_set.pk)),
                },
            )
            if policies:
                blocks = where.criteria_set.round_groups.select_related("round", "group").order_by("pk")
                for block in blocks.filter(frozen_at__isnull=False):
                    log_freeze(block, actor)
    return outcome


def _source_named(text: str) -> str:
    """The source `--source` names; "" for none."""
    source = source_of(text) if clean(text) else ""
    if source is None:
        raise Refused(f"Không rõ nguồn điểm “{clean(text)[:40]}”; ghi {SOURCE_NAMES}.")
    return source


def _said_of_source(text: str, source: str) -> list[str]:
    understood = likened(text, SOURCE_WORDS[source]) if source else ""
    return [f"Hiểu nguồn điểm chung {understood}."] if understood else []


def _notices_of_source(sheet: reading.Annex, default_source: str) -> list[str]:
    bare = [] if default_source else reading.unsourced(sheet)
    if not bare:
        return []
    return [
        f"{len(bare)} tiêu chí không ghi nguồn: coi là Tự đánh giá; nếu khác, ghi cột Nguồn hoặc chọn nguồn khi nhập."
    ]
