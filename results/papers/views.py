"""Văn bản công bố: what staff types for the papers of a year, and the papers themselves."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cchc_index.lib.faults import Conflict, Invalid, Refused
from cchc_index.lib.form_pages import posted
from criteria.models import Round
from criteria.queries import require_round_in_view, round_of_address
from results.models import Job, PaperText, Recommendation
from results.rules import may_publish, may_see_preview, publisher

from . import actions, queries
from .forms import FollowUpForm, RecommendationForm, TextForm
from .slots import BY_KEY, KINDS, SLOT_OF, SLOTS


def _reader(request: HttpRequest) -> None:
    if not may_see_preview(request.user):
        raise PermissionDenied


@require_GET
def home(request: HttpRequest) -> HttpResponseRedirect:
    """The papers of the year in view."""
    _reader(request)
    round_ = require_round_in_view(request)
    return redirect("results:papers", round_.year)


@require_GET
def papers(request: HttpRequest, year: int) -> HttpResponse:
    """The papers with what is made of them, the passages, the recommendations of this year and the last."""
    _reader(request)
    round_ = round_of_address(request, year)
    told = queries.material(round_)
    jobs = queries.made(round_, told.mark)
    kinds = [
        (kind, [(end, f"{kind.key}.{end}", jobs.get(f"{kind.key}.{end}")) for end in kind.endings]) for kind in KINDS
    ]
    edited = queries.edited_texts(round_)
    context = {
        "round": round_,
        "told": told,
        "kinds": kinds,
        "passages": [(slot, BY_KEY[slot.paper], told.text(slot.key), edited.get(slot.key)) for slot in SLOTS],
        "may_write": may_publish(request.user),
    }
    return render(request, "results/papers/papers.html", context)


@require_POST
def make(request: HttpRequest, year: int) -> HttpResponseRedirect:
    """Ask for one paper, and show how far it is."""
    _reader(request)
    round_ = round_of_address(request, year)
    try:
        job = actions.request_paper(actor=request.user, round_id=round_.pk, paper=request.POST.get("paper", ""))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("results:papers", year)
    if job.state == Job.State.DONE:
        return redirect("results:job-file", job.pk, job.ending)
    return redirect("results:job", job.pk)


@require_http_methods(["GET", "POST"])
def text(request: HttpRequest, year: int, slot: str) -> HttpResponse:
    """One passage of the papers."""
    actor, round_ = publisher(request.user), round_of_address(request, year)
    if slot not in SLOT_OF:
        raise Http404
    row = queries.text_row(round_, slot)
    stands = {"text": row.text if row else SLOT_OF[slot].usual, "seen": row.version if row else 0}
    form = TextForm(posted(request), initial=stands)
    theirs: PaperText | None = None
    if request.method == "POST" and form.is_valid():
        typed, seen = form.cleaned_data["text"], form.cleaned_data["seen"]
        try:
            actions.save_text(actor=actor, round_id=round_.pk, slot=slot, text=typed, seen_version=seen or 0)
        except Conflict as conflict:
            theirs = conflict.current if isinstance(conflict.current, PaperText) else None
            form = TextForm(initial={"text": typed, "seen": theirs.version if theirs else 0})
            messages.error(request, str(conflict))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Đã lưu đoạn “{SLOT_OF[slot].label}”.")
            return redirect("results:papers", year)
    context = {"round": round_, "slot": SLOT_OF[slot], "form": form, "theirs": theirs}
    return render(request, "results/papers/text.html", context, status=200 if request.method == "GET" else 422)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, year: int) -> HttpResponse:
    """A new recommendation."""
    actor, round_ = publisher(request.user), round_of_address(request, year)
    form = RecommendationForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_recommendation(actor=actor, round_id=round_.pk, **form.cleaned_data)
        except Invalid as invalid:
            _show(form, invalid)
        else:
            messages.success(request, "Đã thêm kiến nghị.")
            return redirect("results:papers", year)
    return _recommendation_page(request, round_, form, None)


@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """A recommendation that stands: its words, and what became of it."""
    actor, round_ = publisher(request.user), round_of_address(request, year)
    row = get_object_or_404(Recommendation, pk=pk, round=round_)
    names = ("text", "owner", "due", "state", "outcome")
    stands = {**{name: getattr(row, name) for name in names}, "seen": row.version}
    form = FollowUpForm(posted(request), initial=stands)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in names}
        seen = form.cleaned_data["seen"] or 0
        try:
            actions.change_recommendation(actor=actor, recommendation_id=pk, seen_version=seen, **given)
        except Invalid as invalid:
            _show(form, invalid)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Đã lưu kiến nghị.")
            return redirect("results:papers", year)
    return _recommendation_page(request, round_, form, row)


@require_POST
def remove(request: HttpRequest, year: int, pk: int) -> HttpResponseRedirect:
    actor, round_ = publisher(request.user), round_of_address(request, year)
    get_object_or_404(Recommendation, pk=pk, round=round_)
    try:
        actions.remove_recommendation(actor=actor, recommendation_id=pk)
        messages.success(request, "Đã bỏ kiến nghị.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("results:papers", year)


def _show(form: RecommendationForm, invalid: Invalid) -> None:
    for name, sentence in invalid.errors.items():
        form.add_error(name, sentence)


def _recommendation_page(
    request: HttpRequest, round_: Round, form: RecommendationForm, row: Recommendation | None
) -> HttpResponse:
    context = {"round": round_, "form": form, "row": row}
    status = 200 if request.method == "GET" else 422
    return render(request, "results/papers/recommendation.html", context, status=status)
