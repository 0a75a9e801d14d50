"""What an application asks for, as people and as client developers will meet it: saved, or as a form stands."""

import json
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import transaction

from ciam.dialects.tencent.contract import describe
from ciam.dialects.tencent.example_requests import curl
from signup.contracts import compile_document
from tenants.configuration import ApplicationConfiguration
from tenants.models import Application


def of_saved(application: Application) -> dict[str, Any]:
    return _panel(ApplicationConfiguration.load(compile_document(application)))


def of_form(form: Any) -> dict[str, Any]:
    """As if the form were saved: it is, and taken back. A form that is refused has its errors in the place of it."""
    with transaction.atomic():
        try:
            return of_saved(form.saved_row()) if form.is_valid() else {"errors": _errors(form)}
        finally:
            transaction.set_rollback(True)


def _panel(configuration: ApplicationConfiguration) -> dict[str, Any]:
    """What holds once the application is on: who sets one up wants to see it before that."""
    description = describe(replace(configuration, enabled=True))
    schema = json.dumps(description["schema"], ensure_ascii=False, indent=2)
    requests = curl(description["requests"], base_url=settings.PUBLIC_URL, client_id=configuration.client_id)
    return {
        "is_off": not (configuration.enabled and configuration.sign_up.enabled),
        "description": description,
        "requests": requests.strip(),
        "schema": schema,
    }


def _errors(form: Any) -> list[str]:
    return [text for texts in form.errors.values() for text in texts]
