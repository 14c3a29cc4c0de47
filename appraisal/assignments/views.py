"""The index manager's pages: who appraises what, changed by hand, by a fair split, or handed over."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from appraisal.core.views.place import Place, check_manager, place, places
from appraisal.models import Assignment
from appraisal.rules import reach
from cchc_index.lib.faults import Refused
from cchc_index.lib.form_pages import posted
from cchc_index.lib.numbers import vn_count
from cchc_index.lib.text import sort_key
from units.models import User

from . import actions, queries, sharing
from .forms import AssignForm, HandOverForm, PartForm, SplitForm, as_initial
from .queries import Board


def managed(request: HttpRequest, group: str) -> Place:
    """The block as its manager: 403 for everybody else, 404 for no such block."""
    check_manager(request)
    return place(request, group)


@dataclass(frozen=True)
class Holding:
    """A member with what they hold."""

    member: User
    assignments: list[Assignment]
    cells: int
    is_member: bool
    barred: list[str]


def _holdings(board: Board) -> list[Holding]:
    current = {member.pk for member in board.members}
    return [
        Holding(
            person,
            [a for a in board.assignments if a.member_id == pk],
            len(board.cells_of(pk)) if pk in current else 0,
            pk in current,
            [unit.name for unit in board.units if (pk, unit.pk) in board.barred],
        )
        for pk, person in sorted(board.people.items(), key=lambda item: sort_key(item[1]))
    ]


@require_GET
def assignments(request: HttpRequest) -> HttpResponse:
    """Every block of the year: how many hold it, what nobody holds."""
    check_manager(request)
    blocks = [
        (here, board, sum(gap.count for gap in board.uncovered), _people_at_work(board))
        for here in places(request)
        for board in [queries.board(here.round_group)]
    ]
    return render(request, "appraisal/assignments/blocks.html", {"blocks": blocks})


def _people_at_work(board: Board) -> int:
    return sum(bool(board.cells_of(member.pk)) for member in board.members)


@require_GET
def assignments_block(request: HttpRequest, group: str) -> HttpResponse:
    """The block's assignments by member, and the cells nobody may appraise."""
    here = managed(request, group)
    board = queries.board(here.round_group)
    context = {
        "here": here,
        "board": board,
        "holdings": _holdings(board),
        "gaps": board.uncovered,
        "total": len(board.units) * len(board.leaves),
    }
    return render(request, "appraisal/assignments/block.html", context)


@require_http_methods(["GET", "POST"])
def assignment_add(request: HttpRequest, group: str) -> HttpResponse:
    here = managed(request, group)
    board = queries.board(here.round_group)
    form = AssignForm(posted(request), board)
    if form.is_valid():
        try:
            made = actions.assign(
                actor=here.user,
                round_group_id=here.round_group.pk,
                member_ids=form.member_ids,
                branch_id=form.branch_id,
                unit_ids=form.unit_ids,
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Đã phân công cho {', '.join(str(a.member) for a in made)}.")
            return redirect(here.address("assignments-block"))
    context = {"here": here, "board": board, "form": form, "found": None, "error": ""}
    return render(request, "appraisal/assignments/assignment.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def assignment_edit(request: HttpRequest, group: str, pk: int) -> HttpResponse:
    """Change an assignment, or take it back with a reason."""
    here = managed(request, group)
    mine = reach.assignments_manageable_by(here.user).filter(round_group=here.round_group)
    found = get_object_or_404(mine.select_related("member", "branch").prefetch_related("units"), pk=pk)
    board = queries.board(here.round_group)
    changing = request.method == "POST" and request.POST.get("verb") != "withdraw"
    form = PartForm(request.POST if changing else None, board, initial=as_initial(found))
    error = ""
    if request.method == "POST" and (not changing or form.is_valid()):
        try:
            messages.success(request, _edit(request, here.user, found, form))
            return redirect(here.address("assignments-block"))
        except Refused as refused:
            error = str(refused)
    context = {
        "here": here,
        "board": board,
        "form": form,
        "found": found,
        "error": error,
        "seen": request.POST.get("seen") if form.errors else queries.row_fingerprint(found),
        "reason": request.POST.get("reason", ""),
    }
    return render(
        request, "appraisal/assignments/assignment.html", context, status=422 if error or form.errors else 200
    )


def _edit(request: HttpRequest, user: User, assignment: Assignment, form: PartForm) -> str:
    seen = request.POST.get("seen", "")
    if request.POST.get("verb") == "withdraw":
        actions.unassign(actor=user, assignment_id=assignment.pk, reason=request.POST.get("reason", ""), seen=seen)
        return f"Đã thu hồi phân công của {assignment.member}. Kết quả thẩm định đã ghi vẫn giữ nguyên."
    actions.reassign(
        actor=user, assignment_id=assignment.pk, branch_id=form.branch_id, unit_ids=form.unit_ids, seen=seen
    )
    return f"Đã sửa phân công của {assignment.member}."


@dataclass(frozen=True)
class Offer:
    """One member's part of a proposed split, in words."""

    member: User
    cells: int
    owned: list[str]
    stand_ins: list[queries.AssignmentGap]


@require_http_methods(["GET", "POST"])
def assignment_split(request: HttpRequest, group: str) -> HttpResponse:
    """Choose the members, look at the split with its loads, then put it in place."""
    here = managed(request, group)
    board = queries.board(here.round_group)
    data = request.POST if request.method == "POST" else request.GET
    form = SplitForm(data if "members" in data or data.get("xem") or request.method == "POST" else None, board)
    error = ""
    if request.method == "POST" and form.is_valid():
        try:
            actions.split(
                actor=here.user,
                round_group_id=here.round_group.pk,
                member_ids=form.member_ids,
                seen=request.POST.get("seen", ""),
            )
        except Refused as refused:
            error = str(refused)
        else:
            messages.success(request, f"Đã chia việc của khối {here.round_group.group} theo phương án.")
            return redirect(here.address("assignments-block"))
    return _split_page(request, here, board, form, error)


def _split_page(request: HttpRequest, here: Place, board: Board, form: SplitForm, error: str) -> HttpResponse:
    share = actions.proposal(board, form.member_ids) if form.is_bound and form.is_valid() else None
    context = {
        "here": here,
        "board": board,
        "form": form,
        "share": share,
        "offers": _offers(board, share) if share else [],
        "gaps": queries.gaps(board, share.uncovered) if share else [],
        "error": error,
    }
    status = 409 if error else 422 if form.errors else 200
    return render(request, "appraisal/assignments/split.html", context, status=status)


def _offers(board: Board, share: sharing.Share) -> list[Offer]:
    rows = {row.pk: row for row in board.tree}
    found = []
    for member in board.members:
        if member.pk not in share.loads:
            continue
        owned = {
            (u, leaf) for leaf, owner in share.owners.items() if owner == member.pk for u in board.judgeable(owner)
        }
        branches = [row.branch for row in board.rows_for(member.pk, owned)]
        codes = ["toàn bộ tiêu chí" if pk is None else rows[pk].code for pk in branches]
        extra = queries.gaps(board, [cell for cell, held in share.stand_ins.items() if held == member.pk])
        found.append(Offer(member, share.loads[member.pk], codes, extra))
    return found


@require_http_methods(["GET", "POST"])
def assignment_hand_over(request: HttpRequest, group: str) -> HttpResponse:
    """Choose two members, see what would move and what cannot, then hand it over with a reason."""
    here = managed(request, group)
    board = queries.board(here.round_group)
    data = request.POST if request.method == "POST" else request.GET
    form = HandOverForm(data if "giver" in data else None, board)
    error = ""
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, _hand_over(request, here, form))
            return redirect(here.address("assignments-block"))
        except Refused as refused:
            error = str(refused)
    return _hand_over_page(request, here, board, form, error)


def _hand_over(request: HttpRequest, here: Place, form: HandOverForm) -> str:
    plan, board = actions.hand_over(
        actor=here.user,
        round_group_id=here.round_group.pk,
        giver_id=int(form.cleaned_data["giver"]),
        taker_id=int(form.cleaned_data["taker"]),
        reason=request.POST.get("reason", ""),
        seen=request.POST.get("seen", ""),
    )
    said = f"Đã bàn giao {vn_count(len(plan.moved))} lượt tiêu chí chưa xong."
    if plan.barred:
        units = {unit for unit, _ in plan.barred}
        names = ", ".join(unit.name for unit in board.units if unit.pk in units)
        said += f" {vn_count(len(plan.barred))} lượt tiêu chí ở {names} không bàn giao được và vẫn thuộc người giao."
    return said


def _hand_over_page(request: HttpRequest, here: Place, board: Board, form: HandOverForm, error: str) -> HttpResponse:
    plan = None
    if form.is_bound and form.is_valid():
        giver, taker = int(form.cleaned_data["giver"]), int(form.cleaned_data["taker"])
        plan = actions.hand_over_of(board, queries.states(board, here.calendar), giver, taker)
    context = {
        "here": here,
        "board": board,
        "form": form,
        "plan": plan,
        "moved": queries.gaps(board, plan.moved) if plan else [],
        "barred": queries.gaps(board, plan.barred) if plan else [],
        "error": error,
        "reason": request.POST.get("reason", ""),
    }
    status = 422 if error or form.errors else 200
    return render(request, "appraisal/assignments/hand_over.html", context, status=status)


@require_GET
def progress(request: HttpRequest, group: str) -> HttpResponse:
    """By member, criterion and unit, the worst first."""
    here = managed(request, group)
    board = queries.board(here.round_group)
    context = {"here": here, "board": board, "progress": queries.progress(board, here.calendar)}
    return render(request, "appraisal/assignments/progress.html", context)


@require_POST
def remind(request: HttpRequest, group: str, pk: int) -> HttpResponse:
    """One mail a day to a member for whom something waits."""
    here = managed(request, group)
    board = queries.board(here.round_group)
    member = next((m for m in board.members if m.pk == pk), None)
    if member is None:
        raise Http404
    try:
        posted = actions.remind(actor=here.user, round_group_id=here.round_group.pk, member_id=member.pk)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        said = f"Đã gửi thư nhắc {member}." if posted.written else f"Hôm nay đã nhắc {member} rồi: không gửi thêm thư."
        messages.success(request, said)
    return redirect(here.address("progress"))
