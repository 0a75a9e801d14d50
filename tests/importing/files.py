"""Files of users, and the commands that read and write them."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.importing.hashes import bcrypted

HASH = bcrypted()


def user(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {"username": f"User{number}", "password_hash": HASH, "hash_fn": "bcrypt"} | fields


def write(path: Path, records: list[Any]) -> Path:
    """JSON Lines, a JSON array or CSV, by the file's name; a text is a line as it is."""
    if path.suffix == ".json":
        path.write_text(json.dumps(records))
    elif path.suffix == ".csv":
        stream = io.StringIO()
        names = list(dict.fromkeys(name for record in records for name in record))
        table = csv.DictWriter(stream, names)
        table.writeheader()
        table.writerows(records)
        path.write_text(stream.getvalue())
    else:
        lines = [record if isinstance(record, str) else json.dumps(record, ensure_ascii=False) for record in records]
        path.write_text("\n".join([*lines, ""]))
    return path


class Import:
    """`manage.py import_users`, with what it printed."""

    def __init__(self, path: Path, tenant: Any, *options: str) -> None:
        out, err = io.StringIO(), io.StringIO()
        self.status = 0
        try:
            call_command("import_users", str(path), "--tenant", tenant.slug, *options, stdout=out, stderr=err)
        except SystemExit as ended:
            self.status = int(ended.code or 0)
        except CommandError as error:
            self.status = error.returncode
            err.write(str(error))
        self.out, self.err = out.getvalue().strip(), err.getvalue().strip()
        rejects = path.with_name(f"{path.name}.rejects.jsonl")
        self.rejects = [json.loads(line) for line in rejects.read_text().splitlines()] if rejects.exists() else []

    @property
    def sentence(self) -> str:
        return self.out.splitlines()[-1] if self.out else self.err.splitlines()[-1]

    @property
    def verdicts(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def reasons(self) -> dict[int, str]:
        return {one["line"]: one["reason"] for one in self.rejects}


def export(tenant: Any) -> list[str]:
    out = io.StringIO()
    call_command("export_users", "--tenant", tenant.slug, stdout=out, stderr=io.StringIO())
    return out.getvalue().splitlines()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "users.jsonl"
