"""The lines of a page that begin with `$`, with what the page says that they print."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

PROMPT = "$ "


@dataclass(frozen=True)
class Example:
    """A command as somebody pastes it, and the output that the page shows."""

    command: str
    output: str


def examples(page: Path) -> list[Example]:
    """Read the indented blocks of a page; what follows a whole command is its output."""
    found = []
    for block in _blocks(page.read_text("utf-8")):
        lines = iter(block)
        line = next(lines)
        while line is not None:
            command = line.removeprefix(PROMPT)
            while not _is_whole(command):
                command += "\n" + next(lines)
            output = []
            line = next(lines, None)
            while line is not None and not line.startswith(PROMPT):
                output.append(line)
                line = next(lines, None)
            found.append(Example(command, "\n".join(output)))
    return found


def _blocks(text: str) -> list[list[str]]:
    """Indented lines without a blank one between them that begin with a command."""
    blocks: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.startswith("    "):
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    with_commands = [block for block in blocks if block and block[0].lstrip().startswith(PROMPT)]
    return [[line[_indent(block) :] for line in block] for block in with_commands]


def _indent(block: list[str]) -> int:
    return len(block[0]) - len(block[0].lstrip())


def _is_whole(command: str) -> bool:
    """Return whether a shell would run the command instead of asking for its next line."""
    if command.endswith("\\"):
        return False
    read = subprocess.run(["bash", "-n"], input=command, capture_output=True, text=True, check=False)
    return read.returncode == 0 and "here-document" not in read.stderr


def agrees(printed: str, shown: str) -> bool:
    """Return whether an output is of the kind that a page shows.

    JSON has the same members and the same errors; of shortened JSON (`...`) those that are shown. In a text, what
    differs each time (ids, codes, times) is compared by its kind.
    """
    members = _members(printed)
    if members is None:
        return _masked(printed) == _masked(shown)
    if "..." in shown:
        return set(re.findall(r'"(\w+)":', shown)) <= set(re.findall(r'"(\w+)":', printed))
    return members == _members(shown)


def _members(text: str) -> "dict[str, object] | None":
    """Return the types of a JSON object's members, and the values of its errors; None if it is no object."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    return {name: part if name.startswith("error") else type(part).__name__ for name, part in value.items()}


def _masked(text: str) -> str:
    text = re.sub(r"[0-9]{4}-[0-9-]{5}T[0-9:.+Z]+", "TIME", text.strip())
    text = re.sub(r"\b[0-9]+ things? (changed|would change)", r"some \1", text)  # a second time there are fewer
    text = re.sub(r"\b(mei|lan)[0-9]+", r"\1", text)
    text = re.sub(r"\b1[3-9][0-9]{9}\b", "NUMBER", text)
    text = re.sub(r"\b[0-9a-f]{32}\b|[\w-]{40,}", "ID", text)
    return re.sub(r"\b[0-9]{6}\b", "CODE", text)
