"""The lock files, as pip reads them: a name, a version, a marker and hashes for each package."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
RUNTIME = ROOT / "requirements.txt"
LOCKS = (RUNTIME, ROOT / "requirements-dev.txt", ROOT / "requirements-uv.txt")
HASH = "--hash=sha256:"


@dataclass(frozen=True, slots=True)
class Package:
    name: str  # in its canonical form
    version: str
    marker: str  # "" if it is installed everywhere
    hashes: tuple[str, ...]  # SHA-256 of each file that may be installed


def read(lock: Path) -> list[Package]:
    return list(_read(lock.read_text()))


def _read(text: str) -> Iterator[Package]:
    """Raises ValueError for a line that names no exact version."""
    for line in text.replace("\\\n", " ").splitlines():
        requirement, *hashes = line.split(HASH)
        if not requirement.strip() or requirement.startswith("#"):
            continue
        parsed = Requirement(requirement.strip())
        versions = [one.version for one in parsed.specifier if one.operator == "=="]
        if len(versions) != 1 or len(parsed.specifier) != 1:
            raise ValueError(f"{parsed.name} is not locked to one version.")
        marker = str(parsed.marker or "")
        yield Package(canonicalize_name(parsed.name), versions[0], marker, tuple(one.strip() for one in hashes))
