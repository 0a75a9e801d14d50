import io

import pytest
from django.core.management import CommandError, call_command

from tenants.models import Tenant
from tests.provisioning.files import application, tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def write(tmp_path):
    def write_file(content: bytes | str) -> str:
        path = tmp_path / "acme.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write_file


def test_provision_prints_each_change_the_secret_once_and_a_sentence(write, capsys):
    call_command("provision", write(application("        client_secret_env: NOT_SET_HERE\n")))

    output = capsys.readouterr()
    *changes, secret, sentence = output.out.splitlines()
    assert changes[0] == "acme: tenant created"
    assert secret.startswith("The client secret of shop, shown this once: ")
    assert sentence == f"{len(changes)} things changed."
    assert output.err.startswith("warning: line 7: tenants[0].applications[0].client_secret_env: names a variable")


def test_plan_says_what_would_change(write, capsys):
    call_command("provision", write(tenant()), "--plan")

    assert capsys.readouterr().out == "acme: tenant created\n1 thing would change.\n"
    assert not Tenant.objects.exists()


def test_provision_reads_standard_input(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(tenant().encode())))

    call_command("provision", "-")

    assert Tenant.objects.get().slug == "acme"


def test_a_refused_file_ends_with_every_problem(write):
    with pytest.raises(CommandError) as refusal:
        call_command("provision", write(tenant("    colour: red\n    state: gone\n")))

    problems = str(refusal.value).splitlines()
    assert [problem[:7] for problem in problems[:-1]] == ["line 4:", "line 5:"]
    assert problems[-1].endswith("was refused; nothing has changed.")
    assert refusal.value.returncode == 1


@pytest.mark.parametrize("content", [b"\xff", None])
def test_a_file_that_cannot_be_read_is_named(write, content):
    path = write(content) if content else "/nowhere.yaml"

    with pytest.raises(CommandError, match=path):
        call_command("provision", path)


def test_export_prints_only_the_file_on_standard_output(write, capsys):
    call_command("provision", write(tenant()))
    capsys.readouterr()

    call_command("export_config", "acme")

    output = capsys.readouterr()
    assert output.out.startswith("tenants:\n- slug: acme\n")
    assert output.err == "Exported acme; its secrets are not in the file.\n"


def test_export_of_nobody_is_an_error():
    with pytest.raises(CommandError, match="There is no tenant nobody"):
        call_command("export_config", "nobody")
