"""A published year gains no block, gets no other set and no other stages, whichever way somebody comes."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.core.management import call_command
from django.test import Client

from cchc_index.copying.actions import copy_year
from cchc_index.lib.commands import CommandRefused
from cchc_index.lib.faults import Refused
from cchc_index.lib.tests.row_counts import row_counts
from cchc_index.official.actions import load_official
from criteria import published
from criteria.annex.actions import import_criteria
from criteria.calendar import actions as calendar
from criteria.models import CriteriaSet, Decision, RoundGroup, Stage
from criteria.tests.factories import CriteriaSetFactory, RoundFactory, RoundGroupFactory, small_round
from criteria.tests.sheets import annex
from results.tests.bundles import small
from results.tests.published import publish
from units.models import Role, UnitGroup, User
from units.tests.factories import UnitFactory, UnitGroupFactory, UserFactory, person

pytestmark = pytest.mark.django_db
ROWS = [("1", "Chỉ đạo", 3, "", ""), ("1.1", "Kế hoạch", 3, "Tự đánh giá", "")]
MODELS = (RoundGroup, CriteriaSet, Decision, UnitGroup, Stage)
REFUSED = r"Năm 20\d\d đã công bố nên không .+ được nữa\. Cách sửa: .*thu hồi công bố"


@pytest.fixture
def later() -> RoundGroup:
    """A year whose block nobody has scored yet, after a year with another block."""
    UnitFactory.create(group=UnitGroupFactory.create(code="xa"))
    earlier = small_round(year=2031)
    block = RoundGroupFactory.create(round=RoundFactory.create(year=2032), criteria_set=earlier.criteria_set)
    for round_ in (earlier.round, block.round):
        calendar.default_stages(round_)
    return block


def ways(block: RoundGroup, manager: User) -> dict[str, Callable[[], object]]:
    """Every verb that would change what a year measures or how it comes about."""
    year, round_id = block.round.year, block.round_id
    stage = Stage.objects.get(round=round_id, name="explanation")
    return {
        "another block": lambda: import_criteria(
            actor=manager, file=annex(*ROWS), year=year, group="xa", decision="9/QĐ-THU"
        ),
        "another set": lambda: import_criteria(
            actor=manager, file=annex(*ROWS), year=year, group=block.group.code, decision="9/QĐ-THU"
        ),
        "last year": lambda: copy_year(actor=manager, source=2031, target=year),
        "added": lambda: calendar.add_stage(
            actor=manager, round_id=round_id, kind="appraisal", title="Lần ba", after="round2"
        ),
        "changed": lambda: calendar.change_stage(
            actor=manager, stage_id=stage.pk, title="Khác", two_opinions=False, report_required=False
        ),
        "moved": lambda: calendar.move_stage(actor=manager, stage_id=stage.pk, after="round1"),
        "removed": lambda: calendar.remove_stage(actor=manager, stage_id=stage.pk),
    }


def test_no_verb_changes_what_a_published_year_measured(later: RoundGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = person(Role.INDEX_MANAGER)
    before = row_counts(MODELS)
    with monkeypatch.context() as patch:
        patch.setitem(published._readers, "results", lambda round_id: round_id == later.round_id)
        for name, deed in ways(later, manager).items():
            with pytest.raises(Refused, match=REFUSED):
                deed()
            assert row_counts(MODELS) == before, name
    for name, deed in ways(later, manager).items():  # the control: nothing but the publication stood in the way
        assert deed() is not None or name == "removed"


def test_pages_commands_and_administrators_meet_the_same_refusal(
    client: Client, later: RoundGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(published._readers, "results", lambda round_id: round_id == later.round_id)
    other = CriteriaSetFactory.create(group=UnitGroup.objects.get(code="xa"))
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    new = {"round": later.round_id, "group": other.group_id, "criteria_set": other.pk}
    assert re.search(REFUSED, client.post("/quan-tri/criteria/roundgroup/add/", new).content.decode())
    moved = {"round": later.round_id, "group": later.group_id, "criteria_set": later.criteria_set_id}
    earlier = RoundGroup.objects.get(round__year=2031)
    for block in (later, earlier):  # out of the published year, and into it
        address = f"/quan-tri/criteria/roundgroup/{block.pk}/change/"
        assert re.search(REFUSED, client.post(address, moved).content.decode())

    client.force_login(person(Role.INDEX_MANAGER))
    page = client.get("/dieu-hanh/cac-giai-doan/?nam=2032").content.decode()
    assert "Thêm giai đoạn" not in page
    assert "Thêm giai đoạn" in client.get("/dieu-hanh/cac-giai-doan/?nam=2031").content.decode()
    copied = client.post("/dieu-hanh/chuan-bi/2032/chep/", {"year": "2031"}).content.decode()
    assert re.search(REFUSED, copied)
    with pytest.raises(CommandRefused, match=REFUSED):
        call_command("copy_year", "--from", "2031", "--to", "2032")
    assert not RoundGroup.objects.filter(round=later.round, group=other.group).exists()


def test_the_official_frame_leaves_a_published_year_its_blocks() -> None:
    block = publish(small() | {"year": 2024}).round
    report = load_official()
    assert [code for code in block.groups.values_list("group__code", flat=True) if code in ("so", "huyen")] == ["so"]
    assert any("đã công bố, không thêm khối" in said for said in report.kept)
    assert block.assessed_to == date(2024, 12, 31)
