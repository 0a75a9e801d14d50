"""docs/checks.md has a row for each code, and no other."""

import re
from pathlib import Path

import ciam.findings
from ciam.findings.finding import LEVELS

PACKAGE = Path(ciam.findings.__file__).parent
PAGE = (PACKAGE.parent.parent / "docs" / "checks.md").read_text("utf-8")


def test_the_page_has_every_code_with_its_level():
    rows = re.findall(r"^\| `([a-z-]+)` \| (\w+) \|", PAGE, re.MULTILINE)

    assert len(rows) == len(LEVELS)
    assert dict(rows) == LEVELS


def test_every_code_is_used_somewhere():
    sources = "".join(file.read_text("utf-8") for file in PACKAGE.glob("*.py") if file.name != "finding.py")

    assert {code for code in LEVELS if f'"{code}"' not in sources} == set()
