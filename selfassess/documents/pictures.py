"""The size that a picture declares, whatever its format; nothing is unpacked. No Django."""

import struct
from dataclasses import dataclass

PNG_END = b"IEND\xaeB`\x82"
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_MOST_PAGES = 5_000


@dataclass(frozen=True, slots=True)
class Picture:
    """The size a picture declares and how many pages it has."""

    width: int
    height: int
    pages: int | None = None


def png(data: bytes) -> Picture | None:
    """The size of a whole PNG, None for a broken one. What lies behind its end mark is nobody's concern."""
    if len(data) < 24 or data[12:16] != b"IHDR" or PNG_END not in data:
        return None
    return Picture(*struct.unpack(">II", data[16:24]))


def jpeg(data: bytes) -> Picture | None:
    """As `png`; the end mark counts behind the picture's own frame, not that of a thumbnail."""
    width, height, end = _jpeg_frame(data)
    return Picture(width, height) if b"\xff\xd9" in data[end:] else None


def _jpeg_frame(data: bytes) -> tuple[int, int, int]:
    """(width, height, place) of the frame header; segments before it are stepped over. Zeros without one."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height, at
        else:
            at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return 0, 0, len(data)


def webp(data: bytes) -> Picture | None:
    """As `png`; the file must be as long as it says."""
    if len(data) < 30 or len(data) < 8 + int.from_bytes(data[4:8], "little"):
        return None
    kind, head = data[12:16], data[20:30]
    if kind == b"VP8X":
        return Picture(1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little"))
    if kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return Picture(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    width, height = struct.unpack("<HH", head[6:10])
    return Picture(width & 0x3FFF, height & 0x3FFF)


def heif(data: bytes) -> Picture | None:
    """As `png`; the largest of the sizes it holds (a photo beside its tiles and its thumbnail)."""
    sizes: list[tuple[int, int]] = []
    at = data.find(b"ispe")
    while at >= 0 and at + 16 <= len(data) and len(sizes) < _MOST_PAGES:
        width, height = struct.unpack(">II", data[at + 8 : at + 16])
        sizes.append((width, height))
        at = data.find(b"ispe", at + 4)
    return Picture(max(w for w, _ in sizes), max(h for _, h in sizes)) if sizes else None


def tiff(data: bytes) -> Picture | None:
    """As `png`; the largest page, and the count of pages. None for a directory that leads outside of the file."""
    order = "<" if data[:2] == b"II" else ">"
    width = height = pages = 0
    (at,) = struct.unpack(order + "I", data[4:8]) if len(data) >= 8 else (0,)
    seen: set[int] = set()
    while at and at not in seen and pages < _MOST_PAGES:
        seen.add(at)
        if at + 2 > len(data):
            return None
        (count,) = struct.unpack(order + "H", data[at : at + 2])
        end = at + 2 + 12 * count
        if end + 4 > len(data):
            return None
        sizes = _tiff_sizes(data[at + 2 : end], order)
        width, height, pages = max(width, sizes.get(256, 0)), max(height, sizes.get(257, 0)), pages + 1
        (at,) = struct.unpack(order + "I", data[end : end + 4])
    return Picture(width, height, pages) if pages else None


def _tiff_sizes(directory: bytes, order: str) -> dict[int, int]:
    found = {}
    for at in range(0, len(directory), 12):
        tag, kind = struct.unpack(order + "HH", directory[at : at + 4])
        if tag in (256, 257):
            form = "H" if kind == 3 else "I"
            (found[tag],) = struct.unpack(order + form, directory[at + 8 : at + 8 + struct.calcsize(form)])
    return found
