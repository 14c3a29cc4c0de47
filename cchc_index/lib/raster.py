"""The pictures of `svg` as PNG, for papers that hold no SVG (Word): rectangles, lines, circles and lines of text, which
is all that `svg` and the charts write. The same picture gives the same bytes."""

import io
from functools import cache
from pathlib import Path

from lxml import etree
from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).resolve().parents[2] / "static" / "fonts"
SCALE = 3
"""Pixels for one unit of the picture: 760 units on 162 mm are 357 dots to the inch."""
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def png_of(svg: str) -> bytes:
    """The picture as PNG. Raises ValueError for an element that no picture of ours has."""
    root = etree.fromstring(svg.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    width, height = int(root.get("width", "0")), int(root.get("height", "0"))
    image = Image.new("RGB", (width * SCALE, height * SCALE), "#ffffff")
    draw = ImageDraw.Draw(image)
    for element in root:
        _draw(draw, element, etree.QName(element).localname)
    out = io.BytesIO()
    image.quantize(32).save(out, "PNG", optimize=True)
    return out.getvalue()


def length(text: str, size: float, *, bold: bool) -> float:
    """How long a line of words is, in the unit of `size`."""
    return _font(round(size * SCALE), bold).getlength(text) / SCALE


def described(svg: str) -> tuple[str, str]:
    """The title and the description that the picture carries."""
    root = etree.fromstring(svg.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    texts = {etree.QName(element).localname: element.text or "" for element in root}
    return texts.get("title", ""), texts.get("desc", "")


def _draw(draw: ImageDraw.ImageDraw, element: "etree._Element", kind: str) -> None:
    if kind in ("title", "desc"):
        return
    if kind == "rect":
        x, y, wide, high = (_at(element, name) for name in ("x", "y", "width", "height"))
        draw.rectangle((x, y, x + wide - 1, y + high - 1), fill=element.get("fill"))
    elif kind == "line":
        ends = tuple(_at(element, name) for name in ("x1", "y1", "x2", "y2"))
        draw.line(ends, fill=element.get("stroke"), width=round(float(element.get("stroke-width", "1")) * SCALE))
    elif kind == "circle":
        x, y, r = (_at(element, name) for name in ("cx", "cy", "r"))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=element.get("fill"))
    elif kind == "text":
        font = _font(round(float(element.get("font-size", "14")) * SCALE), element.get("font-weight") == "bold")
        place, anchor = (_at(element, "x"), _at(element, "y")), _ANCHORS[element.get("text-anchor", "start")]
        draw.text(place, element.text or "", fill=element.get("fill", "#000000"), font=font, anchor=anchor)
    else:
        raise ValueError(kind)


def _at(element: "etree._Element", name: str) -> float:
    return float(element.get(name, "0")) * SCALE


@cache
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"Tinos-{'Bold' if bold else 'Regular'}.ttf"), size)
