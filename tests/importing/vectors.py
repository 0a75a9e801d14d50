"""Hashes that the original programs made, or published with their password; none of them is made by our code."""

import csv
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("hash_vectors.tsv")


class Vector(NamedTuple):
    """A hash, the `hash_fn` that names it, the program and version that made it, and the password."""

    made_by: str
    hash_fn: str
    text: str
    password: str


with FILE.open(encoding="utf-8", newline="") as _lines:
    VECTORS = tuple(Vector(*row) for row in list(csv.reader(_lines, delimiter="\t", quoting=csv.QUOTE_NONE))[1:])
