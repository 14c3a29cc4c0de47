"""A picture of a paper ballot as it is kept: small, and without what a camera writes into it (place, hour, owner)."""

import io
import warnings

MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 50_000_000
LONGEST_SIDE = 1600


def plain_picture(data: bytes) -> bytes:
    """The picture as a JPEG of at most LONGEST_SIDE pixels, upright. Raises ValueError for what is no JPEG or PNG, is
    broken, or too large."""
    from PIL import Image, ImageOps  # inline: start-up cost

    if len(data) > MAX_BYTES:
        raise ValueError("too many bytes")
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as picture:
            warnings.simplefilter("error")
            if picture.width * picture.height > MAX_PIXELS:
                raise ValueError("too many pixels")
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except (OSError, SyntaxError, Image.DecompressionBombError, Warning) as error:
        raise ValueError("no picture") from error
    out = io.BytesIO()
    # A fresh image: nothing of what stood beside the pixels comes along.
    Image.frombytes("RGB", upright.size, upright.tobytes()).save(out, "JPEG", quality=80)
    return out.getvalue()
