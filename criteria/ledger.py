"""The check that a criteria set in use is the one that was frozen.

The first score of a block logs a digest of its tree and policies (actions.freeze). The links to criteria of an earlier
year, which may still be added afterwards, and whether the set is a proposal yet stand beside it.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from units.auditlog.models import LogEntry

from .calendar import ledger as calendar
from .digests import (
    CORRECTION_VERBS,
    LINKS,
    PROPOSED,
    VERB_CONFIRM,
    VERB_COPY,
    VERB_CORRECT,
    VERB_FREEZE,
    VERB_LINK,
    VERB_PROPOSE,
    correction_facts,
    digest_of,
    instant,
)
from .models import Correction, CriteriaSet, Criterion, Decision, Round, RoundGroup


def check() -> Iterator[str]:
    """Vietnamese sentences for every frozen set that is no longer what the log says, and for every correction that two
    people did not make so, and for hours that the log does not know; none when all agree. Fifteen queries."""
    yield from calendar.check()
    yield from _check_corrections()
    yield from _check_names()
    yield from _check_proposals_and_links()
    logged = {
        int(entry.object_id): entry.after
        for entry in LogEntry.objects.filter(verb=VERB_FREEZE).order_by("number").iterator(2000)
    }
    digests = _digests()
    for block in RoundGroup.objects.select_related("round", "group").order_by("pk"):
        frozen = logged.pop(block.pk, None)
        if frozen is None:
            if block.frozen_at is not None:
                yield f"{block}: bộ tiêu chí đã khóa nhưng nhật ký không ghi."
            continue
        if block.frozen_at is None or instant(block.frozen_at) != frozen["at"]:
            yield f"{block}: giờ khóa bộ tiêu chí khác với nhật ký."
        if digests.get(block.criteria_set_id) != frozen["digest"]:
            yield f"{block}: các tiêu chí, quy tắc chấm hoặc cách tính đã bị sửa sau khi khóa."
    for pk in sorted(logged):
        yield f"Khối trong kỳ số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."


def _check_names() -> Iterator[str]:
    """The number of a decision that measures a frozen block, and whether a year is illustrative, are those that the log
    named last. What was frozen before the log named them is not known."""
    logged: dict[tuple[str, int], dict[str, Any]] = {}
    verbs = (VERB_FREEZE, "admin_change")
    for entry in LogEntry.objects.filter(verb__in=verbs).order_by("number").iterator(2000):
        after = entry.after if isinstance(entry.after, dict) else {}
        for kind, facts in after.get("names", {}).items() if entry.verb == VERB_FREEZE else ():
            logged[kind, facts["pk"]] = {**facts}
        known = logged.get((entry.object_type, int(entry.object_id) if entry.object_id.isdecimal() else 0))
        if known is not None and entry.verb != VERB_FREEZE:
            known.update({name: value for name, value in after.items() if name in known})
    for model, column in ((Decision, "number"), (Round, "illustrative")):
        for row in model._default_manager.order_by("pk").iterator(2000):
            facts = logged.pop((model._meta.label_lower, row.pk), {})
            if facts.get(column, getattr(row, column)) != getattr(row, column):
                named = model._meta.get_field(column).verbose_name  # type: ignore[union-attr]
                yield f"{str(model._meta.verbose_name).capitalize()} {row}: {named} khác với nhật ký."
    for kind, pk in sorted(logged):
        yield f"Quyết định hoặc kỳ số {pk} ({kind}) có trong nhật ký nhưng không còn trong cơ sở dữ liệu."


def _check_proposals_and_links() -> Iterator[str]:
    """Which sets are still proposals, and what was the same in earlier years, is what the log had last; what it never
    had is of before. A set that is not in use may change; a criterion that was taken out takes links to it along."""
    proposed: dict[str, int | None] = {}
    links: dict[str, list[Any]] = {}
    verbs = (VERB_FREEZE, VERB_CONFIRM, VERB_LINK, VERB_COPY)
    for entry in LogEntry.objects.filter(verb__in=verbs).order_by("number").iterator(2000):
        after = entry.after if isinstance(entry.after, dict) else {}
        proposed |= after.get(PROPOSED, {})
        links |= after.get(LINKS, {})
    for block in RoundGroup.objects.select_related("round", "group").order_by("pk"):
        if proposed.get(str(block.pk), block.proposed_from) != block.proposed_from:
            yield f"{block}: bộ tiêu chí còn là đề xuất hay đã được nhận khác với nhật ký."
    used = Criterion.objects.filter(criteria_set__round_groups__frozen_at__isnull=False).distinct()
    there = set(Criterion.objects.values_list("pk", flat=True))
    for row in used.order_by("pk").iterator(2000):
        earlier, code = links.get(str(row.pk), (row.previous_id, row.previous_code))
        if (earlier if earlier in there else None, code) != (row.previous_id, row.previous_code):
            yield f"Tiêu chí {row} (số {row.pk}): tiêu chí cùng nội dung của kỳ trước khác với nhật ký."


def _digests() -> dict[int, str]:
    used = CriteriaSet.objects.filter(round_groups__isnull=False).distinct().in_bulk()
    rows = Criterion.objects.filter(criteria_set__in=used).order_by("criteria_set_id", "pk").iterator(2000)
    trees = {pk: list(tree) for pk, tree in groupby(rows, key=lambda row: row.criteria_set_id)}
    return {pk: digest_of(criteria_set, trees.get(pk, [])) for pk, criteria_set in used.items()}


def _check_corrections() -> Iterator[str]:
    logged: dict[int, dict[str, Any]] = {}
    for entry in LogEntry.objects.filter(verb__in=CORRECTION_VERBS).order_by("number").iterator(2000):
        after = entry.after if isinstance(entry.after, dict) else {}
        facts = logged.setdefault(after.get("correction", 0), {"decided_by": None})
        facts.update(after)
        facts["proposed_by" if entry.verb == VERB_PROPOSE else "decided_by"] = entry.actor_id
        if entry.verb == VERB_CORRECT and entry.actor_id in (None, facts.get("proposed_by")):
            yield f"Đính chính số {after.get('correction')}: cùng một người vừa đề nghị vừa xác nhận."
    for row in Correction.objects.order_by("pk").iterator(2000):
        now = {**correction_facts(row), "proposed_by": row.proposed_by_id, "decided_by": row.decided_by_id}
        facts = logged.pop(row.pk, {})
        if {name: facts.get(name) for name in now} != now:
            yield f"Đính chính số {row.pk}: nội dung hoặc người khác với nhật ký."
    for pk in sorted(logged):
        yield f"Đính chính số {pk} có trong nhật ký nhưng không còn trong cơ sở dữ liệu."
