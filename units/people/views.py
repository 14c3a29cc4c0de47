"""Điều hành › Người dùng: who is there, who never came, bringing in, roles, and what waits for a second person."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from cchc_index.lib import held_files
from cchc_index.lib.clients import address_of
from cchc_index.lib.faults import Fault, ImportRefused, Refused
from cchc_index.lib.form_pages import form_page, posted
from cchc_index.lib.numbers import whole_number
from units import rules
from units.mail.queries import unsent_to
from units.models import Role, User
from units.proofs.rules import ask_for_proof, has_second_factor
from units.roles import actions as roles
from units.viewing.rules import may_view_as

from . import actions, opening, planning, queries
from .forms import AddressForm, EndForm, LeavingForm, PersonForm, ReasonForm, RoleForm, UploadForm, held, hold
from .leaving import leave
from .openwork import open_work


def _manager(request: HttpRequest) -> User:
    if not isinstance(request.user, User) or not rules.may_manage_people(request.user):
        raise PermissionDenied
    return request.user


def _ids(request: HttpRequest, name: str) -> list[int]:
    numbers = (whole_number(raw) for raw in request.POST.getlist(name))
    return [number for number in numbers if number is not None]


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, found by name, role and whether they ever signed in; who never did is invited again."""
    actor = _manager(request)
    if request.method == "POST":
        return _written_to(request, actor)
    sought = _sought(request)
    page, users = queries.page_of(sought, request.GET.get("trang"))
    kept = {
        "tim": sought.words,
        "vai-tro": sought.role,
        "chua": "1" if sought.never_came else "",
        "khong-thu": "1" if sought.no_address else "",
    }
    context = {
        "page": page,
        "users": users,
        "sought": sought,
        "roles": Role.choices,
        "query": urlencode({name: value for name, value in kept.items() if value}),
        "never_came": queries.never_came(),
        "no_address": queries.no_address(),
        "codes_for": page.paginator.count if sought.never_came and sought.no_address else 0,
        "waiting": queries.open_proposals().count(),
    }
    return render(request, "units/people/list.html", context)


def _sought(request: HttpRequest) -> queries.Sought:
    return queries.Sought(
        request.GET.get("tim", "")[:100],
        request.GET.get("vai-tro", ""),
        request.GET.get("chua") == "1",
        request.GET.get("khong-thu") == "1",
    )


def _written_to(request: HttpRequest, actor: User) -> HttpResponse:
    """Letters to those chosen, or codes on paper; these also for all who are shown, never came and have no address."""
    verb, sought = request.POST.get("verb"), _sought(request)
    if verb == "all-codes" and sought.never_came and sought.no_address:
        shown = [user for user in queries.in_order(sought) if user.pk != actor.pk and not user.is_staff]
        return _sheet(request, actor, shown)
    users = queries.chosen(_ids(request, "people"))
    if verb == "codes":
        return _sheet(request, actor, users)
    if not users:
        messages.error(request, "Chưa chọn ai.")
        return redirect(request.get_full_path())
    sent = actions.invite(actor=actor, users=users, address=address_of(request))
    if sent.written or not sent.without_address:
        messages.success(request, f"Đã gửi {sent.written} thư mời.")
    if sent.without_address:
        messages.warning(request, f"{sent.without_address} người không có thư điện tử: {ON_PAPER}")
    return redirect(request.get_full_path())


ON_PAPER = "in phiếu mã đặt mật khẩu rồi trao tận tay."


def _untold(users: Iterable[User]) -> str:
    """A sentence on those of the people whom no letter reaches; "" when all are reached."""
    names = [str(user) for user in users if not user.email]
    return f" {', '.join(names)} không có thư điện tử: báo trực tiếp." if names else ""


def _sheet(request: HttpRequest, actor: User, users: Sequence[User]) -> HttpResponse:
    """The codes, on this answer and nowhere else."""
    try:
        made = opening.make_codes(actor=actor, users=users, address=address_of(request))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(request.get_full_path())
    context = {"made": made, "days": settings.INVITATION_DAYS, "site": settings.PUBLIC_URL}
    response = render(request, "units/people/codes.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """A list of people: first what it would do or what is wrong, cell by cell; a second press brings it in."""
    actor = _manager(request)
    if request.method != "POST":
        return _upload_page(request, UploadForm())
    if "ticket" in request.POST:
        return _commit(request, actor)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload_page(request, form)
    file, hidden = form.cleaned_data["file"], form.cleaned_data["take_hidden"]
    content = file.read()
    file.seek(0)
    try:
        plan = planning.plan_people(actor=actor, source=file, name=file.name, take_hidden=hidden)
    except ImportRefused as refused:
        return _upload_page(request, UploadForm(), refused.faults, file.name)
    context = {"plan": plan, "name": file.name, "ticket": hold(actor, file.name, content, take_hidden=hidden)}
    return render(request, "units/people/preview.html", context)


def _upload_page(request: HttpRequest, form: UploadForm, faults: Sequence[Fault] = (), name: str = "") -> HttpResponse:
    context = {"form": form, "faults": faults, "name": name}
    return render(request, "units/people/upload.html", context, status=422 if faults or form.is_bound else 200)


def _commit(request: HttpRequest, actor: User) -> HttpResponse:
    found = held(actor, request.POST["ticket"])
    if found is None:
        messages.error(request, held_files.GONE)
        return redirect("people:upload")
    name, file, hidden = found
    try:
        plan = actions.import_people(actor=actor, source=file, name=name, take_hidden=hidden)
    except ImportRefused as refused:
        return _upload_page(request, UploadForm(), refused.faults, name)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("people:upload")
    messages.success(request, f"Đã nhập {name}: {plan}")
    if plan.without_address:
        messages.warning(request, f"{plan.without_address} người mới không có thư điện tử: {ON_PAPER}")
        return redirect(f"{reverse('people:list')}?chua=1&khong-thu=1")
    return redirect("people:proposals" if plan.proposed else "people:list")


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A person by hand."""
    actor = _manager(request)
    form = PersonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            user, made = actions.add_person(
                actor=actor,
                full_name=given.pop("full_name"),
                email=given.pop("email"),
                username=given.pop("user_name"),
                reason=given.pop("reason"),
                wish=given,
                address=address_of(request),
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            invited = " và gửi thư mời đặt mật khẩu" if made and user.email else ""
            messages.success(request, f"Đã ghi {user}{invited}.{TWO if form.decides else ''}")
            if not user.email:
                messages.warning(request, f"{user} ({user.username}) không có thư điện tử: {ON_PAPER}")
            return redirect("people:person", user.pk)
    return form_page(request, "units/people/add.html", form, {})


TWO = " Vai trò này có hiệu lực khi người thứ hai xác nhận."


@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: its roles with their days, a further role, the end of one, an invitation."""
    actor, user = _manager(request), queries.person(pk)
    if user is None:
        raise Http404
    verb = request.POST.get("verb", "")
    give = RoleForm(request.POST if verb == "give" else None)
    end = EndForm(request.POST if verb == "end" else None)
    drop = ReasonForm(request.POST if verb == "factor" else None)
    mail = AddressForm(request.POST if verb == "address" else None)
    if request.method == "POST":
        if verb == "codes":
            return _sheet(request, actor, [user])
        done = _done(request, actor, user, verb, give, end, drop, mail)
        if done:
            messages.success(request, done)
            return redirect("people:person", pk)
    context = {
        "person": user,
        "give": give,
        "end": end,
        "ending": request.POST.get("membership", ""),
        "drop": drop,
        "mail": mail,
        "unsent": unsent_to(user),
        "proposed": queries.proposals_for(user),
        "may_view_as": may_view_as(actor, user),
        "second_factor": has_second_factor(user),
    }
    return render(request, "units/people/person.html", context, status=422 if request.method == "POST" else 200)


def _done(
    request: HttpRequest,
    actor: User,
    user: User,
    verb: str,
    give: RoleForm,
    end: EndForm,
    drop: ReasonForm,
    mail: AddressForm,
) -> str:
    """What was done, as a sentence; "" when it was refused, with the reason in the form."""
    form = {"end": end, "factor": drop, "address": mail}.get(verb, give)
    try:
        if verb == "invite":
            if not user.email:
                raise Refused(f"{user} không có thư điện tử: {ON_PAPER}")
            actions.invite(actor=actor, users=[user], address=address_of(request))
            return f"Đã gửi thư mời đặt mật khẩu cho {user}."
        if verb == "address" and mail.is_valid():
            actions.set_address(actor=actor, user=user, **mail.cleaned_data, address=address_of(request))
            return f"Thư điện tử của {user}: {mail.cleaned_data['email'].lower()}."
        if verb == "factor" and drop.is_valid():
            opening.drop_second_factor(actor=actor, user=user, **drop.cleaned_data, address=address_of(request))
            return f"Đã bỏ xác thực hai lớp của {user}; người này đăng nhập bằng mật khẩu rồi bật lại."
        if verb == "give" and give.is_valid():
            given = dict(give.cleaned_data)
            reason = given.pop("reason")
            waits = actions.give_role(actor=actor, user=user, wish=given, reason=reason, address=address_of(request))
            done = f"Đã đề nghị giao vai trò cho {user}.{TWO}" if waits else f"Đã giao vai trò cho {user}."
            return done + _untold([user])
        if verb == "end" and end.is_valid():
            return _ended(request, actor, user, end)
    except Refused as refused:
        form.add_error(None, str(refused)) if form.is_bound else messages.error(request, str(refused))
    return ""


def _ended(request: HttpRequest, actor: User, user: User, end: EndForm) -> str:
    membership = whole_number(request.POST.get("membership", ""))
    if membership is None or membership not in {row.pk for row in user.memberships.all()}:
        raise Http404
    row = roles.end_role(actor=actor, membership_id=membership, **end.cleaned_data, address=address_of(request))
    return f"Vai trò {row.get_role_display()} của {user} đến hết ngày {row.valid_to:%d/%m/%Y}.{_untold([user])}"


@require_http_methods(["GET", "HEAD", "POST"])
def leaving(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody leaves: what is open, who follows, the account closed."""
    actor, user = _manager(request), queries.person(pk)
    if user is None:
        raise Http404
    form = LeavingForm(posted(request))
    if request.method == "POST" and form.is_valid():
        ask_for_proof(request)
        try:
            done = leave(actor=actor, user=user, address=address_of(request), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            waits = f"{TWO[:-1]}: {', '.join(done.proposed)}." if done.proposed else ""
            told = _untold([one for one in (user, form.cleaned_data["heir"]) if one])
            messages.success(request, f"Đã bàn giao {len(done.ended)} vai trò của {user}.{waits}{told}")
            return redirect("people:person", pk)
    context = {"person": user, "work": open_work(user)}
    return form_page(request, "units/people/leaving.html", form, context)


@require_http_methods(["GET", "HEAD", "POST"])
def proposals(request: HttpRequest) -> HttpResponse:
    """What waits for a second person: a list confirmed as a whole or in part, or not confirmed with a reason."""
    actor = request.user
    if not isinstance(actor, User) or not (rules.may_manage_people(actor) or rules.confirmable_roles(actor)):
        raise PermissionDenied
    error = ""
    if request.method == "POST":
        ask_for_proof(request)
        try:
            messages.success(request, _decided(request, actor))
            return redirect("people:proposals")
        except Refused as refused:
            error = str(refused)
    mine = set(rules.proposals_confirmable_by(actor).values_list("pk", flat=True))
    context = {
        "rows": [(row, row.pk in mine) for row in queries.open_proposals()],
        "mine": len(mine),
        "decided": queries.decided_proposals(),
        "waits_until": rules.waits_until(actor, Role.INDEX_MANAGER),
        "bringing_up": rules.is_bringing_up(),
        "may_manage": rules.may_manage_people(actor),
        "error": error,
    }
    return render(request, "units/people/proposals.html", context, status=422 if error else 200)


def _decided(request: HttpRequest, actor: User) -> str:
    if request.POST.get("verb") == "refuse":
        number = whole_number(request.POST.get("proposal", "")) or 0
        reason = request.POST.get("reason", "")
        row = roles.refuse_role(actor=actor, proposal_id=number, reason=reason, address=address_of(request))
        return f"Không xác nhận: {row}.{_untold([row.user])}"
    given = roles.confirm_roles(actor=actor, proposal_ids=_ids(request, "proposals"), address=address_of(request))
    return f"Đã xác nhận {len(given)} vai trò.{_untold(dict.fromkeys(role.user for role in given))}"
