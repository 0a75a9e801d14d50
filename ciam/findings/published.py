"""Whether what requests read is what was configured; this takes some queries for each application."""

import json
from collections.abc import Iterable, Iterator

from ciam.findings.finding import Finding, of_application
from signup.contracts import compile_document
from tenants.models import Application, Publication


def warnings(applications: Iterable[Application]) -> Iterator[Finding]:
    published = Publication.objects.in_bulk([application.pk for application in applications])
    for application in applications:
        publication = published.get(application.pk)
        if publication is None:
            yield _missing(application)
        elif not _is_current(application, publication):
            yield _stale(application)


def _is_current(application: Application, publication: Publication) -> bool:
    compiled = json.loads(json.dumps(compile_document(application)))
    return publication.client_id == application.client_id and publication.document == compiled


def _missing(application: Application) -> Finding:
    return of_application(
        application,
        "missing-publication",
        subject="publication",
        message="The application was never published, so no request knows it.",
        cure="Run `manage.py publish`.",
    )


def _stale(application: Application) -> Finding:
    return of_application(
        application,
        "stale-publication",
        subject="publication",
        message="What requests are held against is not what is configured.",
        cure="Run `manage.py publish`.",
    )
