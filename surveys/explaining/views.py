"""The page on which a file's columns and words are explained."""

from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from cchc_index.lib.faults import ImportRefused, Refused
from surveys import rules
from surveys.ballots import mapping as mappings
from surveys.ballots.mapping import BallotMapping
from surveys.ballots.outline import UNIT, Outline, names_differ, outline_of, unknown_answers
from surveys.ballots.proposals import AnswerText, UnitText, answers_of, units_of
from surveys.batches import actions as batches
from surveys.batches.keeping import OPEN, stored_book
from surveys.models import ImportBatch
from surveys.places import Leaf, Places
from surveys.plan import queries as plan
from surveys.profiles.queries import senders
from units.models import User

from . import forms
from .forms import MAX_TEXTS, USES, HeadingPlace, TypedReading

MANY = 4_000
"""Options of units beyond which a code is typed: some browsers are slow with more."""


@dataclass(slots=True)
class Explained:
    """A file opened for its page."""

    outline: Outline
    places: Places
    plan: plan.Plan
    ranks: list[int]
    mapping: BallotMapping

    @property
    def leaves(self) -> list[Leaf]:
        leaves = [leaf for leaf in self.places.leaves if leaf.source == "survey"]
        return leaves if self.plan.asked is None else [leaf for leaf in leaves if leaf.id in self.plan.asked]

    def units(self, explained_as: dict[str, str]) -> list[UnitText]:
        column = self.outline.of_use(UNIT)
        return units_of(column.counts, explained_as, self.places)[:MAX_TEXTS] if column else []

    def answers(self, explained_as: dict[str, str]) -> list[AnswerText]:
        unknown = unknown_answers(self.outline.columns, self.plan.scale)
        return answers_of(unknown, explained_as, self.plan.scale, self.ranks)[:MAX_TEXTS]


@dataclass(slots=True)
class Shown:
    """What the page shows: a first proposal, or what was posted with what is wrong with it."""

    reading: TypedReading
    units: list[UnitText]
    answers: list[AnswerText]
    errors: list[tuple[str, str]] = field(default_factory=list)
    more: bool = False
    """The columns chosen brought words that the page had not asked about yet."""


@require_http_methods(["GET", "POST"])
@rules.workers_only
def explain(request: HttpRequest, pk: int) -> HttpResponse:
    open_batches = rules.batches_for(request.user).filter(kind=ImportBatch.Kind.BALLOTS, state__in=OPEN)
    batch = get_object_or_404(open_batches, pk=pk)
    if not rules.may_see_ballots(request.user, batch):
        raise PermissionDenied
    place = forms.place_of(request.POST if request.method == "POST" else request.GET)
    try:
        explained = _open(batch, place)
    except (ImportRefused, Refused, FileNotFoundError) as refused:
        messages.error(request, f"Không đọc lại được tệp: {refused}")
        return redirect("surveys:batch", pk)
    if request.method == "GET":
        return _page(request, batch, explained, place, _first(batch, explained))
    shown = _posted(request, explained)
    if not shown.errors and not shown.more:
        shown.errors = _save(request, batch, explained, place, shown)
        if not shown.errors:
            return redirect("surveys:batch", pk)
    return _page(request, batch, explained, place, shown)


def _open(batch: ImportBatch, place: HeadingPlace) -> Explained:
    """The file's outline under the batch's mapping and the sheets and rows that were asked for. Raises Refused and
    ImportRefused for a file that cannot be read any more."""
    respondents = batch.respondent_group.code if batch.respondent_group else str(batch.counts["respondents"])
    followed = plan.plan_for(batch.round_group, respondents)
    known = plan.places(batch.round_group)
    given = {key: value for key, value in batch.mapping.items() if key not in place.given()}
    mapping = mappings.of(given | place.given())
    book = stored_book(batch)
    outline = outline_of(book, mapping, known, followed.scale, followed.asked, place.row)
    return Explained(outline, known, followed, plan.ranks(followed), mapping)


def _first(batch: ImportBatch, explained: Explained) -> Shown:
    reading = TypedReading(
        sender=batch.profile.sender if batch.profile else "", without_code=explained.mapping.without_code
    )
    units, answers = explained.units(dict(explained.mapping.units)), explained.answers(dict(explained.mapping.answers))
    return Shown(reading, units, answers)


def _posted(request: HttpRequest, explained: Explained) -> Shown:
    forms.take(request.POST, explained.outline.columns, explained.leaves)
    reading = forms.typed(request.POST)
    units = [_told(unit, "code", reading.units) for unit in explained.units({})]
    answers = [_told(answer, "value", reading.answers) for answer in explained.answers({})]
    more = any(unit.text not in reading.units for unit in units)
    more = more or any(answer.text not in reading.answers for answer in answers)
    return Shown(reading, units, answers, forms.problems(explained.outline, reading), more)


def _told(text: Any, key: str, posted: dict[str, str]) -> Any:
    """A text with what was posted for it; the proposal where the page had not asked yet."""
    return replace(text, **{key: posted[text.text]}) if text.text in posted else text


def _save(
    request: HttpRequest, batch: ImportBatch, explained: Explained, place: HeadingPlace, shown: Shown
) -> list[tuple[str, str]]:
    """Keep the reading and check the file under it; what is wrong where that cannot be."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    given = forms.mapping_of(explained.outline, shown.reading, place)
    try:
        done = batches.explain_batch(
            actor=request.user,
            batch_id=batch.pk,
            sender=shown.reading.sender,
            shape=explained.outline.shape,
            mapping=given,
        )
    except ImportRefused as refused:
        return [("sender", str(fault)) for fault in refused.faults[:MAX_TEXTS]]
    except Refused as refused:
        return [("sender", str(refused))]
    messages.success(request, f"Đã lưu cách đọc “{done.profile}”. Tệp cùng tiêu đề lần sau được đọc theo cách này.")
    return []


def _page(
    request: HttpRequest, batch: ImportBatch, explained: Explained, place: HeadingPlace, shown: Shown
) -> HttpResponse:
    units = [(code, name) for name, code in explained.places.unit_names.items()]
    context = {
        "batch": batch,
        "outline": explained.outline,
        "columns": [
            (column, column.leaf is not None and names_differ(column.heading, column.leaf, ticked=column.tick > 0))
            for column in explained.outline.columns
        ],
        "uses": USES,
        "leaves": explained.leaves,
        "levels": sorted(explained.plan.scale.labels.items()),
        "place": place,
        "shown": shown,
        "known_units": units,
        "many_units": len(units) * len(shown.units) > MANY,
        "senders": senders(batch.round_group),
    }
    return render(request, "surveys/explaining/explain.html", context)
