"""The rules of `make check` find dangerous code (S-120)."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
RUFF = Path(sys.executable).parent / "ruff"
PLANTED = {
    "S102": "exec(text)",
    "S105": 'password = "hunter2-hunter2"',
    "S108": 'path = "/tmp/ciam"',
    "S113": "import requests\nrequests.get(url)",
    "S301": "import pickle\npickle.loads(data)",
    "S307": "eval(text)",
    "S308": "from django.utils.safestring import mark_safe\nmark_safe(text)",
    "S311": "import random\ncode = random.randint(0, 999_999)",
    "S314": "import xml.etree.ElementTree as tree\ntree.fromstring(text)",
    "S323": "import ssl\nssl._create_unverified_context()",
    "S324": "import hashlib\nhashlib.md5(data)",
    "S501": "import requests\nrequests.get(url, verify=False)",
    "S506": "import yaml\nyaml.load(text, Loader=yaml.Loader)",
    "S602": "import subprocess\nsubprocess.run(text, shell=True)",
    "S610": "User.objects.extra(where=[text])",
    "S611": "from django.db.models.expressions import RawSQL\nRawSQL(text, ())",
    "S701": "import jinja2\njinja2.Environment()",
    "BLE001": "try:\n    work()\nexcept Exception:\n    rest()",
}


@pytest.mark.parametrize("code", PLANTED)
def test_planted_fault_is_found(code):
    found = subprocess.run(
        [RUFF, "check", "--stdin-filename", "tenants/planted.py", "--output-format", "concise", "-"],
        cwd=ROOT,
        input=PLANTED[code] + "\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert f" {code} " in found.stdout, found.stdout
