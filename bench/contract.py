"""Whether schema and server agree over many random pairs of application and body: `python -m bench.contract --help`.

It works on a database of its own, with the server's own views in this process; nothing is left when it ends.
"""

import argparse
import logging
import os
import sys
import time
from random import Random
from typing import Any

BODIES_OF_EACH = 5


def main() -> int:
    arguments = _arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

    import django

    django.setup()

    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    logging.disable()
    setup_test_environment()
    database = setup_databases(verbosity=0, interactive=False)
    try:
        _report(*_measure(arguments.pairs, arguments.seed))
    finally:
        teardown_databases(database, verbosity=0)
    return 0


def _measure(number: int, seed: int) -> tuple[Any, float]:
    """The judged pairs, and the seconds that they took; raises AssertionError for a pair on which the two differ."""
    from tests.signup.contract_pairs import Pairs

    pairs, began = Pairs(), time.perf_counter()
    for round_ in range(-(-number // BODIES_OF_EACH)):
        pairs.check_some(Random(f"{seed} {round_}"), BODIES_OF_EACH)
    return pairs, time.perf_counter() - began


def _report(pairs: Any, seconds: float) -> None:
    print(f"{pairs.answers.total()} pairs in {seconds:.0f} s: schema and server agree on all.")
    print(f"{pairs.share_accepted:.0%} were accepted. The answers:")
    for answer, number in pairs.answers.most_common():
        print(f"  {number:6}  {answer}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Hold the published schema against the server.")
    parser.add_argument("--pairs", type=int, default=10_000, help="how many to judge (default: 10000)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same pairs (default: 1)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
