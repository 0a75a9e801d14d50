"""Asks OSV for known vulnerabilities of every locked version: `python -m supply_chain.scan`.

A scan that did not happen is no clean scan: without an answer for each package it says so and exits with 2.
"""

import argparse
import sys
from typing import Any

import httpx2

from supply_chain import locks
from supply_chain.locks import Package

OSV = "https://api.osv.dev/v1/querybatch"
SECONDS = 60
CLEAN, VULNERABLE, NOT_SCANNED = 0, 1, 2


class NotScanned(Exception):
    """There is no answer for each package; the message says why."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="supply_chain.scan", description="Exits with 0, or 1 if a version is vulnerable."
    )
    parser.add_argument("--url", default=OSV, help="another server with OSV's interface")
    packages = sorted({(one.name, one.version): one for lock in locks.LOCKS for one in locks.read(lock)}.items())
    try:
        found = scan([package for _, package in packages], parser.parse_args(arguments).url)
    except NotScanned as failure:
        print(f"Not scanned: {failure} Whether the locked versions are vulnerable is not known.", file=sys.stderr)
        return NOT_SCANNED
    for package, vulnerabilities in found.items():
        print(f"{package.name} {package.version}: {', '.join(vulnerabilities)}")
    print(f"{len(packages)} locked versions scanned, {len(found)} of them have known vulnerabilities.")
    return VULNERABLE if found else CLEAN


def scan(packages: list[Package], url: str) -> dict[Package, list[str]]:
    """Return the ids of vulnerabilities of those packages that have any; raises NotScanned."""
    queries = [
        {"package": {"name": package.name, "ecosystem": "PyPI"}, "version": package.version} for package in packages
    ]
    results = _ask(url, {"queries": queries}).get("results")
    if not isinstance(results, list) or len(results) != len(packages):
        raise NotScanned("The answer does not speak of each package.")
    try:
        found = {
            package: [one["id"] for one in result.get("vulns", [])]
            for package, result in zip(packages, results, strict=True)
        }
    except (AttributeError, KeyError, TypeError):
        raise NotScanned("The answer is malformed.") from None
    return {package: ids for package, ids in found.items() if ids}


def _ask(url: str, body: dict[str, Any]) -> dict[str, Any]:
    try:
        response = httpx2.post(url, json=body, timeout=SECONDS)
        response.raise_for_status()
        answer = response.json()
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise NotScanned(f"{url} cannot be reached ({type(error).__name__}).") from error
    except ValueError:
        raise NotScanned(f"{url} does not answer JSON.") from None
    if not isinstance(answer, dict):
        raise NotScanned(f"{url} does not answer an object.")
    return answer


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
