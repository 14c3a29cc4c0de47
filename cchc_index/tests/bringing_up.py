"""The steps by which Sở Nội vụ brings a year up and moves it on, on its pages."""

from datetime import timedelta

from playwright.sync_api import expect

from cchc_index.lib import clock

from .hands import Hand
from .office_sheets import AREAS, DECISION, MEMBERS, YEAR, annex, finished_scores, manager, people_list, unit_list

STAGES = (
    "Tự đánh giá",
    "Thẩm định lần 1",
    "Giải trình",
    "Thẩm định lần 2",
    "Hội đồng quyết định",
    "Tổng hợp, công bố",
    "Điều tra xã hội học",
)
BLOCKS = {"so": "Sở, cơ quan tương đương Sở", "xa": "Xã, phường"}


def bring_in_lists(admin: Hand) -> None:
    admin.sign_in("quantri")
    admin.switch_on_second_factor()
    bring_in_units(admin)
    bring_in_people(admin)


def bring_in_units(admin: Hand) -> None:
    admin.reads("Chưa có đơn vị nào")
    for block, name in BLOCKS.items():
        admin.tab("Chuẩn bị kỳ")
        admin.follow("Nhập danh sách đơn vị")
        admin.write("Mã khối mới", block)
        admin.write("Tên khối mới", name)
        admin.attach(unit_list(block))
        admin.press("Kiểm tra tệp")
        admin.press("Nhập danh sách này")
        admin.reads(f"{name} ({'15' if block == 'so' else '126'} đơn vị hiện nay)")


def bring_in_people(admin: Hand) -> None:
    admin.tab("Chuẩn bị kỳ")
    admin.follow("Nhập danh sách người dùng")
    admin.attach(people_list())
    admin.press("Kiểm tra tệp")
    admin.reads("300tài khoản mới, nhận thư mời")
    admin.press("Nhập danh sách này")


def confirm_each_other(first: Hand, second: Hand) -> None:
    """Two managers come in by their letters, each confirms the other; a fresh role confirms nobody else yet."""
    first.come_in(manager(0), decides=False)
    first.reads("hai người này đăng nhập và xác nhận cho nhau")
    first.press("Xác nhận các dòng đã chọn")
    first.reads("Đã xác nhận 1 vai trò.")
    second.come_in(manager(1))  # confirmed already
    second.follow("Người dùng")
    second.follow("Vai trò chờ xác nhận")
    second.press("Xác nhận các dòng đã chọn")
    second.reads("Đã xác nhận 1 vai trò.", "Vai trò của bạn còn mới: bạn được xác nhận từ")
    expect(second.main.get_by_role("button", name="Xác nhận các dòng đã chọn")).to_have_count(0)
    first.follow("Thành phố Hà Nội", first.page.locator("header.bar"))
    first.switch_on_second_factor()


def confirm_the_others(second: Hand) -> None:
    """The next day."""
    second.tab("Điều hành")
    second.follow("Người dùng")
    second.follow("Vai trò chờ xác nhận (156)")
    second.press("Xác nhận các dòng đã chọn")
    second.reads("Đã xác nhận 156 vai trò.")


def bring_in_annexes(manager: Hand) -> None:
    """Refused without its total, then each of the misprinted codes confirmed."""
    manager.tab("Điều hành")
    manager.follow("Chuẩn bị kỳ")
    manager.write("Năm chỉ số", str(YEAR))
    manager.press("Xem năm này")
    for block, name in BLOCKS.items():
        manager.follow(f"Nhập phụ lục của {name}")
        manager.write("Số quyết định", DECISION)
        manager.write("Ngày quyết định", "17/11/2025")
        manager.write("Trong đó tự đánh giá", "70")
        manager.write("Trong đó điều tra xã hội học", "30")
        for total in ("99", "100"):
            manager.write("Tổng điểm theo quyết định", total)
            manager.attach(annex(block))
            manager.press("Kiểm tra tệp")
            if total == "99":
                manager.reads("là 100, không bằng 99 như đã yêu cầu", "chưa lưu gì")
        manager.press("Sửa những chỗ đã đánh dấu")
        manager.reads(f"Còn {AREAS[block]} chỗ chưa xác nhận")
        for area in range(1, AREAS[block] + 1):
            manager.tick(f"mã “{area}.2.” in sai")
        manager.press("Sửa những chỗ đã đánh dấu")
        manager.reads("“Điều tra XHH” là ĐTXHH")
        manager.press("Nhập phụ lục này")
        manager.follow(f"Chuẩn bị kỳ {YEAR}")


def set_times(manager: Hand) -> None:
    """The plan and the hours of every stage; nothing opens while anything is missing."""
    manager.reads("Tự đánh giá chưa đặt giờ mở, giờ đóng")
    manager.follow("Sửa")
    manager.write("Số kế hoạch", "300/KH-UBND")
    manager.write("Ngày kế hoạch", "01/12/2025")
    manager.press("Lưu")
    manager.reads("Đã lưu kỳ")
    expect(manager.main.get_by_role("button", name="Mở tự đánh giá")).to_have_count(0)
    manager.follow("Đặt giờ các giai đoạn")
    for place, title in enumerate(STAGES):
        set_hours(manager, title, 1 + 20 * place, 20 + 20 * place)
    manager.press("Lưu lịch")


def set_hours(manager: Hand, title: str, opens: float, closes: float) -> None:
    """So many days from now."""
    for edge, days in (("mở lúc", opens), ("đóng lúc", closes)):
        moment = clock.hanoi(clock.now() + timedelta(days=days))
        manager.write(f"{title}: {edge}", f"{moment:%d/%m/%Y %H:%M}")


def assign_and_open(manager: Hand) -> None:
    """Two of the members share the criteria of both blocks; then nothing is missing."""
    for name in BLOCKS.values():
        manager.follow("Phân công")
        manager.follow(name)
        manager.follow("Chia đều cho các thành viên")
        for number in range(2, MEMBERS):
            manager.untick(f"Thành viên {number}")
        manager.press("Xem phương án chia")
        manager.press("Áp dụng phương án cho 2 thành viên")
        manager.reads("Đã phân công cả")
        manager.tab("Điều hành")
        manager.follow("Chuẩn bị kỳ")
    manager.press(f"Mở tự đánh giá năm {YEAR} ngay bây giờ")
    manager.reads("Đã mở giai đoạn Tự đánh giá")


def others_submit(manager: Hand, by_hand: str) -> None:
    """The other 140 units, whom nobody watches: their finished points as files of a hand-over."""
    for block, name in BLOCKS.items():
        manager.tab("Điều hành")
        manager.follow("Chuẩn bị kỳ")
        manager.follow(f"Nhập điểm đã có của {name}")
        manager.attach(finished_scores(block, without=by_hand))
        manager.press("Kiểm tra tệp")
        manager.reads("xem trước, chưa lưu gì")
        manager.press("Nhập bảng điểm này")
        manager.reads(f"Đã nhập diem-tu-danh-gia-{block}.xlsx")


def move_on(manager: Hand, over: str, *now: str) -> None:
    """One stage closes, the next ones open: the year goes by."""
    manager.tab("Điều hành")
    manager.follow("Chuẩn bị kỳ")
    manager.follow("Đặt giờ các giai đoạn")
    at = f"{clock.hanoi(clock.now()):%d/%m/%Y %H:%M:%S}"
    if over:
        manager.write(f"{over}: đóng lúc", at)
    for title in now:
        manager.write(f"{title}: mở lúc", at)
    manager.press("Lưu lịch")
    manager.reads("Đã lưu giờ của")
