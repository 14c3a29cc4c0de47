"""Many cells recognised by the pages: first what it would do, then the deed."""

import pytest
from django.test import Client
from django.urls import reverse

from appraisal.models import Appraisal
from appraisal.replies import actions as replies
from appraisal.tests.factories import Council, attach, council, document
from appraisal.tests.pages import (
    adjusted_and_released,
    sign_in,
    unit_page,
)
from criteria.tests.factories import (
    open_stage,
)
from selfassess.models import Document, SelfScore

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(client: Client) -> Council:
    return council()


def test_bulk_shows_first_and_writes_on_confirmation(case: Council) -> None:
    client = sign_in(case.member)
    address = reverse("appraisal:bulk", args=["so"])
    chosen = [f"{u.pk}:{leaf.pk}:0" for u in (case.first, case.second) for leaf in (case.leaf, case.other_leaf)]
    preview = client.post(address, {"cells": chosen}).text
    assert "Công nhận 4 tiêu chí của 2 đơn vị" in preview
    assert "3,00" in preview
    assert "<b>4</b><span>không có tài liệu</span>" in preview
    assert not Appraisal.objects.exists()
    refused = client.post(address, {"cells": chosen, "confirm": "1"})
    assert refused.status_code == 409
    assert "đánh dấu loại cần công nhận" in refused.text
    assert not Appraisal.objects.exists()
    sure = {"cells": chosen, "confirm": "1", "kind": ["khong-tai-lieu"]}
    assert client.post(address, sure).status_code == 302
    assert Appraisal.objects.count() == 4
    again = client.post(address, sure)
    assert again.status_code == 409
    assert "bị bỏ ra" in again.text


def test_bulk_leaves_out_what_warns_and_what_nothing_proves_unless_it_is_ticked(case: Council) -> None:
    proven, warned = (SelfScore.objects.get(assessment__unit=u, criterion=case.leaf) for u in (case.first, case.second))
    attach(proven, document(case.first, case.officer))
    paper = document(case.second, case.officer, "13/BC-THU")
    Document.objects.filter(pk=paper.pk).update(digest="1" * 64, reading={"text": "read", "number_found": False})
    attach(warned, paper)
    client, address = sign_in(case.member), reverse("appraisal:bulk", args=["so"])
    chosen = [f"{u.pk}:{leaf.pk}:0" for u in (case.first, case.second) for leaf in (case.leaf, case.other_leaf)]
    preview = client.post(address, {"cells": chosen}).text
    assert "<b>2</b><span>không có tài liệu</span>" in preview
    assert "<b>1</b><span>cảnh báo: không thấy số ký hiệu</span>" in preview
    sent = client.post(address, {"cells": chosen, "confirm": "1", "kind": ["so"]}, follow=True).text
    assert "Đã công nhận 2 tiêu chí, để lại 2 tiêu chí" in sent
    assert set(Appraisal.objects.values_list("criterion", flat=True)) == {case.leaf.pk}


def test_bulk_leaves_objections_to_be_read_one_by_one(case: Council) -> None:
    standing = adjusted_and_released(case)
    replies.reply(actor=case.head, appraisal_id=standing.pk, agree=False, comment="Có.", document_ids=[])
    open_stage(case.round_group.round, "round2")
    client = sign_in(case.member)
    assert "Xem trước việc giữ nguyên kết quả" in client.get(unit_page(case.first)).text
    preview = client.post(reverse("appraisal:bulk", args=["so"]), {"cells": [f"{case.first.pk}:{case.leaf.pk}:2"]}).text
    assert "1 dòng không công nhận được" in preview


def test_bulk_with_nothing_chosen_or_nonsense(case: Council) -> None:
    client = sign_in(case.member)
    address = reverse("appraisal:bulk", args=["so"])
    assert client.post(address, {"next": "https://example.com/"})["Location"] == "/tham-dinh/"
    for nonsense in ("x", "1:2", "1:2:x", "9999:1:0"):
        assert client.post(address, {"cells": [nonsense]}).status_code == 404
