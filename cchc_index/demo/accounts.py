"""The demonstration year's accounts: one of each role, all with one printed password."""

from dataclasses import dataclass

from units.actions import grant_role, record_account
from units.models import Role, Unit, User

PASSWORD = "Minhhoa-2024"  # noqa: S105 (printed in the README; load_demo refuses beside real rounds)


@dataclass(frozen=True)
class Account:
    username: str
    full_name: str
    role: Role | None
    unit: tuple[str, str] | None
    """(block, unit code) the person belongs to."""
    hint: str


ACCOUNTS = (
    Account("canbo.snv", "Trần Thu Hà", Role.UNIT_OFFICER, ("so", "SNV"), "chấm tiêu chí, đính kèm tài liệu"),
    Account("thutruong.snv", "Nguyễn Đình Hòa", Role.UNIT_HEAD, ("so", "SNV"), "duyệt và nộp bản tự đánh giá"),
    Account("canbo.caugiay", "Phạm Minh Châu", Role.UNIT_OFFICER, ("huyen", "005"), "đơn vị thuộc khối huyện"),
    Account("thutruong.caugiay", "Lê Quang Vinh", Role.UNIT_HEAD, ("huyen", "005"), "duyệt, nộp, giải trình"),
    Account("thamdinh.stp", "Đỗ Thị Lan", Role.COUNCIL_MEMBER, ("so", "STP"), "thẩm định, trừ Sở Tư pháp của mình"),
    Account("thamdinh.stc", "Vũ Hữu Ước", Role.COUNCIL_MEMBER, ("so", "STC"), "thẩm định, trừ Sở Tài chính của mình"),
    Account("dieutra", "Ngô Bảo Ngọc", Role.SURVEY_OPERATOR, None, "tải phiếu điều tra và số liệu SIPAS, PAPI"),
    Account("quanly1", "Hoàng Anh Dũng", Role.INDEX_MANAGER, ("so", "SNV"), "điều hành kỳ, xem trước, đề nghị công bố"),
    Account("quanly2", "Bùi Thanh Mai", Role.INDEX_MANAGER, ("so", "SNV"), "người thứ hai duyệt công bố"),
    Account("quansat", "Đặng Văn Sơn", Role.OBSERVER, None, "chỉ xem"),
    Account("admin", "Quản trị hệ thống", None, None, "quản trị: đơn vị, người dùng, bộ tiêu chí, nhập và xuất"),
)


CAST = {
    "SCT": ("Tạ Thị Hạnh", "Phan Quốc Bảo"),
    "SDL": ("Lý Thanh Tùng", "Đinh Thị Nga"),
    "SKHCN": ("Cao Văn Khải", "Mai Thị Yến"),
}
"""Officer and head of units that submit in the practice year. They have no password: nobody logs in as they do."""


def ensure(group_units: dict[tuple[str, str], Unit]) -> dict[str, User]:
    """Create what is missing of those whose unit is there; an account that exists keeps its password. By username."""
    here = [account for account in ACCOUNTS if account.unit is None or account.unit in group_units]
    return {account.username: _ensure_one(account, group_units) for account in here}


def ensure_cast(group_units: dict[tuple[str, str], Unit]) -> dict[str, tuple[User, User]]:
    """Officer and head by unit code, for the units that are there."""
    return {
        code: (
            _ensure_one(
                Account(f"canbo.{code.lower()}", names[0], Role.UNIT_OFFICER, ("so", code), ""), group_units, ""
            ),
            _ensure_one(
                Account(f"thutruong.{code.lower()}", names[1], Role.UNIT_HEAD, ("so", code), ""), group_units, ""
            ),
        )
        for code, names in CAST.items()
        if ("so", code) in group_units
    }


def _ensure_one(account: Account, units: dict[tuple[str, str], Unit], password: str = PASSWORD) -> User:
    staff = account.role is None
    user, created = User.objects.get_or_create(
        username=account.username,
        defaults={
            "full_name": account.full_name,
            "email": f"{account.username}@example.vn",
            "is_staff": staff,
            "is_superuser": staff,
        },
    )
    if created:
        user.set_password(password or None)
        user.save(update_fields=["password"])
        record_account(actor=None, user=user)
    if account.role is not None:
        grant_role(actor=None, user=user, role=account.role, unit=units.get(account.unit) if account.unit else None)
    return user


def banner(address: str) -> str:
    """What `serve` prints once the page answers: the address, the accounts, what to try."""
    known = set(User.objects.filter(username__in=[a.username for a in ACCOUNTS]).values_list("username", flat=True))
    lines = ["", f"Hệ thống đã mở: {address}   (dừng: Ctrl+C)", ""]
    if known:
        lines += [f"Tài khoản trình diễn, mật khẩu chung: {PASSWORD}"]
        lines += [
            f"  {a.username:<18} {a.role.label if a.role else 'quản trị hệ thống':<24} {a.hint}"
            for a in ACCOUNTS
            if a.username in known
        ]
        lines += ["", *TRY]
    elif not User.objects.exists():
        lines += ["Chưa có tài khoản nào: tạo người quản trị bằng manage.py createsuperuser."]
    return "\n".join(lines) + "\n"


TRY = (
    "Nên thử, mỗi việc vài phút (kỳ 2020 đang mở để thực hành, kỳ 2024 đã công bố; mọi điểm số là minh họa):",
    "  1. canbo.snv: chấm nốt các tiêu chí còn thiếu, đính kèm tài liệu; thutruong.snv: kiểm tra và nộp.",
    "  2. thamdinh.stp: công nhận hoặc điều chỉnh điểm có lý do; quanly1: rà soát tính thống nhất, thông báo kết quả.",
    "  3. thutruong.snv: giải trình tiêu chí bị điều chỉnh; thamdinh.stp: thẩm định lần 2.",
    "  4. dieutra: tải phiếu lên; quanly1: xem trước, đề nghị công bố; quanly2: duyệt.",
    "  5. Không đăng nhập: xếp hạng, trang đơn vị, trang tiêu chí, dữ liệu mở của năm 2024.",
    "Năm 2025 với 141 đơn vị (15 Sở, 126 phường, xã; minh họa) nạp phía sau, xong thì có trong danh sách năm.",
)
