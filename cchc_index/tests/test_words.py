"""What people read says one word for one thing: templates and the texts of the code hold none of the forbidden ones."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin import site
from django.db.models import Model

from selfassess.models import Transition
from units.admin import LogEntryAdmin
from units.auditlog.models import LogEntry
from units.auditlog.queries import verb_words

ROOT = Path(settings.BASE_DIR)
APPS = ("cchc_index", "units", "criteria", "selfassess", "appraisal", "surveys", "results")
FORBIDDEN = {
    "bằng lời": "nói miệng; viết “nhập lý do”, “nêu căn cứ”",
    "có lời": "có lãi; viết “nêu căn cứ”, “có giải thích”",
    "tự chấm": "điểm tự đánh giá, tự đánh giá",
    "người nhập": "công chức phụ trách",
    "sao kê": "lịch sử thay đổi điểm",
    "thôi dùng": "ngừng sử dụng",
    "nhánh": "lĩnh vực hoặc tiêu chí",
    "cây tiêu chí": "các tiêu chí, toàn bộ tiêu chí",
    "đứng ở đây": "sẽ hiển thị tại đây",
    "hiện ở đây": "sẽ hiển thị tại đây",
    "nằm ở đây": "sẽ hiển thị tại đây",
    "sẽ ở đây": "sẽ hiển thị tại đây",
    "số lẻ": "chữ số thập phân",
    "đóng lại với": "không xem, không thẩm định hồ sơ",
    "lệch hẳn": "chênh lệch lớn",
    "trước hết ngày": "chậm nhất ngày",
    "toàn bản": "toàn bộ bản tự đánh giá",
    "cả bản": "toàn bộ bản tự đánh giá",
    "việc nền": "tác vụ nền",
    r"(?<!xây )dựng(?!\w)": "tạo",
    "kết xuất": "tạo; xuất (trong trang quản trị)",
    "hồ sơ nhập": "hồ sơ lưu",
    "tiêu chí điều tra": "tiêu chí ĐTXHH",
    "điểm điều tra(?! xã hội học)": "điểm ĐTXHH",
    "tình trạng": "trạng thái; tình trạng chỉ nói về điểm",
    "mã băm": "mã kiểm tra",
    r"object \(": "tên tiếng Việt của đối tượng",
    "báo cáo nhất quán": "báo cáo rà soát tính thống nhất",
    "ghi nhận": "xác nhận đã rà soát",
    "công bố cho đơn vị": "thông báo kết quả thẩm định",
    "công bố giai đoạn": "thông báo kết quả thẩm định",
    "rút lại": "hoàn tác (vừa làm), thu hồi (thông báo, phân công), hủy (lần nhập)",
    "(?<!của )hội đồng cho": "điểm thẩm định",
    "điểm hội đồng": "điểm thẩm định",
    "thành viên thẩm định": "thành viên Hội đồng thẩm định",
    "người thẩm định": "thành viên Hội đồng thẩm định",
    "cán bộ": "công chức phụ trách",
    "dòng nhóm": "tiêu chí có tiêu chí thành phần",
    "tiêu chí con": "tiêu chí thành phần",
    "số liệu hoàn chỉnh": "số liệu SIPAS, PAPI",
    "số liệu đo lường": "số liệu SIPAS, PAPI",
    "độ phủ": "tiến độ thu phiếu",
    "gắn tài liệu": "đính kèm tài liệu",
    "xung đột(?! lợi ích)": "xung đột lợi ích",
    "đường dẫn": "vị trí (trên trang), địa chỉ, tên tệp",
    "trang đầu(?! của)": "trang chủ",
    r"ở tab(?!\w)": "thẻ",
}
"""Patterns, each with what to write instead."""
WORST = {
    2: ("Transitions", "Chọn transition"),
    3: ("Vẫn công bố được",),
    4: ("đóng băng", "thì kết quả mới được công bố"),
    5: ("trả lời trước hết",),
    7: ("phải có lời", "chưa có lời", "ghi lời"),
    8: ("Vì sao khác nhau",),
    9: ("đóng lại với bạn", "không mở cho bạn", "đóng đơn vị này"),
    13: ("công bố theo số",),
    15: ("Để trống: mở từ trước",),
    16: ("Các kỳ đã có: chưa có",),
    18: ("Ai dẫn đầu",),
    19: ("Được và mất điểm",),
    20: ("Bảng số của hình",),
    21: ("độ rộng nửa giữa", "khoảng thường gặp"),
    22: ("Hơn người khác", "Ô so được", "bị coi là nghiêm"),
    23: ("Không có gì ở",),
    24: ("mức lo ngại",),
    25: ("về một người cho mọi đơn vị", "cùng một thước đo"),
    26: ("ô nào cũng có", "ô đã thẩm định", "còn thiếu 5 ô"),
    28: ("Sao kê", "Dựng bản"),
    29: ("Sửa lời", "Lưu lời", "Lý do nay là"),
    30: ("Thôi, chọn", "| Thôi |"),
    31: ("không phải làm gì thêm", "không báo lại"),
    32: ("bạn được giao trả lời",),
    33: ("Từ lúc này bản tự đánh giá",),
    34: ("Muốn đo khác đi",),
    36: ("Cần tài liệu gì", "khai đủ số liệu thì"),
    39: ("Dừng giữa chừng", "mà không xong"),
    40: ("điều chưa thấy", "im lặng khi"),
    41: (
        "quản lý chỉ số rút",
        "ở lại với người giao",
        "đang lọc hoặc tìm thì",
        "Sau giờ này hệ thống",
        "Điều chưa chắc",
    ),
}
"""Of the forty worst sentences that an editor found what no forbidden word above holds, and (41) the next in line."""
CASED = {"Kính gửi ông/bà": "Kính gửi Ông/Bà", "uản lý chỉ số": "người quản lý Chỉ số"}
"""Those of which only the capitals are wrong."""
PUBLISHED = re.compile("công bố(?! chỉ số)")
OF_THE_COUNCIL = ("appraisal/", "templates/appraisal/")
"""Where nothing is published but the index: what the units are told there is a notice."""
OF_POINTS = tuple(f"templates/results/public/{page}.html" for page in ("criterion", "method", "unit"))
"""Where four conditions of points are told apart: scored, not scored, not applicable, no ballots."""
CITY = re.compile(r"(?<![.:“(–|]\s)(?<=\S\s)Thành phố Hà Nội")
"""Capital only where a sentence or a name begins: NĐ 30 writes “thành phố Hà Nội” before the name."""
PERCENT = re.compile(r"\d\s%(?!\w)")
"""90% has no space."""
RULES_IN_WORDS = (
    "criteria/scoring/words_to_rule.py",
    "criteria/scoring/phrases.py",
    "criteria/scoring/rule_to_words.py",
)
"""But in a rule in words, which is read back as annexes write it: “> 90 %: 2; 70–90 %: 1; < 70 %: 0”."""
MARKUP = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
ELEMENT = re.compile(r"<[^>]*>")
TAG = re.compile(r"{%(?! *(?:extends|load|url|static)).*?%}|{{.*?}}", re.DOTALL)
"""What a template hands to another, or shows where there is nothing."""


def _of_template(source: str) -> str:
    """The text of a template as it is read: one space between words, a bar between elements."""
    kept = re.sub(r'\b(?:aria-label|title|placeholder|alt|content)="([^"{}]*)"', r'">\1<"', source)
    handed = [text for tag in TAG.findall(source) for text in re.findall(r'"([^"]*)"', tag) if not text.isascii()]
    return " ".join(" | ".join([ELEMENT.sub(" | ", MARKUP.sub(" ", kept)), *handed]).split())


def _of_code(source: str) -> Iterator[str]:
    """The texts of a module in Vietnamese: English ones (docstrings, names) have no such letter."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not node.value.isascii():
            yield " ".join(node.value.split())


def _of_script(source: str) -> Iterator[str]:
    """The texts of a script between quotes."""
    for quoted in re.findall(r"""(["'`])(.*?)\1""", source):
        if not quoted[1].isascii():
            yield quoted[1]


def _texts() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "static" / "js").glob("*.js")):
        for text in _of_script(path.read_text(encoding="utf-8")):
            yield str(path.relative_to(ROOT)), text
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield str(path.relative_to(ROOT)), _of_template(path.read_text(encoding="utf-8"))
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if not {"tests", "migrations"} & {*path.parts}:
                for text in _of_code(path.read_text(encoding="utf-8")):
                    yield str(path.relative_to(ROOT)), text


def forbidden(text: str, place: str = "") -> list[str]:
    """The forbidden words of a text; on the council's side also what is published and is not the index."""
    lowered = text.casefold()
    found = [word for word in FORBIDDEN if re.search(rf"(?<!\w){word}", lowered)]
    found = [word for word in found if word != "tình trạng" or place not in OF_POINTS]
    found += [word for word in CASED if word in text]
    found += ["công bố"] if place.startswith(OF_THE_COUNCIL) and PUBLISHED.search(lowered) else []
    found += [" %"] if PERCENT.search(text) and place not in RULES_IN_WORDS else []
    return found + (["Thành phố Hà Nội"] if CITY.search(text) else [])


@pytest.fixture(scope="module")
def texts() -> list[tuple[str, str]]:
    return list(_texts())


OPTION = re.compile(r"(?<![\w-])--[a-z]")
OF_COMMANDS = ("/management/", "cchc_index/lib/commands.py", "cchc_index/lib/outfiles.py", "cchc_index/backup/")
"""Only the command line comes there."""
ASKED_BY_A_COMMAND = ("--errata", "--supersedes", "--proposed-by")
"""Of the publication that a command makes; pages have fields for all of it."""


def speaks_to_the_command_line(place: str, text: str) -> bool:
    """Whether a text names an option, where somebody in a browser may read it."""
    if not OPTION.search(text) or any(part in f"/{place}" for part in OF_COMMANDS):
        return False
    if place == "results/publication/actions.py" and any(option in text for option in ASKED_BY_A_COMMAND):
        return False
    return "dòng lệnh" not in text and "python manage.py" not in text


def test_no_page_asks_for_an_option_of_a_command(texts: list[tuple[str, str]]) -> None:
    assert [(place, text) for place, text in texts if speaks_to_the_command_line(place, text)] == []
    assert speaks_to_the_command_line(
        "criteria/annex/actions.py", "coi là Tự đánh giá (dùng --source để nêu nguồn khác)."
    )
    assert not speaks_to_the_command_line("criteria/annex/actions.py", "ở dòng lệnh: --source")


def test_no_text_holds_a_forbidden_word(texts: list[tuple[str, str]]) -> None:
    assert len(texts) > 2000, "the walk reads the interface"
    assert {f"{place}: {word}" for place, text in texts for word in forbidden(text, place)} == set()


@pytest.mark.parametrize("number", WORST)
def test_the_worst_sentences_are_gone(texts: list[tuple[str, str]], number: int) -> None:
    read = [(place, text.casefold()) for place, text in texts]
    assert [(place, old) for old in WORST[number] for place, text in read if old.casefold() in text] == []


@pytest.mark.parametrize(
    "text",
    [
        "Nhập lý do bằng lời.",
        "Tổng điểm tự chấm",
        "Tự chấm",
        "Bảng sẽ hiện ở đây.",
        "làm tròn 2 số lẻ",
        "Evidence object (280)",
        "của hệ thống Thành phố Hà Nội",
        "Kính gửi ông/bà An,",
        "Việc của quản lý chỉ số",
        "Báo cáo nhất quán khối Sở",
        "Rút lại công bố Thẩm định lần 1",
        "Từ 80 % số lần",
        "Khai xung đột",
        "Tiêu chí điều tra",
        "Điểm điều tra của khối",
        "Kết xuất tệp",
        "Hồ sơ nhập năm 2023",
        "Dựng bản PDF",
        "Tình trạng hệ thống",
    ],
)
def test_a_forbidden_word_is_seen(text: str) -> None:
    assert forbidden(text)


def test_on_the_councils_pages_only_the_index_is_published() -> None:
    said = "Đã công bố kết quả cho các đơn vị."
    assert forbidden(said, "templates/appraisal/releases/release.html") == ["công bố"]
    assert not forbidden(said, "templates/results/control/control.html")
    assert not forbidden("Xác nhận trước khi công bố Chỉ số.", "templates/appraisal/consistency/consistency.html")


@pytest.mark.parametrize(
    "text",
    [
        "UBND thành phố Hà Nội",
        "Theo quyết định. Thành phố Hà Nội giao",
        "Kính gửi Ông/Bà An,",
        "Người quản lý Chỉ số",
        "Khai báo xung đột lợi ích",
        "từ 80% trở lên",
        "xây dựng kế hoạch, sử dụng",
        "Điểm điều tra xã hội học",
        "Tiêu chí ĐTXHH",
        "Tạo bản PDF",
    ],
)
def test_other_words_pass(text: str) -> None:
    assert not forbidden(text)


def test_texts_of_templates_are_read_across_lines_and_out_of_attributes() -> None:
    read = _of_template('<p aria-label="Sao kê điểm">Tổng điểm\n  tự chấm {{ x|default:"–" }}</p>')
    assert forbidden(read) == ["tự chấm", "sao kê"]
    handed = _of_template('{% include "a/_b.html" with page="Sao kê" %}{{ x|default:"thôi dùng" }}')
    assert forbidden(handed) == ["sao kê", "thôi dùng"]


# --- names ----------------------------------------------------------------------------------------

OURS = {"units", "criteria", "selfassess", "appraisal", "surveys", "results"}
ABBREVIATIONS = {"SIPAS", "PAPI", "1, 1, 3", "1, 1, 2", "ID", "trang", "thang", "sau", "thay cho"}
"""Names in Vietnamese that have no accent."""
VERB = re.compile(
    r"(?:criteria|phase|stage|selfassess|appraisal|surveys|official)\.[a-z_]*[a-z]|admin_[a-z]+|[a-z]+_(?:role|units)"
)


def _verbs(source: str) -> Iterator[str]:
    """The texts that a module gives as a verb of the log: `verb=…`, `VERB… = …`, `record(request, …)`."""
    for node in ast.walk(ast.parse(source)):
        said: list[ast.expr] = []
        if isinstance(node, ast.Call):
            said = [keyword.value for keyword in node.keywords if keyword.arg == "verb"]
            if isinstance(node.func, ast.Name) and node.func.id == "record":
                said += node.args[1:2]
        elif isinstance(node, ast.Assign) and "verb" in ast.unparse(node.targets[0]).casefold():
            said = [node.value]
        for part in said:
            for leaf in ast.walk(part):
                if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str) and VERB.fullmatch(leaf.value):
                    yield leaf.value


def test_every_model_field_and_choice_has_a_vietnamese_name() -> None:
    nameless = set()
    for model in apps.get_models():
        if model._meta.app_label not in OURS:
            continue
        assert model.__str__ is not Model.__str__, f"{model} says nothing of itself"
        named = [(str(model._meta), str(model._meta.verbose_name))]
        for field in model._meta.concrete_fields:
            named.append((str(field), str(field.verbose_name)))
            named += [(str(field), str(label)) for _, label in field.choices or []]
        nameless |= {(place, name) for place, name in named if name.isascii() and name not in ABBREVIATIONS}
    assert nameless == set()


def test_every_verb_of_the_log_has_words() -> None:
    words, used = verb_words(), {f"selfassess.{verb}" for verb in Transition.Verb if verb != Transition.Verb.IMPORT}
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if not {"tests", "migrations"} & {*path.parts}:
                used |= {*_verbs(path.read_text(encoding="utf-8"))}
    assert len(used) > 40
    assert used - set(words) == set()
    assert not [text for text in words.values() if text.isascii()]


def test_a_row_of_the_log_reads_as_a_sentence() -> None:
    page = LogEntryAdmin(LogEntry, site)
    now = LogEntry(verb="selfassess.attach", object_label="02/BC-SNV, tiêu chí 1.1.2 – Sở Nội vụ")
    old = LogEntry(
        verb="selfassess.attach",
        object_type="selfassess.evidence",
        object_id="280",
        object_label="Evidence object (280)",
    )
    assert page.deed(now) == "Đính kèm tài liệu kiểm chứng · 02/BC-SNV, tiêu chí 1.1.2 – Sở Nội vụ"
    assert page.deed(old) == "Đính kèm tài liệu kiểm chứng · tài liệu kiểm chứng số 280"
