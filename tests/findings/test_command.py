import json

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db


def make_sound_application(**fields):
    sound = {"authentication": ("username",), "password_source": {}, "redirect_uris": ["https://shop.example"]}
    return make_application(**sound | fields)


def test_findings_stand_under_their_tenant_and_application(capsys):
    tenant = make_tenant(slug="acme", sms_quota=0)
    make_sound_application(tenant=tenant, client_id="shop", redirect_uris=[], dialects=["plusauth"])

    call_command("ciam_check")

    assert capsys.readouterr().out == (
        "Tenant acme\n"
        "  warning  quota-used-up\n"
        "    0 of 0 messages of the SMS quota are used, so no more is sent.\n"
        "    Cure: Raise `quotas.sms`, or set it to null: unlimited.\n"
        "    In a file: tenants[slug=acme].quotas.sms\n"
        "\n"
        "Application shop of acme\n"
        "  warning  no-redirect-uri\n"
        "    It has no redirect URI, so nobody can be sent back to it from a log-in in the browser.\n"
        "    Cure: Give it one in `redirect_uris`.\n"
        "    In a file: tenants[slug=acme].applications[client_id=shop].redirect_uris\n"
        "\n"
        "What stands in `backticks` is a key of a file for `manage.py provision`, or a command; see docs/checks.md.\n"
        "0 errors and 2 warnings found.\n"
    )


def test_an_error_is_the_exit_status(capsys):
    make_sound_application(authentication=())

    with pytest.raises(SystemExit) as exit_:
        call_command("ciam_check")

    assert exit_.value.code == 1
    assert capsys.readouterr().out.endswith("1 error and 0 warnings found.\n")


def test_nothing_found_is_one_sentence(capsys):
    make_sound_application()

    call_command("ciam_check")

    assert capsys.readouterr().out == "0 errors and 0 warnings found.\n"


def test_json_is_all_that_standard_output_has(capsys):
    application = make_sound_application(authentication=())

    with pytest.raises(SystemExit):
        call_command("ciam_check", "--json")

    output = capsys.readouterr()
    assert json.loads(output.out) == [
        {
            "level": "error",
            "code": "no-authentication",
            "tenant": application.tenant.slug,
            "application": application.client_id,
            "subject": "sign-up",
            "message": "Sign-up is on without an authentication attribute: Tencent's call refuses everybody, and our "
            "page makes accounts by any name, without a proof.",
            "cure": "Name one in `sign_up.authentication_attributes`, or set `sign_up.enabled: false`.",
            "model": "tenants.application",
            "object_id": application.id.hex,
            "path": f"tenants[slug={application.tenant.slug}].applications[client_id={application.client_id}]"
            ".sign_up.authentication_attributes",
        }
    ]
    assert output.err == "1 error and 0 warnings found.\n"


def test_json_of_nothing_is_an_empty_list(capsys):
    make_sound_application()

    call_command("ciam_check", "--json")

    assert json.loads(capsys.readouterr().out) == []


def test_one_tenant_alone(capsys):
    make_sound_application(authentication=())
    make_sound_application(tenant=make_tenant(slug="acme"))

    call_command("ciam_check", "--tenant", "acme")

    assert capsys.readouterr().out == "0 errors and 0 warnings found.\n"


def test_a_tenant_that_does_not_exist_is_an_error():
    with pytest.raises(CommandError, match="There is no tenant nobody"):
        call_command("ciam_check", "--tenant", "nobody")


def test_publications_are_compared(capsys):
    application = make_sound_application()
    application.publication.delete()

    call_command("ciam_check")

    assert "missing-publication" in capsys.readouterr().out
