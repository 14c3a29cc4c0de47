"""The interface for programs: what is published, as JSON, under /api/v1/. Only reading; nobody signs in."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from results.files import answer, making
from results.models import Publication
from results.public.queries import all_publications
from results.publication import queries
from results.publication.views import BundleAddress

from . import tables, words

VERSION = "1.0"
_OPEN = ("/tai-ve/", "/du-lieu/")
"""Where the files and lists of open data lie."""


@answer.open_data
def openapi(request: HttpRequest) -> HttpResponseBase:
    """The document of the interface."""
    root = reverse("results:api-publications").removesuffix("/publications")
    return answer.json_of(request, words.document(settings.PUBLIC_URL + root, VERSION))


@answer.open_data
def publications(request: HttpRequest) -> HttpResponseBase:
    names = tuple(name for name in tables.PublicationShape.__annotations__ if name != "address")
    listed = [
        {**{name: line[name] for name in names}, "address": BundleAddress.of(p).file("json")}
        for p, line in all_publications()
    ]
    return answer.json_of(request, {"publications": listed})


@answer.open_data
def head(request: HttpRequest, year: int, number: str) -> HttpResponseBase:
    publication = _published(year, number)
    return _refusal(publication) or answer.json_of(request, tables.head(_bundle(publication)))


@answer.open_data
def ranking(request: HttpRequest, year: int, number: str) -> HttpResponseBase:
    publication, group = _published(year, number), request.GET.get("group", "")
    return _refusal(publication, group) or answer.json_of(request, tables.ranking(_bundle(publication), group))


@answer.open_data
def criteria(request: HttpRequest, year: int, number: str) -> HttpResponseBase:
    publication, group = _published(year, number), request.GET.get("group", "")
    return _refusal(publication, group) or answer.json_of(request, tables.criteria(_bundle(publication), group))


@answer.open_data
def unit(request: HttpRequest, year: int, number: str, group: str, code: str) -> HttpResponseBase:
    publication = _published(year, number)
    if refusal := _refusal(publication):
        return refusal
    told = tables.unit(_bundle(publication), group, code)
    return answer.json_of(request, told) if told else answer.problem(404, "Bản công bố không xếp hạng đơn vị này.")


@answer.open_data
def grounds(request: HttpRequest, year: int, number: str, group: str, code: str) -> HttpResponseBase:
    publication = _published(year, number)
    if refusal := _refusal(publication):
        return refusal
    told = tables.grounds(_bundle(publication), group, code)
    missing = "Bản công bố không xếp hạng đơn vị này, hoặc kỳ đánh giá không công khai căn cứ của điểm."
    return answer.json_of(request, told) if told else answer.problem(404, missing)


def unknown(request: HttpRequest) -> HttpResponse | None:
    """For an address that there is not: the answer to a program, or None where a person gets a page. Under /api/ only
    programs ask; at the files and lists, whoever does not ask for a page."""
    root, exchange = reverse("results:api").removesuffix("v1/openapi.json"), reverse("exchange:openapi")
    if request.path.startswith(root):
        place = exchange if request.path.startswith(exchange.removesuffix("openapi.json")) else reverse("results:api")
    elif request.path.startswith(_OPEN) and "text/html" not in request.headers.get("Accept", ""):
        place = reverse("results:publications-json")
    else:
        return None
    return answer.problem(404, f"Không có địa chỉ “{request.path[:100]}”. Các địa chỉ có ở {place}.")


def _published(year: int, number: str) -> Publication | None:
    """What everybody may read; who asks is not looked up."""
    return queries.find(AnonymousUser(), year, number)


def _refusal(publication: Publication | None, group: str = "") -> HttpResponse | None:
    """Why there is nothing to answer, or None. `group` is the block that is asked for, if one is."""
    if publication is None:
        return answer.problem(404, "Không có bản công bố này.")
    if publication.state != Publication.State.PUBLISHED:
        return answer.problem(410, f"Bản công bố đã được thu hồi. Lý do: {publication.recall_reason}")
    blocks = [block["code"] for block in _bundle(publication)["groups"]] if group else []
    if group and group not in blocks:
        return answer.problem(404, f"Bản công bố không có khối “{group}”; các khối: {', '.join(blocks)}.")
    return None


def _bundle(publication: Publication | None) -> Mapping[str, Any]:
    assert publication is not None  # refused before
    return _read(publication.pk, publication.digest)


@lru_cache(maxsize=4)
def _read(pk: int, digest: str) -> Mapping[str, Any]:
    """Read once by each process: what is published never changes."""
    bundle: dict[str, Any] = json.loads(making.frozen_json(pk, digest))
    return bundle
