"""Văn bản của kỳ: what was posted, the file behind every guard of evidence, posting and withdrawing."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cchc_index.lib.faults import Invalid, Refused
from criteria.models import Round
from criteria.queries import round_in_view, show_year
from criteria.rules import may_manage
from selfassess.core.views import person
from selfassess.documents.views import file_response
from selfassess.models import RoundPaper
from units.models import User
from units.rules import grants

from . import actions, queries
from .forms import RoundPaperForm


def _reader(request: HttpRequest) -> User:
    """Whoever has a role; the documents themselves are chosen by whom they concern."""
    user = person(request)
    if not grants(user).roles:
        raise PermissionDenied
    return user


def _manager(request: HttpRequest) -> User:
    user = person(request)
    if not may_manage(user):
        raise PermissionDenied
    return user


def _round(request: HttpRequest, year: int) -> Round:
    round_ = show_year(request, year)
    if round_ is None:
        raise Http404
    return round_


def _paper(request: HttpRequest, round_: Round, pk: int) -> RoundPaper:
    paper = queries.paper_of(round_, pk, request.user)
    if paper is None:
        raise Http404
    return paper


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The documents of the round in view."""
    _reader(request)
    round_ = round_in_view(request)
    if round_ is None:
        return render(request, "selfassess/roundpapers/papers.html", {"round": None, "rows": [], "may_write": False})
    return redirect("roundpapers:list", round_.year)


@require_safe
def papers(request: HttpRequest, year: int) -> HttpResponse:
    user, round_ = _reader(request), _round(request, year)
    context = {
        "round": round_,
        "rows": queries.papers_of(user, round_),
        "may_write": may_manage(user),
        "reads_all": queries.reads_all(user),
    }
    return render(request, "selfassess/roundpapers/papers.html", context)


@require_safe
def paper_file(request: HttpRequest, year: int, pk: int) -> HttpResponseBase:
    """The file itself; `?tai-ve=1` saves it. The first opening is noted."""
    user, round_ = _reader(request), _round(request, year)
    paper = _paper(request, round_, pk)
    if not paper.file:
        raise Http404
    response = file_response(paper, download="tai-ve" in request.GET)
    if request.method == "GET":
        actions.note_opening(actor=user, paper=paper)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def post(request: HttpRequest, year: int, pk: int | None = None) -> HttpResponse:
    """Post a document, or complete one that was copied from an earlier year."""
    actor, round_ = _manager(request), _round(request, year)
    proposal = _paper(request, round_, pk) if pk else None
    stands = {"audience": RoundPaper.Audience.EVERYBODY.value}
    if proposal:
        stands = {name: getattr(proposal, name) for name in ("kind", "issuer", "abstract", "audience")}
        stands["group"] = proposal.group.code if proposal.group else ""
    posted = request.method == "POST"
    files = request.FILES if posted else None
    form = RoundPaperForm(request.POST if posted else None, files, initial=stands, round_=round_)
    if posted and form.is_valid():
        try:
            paper = actions.post_paper(actor=actor, round_id=round_.pk, paper_id=pk, **form.given)
        except Invalid as invalid:
            for name, sentence in invalid.errors.items():
                form.add_error(name, sentence)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Đã đăng {paper} và gửi thư báo những người liên quan.")
            return redirect("roundpapers:list", year)
    context = {"round": round_, "form": form, "proposal": proposal}
    return render(request, "selfassess/roundpapers/post.html", context, status=422 if posted else 200)


@require_POST
def withdraw(request: HttpRequest, year: int, pk: int) -> HttpResponseRedirect:
    actor, round_ = _manager(request), _round(request, year)
    _paper(request, round_, pk)
    try:
        reason = request.POST.get("reason", "")
        paper = actions.withdraw_paper(actor=actor, round_id=round_.pk, paper_id=pk, reason=reason)
        messages.success(request, f"Đã thu hồi {paper}.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("roundpapers:list", year)
