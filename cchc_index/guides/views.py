"""The help pages: the guides of whoever is signed in, on the screen and to take home."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cchc_index.lib.downloads import attached

from . import queries
from .reading import Guide


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The guides of the person's roles; who has one only reads it at once."""
    names = queries.guides_for(request.user)
    if len(names) == 1:
        return _page(request, names[0])
    return render(request, "guides/home.html", {"guides": [(name, queries.guide(name)) for name in names]})


@require_safe
def guide(request: HttpRequest, name: str) -> HttpResponse:
    _guide(request, name)
    return _page(request, name)


@require_safe
def guide_file(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """The guide as PDF or as a Word document."""
    found = _guide(request, name)
    if kind == "pdf":
        from .paper import guide_pdf  # inline: start-up cost

        content = guide_pdf(found)
    elif kind == "docx":
        from .word import guide_docx  # inline: start-up cost

        content = guide_docx(found)
    else:
        raise Http404
    return attached(content, f"huong-dan-{name}.{kind}")


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """A picture of the practice year; it shows nothing of a real one."""
    try:
        content = queries.picture(name)
    except KeyError:
        raise Http404 from None
    return HttpResponse(content, content_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


def _guide(request: HttpRequest, name: str) -> Guide:
    if name not in queries.ALL:
        raise Http404
    if name not in queries.guides_for(request.user):
        raise PermissionDenied
    return queries.guide(name)


def _page(request: HttpRequest, name: str) -> HttpResponse:
    context = {"guide": queries.guide(name), "name": name, "several": len(queries.guides_for(request.user)) > 1}
    return render(request, "guides/guide.html", context)
