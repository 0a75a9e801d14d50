"""The character encoding of a file: told by its bytes where they tell it, asked for where they do not."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
NAMES = {"utf-8": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "gb18030": "GB18030"}
NAMES |= {"cp1252": "Windows-1252", "cp1254": "Windows-1254"}
CHUNK = 1024 * 1024
SAMPLE = 256 * 1024  # bytes of lines that are not UTF-8
SAMPLE_WORD = 40  # characters

HIGH = re.compile(rb"[\x80-\xff]")
HANZI = re.compile(rb"[\xb0-\xf7][\xa1-\xfe]")  # GB 2312, which nearly all names are written in
COMMON_HANZI = re.compile(rb"[\xb0-\xd7][\xa1-\xfe]")  # its first level
WORD = re.compile(r"[^\W\d_]+")
# What French, German, Spanish, Portuguese, Italian, Dutch, the Nordic languages and Turkish are written with.
LATIN = frozenset("àáâãäåæçèéêëìíîïñòóôõöøœùúûüÿßğış’‘“”–…€«»°ºª¿¡·´ ")
TURKISH = frozenset("ğışĞİŞ")


class UnknownEncoding(Exception):
    """The encoding cannot be told, or is not the one that was named; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """`codec` is Python's name; `sample` is a word that shows what a guess reads, "" where nothing is guessed."""

    codec: str
    sample: str = ""

    @property
    def name(self) -> str:
        return NAMES.get(self.codec, self.codec)


UTF8 = Encoding("utf-8")


class Lines(Protocol):
    def readline(self, size: int, /) -> bytes: ...


@contextmanager
def opened(path: Path, codec: str) -> Iterator[Lines]:
    """The file's lines in UTF-8, without a byte order mark."""
    with path.open("rb") as stream:
        if codec != "utf-8":
            yield _Recoded(stream, codec)
            return
        if stream.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            stream.seek(0)
        yield stream


class _Recoded:
    """Lines of another encoding as UTF-8; a line ends where LF says so, and nowhere else."""

    def __init__(self, stream: IO[bytes], codec: str) -> None:
        self._text = io.TextIOWrapper(stream, codec, newline="\n")

    def readline(self, size: int, /) -> bytes:
        return self._text.readline(size).encode()


def named(path: Path, name: str) -> Encoding:
    """Return the encoding that somebody named, if the file is of it; raises UnknownEncoding."""
    try:
        codec = codecs.lookup(name).name
        " ".encode(codec)  # which codecs that are no encodings of text refuse
    except LookupError:
        raise UnknownEncoding(f"{name} is no encoding that is known here; utf-8, gb18030 and cp1254 are.") from None
    if codec in ("utf-8", "utf-8-sig"):
        return UTF8  # a row that is none is refused by itself
    if codec in ("gb2312", "gbk"):
        codec = "gb18030"  # which both are parts of
    try:
        with path.open("rb") as stream:
            for _ in io.TextIOWrapper(stream, codec, newline="\n"):
                pass
    except (UnicodeError, LookupError):
        raise UnknownEncoding(
            f"{path} is not {NAMES.get(codec, name)}: it has bytes that mean nothing there."
        ) from None
    return Encoding(codec)


def detect(path: Path) -> Encoding:
    """Return the encoding that the bytes tell; raises UnknownEncoding where they tell none."""
    with path.open("rb") as stream:
        start = stream.read(4)
    for bom, codec in BOMS.items():
        if start.startswith(bom):
            return named(path, codec)
    if len(start) > 1 and (start[0] == 0) != (start[1] == 0):
        return named(path, "utf-16-be" if start[0] == 0 else "utf-16-le")
    good, bad = _sorted_lines(path)
    return UTF8 if good >= len(bad) else _guess(path, b"".join(bad))


def _sorted_lines(path: Path) -> tuple[int, list[bytes]]:
    """Return how many lines have letters beyond ASCII in UTF-8, and those that are none; stops where it is clear."""
    if _is_utf8(path):
        return 0, []
    good, bad, size = 0, [], 0
    with path.open("rb") as stream:
        while size < SAMPLE and (line := stream.readline(SAMPLE)):
            if not HIGH.search(line):
                continue
            try:
                line.decode()
                good += 1
            except UnicodeDecodeError:
                bad.append(line)
                size += len(line)
    return good, bad


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _guess(path: Path, sample: bytes) -> Encoding:
    codec = "gb18030" if _is_chinese(sample) else _latin(sample)
    if not codec:
        raise UnknownEncoding(
            f"{path} is not UTF-8, and its bytes do not tell what else it is: name it, for example --encoding cp1251."
        )
    named(path, codec)
    words = WORD.findall(sample.decode(codec, "replace"))
    return Encoding(codec, next((word for word in words if not word.isascii()), "")[:SAMPLE_WORD])


def _is_chinese(sample: bytes) -> bool:
    """Nearly all bytes beyond ASCII are in pairs that make hanzi, and most of these are common."""
    high, pairs = len(HIGH.findall(sample)), HANZI.findall(sample)
    common = sum(COMMON_HANZI.match(pair) is not None for pair in pairs)
    return len(pairs) * 2 >= high * 0.9 and common >= len(pairs) * 0.6


def _latin(sample: bytes) -> str:
    """Windows-1254 where it has Turkish letters, else Windows-1252, or "" where neither makes words."""
    try:
        text = sample.decode("cp1254")
    except UnicodeDecodeError:
        return ""
    high = {letter for letter in text if not letter.isascii()}
    if not all(letter.lower()[0] in LATIN or letter in TURKISH for letter in high):
        return ""
    words = [word for word in WORD.findall(text) if not word.isascii()]
    foreign = sum(sum(not letter.isascii() for letter in word) * 2 > len(word) + 1 for word in words)
    if foreign * 10 > len(words):
        return ""  # as Cyrillic or Greek words would be
    return "cp1254" if high & TURKISH else "cp1252"
