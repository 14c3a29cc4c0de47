"""2025 brought up on an empty database through pages only, by people who hold sheets as offices make them: lists under
a letterhead with STT, annexes as Word tables with a heading of two rows. Every press is counted."""

import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cchc_index.ledger import check
from cchc_index.lib import clock
from cchc_index.lib.tests.present import first_sheet
from cchc_index.readiness.queries import readiness
from criteria.models import Criterion, RoundGroup, Stage
from criteria.tests.word_files import BELOW, Tall, Wide, word_file
from units.actions import record_account
from units.models import Membership, Role, Unit, User

pytestmark = pytest.mark.django_db

YEAR = 2025
LETTERHEAD = (("UBND THÀNH PHỐ HÀ NỘI", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), ("SỞ NỘI VỤ", "", ""), ())
SO = [(f"S{n:02d}", f"Sở thứ {n}") for n in range(1, 16)]
XA = [(f"X{n:03d}", f"{'Phường' if n <= 51 else 'Xã'} thứ {n}") for n in range(1, 127)]
MANAGERS = ("Hoàng Anh Dũng", "Bùi Thanh Mai")


class Hand:
    """A person at the browser; every form that is sent is a press."""

    presses = 0

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user)

    def press(self, place: str, sent: dict[str, Any] | None = None) -> Any:
        Hand.presses += 1
        response = self.client.post(place, sent or {})
        assert response.status_code in (200, 302), response.content.decode()
        return response

    def bring(self, place: str, file: SimpleUploadedFile, **given: str) -> Any:
        """Look at a file, then bring it in."""
        looked_at = self.press(place, {**given, "file": file})
        return self.press(place, {"ticket": looked_at.context["ticket"]})


def book(name: str, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> SimpleUploadedFile:
    """A sheet under a letterhead and a title, the rows numbered."""
    made = openpyxl.Workbook()
    above: list[Sequence[object]] = [*LETTERHEAD, (name.upper(),), (), ("STT", *headings)]
    for row in above:
        first_sheet(made).append(list(row))
    for number, row in enumerate(rows, start=1):
        first_sheet(made).append([number, *row])
    stream = io.BytesIO()
    made.save(stream)
    return SimpleUploadedFile(f"{name}.xlsx", stream.getvalue())


def annex(areas: int) -> SimpleUploadedFile:
    """A Word table of a decision: areas of two criteria each, 100 points of which 30 are the survey's."""
    heading = (
        (
            Tall("TT"),
            Tall("Lĩnh vực/Tiêu chí/Tiêu chí thành phần"),
            Tall("Điểm tối đa"),
            Wide("Điểm đánh giá"),
            Tall("Nguồn"),
        ),
        (BELOW, BELOW, BELOW, "Tự đánh giá", "Thẩm định", BELOW),
    )
    rows: list[tuple[str, ...]] = []
    own, survey = 70 // areas, 30 // areas
    for area in range(1, areas + 1):
        last = area == areas
        points = (own + (70 % areas if last else 0), survey + (30 % areas if last else 0))
        rows.append((str(area), f"LĨNH VỰC {area}", str(sum(points)), "", "", ""))
        rows.append((f"{area}.1", f"Kế hoạch {area}", str(points[0]), "", "", "Tự đánh giá"))
        rows.append((f"{area}.2.", f"Mức độ hài lòng {area}", str(points[1]), "", "", "Điều tra XHH"))
    stream = word_file(LETTERHEAD[:1], "PHỤ LỤC", (*heading, *rows), "Nơi nhận: …")
    return SimpleUploadedFile("phu-luc.docx", stream.getvalue())


def people() -> list[tuple[str, ...]]:
    """Two managers, a head and an officer of each unit, sixteen of the council: 300 lines."""
    rows = [(name, f"quanly{n}@hanoi.gov.vn", "người quản lý Chỉ số", "", "") for n, name in enumerate(MANAGERS)]
    for code, name in (*SO, *XA):
        block = "so" if code.startswith("S") else "xa"
        rows.append((f"Thủ trưởng {name}", f"tt.{code}@hanoi.gov.vn", "Thủ trưởng đơn vị", code, block))
        rows.append((f"Công chức {name}", f"cc.{code}@hanoi.gov.vn", "Công chức phụ trách", code, block))
    members = ((f"Thành viên {n}", f"hd{n}@hanoi.gov.vn", "thành viên Hội đồng thẩm định", "", "") for n in range(16))
    return [*rows, *members]


def test_2025_is_brought_up_through_pages_only() -> None:
    Hand.presses = 0
    admin = User.objects.create(username="quantri", full_name="Quản trị", is_superuser=True, is_staff=True)
    record_account(actor=None, user=admin)
    bring_in(Hand(admin))
    first, second = confirm_each_other()
    with clock.at(clock.now() + timedelta(hours=25)):  # a fresh role approves nothing for a day
        confirm_the_others(second)
        annexes(first)
        times(first)
        open_it(first)
        assert list(check()) == []
    assert Hand.presses == 19


def bring_in(admin: Hand) -> None:
    units = reverse("agencies:upload")
    headings = ("Mã", "Tên đơn vị")
    admin.bring(units, book("danh-sach-so", headings, SO), group="", code="so", name="Sở, cơ quan tương đương Sở")
    admin.bring(units, book("danh-sach-xa", headings, XA), group="", code="xa", name="Xã, phường")
    assert Unit.objects.count() == 141
    columns = ("Họ tên", "Thư điện tử", "Vai trò", "Mã đơn vị", "Khối")
    admin.bring(reverse("people:upload"), book("danh-sach-nguoi", columns, people()))
    assert User.objects.count() == 301
    assert Membership.objects.in_force().count() == 141, "officers at once, what decides waits"


def confirm_each_other() -> tuple[Hand, Hand]:
    place = reverse("people:proposals")
    hands = [Hand(User.objects.get(full_name=name)) for name in MANAGERS]
    for hand in hands:
        shown = hand.client.get(place).context
        hand.press(place, {"proposals": [row.pk for row, mine in shown["rows"] if mine]})
    assert Membership.objects.in_force().filter(role=Role.INDEX_MANAGER).count() == 2
    return hands[0], hands[1]


def confirm_the_others(manager: Hand) -> None:
    place = reverse("people:proposals")
    rows = manager.client.get(place).context["rows"]
    manager.press(place, {"proposals": [row.pk for row, mine in rows if mine]})
    assert Membership.objects.in_force().filter(role=Role.UNIT_HEAD).count() == 141


def annexes(manager: Hand) -> None:
    """Refused without its total, then each of the misprinted codes confirmed."""
    for group, areas in (("so", 8), ("xa", 7)):
        place = reverse("annex:upload", args=[YEAR, group])
        sent = {"decision": "5666/QĐ-UBND", "issued": "17/11/2025", "total": "100", "own": "70", "survey": "30"}
        response = manager.press(place, {**sent, "file": annex(areas)})
        accepted = [key for key, _, _ in response.context["repairs"]]
        assert len(accepted) == areas
        response = manager.press(place, {"ticket": response.context["ticket"], "accept": accepted})
        said = " ".join(response.context["outcome"].said)
        assert "“Điều tra XHH” là ĐTXHH" in said
        done = {"ticket": response.context["ticket"], "accept": accepted, "confirm": "1"}
        manager.press(place, done)
    assert RoundGroup.objects.filter(round__year=YEAR).count() == 2
    assert Criterion.objects.count() == 3 * (8 + 7)


def times(manager: Hand) -> None:
    lacking = {one.what for one in readiness(YEAR).missing}
    assert "Tự đánh giá chưa đặt giờ mở, giờ đóng" in lacking
    facts = {"assessed_from": "01/01/2025", "assessed_to": "31/12/2025", "plan_number": "300/KH-UBND"}
    manager.press(reverse("preparing:facts", args=[YEAR]), facts)
    typed: dict[str, str] = {}
    for number, stage in enumerate(Stage.objects.filter(round__year=YEAR).order_by("position")):
        start = clock.now() + timedelta(days=1 + 20 * number)
        for edge, moment in (("opens_at", start), ("closes_at", start + timedelta(days=19))):
            typed[f"{stage.name}-{edge}"] = f"{clock.hanoi(moment):%d/%m/%Y %H:%M}"
    manager.press(reverse("preparing:calendar", args=[YEAR]), typed)


def open_it(manager: Hand) -> None:
    """What the survey lacks does not hold the units back; what they lack would."""
    manager.press(reverse("preparing:open", args=[YEAR]))
    assert Stage.objects.get(round__year=YEAR, kind="self_assessment").is_open(clock.now())
    officer = Hand(User.objects.get(email="cc.x001@hanoi.gov.vn"))
    block = RoundGroup.objects.get(round__year=YEAR, group__code="xa")
    unit = Unit.objects.get(code="X001")
    opened = officer.press(reverse("selfassess:open"), {"unit": unit.pk, "round_group": block.pk})
    shown = officer.client.get(opened["Location"]).content.decode()
    assert "Chấm tiêu chí tiếp theo" in shown
