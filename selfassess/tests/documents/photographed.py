"""A photo of twelve megapixels as a phone takes it, stored as a document; what Chromium must show of it in a frame."""

import io
from typing import TYPE_CHECKING

from PIL import ExifTags, Image

from cchc_index.lib.tests.present import present
from selfassess.models import Document
from selfassess.tests.factories import DocumentFactory
from units.models import Unit, User

if TYPE_CHECKING:
    from playwright.sync_api import Page

TAKEN = (3000, 4000)
"""Pixels across and down of the photo as it was taken: held upright."""


def photographed(unit: Unit, by: User, number: str) -> Document:
    """The camera lay on its side and says so in the EXIF mark only."""
    stored = Image.new("RGB", (4000, 3000), "white")
    stored.paste("black", (0, 0, 2000, 3000))  # on the left as stored, above as taken
    turned, content = Image.Exif(), io.BytesIO()
    turned[ExifTags.Base.Orientation] = 6
    stored.save(content, "JPEG", exif=turned)
    told = {"number": number, "original_name": "anh.jpg", "content_type": "image/jpeg", "pages": None}
    body = content.getvalue()
    return DocumentFactory.create(unit=unit, uploaded_by=by, content=body, size=len(body), **told)


def whole_upright_and_as_taken_on_demand(page: "Page") -> None:
    """Of the photo in the page's document frame: all of it is in sight, no smaller than it need be, and one press shows
    every pixel that was taken, another takes that back."""
    frame = present(page.locator("iframe.document").bounding_box())
    inside = page.frame_locator("iframe.document")
    photo = inside.locator("img")
    photo.wait_for()
    photo.evaluate("image => image.decode()")
    box = present(photo.bounding_box())
    assert box["height"] > box["width"], "upright"
    assert box["x"] >= frame["x"]
    assert box["y"] >= frame["y"]
    assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
    assert box["y"] + box["height"] <= frame["y"] + frame["height"] + 1
    control = present(inside.locator("label").bounding_box())
    assert control["y"] + control["height"] <= box["y"], "over no part of it"
    left = frame["y"] + frame["height"] - box["y"]
    assert box["height"] > 0.9 * left or box["width"] > 0.9 * frame["width"], "no smaller than it need be"
    inside.get_by_label("Phóng to").check()
    grown = present(photo.bounding_box())
    assert (grown["width"], grown["height"]) == TAKEN
    inside.get_by_label("Phóng to").uncheck()
    assert present(photo.bounding_box())["height"] <= frame["height"] + 1
