"""Compares locks, image and interpreter with `floors.toml`: `python -m supply_chain.floors`."""

import platform
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from packaging.version import Version

from supply_chain import locks
from supply_chain.locks import Package

FLOORS = Path(__file__).parent / "floors.toml"
IMAGE = re.compile(r"^ARG PYTHON=([0-9.]+)$", re.MULTILINE)


def main() -> int:
    """Return 1 where a lock or the image is below a floor; an old interpreter of this machine is a warning."""
    floors = tomllib.loads(FLOORS.read_text())
    problems = [
        *check_packages(floors["packages"], [one for lock in locks.LOCKS for one in locks.read(lock)]),
        *check_image(floors["python"], (locks.ROOT / "Dockerfile").read_text()),
    ]
    for problem in problems:
        print(f"Error: {problem}", file=sys.stderr)
    for warning in check_python(floors["python"], platform.python_version(), "This interpreter"):
        print(f"Warning: {warning} Use a newer one in production.", file=sys.stderr)
    return 1 if problems else 0


def check_packages(floors: dict[str, Any], packages: Iterable[Package]) -> Iterator[str]:
    """Yield what is wrong with the locks."""
    names = set()
    for package in packages:
        names.add(package.name)
        if not package.hashes:
            yield f"{package.name} {package.version} has no hash in its lock."
        floor = floors.get(package.name)
        if floor and Version(package.version) < Version(floor["version"]):
            yield f"{package.name} is {package.version}, below {floor['version']} ({floor['reason']})."
    for name in floors.keys() - names:
        yield f"{name} has a floor and is in no lock: delete it from floors.toml."


def check_image(floors: dict[str, Any], dockerfile: str) -> Iterator[str]:
    """Yield what is wrong with the interpreter of the image."""
    match = IMAGE.search(dockerfile)
    if match is None or match[1].count(".") != 2:
        yield "The Dockerfile has no `ARG PYTHON=` with a full version."
    else:
        yield from check_python(floors, match[1], "The image's Python")


def check_python(floors: dict[str, Any], version: str, whose: str) -> Iterator[str]:
    """Yield what is wrong with an interpreter; a minor version that is not listed has no floor."""
    floor = floors.get(".".join(version.split(".")[:2]))
    if floor and Version(version) < Version(floor["version"]):
        yield f"{whose} is {version}, below {floor['version']} ({floor['reason']})."


if __name__ == "__main__":
    sys.exit(main())
