"""The page that asks before a mass action: how many, a sample of them, and the number typed once more."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts import bulk_actions, bulk_jobs
from accounts.bulk_actions import MOST, OtherCount, TooMany
from accounts.models import BulkAction, EndUser
from accounts.statuses import LONGEST_REASON
from tenants import clock

Verb = BulkAction.Verb
BLOCKING, ENDING = (Verb.BLOCK, Verb.FREEZE), (Verb.UNBLOCK, Verb.UNFREEZE)
DONE = {Verb.BLOCK: "blocked", Verb.FREEZE: "frozen", Verb.UNBLOCK: "unblocked", Verb.UNFREEZE: "unfrozen"}
SAMPLE = 10
REASONS_OFFERED = 50
NO_REASON = "without a reason"
OTHER_COUNT = "The number has changed meanwhile: it is now {:,}. Look at them again, then type it."


class BlockForm(forms.Form):
    """Why somebody is blocked, and until when."""

    reason = forms.CharField(
        label="Reason",
        max_length=LONGEST_REASON,
        error_messages={"required": "Enter a reason."},
    )
    until = forms.DateTimeField(
        label="Until (UTC)",
        required=False,
        help_text="It ends automatically at this time. Blank: it lasts until staff end it.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean_until(self) -> datetime | None:
        until: datetime | None = self.cleaned_data["until"]
        if until and until <= clock.now():
            raise forms.ValidationError("Enter a time in the future.")
        return until


class CountForm(forms.Form):
    """The number of end users, typed once more; `expected` is the right one."""

    count = forms.CharField(
        label="To confirm, type the number of end users",
        max_length=16,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, expected: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self.expected = expected

    def clean_count(self) -> int:
        typed = self.cleaned_data["count"].replace(",", "").replace(" ", "")
        if typed != str(self.expected):
            raise forms.ValidationError(f"This is not the number. It is {self.expected:,}.")
        return self.expected


class ReasonForm(forms.Form):
    """Which blocks are to end, where they have several reasons: others stay as they are."""

    blocked_for = forms.ChoiceField(label="End only the blocks with this reason", widget=forms.RadioSelect)

    def __init__(self, *args: Any, reasons: dict[str, int], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(f"={reason}", f"{reason or NO_REASON} ({count:,})") for reason, count in reasons.items()]
        self.fields["blocked_for"].choices = choices  # type: ignore[attr-defined]

    def clean_blocked_for(self) -> str:
        return str(self.cleaned_data["blocked_for"].removeprefix("="))


def show(request: HttpRequest, chosen: QuerySet[EndUser], verb: Verb) -> HttpResponse | None:
    """Ask, or start the action that was confirmed; None where the chosen end users cannot be changed together."""
    now = clock.now()
    tenants = list(chosen.order_by().values_list("tenant_id", flat=True).distinct()[:2])
    rows = bulk_actions.applicable(chosen, verb, now)
    if len(tenants) != 1:
        messages.error(request, "These end users belong to several tenants. Filter the list by tenant, choose again.")
        return None
    page = Confirmation(request, rows, verb)
    if page.count == 0:
        messages.warning(request, "None of the chosen end users would change: all of them have this status already.")
        return None
    if page.is_confirmed():
        return page.start(tenants[0], now) or page.response(chosen)
    return page.response(chosen)


class Confirmation:
    """One request of the page: its forms, and how many end users they mean."""

    def __init__(self, request: HttpRequest, rows: QuerySet[EndUser], verb: Verb) -> None:
        self.request, self.verb = request, verb
        self.is_sent = "confirm" in request.POST
        data = request.POST if self.is_sent else None
        self.reasons = _reasons(rows) if verb in ENDING else {}
        self.reason_form = ReasonForm(data, reasons=self.reasons) if len(self.reasons) > 1 else None
        self.block_form = BlockForm(data) if verb in BLOCKING else None
        if self.reason_form and self.reason_form.is_valid():
            rows = rows.filter(block_reason=self.reason_form.cleaned_data["blocked_for"])
        self.rows, self.count = rows, rows.count()
        self.count_form = CountForm(data, expected=self.count)

    @property
    def forms(self) -> list[forms.Form]:
        return [form for form in (self.reason_form, self.block_form, self.count_form) if form]

    def is_confirmed(self) -> bool:
        return self.is_sent and all([form.is_valid() for form in self.forms])

    def start(self, tenant_id: Any, now: datetime) -> HttpResponse | None:
        """Start the action and go to its page; None if the end users have changed meanwhile."""
        block = self.block_form.cleaned_data if self.block_form else {}
        try:
            action = bulk_actions.start(
                self.rows,
                verb=self.verb,
                tenant_id=tenant_id,
                count=self.count,
                reason=block.get("reason", ""),
                until=block.get("until"),
                now=now,
            )
        except OtherCount:
            self.count_form.add_error("count", OTHER_COUNT.format(self.rows.count()))
            return None
        except TooMany:
            self.count_form.add_error("count", f"At most {MOST:,} end users at a time. Filter the list, choose again.")
            return None
        return follow(action)

    def response(self, chosen: QuerySet[EndUser]) -> HttpResponse:
        context = {
            **admin.site.each_context(self.request),
            "opts": EndUser._meta,
            "title": f"{self.verb.label}: are you sure?",
            "verb": self.verb,
            "done": DONE[self.verb],
            "forms": self.forms,
            "count": self.count,
            "others": chosen.count() - self.count,
            "has_reasons": bool(self.reason_form),
            "sample": self.rows.order_by("-pk")[:SAMPLE],
            "kept": _kept(self.request),
            "back": self.request.get_full_path(),
        }
        return TemplateResponse(self.request, "admin/bulk_confirmation.html", context)


def follow(action: BulkAction) -> HttpResponse:
    """Let the job begin, and show how far it is."""
    bulk_jobs.hand_over(action)
    return HttpResponseRedirect(reverse("admin:accounts_bulkaction_change", args=[action.pk]))


def _reasons(rows: QuerySet[EndUser]) -> dict[str, int]:
    """Why the end users are blocked, the most frequent reason first."""
    counted = rows.values_list("block_reason").annotate(number=Count("pk")).order_by("-number", "block_reason")
    return dict(counted[:REASONS_OFFERED])


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what the list sent, and must come again; of all end users one stands for the others."""
    is_across = request.POST.get("select_across") == "1"
    ids = request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)
    kept = [(helpers.ACTION_CHECKBOX_NAME, one) for one in (ids[:1] if is_across else ids)]
    return [*kept, ("action", request.POST["action"]), ("select_across", "1" if is_across else "0")]
