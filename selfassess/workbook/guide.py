"""The sheet that says how to fill the workbook in."""

from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from cchc_index.lib.cells import workbook_cell
from selfassess.core.task_list import TaskList

from .version_token import label

LINES = (
    ("Ô để điền", "Chỉ các ô nền vàng nhạt mở khóa. Ô còn lại để đọc; giữ nguyên mã, tiêu đề cột và hai trang ẩn."),
    ("Mức đạt được", "Bấm vào ô, bấm mũi tên và chọn một mức trong danh sách."),
    (
        "Số liệu",
        "Tên từng số liệu ở ngay ô bên trái. Gõ số từ 0 trở lên; không gõ đơn vị tính, không gõ dấu ngăn hàng nghìn.",
    ),
    (
        "Dấu thập phân",
        "Gõ dấu mà Excel trên máy này dùng: ô mẫu ở dòng 3 trang “Tự đánh giá” cho thấy “chín phẩy năm” viết thế nào.",
    ),
    (
        "Điểm tự đánh giá",
        "Có quy tắc: điểm tự hiện khi đủ số liệu, hệ thống tính lại. Không có quy tắc: gõ tối đa 4 chữ số thập phân.",
    ),
    ("Để trống hay gõ 0", "Để trống là chưa chấm. Gõ 0 là chấm 0 điểm. Hai việc khác nhau."),
    ("Xóa điểm", "Xóa nội dung ô rồi nộp tệp: tiêu chí trở lại chưa chấm."),
    ("Không áp dụng", "Đơn vị không có nhiệm vụ này: chọn “Có” ở cột Không áp dụng và ghi lý do ở cột bên cạnh."),
    ("Giải trình cách chấm", "Tối đa 10.000 ký tự; xuống dòng trong ô bằng Alt+Enter."),
    (
        "Tài liệu kiểm chứng",
        "Tải lên ở trang của từng tiêu chí; tệp này chỉ cho thấy số tài liệu đã đính kèm.",
    ),
    ("Minh họa", "Tiêu chí có chữ “minh họa” ở cột Ghi chú do hệ thống đặt để thử, không phải văn bản của Thành phố."),
    (
        "Nộp tệp",
        "Lưu dạng .xlsx rồi tải lên ở trang “Nhập bằng Excel”. Hệ thống cho xem từng ô cũ và mới trước khi ghi.",
    ),
    (
        "Nhiều người cùng làm",
        "Dòng mà người khác đã sửa sau khi tải tệp này không bị ghi đè: hệ thống liệt kê cả hai số liệu.",
    ),
)


def write(sheet: Worksheet, tasks: TaskList) -> None:
    """Title, mark of illustrative data, one line for each kind of cell."""
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 26, 96
    title = sheet.cell(1, 1, workbook_cell(f"Cách điền bản tự đánh giá {label(tasks.assessment)}"))
    title.font = Font(name="Calibri", bold=True, size=14)
    if tasks.assessment.round_group.round.illustrative:
        mark = sheet.cell(2, 1, "DỮ LIỆU MINH HỌA – không phải điểm thật")
        mark.font = Font(name="Calibri", bold=True, color="8A5A00")
    for number, line in enumerate(LINES, start=4):
        for column, said in enumerate(line, start=1):
            cell = sheet.cell(number, column, said)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            cell.font = Font(name="Calibri", bold=column == 1)
        sheet.row_dimensions[number].height = 15 * (1 + len(line[1]) // 95) + 4
    fit_to_width(sheet)
    sheet.page_setup.paperSize = 9  # A4
    sheet.protection.sheet = True


def fit_to_width(sheet: Worksheet) -> None:
    """Printed on as many pages as it takes downwards, one across."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight, sheet.page_setup.fitToWidth = 0, 1
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
