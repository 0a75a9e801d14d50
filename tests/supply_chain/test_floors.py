"""The versions below which locks, image and interpreter may not go (S-118)."""

import tomllib

import pytest

from supply_chain import floors, locks
from supply_chain.locks import Package

FLOORS = {"django": {"version": "5.2.19", "reason": "CVE-1"}}
PYTHON = {"3.11": {"version": "3.11.15", "reason": "CVE-2"}}


def locked(version: str, *, hashes: tuple[str, ...] = ("a",)) -> Package:
    return Package("django", version, "", hashes)


def test_the_locks_and_the_image_are_not_below_their_floors(capsys):
    assert floors.main() == 0
    assert "Error" not in capsys.readouterr().err


@pytest.mark.parametrize("version", ["5.2.19", "5.2.20", "6.0", "5.10"])
def test_a_version_that_is_not_below_its_floor_is_good(version):
    assert list(floors.check_packages(FLOORS, [locked(version)])) == []


@pytest.mark.parametrize("version", ["5.2.18", "5.2.19rc1", "5.2.2", "4.9"])
def test_a_version_below_its_floor_is_an_error_with_the_reason(version):
    [problem] = floors.check_packages(FLOORS, [locked(version)])

    assert problem == f"django is {version}, below 5.2.19 (CVE-1)."


def test_a_package_without_a_hash_is_an_error():
    [problem] = floors.check_packages({}, [locked("5.2.19", hashes=())])

    assert "no hash" in problem


def test_a_floor_of_nothing_is_an_error():
    [problem] = floors.check_packages(FLOORS, [])

    assert "in no lock" in problem


@pytest.mark.parametrize(
    "line", ["ARG PYTHON=3.11", "ARG PYTHON=3.11.14", "ARG PYTHON=latest", "FROM python:3.11-slim", ""]
)
def test_an_image_that_is_old_or_not_pinned_is_an_error(line):
    assert len(list(floors.check_image(PYTHON, f"# ...\n{line}\nUSER ciam\n"))) == 1


def test_a_pinned_image_is_good():
    assert list(floors.check_image(PYTHON, "ARG PYTHON=3.11.15\n")) == []


def test_an_old_interpreter_of_this_machine_is_a_warning(monkeypatch, capsys):
    monkeypatch.setattr("platform.python_version", lambda: "3.11.7")

    assert floors.main() == 0
    assert "Warning: This interpreter is 3.11.7, below 3.11.15" in capsys.readouterr().err


def test_an_interpreter_without_a_floor_is_good():
    assert list(floors.check_python(PYTHON, "3.14.0", "This")) == []


def test_every_floor_has_a_version_and_a_reason():
    document = tomllib.loads(floors.FLOORS.read_text())

    rows = [*document["python"].values(), *document["packages"].values()]
    assert all(row.keys() == {"version", "reason"} and all(row.values()) for row in rows)


@pytest.mark.parametrize("line", ["django", "django>=5", "django==5,==6", "django @ https://example.com/django.whl"])
def test_a_line_that_locks_nothing_is_refused(tmp_path, line):
    lock = tmp_path / "requirements.txt"
    lock.write_text(f"{line} \\\n    --hash=sha256:aa\n")

    with pytest.raises(ValueError, match="not locked"):
        locks.read(lock)


def test_a_lock_is_read_with_its_markers_and_hashes(tmp_path):
    lock = tmp_path / "requirements.txt"
    lock.write_text(
        "# made by uv\nDjango_Environ==0.14.0 ; sys_platform != 'win32' \\\n"
        "    --hash=sha256:aa \\\n    --hash=sha256:bb\nsix==1.17.0 --hash=sha256:cc\n"
    )

    assert locks.read(lock) == [
        Package("django-environ", "0.14.0", 'sys_platform != "win32"', ("aa", "bb")),
        Package("six", "1.17.0", "", ("cc",)),
    ]
