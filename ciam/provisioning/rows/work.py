"""What one run does to one tenant, and what it has to say about that."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Model

from ciam.provisioning.reading.entries import Entry
from ciam.provisioning.reading.problems import Node, Problem, Problems
from tenants import audit
from tenants.models import Tenant

LONGEST_TOLD = 2048


@dataclass(slots=True)
class Report:
    """What was changed, or with `plan` would be; `secrets` are the client ids and secrets that were made."""

    lines: list[str] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    secrets: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Work:
    tenant: Tenant
    entry: Entry
    report: Report
    problems: Problems
    now: datetime
    has_changed: bool = False

    def say(self, what: str, did: str, *, about: Model, event: str = "change", **detail: Any) -> None:
        """Tell of one change, in the report and in the trail; `detail` has `before` and `after` where there are any."""
        self.report.lines.append(f"{self.tenant.slug}: {what} {did}")
        self.has_changed = True
        audit.record(
            f"configuration.{event}",
            tenant_id=self.tenant.id,
            now=self.now,
            subject=what,
            about=about.pk,
            detail=detail or {"change": did},
        )

    def warn(self, at: Node, reason: str) -> None:
        self.report.warnings.append(Problem(at.line, at.path, reason))

    def refuse(self, at: Node, reason: str) -> None:
        """The run goes on to find the rest, and is rolled back at its end."""
        self.problems.add(at, reason)

    def save(self, what: str, row: Model, values: Mapping[str, Any], *, untold: tuple[str, ...] = ()) -> None:
        """Create the row, or change those of its columns that differ; the values of `untold` are not in the report."""
        changes = {column: value for column, value in values.items() if getattr(row, column) != value}
        if not changes and not row._state.adding:
            return
        before = {column: _traced(getattr(row, column)) for column in changes}
        after = {column: _traced(value) for column, value in changes.items()}
        told = ", ".join(_change(row, column, value, column in untold) for column, value in changes.items())
        for column, value in changes.items():
            setattr(row, column, value)
        if row._state.adding:
            row.save(force_insert=True)
            self.say(what, "created", about=row, event="create", after=after)
        else:
            row.save(update_fields=list(changes))
            self.say(what, f"changed: {told}", about=row, before=before, after=after)


def _change(row: Model, column: str, value: Any, is_untold: bool) -> str:
    old = getattr(row, column)
    return column if is_untold else f"{column} {_written(old)} -> {_written(value)}"


def _written(value: Any) -> str:
    return json.dumps(_brief(value), ensure_ascii=False, default=str)


def _brief(value: Any) -> Any:
    """A value that people read; of an image, how long it is."""
    return f"({len(value)} characters)" if isinstance(value, str) and len(value) > LONGEST_TOLD else value


def _traced(value: Any) -> Any:
    """The value for the trail: of a web address what stands before its query, where keys may be."""
    if isinstance(value, dict):
        return {key: _traced(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_traced(one) for one in value]
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return _without_keys(value)
    return _brief(value) if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def _without_keys(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
