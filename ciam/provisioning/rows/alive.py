"""What keeps an application alive that is on: no change may leave it without a way to sign up or log in.

What was wrong before the change is no reason to refuse it: only what the change itself breaks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ciam import findings
from ciam.findings import Finding
from ciam.provisioning.reading.entries import Entry
from ciam.provisioning.rows.work import Work
from tenants.models import Application, Tenant

Key = tuple[str, str]


@dataclass(slots=True)
class State:
    """An application that is on: whether it has a sign-up, and what keeps people from signing up or logging in."""

    signs_up: bool
    found: dict[Key, Finding] = field(default_factory=dict)


def states_of(tenant: Tenant) -> dict[str, State]:
    """Return the state of each application of the tenant that is on, by its client id."""
    rows = Application.objects.filter(tenant=tenant, enabled=True)
    states = {one: State(bool(signs_up)) for one, signs_up in rows.values_list("client_id", "sign_up_flow__enabled")}
    for finding in findings.deadly(tenant) if states else ():
        for client_id in [finding.application] if finding.application else states:
            if client_id in states:
                states[client_id].found[finding.code, finding.subject] = finding
    return states


def check(work: Work, before: Mapping[str, State]) -> None:
    """Refuse what cannot be switched on, and what would not work any more."""
    for client_id, state in states_of(work.tenant).items():
        earlier = before.get(client_id)
        if earlier is None or (state.signs_up and not earlier.signs_up):
            _refuse_switching_on(work, client_id)
        else:
            _refuse_breaking(work, client_id, [one for key, one in state.found.items() if key not in earlier.found])


def _refuse_switching_on(work: Work, client_id: str) -> None:
    entry = _entry_of(work, client_id)
    for finding in findings.errors_of(Application.objects.get(client_id=client_id)):
        at = entry.at("enabled") if entry else work.entry.node
        work.refuse(at, f"cannot be switched on: {finding.message} {finding.cure}")


def _refuse_breaking(work: Work, client_id: str, found: Iterable[Finding]) -> None:
    entry = _entry_of(work, client_id)
    for finding in found:
        work.refuse(
            entry.node if entry else work.entry.node,
            f"the application {client_id} is on, and this would stop it: {finding.message} {finding.cure} "
            "Or switch the application off before, or by the same change (`enabled: false`).",
        )


def _entry_of(work: Work, client_id: str) -> Entry | None:
    return next((one for one in work.entry.present("applications") if one["client_id"] == client_id), None)
