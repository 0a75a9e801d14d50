"""What the pages say to paste works as it stands beside `make run`, the first time and once more."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import free_port
from tests.trial.lines import Example, agrees, examples
from tests.trial.test_make_run import ROOT, bare_environment, running

pytestmark = pytest.mark.trial

PAGES = ["README.md", "docs/api/tencent.md", "docs/api/cloudbase.md", "docs/api/plusauth.md"]
LIMITS = "tenants: [{slug: demo, limits: {sms_per_number: {interval_seconds: 5}}}]"
PREPARED = "sleep() { command sleep 5; }\n"  # as the limit above: the pages wait for the usual thirty seconds
MARK = "---- end of an example ----"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """The data directory and port of a `make run` whose throttles are off, as all pages together make many calls."""
    directory, port = tmp_path_factory.mktemp("documented") / "var", free_port()
    with running(directory, port, CIAM_RATE_LIMITS="off"):
        (directory / "limits.yaml").write_text(LIMITS)
        subprocess.run(
            [sys.executable, "manage.py", "provision", directory / "limits.yaml"],
            cwd=ROOT,
            env=bare_environment() | {"CIAM_DATA_DIR": str(directory)},
            check=True,
        )
        yield directory, port


def paste(pasted: list[Example], server: tuple[Path, int], folder: Path) -> list[str]:
    """Run the commands in one shell, and return what each of them printed."""
    directory, port = server
    script = PREPARED + f"\necho '{MARK}'\n".join(example.command for example in pasted) + f"\necho '{MARK}'\n"
    here = {
        "localhost:8000": f"localhost:{port}",
        "var/quickstart.json": str(directory / "quickstart.json"),
        ".venv/bin/python manage.py": f"{sys.executable} {ROOT / 'manage.py'}",
    }
    for documented, real in here.items():
        script = script.replace(documented, real)
    shell = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=bare_environment() | {"CIAM_DATA_DIR": str(directory)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return [text.strip().replace(f"localhost:{port}", "localhost:8000") for text in shell.stdout.split(MARK)[:-1]]


@pytest.mark.parametrize("page", PAGES)
def test_lines_of_a_page_can_be_pasted_twice(server, tmp_path, page):
    pasted = examples(ROOT / page)

    for _ in range(2):
        printed = paste(pasted, server, tmp_path)
        wrong = [
            f"$ {example.command}\n{text}\nshould look like\n{example.output}"
            for example, text in zip(pasted, printed, strict=True)
            if example.output and not agrees(text, example.output)
        ]
        assert not wrong, "\n\n".join(wrong)
