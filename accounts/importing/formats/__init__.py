"""The formats of import files, one module each: whether a record is of it, and the entry that it makes."""

from collections.abc import Callable, Mapping
from typing import Any

from accounts.importing.entries import Entry
from accounts.importing.formats import auth0, ciam, plusauth, tencent

Record = Mapping[str, Any]
READERS: dict[str, Callable[[Record], Entry]] = {
    "ciam": ciam.read,
    "plusauth": plusauth.read,
    "auth0": auth0.read,
    "tencent": tencent.read,
}
RECOGNISERS: dict[str, Callable[[Record], bool]] = {
    "plusauth": plusauth.recognises,
    "auth0": auth0.recognises,
    "tencent": tencent.recognises,
}


def detect(record: Record) -> str:
    """The name of the format that the first record of a file is of: ours, unless another one knows it."""
    return next((name for name, recognises in RECOGNISERS.items() if recognises(record)), "ciam")
