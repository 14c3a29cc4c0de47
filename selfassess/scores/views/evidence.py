"""The criterion page's buttons for documents: upload, attach one the unit has, take off."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from cchc_index.lib.clients import address_of
from cchc_index.lib.faults import Invalid, Refused
from criteria.models import Criterion
from selfassess.core.views import find_assessment, find_criterion, only_the_unit, person
from selfassess.documents.actions import add_evidence, missing_data
from selfassess.documents.forms import take_in
from selfassess.evidence import actions
from selfassess.evidence.forms import AttachForm
from selfassess.evidence.queries import evidence_at
from selfassess.models import SelfAssessment
from selfassess.uploads.actions import let_go

from .criterion import Trouble, page_of, save_typed, trouble_of


@require_POST
def upload(request: HttpRequest, pk: int, criterion_id: int) -> HttpResponse:
    """A new document with its data, attached to this criterion."""
    found = find_assessment(request, pk)
    only_the_unit(request, found)
    leaf = find_criterion(found, criterion_id)
    place = f"tieu-chi-{found.pk}-{leaf.pk}"
    intake = take_in(request.POST, request.FILES.get("upload"), person(request), found.unit_id, place)
    if intake.is_offered and not intake.errors:
        return page_of(request, found, leaf, Trouble(status=200), intake)
    try:
        if intake.errors:
            # Faults of the fields come with those of the file, all at once.
            raise Invalid({**missing_data(intake.values, bool(intake.upload)), **intake.errors})
        evidence = add_evidence(
            actor=person(request),
            assessment_id=found.pk,
            criterion_id=leaf.pk,
            address=address_of(request),
            **intake.given(),
        )
    except Refused as refused:
        return page_of(request, found, leaf, trouble_of(refused), intake)
    if intake.upload:
        let_go(intake.upload)
    messages.success(request, f"Đã tải lên và đính kèm tài liệu {evidence.document.number}.")
    return _after_evidence(request, found, leaf)


@require_POST
def attach(request: HttpRequest, pk: int, criterion_id: int) -> HttpResponse:
    """A document the unit already has."""
    found = find_assessment(request, pk)
    only_the_unit(request, found)
    leaf = find_criterion(found, criterion_id)
    form = AttachForm({**request.POST.dict(), **_chosen_place(request)})
    if not form.is_valid():
        return page_of(request, found, leaf, Trouble(_prefixed(form.sentences())))
    given = form.cleaned_data
    try:
        evidence = actions.attach(
            actor=person(request),
            assessment_id=found.pk,
            criterion_id=leaf.pk,
            document_id=given["document"],
            page=given["page"],
            section=given["section"],
            address=address_of(request),
        )
    except Refused as refused:
        trouble = trouble_of(refused)
        return page_of(request, found, leaf, Trouble(_prefixed(trouble.errors), status=trouble.status))
    messages.success(request, f"Đã đính kèm tài liệu {evidence.document.number}.")
    return _after_evidence(request, found, leaf)


def _chosen_place(request: HttpRequest) -> dict[str, str]:
    """The place fields of “Dùng tài liệu đã có” stand in the same form as those of the upload."""
    return {name: request.POST.get(f"chosen_{name}", request.POST.get(name, "")) for name in ("page", "section")}


def _prefixed(errors: Mapping[str, str]) -> dict[str, str]:
    return {f"chosen_{name}" if name in ("page", "section") else name: said for name, said in errors.items()}


@require_POST
def detach(request: HttpRequest, pk: int, criterion_id: int, evidence_id: int) -> HttpResponse:
    found = find_assessment(request, pk)
    only_the_unit(request, found)
    leaf = find_criterion(found, criterion_id)
    get_object_or_404(evidence_at(found, leaf), pk=evidence_id)
    try:
        actions.detach(
            actor=person(request), assessment_id=found.pk, evidence_id=evidence_id, address=address_of(request)
        )
    except Refused as refused:
        return page_of(request, found, leaf, trouble_of(refused))
    messages.success(request, "Đã gỡ tài liệu khỏi tiêu chí; tài liệu vẫn còn trong kho của đơn vị.")
    return _after_evidence(request, found, leaf)


def _after_evidence(request: HttpRequest, assessment: SelfAssessment, leaf: Criterion) -> HttpResponse:
    """The evidence is in; the score typed beside it is saved too, or shown again with its fault."""
    trouble = save_typed(request, assessment, leaf) if "version" in request.POST else None
    if trouble:
        return page_of(request, assessment, leaf, trouble)
    return redirect(reverse("selfassess:criterion", args=[assessment.pk, leaf.pk]) + "#tai-lieu")
