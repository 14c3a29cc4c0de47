"""Chuẩn bị kỳ › Nhập điểm đã có: finished scores of a block, handed over or from an archive: first what they would
change, then the deed. The command `import_scores` as a page, with its guards."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cchc_index.lib import held_files
from cchc_index.lib.faults import Fault, ImportRefused, Refused
from cchc_index.lib.held_files import HeldFile
from cchc_index.lib.tried import tried
from criteria import queries as criteria
from criteria.models import RoundGroup
from criteria.queries import show_year
from results.rules import publisher
from units.models import User

from .actions import import_archive
from .forms import ScoresForm
from .sheet import read

SALT = "results.archive.scores"
Counts = tuple[int, int, int]


@require_http_methods(["GET", "HEAD", "POST"])
def import_scores(request: HttpRequest, year: int, group: str) -> HttpResponse:
    """A file: what it would change or what is wrong, cell by cell; a second press brings it in."""
    actor = publisher(request.user)
    round_group = _block(request, year, group)
    if request.method != "POST":
        return _page(request, round_group, ScoresForm())
    if "ticket" in request.POST:
        return _commit(request, actor, round_group)
    form = ScoresForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, round_group, form)
    upload = form.cleaned_data["file"]
    choices = {"take_hidden": form.cleaned_data["take_hidden"], "block": round_group.pk}
    file = HeldFile(upload.name, upload.read(), choices)
    try:
        counts, said = tried(lambda: _import(actor, round_group, file))
    except ImportRefused as refused:
        return _page(request, round_group, form, refused.faults, file.name)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _page(request, round_group, form)
    ticket = held_files.hold(SALT, actor.pk, file.name, file.content, choices)
    context = {"round_group": round_group, "counts": counts, "said": said, "name": file.name, "ticket": ticket}
    return render(request, "results/archive/preview.html", context)


def _block(request: HttpRequest, year: int, group: str) -> RoundGroup:
    """The block that the address names; the frame then shows its year."""
    round_ = show_year(request, year)
    blocks = criteria.round_groups(round_) if round_ is not None else ()
    found = next((block for block in blocks if block.group.code == group), None)
    if found is None:
        raise Http404
    return found


def _import(actor: User, round_group: RoundGroup, file: HeldFile) -> tuple[Counts, list[str]]:
    units, leaves = list(criteria.units_of(round_group)), criteria.tree(round_group.criteria_set_id)
    archived = read(file.open(), units, leaves, take_hidden=file.choices["take_hidden"])
    return import_archive(actor=actor, round_group=round_group, archived=archived), archived.said


def _page(
    request: HttpRequest, round_group: RoundGroup, form: ScoresForm, faults: Sequence[Fault] = (), name: str = ""
) -> HttpResponse:
    context = {"round_group": round_group, "form": form, "faults": faults, "name": name}
    return render(request, "results/archive/upload.html", context, status=422 if form.is_bound or faults else 200)


def _commit(request: HttpRequest, actor: User, round_group: RoundGroup) -> HttpResponse:
    here = ("results:import-scores", round_group.round.year, round_group.group.code)
    file = held_files.held(SALT, actor.pk, request.POST["ticket"])
    if file is None or file.choices["block"] != round_group.pk:
        messages.error(request, held_files.GONE)
        return redirect(*here)
    try:
        (own, appraised, surveyed), said = _import(actor, round_group, file)
    except ImportRefused as refused:
        return _page(request, round_group, ScoresForm(), refused.faults, file.name)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(*here)
    messages.success(
        request,
        f"Đã nhập {file.name}: {own} điểm tự đánh giá, {appraised} điểm thẩm định, {surveyed} điểm ĐTXHH thay đổi.",
    )
    for sentence in said:
        messages.info(request, sentence)
    return redirect("preparing:year", round_group.round.year)
