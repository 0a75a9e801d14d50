"""Writes what the server consists of as a CycloneDX 1.6 document: `python -m supply_chain.sbom`.

It is made from the lock of what runs and nothing else, without a time, so the same lock gives the same bytes.
"""

import json
import sys
import tomllib
import uuid
from collections.abc import Iterable
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from supply_chain import locks
from supply_chain.locks import Package

SPECIFICATION = "1.6"


def main() -> int:
    project = tomllib.loads((locks.ROOT / "pyproject.toml").read_text())["project"]
    print(json.dumps(document(project, locks.read(locks.RUNTIME)), indent=2))
    return 0


def document(project: dict[str, Any], packages: Iterable[Package]) -> dict[str, Any]:
    """Return the document about a project, as pyproject.toml describes it, and its locked packages."""
    components = [_component(package) for package in sorted(packages, key=lambda package: package.name)]
    references = {component["name"]: component["bom-ref"] for component in components}
    direct = {canonicalize_name(Requirement(one).name) for one in project["dependencies"]}
    own = f"pkg:generic/{project['name']}@{project['version']}"
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPECIFICATION}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([own, components]))}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": project["name"],
                "version": project["version"],
                "description": project["description"],
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": components,
        "dependencies": [{"ref": own, "dependsOn": [references[name] for name in sorted(direct)]}],
    }


def _component(package: Package) -> dict[str, Any]:
    url = f"pkg:pypi/{package.name}@{package.version}"
    files = {
        "type": "distribution",
        "url": f"https://pypi.org/project/{package.name}/{package.version}/",
        "hashes": [{"alg": "SHA-256", "content": one} for one in package.hashes],
    }
    condition = [{"name": "python:marker", "value": package.marker}] if package.marker else []
    return {
        "type": "library",
        "bom-ref": url,
        "name": package.name,
        "version": package.version,
        "purl": url,
        "externalReferences": [files],
        **({"properties": condition} if condition else {}),
    }


if __name__ == "__main__":
    sys.exit(main())
