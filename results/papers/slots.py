"""The papers of a result, and the passages that staff may type in them. Pure."""

from dataclasses import dataclass

DECISION, SUBMISSION, ANALYSIS = "quyet-dinh", "to-trinh", "phan-tich"
CONFERENCE, SLIDES = "hoi-nghi", "trinh-chieu"
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class PaperKind:
    """A paper: its key in addresses, its name, what it is for, and the endings it is made in."""

    key: str
    title: str
    about: str
    endings: tuple[str, ...] = ("pdf", "docx")


KINDS = (
    PaperKind(
        DECISION, "Quyết định công bố và phụ lục", "trình Ủy ban nhân dân thành phố ký; phụ lục là bảng xếp hạng"
    ),
    PaperKind(SUBMISSION, "Tờ trình", "Sở Nội vụ trình Ủy ban nhân dân thành phố công bố kết quả"),
    PaperKind(ANALYSIS, "Báo cáo phân tích", "kết quả theo khối, lĩnh vực, tiêu chí; điểm mất; thay đổi; kiến nghị"),
    PaperKind(CONFERENCE, "Báo cáo tại hội nghị công bố", "kết quả chính, kiến nghị và nhiệm vụ"),
    PaperKind(SLIDES, "Bản trình chiếu", "các trang 16:9 của báo cáo tại hội nghị", ("pdf",)),
)
BY_KEY = {kind.key: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Slot:
    """A passage: where it stands, how it is called, and the words that stand there until somebody types others. Each
    line is a paragraph."""

    key: str
    paper: str
    label: str
    hint: str
    usual: str = ""


SLOTS = (
    Slot(
        "can-cu",
        DECISION,
        "Căn cứ ban hành Quyết định",
        "Mỗi dòng một căn cứ, ghi đủ số, ngày và cơ quan ban hành. Các quyết định về bộ tiêu chí được tự ghi tiếp sau.",
        "Căn cứ Luật Tổ chức chính quyền địa phương;",
    ),
    Slot(
        "to-chuc-thuc-hien",
        DECISION,
        "Điều 2 của Quyết định",
        "Giao việc thực hiện kết quả.",
        "Thủ trưởng các cơ quan, đơn vị có tên trong Phụ lục căn cứ kết quả được công bố, xây dựng kế hoạch khắc phục "
        "các tiêu chí còn thiếu điểm; Sở Nội vụ đôn đốc, theo dõi, báo cáo Ủy ban nhân dân thành phố.",
    ),
    Slot(
        "noi-nhan",
        DECISION,
        "Nơi nhận của Quyết định",
        "Mỗi dòng một nơi nhận.",
        "- Như Điều 3;\n- Bộ Nội vụ;\n- Thường trực Thành ủy;\n- Thường trực HĐND thành phố;\n- Lưu: VT, SNV.",
    ),
    Slot(
        "ky-quyet-dinh",
        DECISION,
        "Chức vụ người ký Quyết định",
        "Dòng cuối có thể là họ tên.",
        "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH",
    ),
    Slot(
        "to-trinh",
        SUBMISSION,
        "Nội dung tờ trình, phần quá trình thực hiện",
        "Viết sau câu mở đầu, trước kết quả.",
        "Sở Nội vụ đã tổng hợp kết quả tự đánh giá của các cơ quan, đơn vị, kết quả của Hội đồng thẩm định và kết quả "
        "điều tra xã hội học.",
    ),
    Slot("ky-so", SUBMISSION, "Chức vụ người ký của Sở Nội vụ", "Dùng cho tờ trình và các báo cáo.", "GIÁM ĐỐC"),
    Slot("nhan-xet", ANALYSIS, "Nhận xét chung", "Đứng sau kết quả chung của các khối."),
    Slot("nguyen-nhan", ANALYSIS, "Nguyên nhân", "Đứng trước kiến nghị."),
    Slot("mo-dau", CONFERENCE, "Lời mở đầu của báo cáo tại hội nghị", "Đứng trước kết quả."),
    Slot("nhiem-vu", CONFERENCE, "Nhiệm vụ trọng tâm thời gian tới", "Mỗi dòng một nhiệm vụ; in cả trên trang chiếu."),
)
SLOT_OF = {slot.key: slot for slot in SLOTS}


def lines(text: str) -> list[str]:
    """The paragraphs of a typed passage."""
    return [line.strip() for line in text.splitlines() if line.strip()]
