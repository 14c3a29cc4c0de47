"""2025 from an empty database to its publication in Chromium, by people who hold only sheets as offices make them.

It prints what the year costs them: minutes, presses, fields, files; three to four minutes on two slow cores."""

import io
from collections.abc import Sequence

import openpyxl
import pytest
from playwright.sync_api import Browser, expect

from cchc_index.lib import clock
from cchc_index.lib.sample_pdf import sample_pdf
from cchc_index.lib.tests.browser import Site
from selfassess.workbook.layout import HEADING_ROW

from .bringing_up import (
    BLOCKS,
    assign_and_open,
    bring_in_annexes,
    bring_in_lists,
    confirm_each_other,
    confirm_the_others,
    move_on,
    others_submit,
    set_times,
)
from .hands import SECRET, Hand, Tally
from .office_sheets import AREAS, YEAR, Paper, head_of, member, officer_of, survey_figures

pytestmark = pytest.mark.browser
SUBJECTS = ("Kết quả điều tra xã hội học", "Kết quả xếp hạng")


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Nothing but tables and the first administrator; a second factor is demanded as in production."""
    made = Site(tmp_path_factory.mktemp("whole-year"))
    made.environment |= {"SECOND_FACTOR_FROM": "2020-01-01", "DJANGO_SUPERUSER_PASSWORD": SECRET}
    made.must("migrate", "--verbosity", "0")
    given = ("--username", "quantri", "--email", "quantri@hanoi.gov.vn", "--full_name", "Nguyễn Văn Quản")
    made.must("createsuperuser", "--noinput", *given)
    return made


class Walk:
    """The people of the year, each at an own window."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.site, self.tally = site, Tally()
        self.admin, self.first, self.second, self.officer, self.head, self.operator, *self.members = (
            Hand(browser, site, self.tally) for _ in range(8)
        )


def test_a_year_from_sheets_of_offices_to_its_publication(browser: Browser, site: Site) -> None:
    with site.served():
        walk = Walk(browser, site)
        bring_in_lists(walk.admin)
        confirm_each_other(walk.first, walk.second)
    walk.tally.part("units, people, two managers")
    site.environment["ROLE_WAIT_HOURS"] = "0"  # a day later: the roles are fresh no more
    with site.served():
        prepare(walk)
        assess(walk)
        appraise(walk)
        decide(walk)
        publish(walk.first, walk.second)
    walk.tally.part("published by two persons")
    print(walk.tally)
    assert walk.tally.addresses == 0, "every page is led to by another"
    assert site.manage("check_ledger").returncode == 0


def prepare(walk: Walk) -> None:
    confirm_the_others(walk.second)
    bring_in_annexes(walk.first)
    set_times(walk.first)
    assign_and_open(walk.first)
    walk.tally.part("annexes, hours, the council's work shared out")


def assess(walk: Walk) -> None:
    walk.officer.come_in(officer_of("SNV"), decides=False)
    unit_fills(walk.officer)
    head_submits(walk.head)
    refused(walk.first, "giai đoạn Tự đánh giá chưa đóng")
    others_submit(walk.first, by_hand="SNV")
    move_on(walk.first, "Tự đánh giá", "Thẩm định lần 1", "Điều tra xã hội học")
    walk.tally.part("a unit's self-assessment")


def appraise(walk: Walk) -> None:
    """Appraised, told, answered, appraised again; each gate is shut once, and gone when its work is done."""
    first, head = walk.first, walk.head
    first_appraisal(walk.members)
    told = "chưa thông báo kết quả giai đoạn Thẩm định lần 1"
    refused(first, told, "1 câu hỏi chờ đơn vị trả lời", "báo cáo rà soát tính thống nhất chưa được xác nhận")
    release(first, "Thẩm định lần 1")
    move_on(first, "Thẩm định lần 1", "Giải trình")
    reply(head)
    refused(first, "giai đoạn Giải trình còn nhận giải trình", "1 ý kiến không đồng ý", "1 câu hỏi đã được trả lời")
    silent(first, told, "giai đoạn Tự đánh giá chưa đóng", "câu hỏi chờ đơn vị trả lời")
    close_the_question(walk.members[0])
    move_on(first, "Giải trình", "Thẩm định lần 2")
    settle(walk.members[0])
    release(first, "Thẩm định lần 2")
    silent(first, "không đồng ý", "câu hỏi", "Giải trình", "Thẩm định lần 2")
    walk.tally.part("two appraisals, a reply, a question")


def decide(walk: Walk) -> None:
    """Survey received, council composed and met, the last release."""
    first = walk.first
    bring_in_survey(walk.operator)
    compose_council(first)
    move_on(first, "Thẩm định lần 2", "Hội đồng quyết định")
    move_on(first, "Điều tra xã hội học")
    open_still = [f"{subject[1:]} khối {name} chưa được" for subject in SUBJECTS for name in BLOCKS.values()]
    refused(first, *open_still, *(f"{name}: bảng điểm ĐTXHH chưa được ký bàn giao" for name in BLOCKS.values()))
    hand_over_survey(walk.operator, first)
    hold_the_meeting(first, walk.members)
    silent(first, "Hội đồng thẩm định thông qua", "Điều tra xã hội học")
    release(first, "Hội đồng quyết định")
    move_on(first, "Hội đồng quyết định", "Tổng hợp, công bố")
    walk.tally.part("survey, council, meeting")


def unit_fills(officer: Hand) -> None:
    """One criterion on its page with its document, the others in the sheet that the unit takes home."""
    officer.press("Bắt đầu tự đánh giá của Sở Nội vụ")
    officer.follow("Chấm tiêu chí tiếp theo")
    officer.write("Điểm tự đánh giá", "8")
    officer.write("Giải trình cách chấm", "Theo kế hoạch đã ban hành.")
    upload_proof(officer)
    officer.press("Lưu điểm")
    officer.reads("Đã lưu")
    officer.follow("Sở Nội vụ", officer.page.locator(".crumbs"))
    officer.follow("Nhập bằng Excel")
    taken_home = officer.download("Tải mẫu Excel có số liệu hiện tại")
    officer.attach(filled(taken_home))
    officer.press("Kiểm tra và xem trước thay đổi")
    officer.press("Ghi 7 tiêu chí vào bản tự đánh giá")
    officer.follow("Trình thủ trưởng")
    officer.press("Trình thủ trưởng")
    officer.reads("chờ thủ trưởng duyệt")


def upload_proof(officer: Hand) -> None:
    officer.attach(Paper("ke-hoach.pdf", sample_pdf("Kế hoạch cải cách hành chính", ["Một trang."])))
    for label, text in (
        ("Số ký hiệu", "12/KH-SNV"),
        ("Ngày ban hành", "15/01/2025"),
        ("Cơ quan ban hành", "Sở Nội vụ"),
        ("Trích yếu", "Kế hoạch cải cách hành chính năm 2025"),
        ("Trang", "1"),
    ):
        officer.write(label, text)
    officer.press("Tải lên và đính kèm vào tiêu chí")
    officer.reads("12/KH-SNV")


def filled(taken_home: Paper) -> Paper:
    """The unit's sheet as it comes back: points typed where nothing stood."""
    book = openpyxl.load_workbook(io.BytesIO(taken_home.content))
    sheet = book[book.sheetnames[0]]
    places = {cell.value: cell.column or 0 for cell in sheet[HEADING_ROW]}
    for row in range(HEADING_ROW + 1, sheet.max_row + 1):
        points = sheet.cell(row, places["Điểm tự đánh giá"])
        if "." in str(sheet.cell(row, places["Mã"]).value or "") and points.value in (None, ""):
            points.value = 7
            sheet.cell(row, places["Giải trình cách chấm"]).value = "Theo báo cáo năm."
    stream = io.BytesIO()
    book.save(stream)
    return Paper(taken_home.name, stream.getvalue())


def head_submits(head: Hand) -> None:
    """The head comes in, reads what is wanted, submits, and holds the receipt."""
    head.come_in(head_of("SNV"))
    head.follow("Nộp bản tự đánh giá")
    head.press("Nộp bản tự đánh giá của Sở Nội vụ")
    expect(head.page.locator("h1")).to_contain_text("Biên nhận")


def first_appraisal(members: Sequence[Hand]) -> None:
    for number, hand in enumerate(members):
        hand.come_in(member(number))
        hand.follow("Thẩm định tiêu chí tiếp theo")
        hand.press("Xác nhận: ngoài các đơn vị đã khai")
    adjust_and_ask(members[0])
    recognise_the_rest(members[0], 1, 4)
    recognise_the_rest(members[1], 5, 8)


def adjust_and_ask(hand: Hand) -> None:
    """One point of Sở Nội vụ adjusted with its reason, one question asked."""
    hand.tab("Thẩm định")
    hand.follow("Sở Nội vụ")
    hand.follow("1.1", hand.main.locator("tbody"))
    hand.open("Câu hỏi cho đơn vị")
    hand.write("Câu hỏi", "Kế hoạch được gửi Ủy ban nhân dân Thành phố ngày nào?")
    hand.press("Gửi câu hỏi cho đơn vị")
    hand.tab("Thẩm định")
    hand.follow("Sở Nội vụ")
    hand.follow("1.1", hand.main.locator("tbody"))
    hand.write("Điểm", "6")
    hand.choose_first("Lý do")
    hand.write("Nội dung (đơn vị đọc được", "Kế hoạch ban hành chậm so với quy định.")
    hand.press("Ghi điều chỉnh")


def recognise_the_rest(hand: Hand, first: int, last: int) -> None:
    """Criterion by criterion, all units at once."""
    for block, name in BLOCKS.items():
        for area in range(first, min(last, AREAS[block]) + 1):
            hand.tab("Thẩm định")
            hand.follow(f"{area}.1 ", hand.main.get_by_role("region", name=f"Theo tiêu chí, {name}"))
            hand.tick("Chọn tất cả dòng công nhận được")
            hand.press("Xem trước việc công nhận")
            for kind in hand.main.locator("fieldset.doubts input").all():
                hand.tally.presses += 1
                kind.check()
            hand.press("Công nhận")
            hand.reads("Đã công nhận")


def refused(manager: Hand, *sentences: str) -> None:
    """Publication is asked for, and refused with everything that is still open."""
    manager.tab("Điều hành")
    manager.follow(f"Đề nghị công bố kết quả năm {YEAR}")
    manager.write("Số quyết định công bố", "01/QĐ-UBND")
    manager.write("Ngày quyết định", "2026-03-01")
    manager.press(f"Đề nghị công bố kết quả năm {YEAR}")
    manager.reads("Còn việc chưa xong: hoàn thành các việc đó, hoặc nêu lý do vẫn công bố.", *sentences)


def silent(manager: Hand, *sentences: str) -> None:
    """What no longer stands among the open gates."""
    manager.tab("Điều hành")
    manager.follow(f"Đề nghị công bố kết quả năm {YEAR}")
    expect(manager.page.locator("h1")).to_contain_text("Đề nghị công bố kết quả")
    for one in sentences:
        expect(manager.main).not_to_contain_text(one)


def release(manager: Hand, stage: str) -> None:
    """Refused until the report is looked at; then both blocks are told."""
    for name in BLOCKS.values():
        manager.tab("Thẩm định")
        block = manager.main.get_by_role("region", name=name).first
        manager.follow(f"Thông báo kết quả {stage}", block)
        manager.reads("Chưa thông báo được vì báo cáo rà soát tính thống nhất của khối chưa được xác nhận")
        manager.follow("Xem báo cáo rà soát tính thống nhất")
        manager.press("Xác nhận đã rà soát")
        manager.press(f"Thông báo kết quả {stage} cho các đơn vị")
        manager.reads("đã thông báo")


def reply(head: Hand) -> None:
    """The head answers the question and does not agree."""
    head.tab("Giải trình")
    head.follow("Câu hỏi")
    head.follow("Kế hoạch được gửi")
    head.write("Trả lời", "Gửi ngày 20/01/2025, đúng thời hạn.")
    head.press("Gửi trả lời cho Hội đồng")
    head.tab("Giải trình")
    head.follow("1.1", head.main.locator("tbody"))
    head.tick("Không đồng ý")
    head.write("Giải trình", "Kế hoạch ban hành đúng hạn, xem trang 1 của tài liệu.")
    head.press("Gửi giải trình")
    expect(head.page.locator("h1")).to_contain_text("Biên nhận giải trình")


def close_the_question(hand: Hand) -> None:
    hand.tab("Thẩm định")
    hand.follow("Câu hỏi cho đơn vị")
    hand.follow("Kế hoạch được gửi")
    hand.press("Đóng câu hỏi")
    hand.reads("Đã đóng câu hỏi")


def settle(hand: Hand) -> None:
    """The second appraisal gives the unit its point back."""
    hand.tab("Thẩm định")
    hand.follow("Sở Nội vụ")
    hand.follow("1.1", hand.main.locator("tbody"))
    hand.reads("xem trang 1 của tài liệu")
    hand.press("Theo đơn vị: công nhận 8,00 điểm")
    expect(hand.page.locator(".message").first).to_be_visible()


def bring_in_survey(operator: Hand) -> None:
    """The contractor's figures of both blocks."""
    operator.come_in("dieutra@hanoi.gov.vn", decides=False)
    for block, name in BLOCKS.items():
        operator.tab("Điều tra xã hội học")
        operator.follow("Tải phiếu điều tra lên")
        operator.choose_in("Tệp này là", name, "Số liệu SIPAS, PAPI")
        operator.attach(survey_figures(block), "Tệp .xlsx")
        operator.press("Kiểm tra tệp")
        operator.press("Nhập ")
        operator.reads("Kết quả nhập")


def hand_over_survey(operator: Hand, manager: Hand) -> None:
    """The institute signs both tables; Sở Nội vụ receives them."""
    for name in BLOCKS.values():
        operator.tab("Điều tra xã hội học")
        operator.follow("Bàn giao điểm", operator.main.get_by_role("region", name=name))
        operator.press("Ký bảng điểm ĐTXHH khối")
        manager.tab("Điều hành")
        manager.follow("tiến độ thu phiếu")
        manager.follow(f"Bảng điểm ĐTXHH khối {name}")
        manager.press("Tiếp nhận bảng điểm")
        manager.reads("Đã tiếp nhận bảng điểm")


def compose_council(manager: Hand) -> None:
    manager.tab("Điều hành")
    manager.follow("Hội đồng thẩm định")
    manager.follow("Ghi quyết định thành lập")
    manager.write("Số quyết định thành lập", "6001/QĐ-UBND")
    manager.write("Ngày quyết định", "01/12/2025")
    manager.write("Cơ quan ban hành", "Ủy ban nhân dân thành phố Hà Nội")
    manager.press("Lưu")
    for seat, number in (("Chủ tịch Hội đồng", 0), ("Ủy viên Hội đồng", 1), ("Ủy viên Hội đồng", 2)):
        manager.follow("Thêm người")
        manager.choose("Tư cách", seat)
        manager.write("Họ và tên", f"Thành viên {number}")
        manager.write("Cơ quan khác", "Ủy ban nhân dân thành phố Hà Nội")
        manager.choose("Tài khoản", f"Thành viên {number} (hd{number})")
        manager.press("Lưu")


def hold_the_meeting(manager: Hand, members: Sequence[Hand]) -> None:
    """Survey and ranking of both blocks put to the vote; two of three votes carry."""
    manager.tab("Điều hành")
    manager.follow("Hội đồng thẩm định")
    manager.follow("Lập phiên họp hoặc lấy ý kiến")
    manager.write("Nội dung", "Họp Hội đồng thẩm định xem xét kết quả Chỉ số")
    manager.write("Bắt đầu lúc", f"{clock.hanoi(clock.now()):%Y-%m-%dT%H:%M}")
    manager.press("Lưu")
    manager.press("Bắt đầu phiên họp")
    for number in range(3):
        manager.tick(f"Thành viên {number}")
    manager.press("Lưu điểm danh")
    for name in BLOCKS.values():
        for subject in SUBJECTS:
            manager.follow("Thêm nội dung")
            manager.follow(name, manager.main.locator("nav.filters"))
            manager.press(subject)
            manager.reads(f"Đã đưa vào chương trình: {subject}")
    first, *others = [f"{subject} khối {name}" for name in BLOCKS.values() for subject in SUBJECTS]
    manager.follow(first)
    manager.press("Đưa ra biểu quyết")
    manager.reads("Đã đưa nội dung ra biểu quyết")
    for hand in members:
        vote(hand, first)
    conclude(manager)
    for item in others:
        manager.follow("Nội dung tiếp theo")
        expect(manager.page.locator("h1")).to_contain_text(item)
        manager.press("Đưa ra biểu quyết")
        manager.open("Ghi số giơ tay")
        folded = manager.main.locator("details", has_text="Ghi số giơ tay").last
        manager.write("Tán thành", "3", folded)
        manager.press("Ghi số giơ tay", folded)
        conclude(manager)
    manager.follow("Phiên họp lần 1")
    manager.press("Kết thúc phiên họp")


def vote(hand: Hand, item: str) -> None:
    hand.tab("Thẩm định")
    hand.follow("Hội đồng thẩm định, phiên họp")
    hand.follow("Họp Hội đồng thẩm định")
    hand.follow(item)
    own = hand.main.locator("section").filter(has=hand.page.get_by_role("heading", name="Biểu quyết của bạn"))
    hand.tally.presses += 1
    own.get_by_label("tán thành", exact=True).check()
    hand.press("Ghi biểu quyết", own)
    hand.reads("Đã ghi biểu quyết.")


def conclude(manager: Hand) -> None:
    manager.press("Ghi kết luận theo biểu quyết")
    manager.reads("được thông qua")


def publish(first: Hand, second: Hand) -> None:
    """Proposed by one, approved by the other, after every gate; then everybody reads it."""
    first.tab("Điều hành")
    first.follow(f"Đề nghị công bố kết quả năm {YEAR}")
    expect(first.page.locator("h1")).to_contain_text("Đề nghị công bố kết quả")
    expect(first.main).not_to_contain_text("việc chưa xong")
    first.write("Số quyết định công bố", "01/QĐ-UBND")
    first.write("Ngày quyết định", "2026-03-01")
    first.press(f"Đề nghị công bố kết quả năm {YEAR}")
    first.reads("chờ người thứ hai duyệt")
    expect(first.main.get_by_role("button", name="Duyệt và công bố")).to_have_count(0)
    second.tab("Điều hành")
    second.follow("Xem đề nghị công bố số 01/QĐ-UBND")
    second.press("Duyệt và công bố")
    second.reads("đã công bố")
    second.sign_out()
    second.tab("Xếp hạng")
    second.reads("Sở Nội vụ")
