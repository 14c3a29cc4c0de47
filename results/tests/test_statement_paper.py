"""The statement on paper: whatever people wrote stands whole, and no page is left empty."""

import io
import re
from decimal import Decimal

import pytest
from pypdf import PdfReader

from appraisal.replies import actions as replies
from appraisal.review.decisions import actions as decisions
from appraisal.tests.factories import council, release_stage
from criteria.tests.factories import open_stage
from results.statement import queries, rules
from results.statement.paper import statement_pdf

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("lines", [1, 60, 470])
def test_long_reply_leaves_no_page_empty_and_loses_no_word(lines: int) -> None:
    made = council()
    cell = made.cell()
    decisions.adjust(
        actor=made.member,
        **cell,
        points=Decimal(1),
        reason_id=made.reason.pk,
        comment="Thiếu một báo cáo.",
        seen_version=0,
    )
    release_stage(made.manager, made.round_group, "round1")
    open_stage(made.round_group.round, "explanation")
    words = "\n".join(f"Căn cứ thứ {n}." for n in range(lines))
    replies.reply(actor=made.head, appraisal_id=made.standing().pk, agree=False, comment=words, document_ids=[])
    sight = rules.sight_of(made.manager, made.round_group, made.first)
    assert sight is not None
    paper = PdfReader(io.BytesIO(statement_pdf(queries.statement(made.round_group, made.first, sight))))
    texts = [re.sub(r"\s+", " ", sheet.extract_text()) for sheet in paper.pages]
    printed = {int(n) for text in texts for n in re.findall(r"Căn cứ thứ (\d+)", text)}
    assert printed == set(range(lines))
    assert "Căn cứ thứ 0" in texts[0]  # it begins where there is room, not overleaf
    assert all(len(text) > 150 for text in texts), [len(text) for text in texts]
