"""The published schema and the server are one: over random applications and bodies, through HTTP with real codes."""

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.signup.contract_pairs import Pairs, attribute, document, with_proof
from tests.signup.contract_values import ADDRESSES, PROOFS, REGEXES, right_values, wrong_values

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

PAIRS = 400
BODIES_OF_EACH = 4

OWN = [attribute(f"own_{number}", regex=regex) for number, regex in enumerate(list(REGEXES)[::2])]
KNOWN = [
    *(attribute(name) for name in ("username", *ADDRESSES, "name", "zoneinfo", "locale")),
    *(attribute(name, type=name) for name in ("integer", "boolean")),
    *OWN,
]
NAMES = [row["identifier"] for row in KNOWN]


def test_the_schema_accepts_what_the_server_accepts():
    pairs = Pairs()

    @settings(
        max_examples=PAIRS // BODIES_OF_EACH,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=True))
    def every_pair_agrees(random: Random) -> None:
        pairs.check_some(random, BODIES_OF_EACH)

    every_pair_agrees()
    assert pairs.answers.total() >= PAIRS
    assert 0.2 <= pairs.share_accepted <= 0.6, pairs.answers


@pytest.mark.parametrize(
    "roles",
    [
        {"authentication": NAMES[:3], "required": NAMES[3:], "optional": []},
        {"authentication": NAMES[:1], "required": [], "optional": NAMES[1:]},
        {"authentication": ["own_0"], "required": [], "optional": []},
    ],
    ids=["mandatory", "optional", "not asked for"],
)
def test_schema_and_server_agree_on_each_value_in_each_field(roles):
    pairs = Pairs()
    contract = pairs.become(document(KNOWN, roles))
    asked = {name for names in roles.values() for name in names}
    usual: dict[str, Any] = {}
    for row in KNOWN:
        if row["identifier"] in asked:
            usual |= with_proof(row["identifier"], right_values(row)[-1])

    for name in (*NAMES, *PROOFS, "password", "unknown"):
        for value in wrong_values(name):
            pairs.check(contract, usual | {name: value})
    assert pairs.answers["accepted"] > 0
