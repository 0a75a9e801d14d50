"""What the server consists of, for those who look for a component in all that they run (S-119)."""

import json
import tomllib

from supply_chain import locks, sbom
from supply_chain.locks import Package

PROJECT = tomllib.loads((locks.ROOT / "pyproject.toml").read_text())["project"]


def test_each_locked_package_is_a_component_and_nothing_else():
    packages = locks.read(locks.RUNTIME)

    document = sbom.document(PROJECT, packages)

    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    purls = [component["purl"] for component in document["components"]]
    assert sorted(purls) == sorted(f"pkg:pypi/{one.name}@{one.version}" for one in packages)
    assert len(set(purls)) == len(purls) > 50


def test_a_component_has_the_hashes_of_its_files_and_its_condition():
    package = Package("django", "5.2.19", 'sys_platform != "win32"', ("aa", "bb"))

    [component] = sbom.document(PROJECT | {"dependencies": ["Django>=5"]}, [package])["components"]

    hashes = component["externalReferences"][0]["hashes"]
    assert hashes == [{"alg": "SHA-256", "content": "aa"}, {"alg": "SHA-256", "content": "bb"}]
    assert component["properties"] == [{"name": "python:marker", "value": 'sys_platform != "win32"'}]


def test_what_the_project_names_itself_is_what_it_depends_on():
    document = sbom.document(PROJECT, locks.read(locks.RUNTIME))

    [own] = document["dependencies"]
    assert own["ref"] == document["metadata"]["component"]["bom-ref"]
    assert {"pkg:pypi/django@5.2.19", "pkg:pypi/celery@5.7.0"} <= set(own["dependsOn"])
    assert len(own["dependsOn"]) == len(PROJECT["dependencies"])


def test_the_same_lock_gives_the_same_bytes(capsys):
    documents = []
    for _ in range(2):
        assert sbom.main() == 0
        documents.append(capsys.readouterr().out)

    assert documents[0] == documents[1]
    changed = [*locks.read(locks.RUNTIME), Package("one-more", "1", "", ())]
    assert sbom.document(PROJECT, changed)["serialNumber"] != json.loads(documents[0])["serialNumber"]
