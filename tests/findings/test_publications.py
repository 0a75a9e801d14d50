import pytest
from django.core.management import call_command

from ciam.findings import find
from tenants.models import Application, Attribute, Publication
from tests.factories import make_application
from tests.findings import codes, found

pytestmark = pytest.mark.django_db


def test_a_missing_publication_is_told_until_it_is_there():
    application = make_application()
    Publication.objects.all().delete()

    [warning] = found("missing-publication", application, publications=True)
    assert (warning.level, warning.object_id) == ("warning", application.id.hex)
    assert "`manage.py publish`" in warning.cure
    call_command("publish")
    assert "missing-publication" not in codes(application, publications=True)


def test_a_row_that_was_changed_beside_us_is_told_until_it_is_published():
    application, other = make_application(), make_application()
    Attribute.objects.filter(tenant=application.tenant, identifier="nickname").update(regex="[a-z]+")

    [warning] = [finding for finding in find(publications=True) if finding.code == "stale-publication"]
    assert warning.application == application.client_id != other.client_id
    call_command("publish")
    assert "stale-publication" not in codes(application, publications=True)


def test_an_application_that_is_off_but_published_as_on_is_told():
    application = make_application()
    Application.objects.update(enabled=False)

    [warning] = found("stale-publication", application, publications=True)
    assert "off" in warning.message


def test_a_client_id_that_was_changed_beside_us_is_told():
    application = make_application()
    Publication.objects.update(client_id="another")

    assert "stale-publication" in codes(application, publications=True)


def test_publications_are_left_alone_unless_asked_for():
    application = make_application()
    Publication.objects.all().delete()

    assert "missing-publication" not in codes(application)
