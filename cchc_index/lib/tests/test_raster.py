"""Pictures of ours as points: the same bytes, the right size, nothing unknown."""

import io

import pytest
from PIL import Image

from cchc_index.lib import raster, svg


def test_a_picture_is_drawn_in_its_size_with_its_words() -> None:
    parts = [svg.text(10, 20, "Sở Nội vụ", weight="bold"), svg.line(0, 30, 760, 30, svg.GRID)]
    parts += [
        '<circle cx="40" cy="40" r="5" fill="#9b1c1f"/>',
        '<rect x="1" y="50" width="9" height="9" fill="#8fa9c4"/>',
    ]
    picture = svg.frame(760, 76, "Xếp hạng", "Sở Nội vụ: 82,50", parts)
    data = raster.png_of(picture)
    image = Image.open(io.BytesIO(data))
    assert image.size == (760 * raster.SCALE, 76 * raster.SCALE)
    assert raster.png_of(picture) == data
    title, told = raster.described(picture)
    assert title == "Xếp hạng"
    assert "Sở Nội vụ: 82,50" in told


def test_what_no_picture_of_ours_holds_is_an_error() -> None:
    with pytest.raises(ValueError, match="path"):
        raster.png_of(svg.frame(10, 10, "t", "d", ['<path d="M0 0"/>']))
