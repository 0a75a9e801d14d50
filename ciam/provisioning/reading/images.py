"""Logos: whatever image comes in, a small PNG of it is kept, made by us and without what else was in the file."""

import base64
import io
import re
import warnings

from PIL import Image, UnidentifiedImageError

from ciam.provisioning.reading.problems import Node, Problems

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MOST_BYTES = 1024 * 1024  # contract tencent §10.1
MOST_PIXELS = 4096 * 4096
SIZE = (480, 160)
DATA_URL = re.compile(r"data:image/[a-z+]+;base64,")


def logo(node: Node, problems: Problems) -> str:
    """Base64 of a PNG that fits into `SIZE`, from base64 of an image of any of the formats, or a `data:` URL of it."""
    if not isinstance(node.value, str):
        problems.add(node, "is an image as base64")
        return ""
    try:
        return base64.b64encode(_small_png(_decoded(node.value))).decode()
    except ValueError as error:
        problems.add(node, str(error))
        return ""


def _decoded(text: str) -> bytes:
    bare = DATA_URL.sub("", text.strip(), count=1)
    if len(bare) > MOST_BYTES * 4 // 3 + 4:
        raise ValueError("is larger than 1 MB")
    try:
        return base64.b64decode("".join(bare.split()), validate=True)
    except ValueError:
        raise ValueError("is an image as base64") from None


def _small_png(content: bytes) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise ValueError("has too many pixels")
                small = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError("is a PNG, JPEG, WebP or GIF image") from None
    small.thumbnail(SIZE)
    written = io.BytesIO()
    small.save(written, "PNG", optimize=True)
    return written.getvalue()
