"""`manage.py rotate_secret`: a new secret beside the last one, then the new one alone."""

import pytest
from django.core.management import CommandError, call_command

from tenants.models import AuditEntry
from tests.clients import TencentClient
from tests.factories import make_application

pytestmark = pytest.mark.django_db


def test_both_are_good_until_the_older_one_is_retired(capsys):
    application = make_application()
    old = TencentClient(application)

    call_command("rotate_secret", application.client_id)
    secret = capsys.readouterr().out.splitlines()[0].rpartition(" ")[2]
    new = TencentClient(application, secret=secret)

    assert {client.send().status_code for client in (old, new)} == {400}
    call_command("rotate_secret", application.client_id, "--retire")
    assert (old.send().status_code, new.send().status_code) == (401, 400)
    assert AuditEntry.objects.filter(object_id=application.pk.hex, actor__startswith="command").count() == 2


def test_a_third_secret_pushes_the_first_one_out(capsys):
    application = make_application()
    first = TencentClient(application)

    call_command("rotate_secret", application.client_id)
    call_command("rotate_secret", application.client_id)

    assert first.send().status_code == 401
    assert application.secrets.count() == 2


@pytest.mark.parametrize("kind", ["spa", None])
def test_who_keeps_no_secret_gets_none(kind):
    client_id = make_application(type=kind).client_id if kind else "nobody"

    with pytest.raises(CommandError, match="keeps a secret"):
        call_command("rotate_secret", client_id)
