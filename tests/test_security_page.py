"""docs/security.md says of each requirement which test proves it, or why none does."""

from dataclasses import replace

import pytest

from docs import make_security_table as table

HERE = "tests/test_security_page.py::test_every_row_is_proven_or_says_why_not"


def rows() -> list[table.Row]:
    return table.read(table.REQUIREMENTS.read_text())


def test_every_row_is_proven_or_says_why_not():
    assert table.mistakes(rows()) == []


def test_the_page_is_in_step_with_its_rows():
    """`make security-table` writes it."""
    page = table.PAGE.read_text()

    assert table.written(page, rows()) == page


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        ({"tests": (), "not_met": ""}, "S-01 (P0) has no test and no reason."),
        ({"tests": ("tests/nowhere.py::test_it",)}, "S-01: there is no tests/nowhere.py::test_it."),
        ({"tests": (HERE[:-4],)}, f"S-01: there is no {HERE[:-4]}."),
        ({"tests": (HERE.partition("::")[0],)}, f"S-01: there is no {HERE.partition('::')[0]}."),
        ({"priority": "high"}, "S-01: high is no priority."),
        ({"id": "S-00"}, "The rows are not S-01 to S-124."),
    ],
    ids=["unmapped", "no module", "no function", "no name", "no priority", "no row"],
)
def test_a_row_that_proves_nothing_is_told(change, mistake):
    first, *others = rows()

    assert table.mistakes([replace(first, **change), *others]) == [mistake]


def test_a_row_is_met_in_part_where_its_test_leaves_something_open():
    row = table.Row(id="S-01", section="Input", priority="P0", requirement="It holds.", tests=(HERE,))

    assert [one.answer for one in (row, replace(row, not_met="Why"), replace(row, tests=(), not_met="Why"))] == [
        "yes",
        "in part",
        "no",
    ]
