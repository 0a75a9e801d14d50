"""The page of the dialect names every error with its codes and statuses."""

import re
from pathlib import Path

import pytest

from ciam.dialects.cloudbase import errors

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "api" / "cloudbase.md").read_text("utf-8")
ROW = re.compile(r"^\| `(?P<error>\w+)` \| (?P<codes>[\d, ]+) \| (?P<statuses>[\d, ]+) \|", re.MULTILINE)
TOLD = {match["error"]: (match["codes"].split(", "), match["statuses"].split(", ")) for match in ROW.finditer(PAGE)}
ROWS = [*errors.ERRORS.values(), *errors.OF_CHANNEL.values(), errors.INTERNAL]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.error)
def test_each_row_stands_in_the_page(row):
    codes, statuses = TOLD[row.error]

    assert str(row.code) in codes
    assert str(row.status) in statuses


def test_the_page_tells_of_no_error_that_there_is_not():
    assert set(TOLD) == {row.error for row in ROWS}
