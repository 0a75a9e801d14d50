"""The tables of docs/security.md, from docs/security-requirements.yaml: `make security-table`."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

BASE_DIR = Path(__file__).resolve().parent.parent
PAGE = BASE_DIR / "docs" / "security.md"
REQUIREMENTS = BASE_DIR / "docs" / "security-requirements.yaml"
ROWS = 124
PRIORITIES = ("P0", "P1", "P2")
MARK = "<!-- {name}: written by `make security-table` from security-requirements.yaml -->\n"
END = "<!-- end -->\n"


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    section: str
    priority: str
    requirement: str
    tests: tuple[str, ...] = ()
    not_met: str = ""

    @property
    def answer(self) -> str:
        if not self.not_met:
            return "yes"
        return "in part" if self.tests else "no"


def read(text: str) -> list[Row]:
    sections = yaml.safe_load(text)
    return [
        Row(id=id_, section=section, **fields | {"tests": tuple(fields.get("tests", ()))})
        for section, rows in sections.items()
        for id_, fields in rows.items()
    ]


def mistakes(rows: list[Row]) -> list[str]:
    """What is wrong with the rows, as sentences."""
    expected = [f"S-{number:02}" for number in range(1, ROWS + 1)]
    found = [] if [row.id for row in rows] == expected else [f"The rows are not {expected[0]} to {expected[-1]}."]
    for row in rows:
        if row.priority not in PRIORITIES:
            found.append(f"{row.id}: {row.priority} is no priority.")
        if not row.tests and not row.not_met:
            found.append(f"{row.id} ({row.priority}) has no test and no reason.")
        found += [f"{row.id}: there is no {test}." for test in row.tests if not is_there(test)]
    return found


def is_there(test: str) -> bool:
    """Whether the module of this node id defines the function."""
    path, _, name = test.partition("::")
    file = BASE_DIR / path
    return file.is_file() and re.search(rf"^def {re.escape(name)}\(", file.read_text(), re.MULTILINE) is not None


def written(page: str, rows: list[Row]) -> str:
    """The page with its tables as the rows have them."""
    for name, table in (("not met", not_met(rows)), ("requirements", requirements(rows))):
        head, mark, rest = page.partition(MARK.format(name=name))
        _, end, tail = rest.partition(END)
        if not end:
            raise ValueError(f"docs/security.md has no place for the table of what is {name}.")
        page = f"{head}{mark}\n{table}\n{end}{tail}"
    return page


def not_met(rows: list[Row]) -> str:
    some = sorted((row for row in rows if row.not_met), key=lambda row: row.priority)
    lines = [f"| {row.id} | {row.priority} | {row.answer} | {row.not_met} |\n" for row in some]
    return "| row | | met | what is not |\n|---|---|---|---|\n" + "".join(lines)


def requirements(rows: list[Row]) -> str:
    tables = []
    for section in dict.fromkeys(row.section for row in rows):
        lines = [
            f"| {row.id} | {row.priority} | {row.requirement} | {row.answer} | {_code(row.tests)} |\n"
            for row in rows
            if row.section == section
        ]
        tables.append(
            f"### {section}\n\n| row | | requirement | met | tests |\n|---|---|---|---|---|\n" + "".join(lines)
        )
    return "\n".join(tables)


def _code(tests: tuple[str, ...]) -> str:
    return "<br>".join(f"`{test}`" for test in tests) or "-"


def main() -> int:
    rows = read(REQUIREMENTS.read_text())
    found = mistakes(rows)
    if found:
        print("\n".join(found), file=sys.stderr)
        return 1
    PAGE.write_text(written(PAGE.read_text(), rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
