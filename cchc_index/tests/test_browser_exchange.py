"""Figures from other systems in Chromium: the managers' page by keyboard and axe-core, and where unit and council see
them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from cchc_index.lib.tests.browser import PASSWORD, Site, clean, covered_stops, seeded, signed_in

pytestmark = pytest.mark.browser
SEED = f"""
from datetime import timedelta
from decimal import Decimal
from appraisal.tests.factories import council
from cchc_index.lib import clock
from selfassess.exchange import actions, sent
from selfassess.models import SelfScore
from selfassess.tests.factories import BANDS
from units.models import Role
from units.tests.factories import person
case = council()
case.leaf.rule = BANDS
case.leaf.save()
SelfScore.objects.filter(criterion=case.leaf).update(figures={{"numerator": "95", "denominator": "100"}})
second = person(Role.INDEX_MANAGER)
system = actions.propose_system(actor=case.manager, name="Cổng dịch vụ công", may_write=True,
    ends_on=clock.today() + timedelta(days=30), reason="Công văn 12/VP")
actions.confirm_system(actor=second, system_id=system.pk)
row = sent.SentRow(row=1, reference="1", group="so", unit="DV1", criterion="1.1", field="numerator",
    value=Decimal(93), as_of=clock.now(), source="Báo cáo quý II")
actions.deliver(system_id=system.pk, year=2031, rows=[row])
for user, name in ((case.manager, "quanly.mot"), (second, "quanly.hai"), (case.officer, "canbo")):
    user.username = name
    user.set_password("{PASSWORD}")
    user.save()
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with seeded(tmp_path_factory, "exchange", SEED) as found:
        yield found


def test_two_managers_connect_a_system_and_its_token_is_shown_once(browser: Browser, site: Site) -> None:
    first, second = signed_in(browser, site, "quanly.mot"), signed_in(browser, site, "quanly.hai")
    first.goto("/dieu-hanh/trao-doi-so-lieu/")
    clean(first)
    stops, covered = covered_stops(first)
    assert (stops > 5, covered) == (True, [])
    first.get_by_label("Tên hệ thống").fill("Một cửa điện tử")
    first.get_by_role("button", name="Đề nghị kết nối").click()
    expect(first.locator(".errors").first).to_be_visible()
    clean(first)
    expect(first.get_by_label("Tên hệ thống")).to_have_value("Một cửa điện tử")
    first.get_by_label("Căn cứ").fill("Công văn 13/VP")
    first.locator("input[name=to]").fill("31/12/2026")
    first.get_by_role("button", name="Đề nghị kết nối").click()
    expect(first.locator("main")).to_contain_text("Chờ một người quản lý Chỉ số khác xác nhận")
    second.goto("/dieu-hanh/trao-doi-so-lieu/")
    second.get_by_role("button", name="Xác nhận và lấy khóa").click()
    expect(second.locator("main code")).to_have_count(1)
    clean(second)
    second.goto("/dieu-hanh/trao-doi-so-lieu/")
    expect(second.locator("main code")).to_have_count(0)


def test_unit_and_council_see_the_figure_with_source_and_time(browser: Browser, site: Site) -> None:
    told = site.python(
        "from selfassess.models import SelfAssessment as A, SourceFigure as F; f = F.objects.get(); "
        "print(A.objects.get(unit=f.unit).pk, f.criterion_id)"
    )
    assessment, leaf = told.split()
    unit = signed_in(browser, site, "canbo")
    unit.goto(f"/tu-danh-gia/{assessment}/tieu-chi/{leaf}/")
    seen = unit.get_by_role("region", name="Số liệu từ hệ thống khác")
    expect(seen).to_contain_text("khác số đã khai: 95")
    expect(seen).to_contain_text("Cổng dịch vụ công: Báo cáo quý II, tính đến")
    clean(unit)
    council = signed_in(browser, site, "quanly.mot")
    council.goto("/tham-dinh/khoi/so/don-vi/DV1/1.1/")
    expect(council.locator("main")).to_contain_text("khác số đơn vị khai: 95")
    clean(council)
