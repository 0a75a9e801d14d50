"""What one run does to one tenant, and what it has to say about that."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from ciam.provisioning.reading.entries import Entry
from ciam.provisioning.reading.problems import Node, Problems
from tenants.models import Tenant


@dataclass(slots=True)
class Report:
    """What was changed, or with `plan` would be; `secrets` are the client ids and secrets that were made."""

    lines: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    secrets: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Work:
    tenant: Tenant
    entry: Entry
    report: Report
    problems: Problems
    has_changed: bool = False

    def say(self, line: str) -> None:
        self.report.lines.append(f"{self.tenant.slug}: {line}")
        self.has_changed = True

    def warn(self, at: Node, reason: str) -> None:
        self.report.warnings.append(f"line {at.line}: {at.path}: {reason}")

    def refuse(self, at: Node, reason: str) -> None:
        """The run goes on to find the rest, and is rolled back at its end."""
        self.problems.add(at, reason)

    def save(self, what: str, row: Model, values: Mapping[str, Any], *, untold: tuple[str, ...] = ()) -> None:
        """Create the row, or change those of its columns that differ; the values of `untold` are not in the report."""
        changes = {column: value for column, value in values.items() if getattr(row, column) != value}
        if not changes and not row._state.adding:
            return
        told = ", ".join(_change(row, column, value, column in untold) for column, value in changes.items())
        for column, value in changes.items():
            setattr(row, column, value)
        if row._state.adding:
            row.save(force_insert=True)
            self.say(f"{what} created")
        else:
            row.save(update_fields=list(changes))
            self.say(f"{what} changed: {told}")


def _change(row: Model, column: str, value: Any, is_untold: bool) -> str:
    old = getattr(row, column)
    return column if is_untold else f"{column} {_written(old)} -> {_written(value)}"


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
