"""Findings in the words of the pages: of a file's keys the labels of their fields, and of commands the buttons."""

import re
from collections.abc import Iterable
from typing import Any

from django.contrib.admin import site

from ciam.findings import Finding
from ciam.findings.finding import KEY
from otp.delivery.senders import VENDORS
from tenants.models import Channel

Form = Any  # a class of `ciam.administration.configuration`, which imports this module
# What a page says otherwise; the first that fits.
PHRASES = (
    ("Name it in a file for `manage.py provision`: a secret is made and shown once.", "Save it: a secret is made."),
    ("Run `manage.py provision FILE.yaml`; docs/examples/acme.yaml is a file to start from.", "Add one."),
    ("Name one under `applications`.", "Add one."),
    ("Give its secret as `secret_env` or `secret` in a file for `manage.py provision`", "Type it in `secret`"),
    ("Give its secret as `client_secret_env` or `client_secret`", "Type it in `client_secret`"),
    (" (`enabled: false`)", ""),
    ("Give the key, or set `enabled: false`.", "Fill the field in, or switch the provider off."),
    ("set it to null: unlimited", "leave the field empty: unlimited"),
    ("set it to null: off", "leave all of them empty: off"),
    (", or leave it out", ", or leave it empty"),
)
OF_CHANNEL = re.compile(r"`channel: (\w+)`")
SECRET_OF_VARIABLE = re.compile(r"Set the variable (\w+) and run `manage\.py provision` with the sender's file")
COMMAND = re.compile(r"`(manage\.py [^`]+)`")
OTHER = re.compile(r"`([^`]+)`")
TWICE = re.compile(r"(“[^”]+”) (?:or|and) \1")
WORDS = {"false": "off", "true": "on"}


def plain(text: str, model: str | None = None) -> str:
    """Return the text without the keys of files; those of the model's page are looked for first."""
    for ours, theirs in PHRASES:
        text = text.replace(ours, theirs)
    text = OF_CHANNEL.sub(lambda match: str(Channel(match[1]).label), text)
    text = SECRET_OF_VARIABLE.sub(r"Type it in `secret`, or ask the operator to set the variable \1", text)
    text = KEY.sub(lambda match: _words(match[1], match[2], model), text)
    text = COMMAND.sub(r"“\1” (the operator's command)", text)
    return TWICE.sub(r"\1", OTHER.sub(r"“\1”", text))


def field_of(finding: Finding) -> str:
    """Return the name of the page's field that the cure is about, "" if it names none."""
    form = _form(finding.model)
    found = [_place(form, match[1]) for match in KEY.finditer(finding.cure)] if form else []
    return next((field for field in found if field), "")


def _words(key: str, value: str | None, model: str | None) -> str:
    label = next((label for form in _forms(model) if (label := _label(form, key))), "")
    named = f"“{label}”" if label else f"“{key.rpartition('.')[2].replace('_', ' ')}”"
    return f"{named} to {WORDS.get(value, value)}" if value else named


def _label(form: Form, key: str) -> str:
    field = _place(form, key)
    return str(form.base_fields[field].label or field.replace("_", " ").capitalize()) if field else ""


def _place(form: Form, key: str) -> str:
    """Return the field that has the key, the keys below it, or one above it."""
    places = {form.paths.get(field, field): field for field in form.base_fields}
    places |= {setting: f"{name}_{setting}" for name, one in VENDORS.items() for setting in one.settings}
    fitting = [one for one in places if key == one or key.startswith(f"{one}.") or one.startswith(f"{key}.")]
    field = places[max(fitting, key=lambda one: (one == key, len(one)))] if fitting else ""
    return field if field in form.base_fields else ""


def _forms(model: str | None) -> Iterable[Form]:
    """Return the forms of the pages, that of the model first."""
    forms = [page.form for page in site._registry.values() if hasattr(page.form, "paths")]
    own = _form(model)
    return [*([own] if own else []), *forms]


def _form(model: str | None) -> Form | None:
    found = (page.form for row, page in site._registry.items() if row._meta.label_lower == model)
    return next((form for form in found if hasattr(form, "paths")), None)
