"""Drawing letters that people read and programs do not: turned, bent, crossed by lines."""

import math
import secrets
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

LETTERS = "ABCDEFGHJKMNPRSTUVWXYZ"  # none that looks like another, or like a digit
LENGTH = 4
SIZE = (160, 60)
LETTER = 52  # the square that a letter is drawn in
PAPER, INK = 255, 0
RANDOM = secrets.SystemRandom()


def new_letters() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def draw(letters: str) -> bytes:
    """A GIF of the letters."""
    image = Image.new("L", SIZE, PAPER)
    step = (SIZE[0] - LETTER) // (LENGTH - 1)
    for position, letter in enumerate(letters):
        mask = _letter(letter)
        image.paste(INK, (position * step + RANDOM.randint(-3, 3), RANDOM.randint(0, SIZE[1] - LETTER)), mask)
    bent = _bent(image)
    _cross(bent)
    file = BytesIO()
    bent.convert("P", palette=Image.Palette.ADAPTIVE, colors=8).save(file, "GIF")
    return file.getvalue()


def _letter(letter: str) -> Image.Image:
    """One letter as a mask, of some size, turned by some degrees."""
    square = Image.new("L", (LETTER, LETTER), 0)
    font = ImageFont.load_default(RANDOM.randint(34, 42))
    ImageDraw.Draw(square).text((LETTER / 2, LETTER / 2), letter, 255, font, anchor="mm")
    return square.rotate(RANDOM.uniform(-28, 28), Image.Resampling.BILINEAR)


def _bent(image: Image.Image) -> Image.Image:
    """The image with its columns shifted along a wave, in strips of two."""
    width, height = image.size
    phase, swing = RANDOM.uniform(0, math.tau), RANDOM.uniform(3, 5)
    bent = Image.new("L", image.size, PAPER)
    for left in range(0, width, 2):
        strip = image.crop((left, 0, left + 2, height))
        bent.paste(strip, (left, round(swing * math.sin(phase + left * math.tau / width * 1.6))))
    return bent


def _cross(image: Image.Image) -> None:
    """Lines and dots over the letters, in their own colour."""
    width, height = image.size
    pen = ImageDraw.Draw(image)
    for _ in range(3):
        ends = [(x, RANDOM.randint(8, height - 8)) for x in (0, RANDOM.randint(width // 3, width // 2), width)]
        pen.line(ends, INK, width=RANDOM.randint(1, 2), joint="curve")
    for _ in range(120):
        pen.point((RANDOM.randrange(width), RANDOM.randrange(height)), INK)
