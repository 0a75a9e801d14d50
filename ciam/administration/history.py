"""What became of one row: its lines of the trail, in the place of Django's own history."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from ciam.administration import actors, history_words
from tenants.models import AuditEntry

SHOWN = 200


class ConfigurationHistory:
    def lines_about(self, row: Any) -> QuerySet[AuditEntry]:
        return AuditEntry.objects.filter(object_id=row.pk.hex)

    def history_view(self: Any, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        lines = self.lines_about(row).order_by("-id")[:SHOWN]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": row,
            "title": f"History of {row}",
            "lines": [
                {
                    "at": line.at,
                    "who": actors.words(line.actor),
                    "what": history_words.sentence(line),
                    "changes": changes_of(line, skips=history_words.FOLDED),
                }
                for line in lines
            ],
        }
        return TemplateResponse(request, "admin/history.html", context)


def changes_of(line: AuditEntry, *, skips: Collection[str] = ()) -> list[tuple[str, str, str]]:
    """Name, value before and value after of each thing that the line tells of, but for details that it skips."""
    before, after = line.detail.get("before", {}), line.detail.get("after", {})
    names = dict.fromkeys([*before, *after])
    changes = [(_label(name), _shown(name, before.get(name)), _shown(name, after.get(name))) for name in names]
    told = [
        (_label(name), "", _shown(name, value))
        for name, value in line.detail.items()
        if name not in ("before", "after", *skips)
    ]
    return changes + told


def _label(name: str) -> str:
    return name.replace("_", " ")


def _shown(name: str, value: Any) -> str:
    return _words(history_words.value(name, value))


def _words(value: Any) -> str:
    """As people write it: no brackets, no quotes, nothing for nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_words(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(" ".join(one) if isinstance(one, list) else _words(one) for one in value)
    return "" if value is None else str(value)
