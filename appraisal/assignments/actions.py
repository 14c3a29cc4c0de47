"""Who appraises what: the index manager assigns, changes, takes back, splits, hands over.

Nothing here touches a decision: what was recognised or adjusted stays as it stands, by whom it was made.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction

from appraisal.core.actions.locks import locked_block
from appraisal.models import Assignment
from appraisal.rules import reach, stages
from cchc_index.lib import clock
from cchc_index.lib.faults import Conflict, Refused
from criteria.models import Criterion, RoundGroup
from criteria.tree import CellKey
from units.auditlog.actions import Change, record, record_many
from units.auditlog.digests import ROW_MARKS, marked
from units.mail import actions as mail
from units.models import User

from . import mails, queries, sharing
from .digests import assignment_mark
from .queries import Board
from .sharing import SharedBranch

CHANGED = "Phân công của khối đã thay đổi sau khi bạn mở trang: chưa ghi gì. Hãy xem lại rồi làm lại."

NEW_SET = "Khối chuyển sang bộ tiêu chí khác"


@dataclass(frozen=True, slots=True)
class CopiedAssignments:
    """What came of the assignments of an earlier year; `left` names those that found no place."""

    made: list[Assignment]
    left: list[str]


def _open(actor: User, round_group_id: int) -> Board:
    """The block, locked, with its assignments. Raises PermissionDenied for anyone but the index manager."""
    if not reach.can_assign(actor):
        raise PermissionDenied
    return queries.board(locked_block(round_group_id))


def _check_seen(board: Board, seen: str) -> None:
    if board.fingerprint != seen:
        raise Conflict(CHANGED)


def _check_part(board: Board, branch_id: int | None, unit_ids: Iterable[int]) -> None:
    if branch_id is not None and branch_id not in {row.pk for row in board.branches}:
        raise Refused(
            "Lĩnh vực hoặc tiêu chí này không thuộc bộ tiêu chí của khối, hoặc không có tiêu chí nào cần thẩm định."
        )
    if set(unit_ids) - {unit.pk for unit in board.units}:
        raise Refused("Có đơn vị không thuộc khối trong kỳ này: hãy chọn lại đơn vị.")


def _check_members(board: Board, member_ids: Iterable[int]) -> list[User]:
    known = {member.pk: member for member in board.members}
    wanted = list(dict.fromkeys(member_ids))
    if not wanted:
        raise Refused("Chọn ít nhất một thành viên Hội đồng thẩm định.")
    if any(pk not in known for pk in wanted):
        raise Refused("Có người không còn là thành viên Hội đồng thẩm định: hãy chọn lại.")
    return [known[pk] for pk in wanted]


def _check_reason(reason: str) -> str:
    if not reason.strip():
        raise Refused("Nhập lý do.")
    return reason.strip()


def as_values(assignment: Assignment) -> dict[str, object]:
    """An assignment as it stands in the log."""
    return {
        "member": assignment.member.username,
        "branch": assignment.branch.code if assignment.branch else "",
        "units": sorted(unit.code for unit in assignment.units.all()),
    }


def _logged(assignment: Assignment) -> dict[str, object]:
    return {**as_values(assignment), **marked(assignment)}


@transaction.atomic
def assign(
    *, actor: User, round_group_id: int, member_ids: Iterable[int], branch_id: int | None, unit_ids: Iterable[int] = ()
) -> list[Assignment]:
    """Give one member, or every member of an agency, a branch (None: the whole tree) at `unit_ids` (none:
    every unit of the block). Raises Refused for a foreign branch or unit, for somebody who is no council
    member, and, naming them, for members who hold that branch already."""
    board = _open(actor, round_group_id)
    members, units = _check_members(board, member_ids), list(unit_ids)
    _check_part(board, branch_id, units)
    holding = {a.member_id for a in board.assignments if a.branch_id == branch_id}
    if again := [str(m) for m in members if m.pk in holding]:
        raise Refused(f"Đã được phân công đúng lĩnh vực hoặc tiêu chí này: {', '.join(again)}. Hãy sửa phân công đó.")
    useless = [str(m) for m in members if units and not board.judgeable(m.pk) & set(units)]
    if useless:
        raise Refused(f"Không thẩm định được đơn vị nào đã chọn (đơn vị mình hoặc đã khai): {', '.join(useless)}.")
    made = [
        _create(board.round_group, member.pk, SharedBranch(branch_id, frozenset(units) or None)) for member in members
    ]
    record_many(actor=actor, verb="appraisal.assign", changes=[Change(a, None, _logged(a)) for a in made])
    return made


def _create(round_group: RoundGroup, member_id: int, row: SharedBranch) -> Assignment:
    made = Assignment.objects.create(round_group=round_group, member_id=member_id, branch_id=row.branch)
    made.units.set(row.units or ())
    return made


@transaction.atomic
def copy_assignments(
    *,
    actor: User | None,
    source: RoundGroup,
    target: RoundGroup,
    criteria: Mapping[int, int],
    units: Mapping[int, Iterable[int]],
) -> CopiedAssignments:
    """Give a block that has none the assignments of an earlier year's. `criteria` and `units` say what each became;
    what became nothing, and whoever is no council member any more, is named. Raises PermissionDenied for anybody but
    the index manager or the command line."""
    if actor is not None and not reach.can_assign(actor):
        raise PermissionDenied
    board, earlier = queries.board(locked_block(target.pk)), queries.board(source).assignments
    if board.assignments or not earlier:
        return CopiedAssignments([], [])
    members, here = {member.pk for member in board.members}, {unit.pk for unit in board.units}
    made, left = [], []
    for row in earlier:
        became = {unit for old in row.units.all() for unit in units.get(old.pk, ())} & here
        branch = criteria.get(row.branch_id) if row.branch_id else None
        if row.member_id not in members or (row.branch_id and branch is None) or (row.units.all() and not became):
            left.append(str(row))
        else:
            made.append(_create(target, row.member_id, SharedBranch(branch, frozenset(became) or None)))
    record_many(actor=actor, verb="appraisal.assign", changes=[Change(a, None, _logged(a)) for a in made])
    return CopiedAssignments(made, left)


@transaction.atomic
def follow_set(actor: User | None, block: RoundGroup, became: Mapping[int, int]) -> list[str]:
    """Assignments of a part of the block's former set go to what the part became; one whose part became nothing is
    taken back, and said so. Called where an annex brings the block another set."""
    rows = Assignment.objects.filter(round_group=block, branch__isnull=False)
    moved, gone = [], []
    for row in rows.select_related("member", "branch", "round_group__group").prefetch_related("units").order_by("pk"):
        before, branch = as_values(row), became.get(row.branch_id or 0)
        if branch is None:
            gone.append(Change(row, before, marked(row, gone=True)))
        else:
            row.branch = Criterion.objects.get(pk=branch)
            row.save(update_fields=["branch"])
            moved.append(Change(row, before, _logged(row)))
    record_many(actor=actor, verb="appraisal.reassign", changes=moved, reason=NEW_SET)
    record_many(actor=actor, verb="appraisal.unassign", changes=gone, reason=NEW_SET)
    Assignment.objects.filter(pk__in=[change.obj.pk for change in gone]).delete()
    return [f"{len(gone)} phân công thẩm định đã bỏ vì tiêu chí không còn trong bộ tiêu chí mới."] if gone else []


@transaction.atomic
def reassign(
    *, actor: User, assignment_id: int, branch_id: int | None, unit_ids: Iterable[int] = (), seen: str
) -> Assignment:
    """Change branch or units of an assignment. Raises Conflict when it is no longer as `seen` (its
    fingerprint), Refused as `assign` does. Decisions already taken stay."""
    board, found = _locked_assignment(actor, assignment_id, seen)
    units = list(unit_ids)
    _check_part(board, branch_id, units)
    if any(a.branch_id == branch_id and a.member_id == found.member_id and a != found for a in board.assignments):
        raise Refused(
            f"{found.member} đã được phân công đúng lĩnh vực hoặc tiêu chí này ở một phân công khác: "
            "hãy sửa phân công đó."
        )
    if units and not board.judgeable(found.member_id) & set(units):
        raise Refused(f"{found.member} không thẩm định được đơn vị nào đã chọn (đơn vị mình hoặc đã khai).")
    before = as_values(found)
    found.branch = next((row for row in board.tree if row.pk == branch_id), None)
    found.save(update_fields=["branch"])
    found.units.set(units)
    changed = Assignment.objects.select_related("member", "branch").get(pk=found.pk)
    if as_values(changed) != before:
        record(actor=actor, verb="appraisal.reassign", obj=changed, before=before, after=_logged(changed))
    return changed


@transaction.atomic
def unassign(*, actor: User, assignment_id: int, reason: str, seen: str) -> None:
    """Take an assignment back. Raises Refused without a reason, Conflict as `reassign` does. Decisions
    already taken stay."""
    _, found = _locked_assignment(actor, assignment_id, seen)
    words, gone = _check_reason(reason), marked(found, gone=True)
    record(actor=actor, verb="appraisal.unassign", obj=found, before=as_values(found), after=gone, reason=words)
    found.delete()


def _locked_assignment(actor: User, assignment_id: int, seen: str) -> tuple[Board, Assignment]:
    if not reach.can_assign(actor):
        raise PermissionDenied
    block = reach.assignments_manageable_by(actor).filter(pk=assignment_id)
    round_group_id = block.values_list("round_group_id", flat=True).first()
    if round_group_id is None:
        raise Conflict(CHANGED)
    board = _open(actor, round_group_id)
    found = next((a for a in board.assignments if a.pk == assignment_id), None)
    if found is None or queries.row_fingerprint(found) != seen:
        raise Conflict(CHANGED)
    return board, found


def proposal(board: Board, member_ids: Iterable[int]) -> sharing.Share:
    """The fair split of the block among the members: what the preview shows and `split` writes."""
    members = [m.pk for m in _check_members(board, member_ids)]
    return sharing.propose(members, [u.pk for u in board.units], [leaf.pk for leaf in board.leaves], board.barred)


def cells_by_member(board: Board, share: sharing.Share) -> dict[int, set[CellKey]]:
    found: dict[int, set[CellKey]] = {member: set() for member in share.loads}
    for leaf, owner in share.owners.items():
        found[owner] |= {(unit, leaf) for unit in board.judgeable(owner)}
    for cell, member in share.stand_ins.items():
        found[member].add(cell)
    return found


@transaction.atomic
def split(*, actor: User, round_group_id: int, member_ids: Iterable[int], seen: str) -> sharing.Share:
    """Put the fair split in the place of every assignment of the block. `seen`: the board's fingerprint at
    the preview; the same input gives the same split. Raises Conflict when anything moved since."""
    board = _open(actor, round_group_id)
    _check_seen(board, seen)
    share = proposal(board, member_ids)
    wanted = {pk: board.rows_for(pk, cells) for pk, cells in cells_by_member(board, share).items()}
    gone: dict[int, list[SharedBranch]] = {a.member_id: [] for a in board.assignments if a.member_id not in wanted}
    _replace(actor, board, {**gone, **wanted}, "appraisal.split", "")
    return share


def _replace(actor: User, board: Board, shares: Mapping[int, list[SharedBranch]], verb: str, reason: str) -> None:
    """Give the members exactly these rows, in the place of theirs in the block. One entry in the log."""
    old = [a for a in board.assignments if a.member_id in shares]
    before: list[dict[str, object]] = [as_values(a) for a in old]
    gone = dict.fromkeys((str(a.pk) for a in old), None)
    Assignment.objects.filter(pk__in=[a.pk for a in old]).delete()
    pairs = [(member, row) for member, rows in shares.items() for row in rows]
    made = Assignment.objects.bulk_create(
        [Assignment(round_group=board.round_group, member_id=m, branch_id=row.branch) for m, row in pairs]
    )
    through = Assignment.units.through
    links = [
        through(assignment_id=new.pk, unit_id=unit)
        for new, (_, row) in zip(made, pairs, strict=True)
        for unit in sorted(row.units or ())
    ]
    through.objects.bulk_create(links, batch_size=500)
    after = {
        "assignments": [_row_values(board, member, row) for member, row in pairs],
        ROW_MARKS: {Assignment._meta.label_lower: {**gone, **_marks(made, pairs)}},
    }
    record(actor=actor, verb=verb, obj=board.round_group, before=before, after=after, reason=reason)


def _marks(made: Iterable[Assignment], pairs: Iterable[tuple[int, SharedBranch]]) -> dict[str, str]:
    return {
        str(new.pk): assignment_mark(new.round_group_id, member, row.branch, row.units or ())
        for new, (member, row) in zip(made, pairs, strict=True)
    }


def _row_values(board: Board, member_id: int, row: SharedBranch) -> dict[str, object]:
    branch = next((r.code for r in board.tree if r.pk == row.branch), "")
    units = sorted(u.code for u in board.units if u.pk in (row.units or ()))
    return {"member": board.people[member_id].username, "branch": branch, "units": units}


@dataclass(frozen=True)
class HandOver:
    """What moves from one member to the other, and what cannot."""

    moved: frozenset[CellKey]
    barred: frozenset[CellKey]
    """Cells at units the receiver may not judge: they stay."""


def hand_over_of(
    board: Board, states: Mapping[CellKey, queries.CellProgress], giver_id: int, taker_id: int
) -> HandOver:
    """The giver's cells that are not settled; those the receiver may not judge are set apart. The giver may
    have left the council."""
    rest = {cell for cell in board.cells_of(giver_id) if not states[cell].done}
    able = board.judgeable(taker_id)
    moved = frozenset(cell for cell in rest if cell[0] in able)
    return HandOver(moved, frozenset(rest) - moved)


@transaction.atomic
def hand_over(
    *, actor: User, round_group_id: int, giver_id: int, taker_id: int, reason: str, seen: str
) -> tuple[HandOver, Board]:
    """Move what `giver` has not settled to `taker`. The giver keeps the settled cells and those the
    receiver may not judge. `seen`: the board's fingerprint at the preview. Raises Conflict, and Refused
    without a reason, for the same person twice, and when nothing can move."""
    board = _open(actor, round_group_id)
    _check_seen(board, seen)
    if giver_id == taker_id:
        raise Refused("Người giao và người nhận phải là hai người khác nhau.")
    _check_members(board, [taker_id])
    words = _check_reason(reason)
    plan = hand_over_of(board, queries.states(board, stages.calendar(board.round_group)), giver_id, taker_id)
    if not plan.moved:
        raise Refused("Không có phần việc nào bàn giao được cho người nhận này.")
    kept = board.cells_of(giver_id) - plan.moved
    taken = board.cells_of(taker_id) | plan.moved
    wanted = {giver_id: board.rows_for(giver_id, kept), taker_id: board.rows_for(taker_id, taken)}
    _replace(actor, board, wanted, "appraisal.hand_over", words)
    return plan, board


@transaction.atomic
def remind(*, actor: User, round_group_id: int, member_id: int) -> mail.Posted:
    """Write to a member what is waiting for them: one mail a day, however often the button is pressed.
    Raises Refused when nothing waits or the person has no address."""
    board = _open(actor, round_group_id)
    (member,) = _check_members(board, [member_id])
    if not member.email:
        raise Refused(f"{member} chưa có địa chỉ thư điện tử: hãy nhắc bằng cách khác.")
    states = queries.states(board, stages.calendar(board.round_group))
    counts = queries.work(board.cells_of(member.pk), states)
    if not counts.waiting:
        raise Refused(f"{member} không có tiêu chí nào đang chờ thẩm định: không gửi thư.")
    posted = mail.post(mails.reminder(board.round_group, member, counts.waiting, clock.today()), [member])
    if posted.written:
        record(actor=actor, verb="appraisal.remind", obj=member, after={"waiting": counts.waiting})
    return posted
