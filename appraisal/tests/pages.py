"""What the page tests share: a signed-in client, addresses, a block one step further in the year."""

from decimal import Decimal

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import Client
from django.urls import reverse

from appraisal.models import Appraisal
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import Council, release_stage
from criteria.models import Criterion
from criteria.tests.factories import open_stage
from units.models import Unit, User

WORDS = "Thiếu báo cáo quý IV."


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def status(client: Client, address: str) -> int:
    """The status of a page; a file is read to its end, which closes it."""
    answer = client.get(address)
    content(answer)
    return answer.status_code


def content(answer: HttpResponseBase) -> bytes:
    """What was sent; a file is read to its end."""
    if isinstance(answer, StreamingHttpResponse):
        return b"".join(answer)
    assert isinstance(answer, HttpResponse)
    return answer.content


def unit_page(unit: Unit) -> str:
    return reverse("appraisal:unit", args=["so", unit.code])


def cell_page(case: Council, unit: Unit | None = None, leaf: Criterion | None = None) -> str:
    return reverse("appraisal:cell", args=["so", (unit or case.first).code, (leaf or case.leaf).code])


def adjust_form(**fields: object) -> dict[str, object]:
    return {"verb": "adjust", "points": "1", "comment": WORDS, "seen_version": "0", **fields}


def adjusted_and_released(case: Council) -> Appraisal:
    standing = decisions.adjust(
        actor=case.member, **case.cell(), points=Decimal(1), reason_id=case.reason.pk, comment=WORDS, seen_version=0
    )
    release_stage(case.manager, case.round_group)
    open_stage(case.round_group.round, "explanation")
    return standing
