"""How open data is answered: HEAD, a strong mark of the contents (ETag), how long it may be kept, readable by programs
on other sites (CORS), packed for who takes that."""

import hashlib
import json
from datetime import datetime
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt

from cchc_index.lib.canonical import canonical_json
from results.jobs.views import TYPES
from results.models import PublishedFile
from results.publication.answer import AnsweringView, P, for_all

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CONTENT_TYPES = {
    **TYPES,
    "xlsx": XLSX,
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "py": "text/x-python; charset=utf-8",
    "pem": "application/x-pem-file",
    "sig": "application/octet-stream",
}
PACKED = {"csv", "json", "py"}
"""The rest is packed already."""
KEPT = "public, max-age=300"
"""What is published never changes, but it may be taken back: a reader asks again after five minutes."""
GONE = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
"""Headers of an answer that says why there is nothing: it may be otherwise at any time."""
MAY_ASK = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since",
    "Access-Control-Max-Age": "86400",
}
_gzip = GZipMiddleware(lambda _request: HttpResponse())


def open_data(view: AnsweringView[P]) -> AnsweringView[P]:
    """A view that anybody may read, and that lets a page on another site send the mark of what it has already."""
    read = for_all(view, _packing)

    @csrf_exempt  # nothing is written: who sends something is told so, not that a page has grown old
    @login_not_required
    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers=MAY_ASK)
        if request.method not in ("GET", "HEAD"):
            told = problem(405, "Địa chỉ này chỉ để đọc: hãy gửi GET hoặc HEAD.")
            told["Allow"] = "GET, HEAD, OPTIONS"
            return told
        return read(request, *args, **kwargs)

    return answered


def problem(status: int, sentence: str) -> HttpResponse:
    """Why there is nothing to answer, for programs (RFC 9457)."""
    text = json.dumps({"detail": sentence}, ensure_ascii=False)
    return HttpResponse(text, content_type="application/problem+json", status=status, headers=GONE)


def _packing(request: HttpRequest) -> str:
    return "gzip" if "gzip" in request.headers.get("Accept-Encoding", "") else "plain"


def bytes_of(
    request: HttpRequest, data: bytes, name: str, since: datetime | None = None, *, shared: bool = True
) -> HttpResponseBase:
    """The bytes as a file of this name; `shared`: anybody may have it."""
    digest = hashlib.sha256(data).hexdigest()
    response = HttpResponse(data, content_type=_type(name))
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return _marked(request, response, digest, since, packed=_ending(name) in PACKED) if shared else _private(response)


def json_of(request: HttpRequest, told: object) -> HttpResponseBase:
    """An object for programs, shown rather than saved."""
    data = f"{canonical_json(told)}\n".encode()
    response = HttpResponse(data, content_type="application/json")
    return _marked(request, response, hashlib.sha256(data).hexdigest(), None, packed=True)


def stored(request: HttpRequest, row: PublishedFile, *, shared: bool = True) -> HttpResponseBase:
    """A file of the record."""
    response = FileResponse(row.file.open("rb"), as_attachment=True, filename=row.name, content_type=_type(row.name))
    if not shared:
        return _private(response)
    return _marked(request, response, row.digest, row.made_at, packed=_ending(row.name) in PACKED)


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "private, no-store"
    return response


def _marked(
    request: HttpRequest, response: HttpResponseBase, digest: str, since: datetime | None, *, packed: bool
) -> HttpResponseBase:
    """The response with what programs and proxies ask for; 304 for who has it already."""
    etag = f'"{digest}"'
    response["ETag"], response["Cache-Control"] = etag, KEPT
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Content-Disposition"
    modified = int(since.timestamp()) if since else None
    if modified is not None:
        response["Last-Modified"] = http_date(modified)
    answer = get_conditional_response(request, etag=etag, last_modified=modified)
    if answer is not None:
        if isinstance(response, FileResponse) and response.file_to_stream is not None:
            response.file_to_stream.close()  # not the response: that would end the request
        answer["Access-Control-Allow-Origin"] = "*"
        return answer
    return _gzip.process_response(request, response) if packed else response


def _ending(name: str) -> str:
    return name.rpartition(".")[2]


def _type(name: str) -> str:
    return CONTENT_TYPES[_ending(name)]
