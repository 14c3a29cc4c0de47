"""Files that a command writes: each appears whole or not at all."""

from pathlib import Path

from .faults import Refused


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` under a temporary name beside `path` and rename it. Raises Refused for a place that cannot be
    written to; what stood there stays."""
    if path.is_dir():
        raise Refused(f"“{path}” là thư mục: ghi thêm tên tệp cho --out.")
    if not path.parent.is_dir():
        raise Refused(f"Không có thư mục “{path.parent}”: tạo thư mục đó hoặc chọn --out khác.")
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError:
        if part.is_file():
            part.unlink()
        raise Refused(
            f"Không ghi được vào “{path}”: kiểm tra quyền ghi, dung lượng đĩa hoặc chọn --out khác."
        ) from None
