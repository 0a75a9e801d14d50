"""What an application asks of the people who sign up and log in."""

from collections.abc import Container

from ciam.provisioning.reading.entries import Entry
from ciam.provisioning.rows import sources
from ciam.provisioning.rows.work import Work
from tenants.models import (
    Application,
    Group,
    LoginFlow,
    LoginSource,
    PasswordAuthSource,
    SignUpAttribute,
    SignUpFlow,
)

ROLES = {f"{role}_attributes": role for role in SignUpAttribute.Role.values}


def apply_sign_up(work: Work, entry: Entry, application: Application) -> None:
    flow = SignUpFlow.objects.filter(application=application).first() or SignUpFlow(application=application)
    columns = entry.pick("enabled", "authentication")
    if "default_group" in entry:
        columns["default_group"] = _group(work, entry["default_group"])
    work.save(f"sign-up of {application.client_id}", flow, columns)
    _apply_attributes(work, entry, flow)


def apply_login(work: Work, entry: Entry, application: Application) -> None:
    flow = LoginFlow.objects.filter(application=application).first() or LoginFlow(application=application)
    for at, identifier in entry.items("claims"):
        if not work.tenant.attributes.filter(identifier=identifier).exists():
            work.refuse(at, "is no attribute of this tenant")
    work.save(f"login of {application.client_id}", flow, entry.pick("anonymous", "claims", "consent"))
    _apply_sources(work, entry, flow)


def sign_up_attributes(flow: SignUpFlow) -> list[tuple[str, str]]:
    """Role and identifier of each attribute: by role, then in the order in which people are asked."""
    rows = list(flow.attributes.order_by("position").values_list("role", "attribute__identifier"))
    return [row for role in ROLES.values() for row in rows if row[0] == role]


def login_sources(flow: LoginFlow) -> tuple[str | None, list[str]]:
    """The key of the preferred source, and those of the associated ones."""
    columns = ("preferred", "password_auth_source__key", "otp_auth_source__key")
    rows = [(row[0], row[1] or row[2]) for row in flow.sources.order_by("position").values_list(*columns)]
    preferred = next((key for is_preferred, key in rows if is_preferred), None)
    return preferred, [key for is_preferred, key in rows if not is_preferred]


def _group(work: Work, name: str | None) -> Group | None:
    if name is None:
        return None
    group = work.tenant.groups.filter(name=name).first() or Group(tenant=work.tenant, name=name)
    work.save(f"group {name}", group, {})
    return group


def _apply_attributes(work: Work, entry: Entry, flow: SignUpFlow) -> None:
    present = sign_up_attributes(flow)
    kept = [(role, identifier) for role, identifier in present if f"{role}_attributes" not in entry]
    given = [(role, identifier) for key, role in ROLES.items() for identifier in entry.get(key, [])]
    wanted = [pair for role in ROLES.values() for pair in (*kept, *given) if pair[0] == role]
    known = {attribute.identifier: attribute for attribute in work.tenant.attributes.all()}
    if not _can_be_asked(work, entry, kept, known) or wanted == present:
        return
    flow.attributes.all().delete()
    SignUpAttribute.objects.bulk_create(
        SignUpAttribute(flow=flow, attribute=known[identifier], role=role, position=position)
        for position, (role, identifier) in enumerate(wanted)
    )
    told = [f"{role} {', '.join(names)}" for role in ROLES.values() if (names := _of_role(wanted, role))]
    work.say(
        f"sign-up of {flow.application.client_id}",
        f"asks for {'; '.join(told) or 'nothing'}",
        about=flow,
        before={"attributes": [list(pair) for pair in present]},
        after={"attributes": [list(pair) for pair in wanted]},
    )


def _of_role(pairs: list[tuple[str, str]], role: str) -> list[str]:
    return [identifier for its_role, identifier in pairs if its_role == role]


def _can_be_asked(work: Work, entry: Entry, kept: list[tuple[str, str]], known: Container[str]) -> bool:
    """Whether the tenant knows each attribute, and each has one role."""
    roles = {identifier: role for role, identifier in kept}
    reasons = []
    for key, role in ROLES.items():
        for at, identifier in entry.items(key):
            if identifier not in known:
                reasons.append((at, "is no attribute of this tenant"))
            elif identifier in roles:
                reasons.append((at, f"has a role already: {roles[identifier]}"))
            roles.setdefault(identifier, role)
    for at, reason in reasons:
        work.refuse(at, reason)
    return not reasons


def _apply_sources(work: Work, entry: Entry, flow: LoginFlow) -> None:
    present = login_sources(flow)
    preferred = entry.get("preferred_auth_source", present[0])
    if "associated_auth_sources" in entry:
        associated = entry["associated_auth_sources"]
    else:
        associated = [key for key in present[1] if key != preferred]
    rows = sources.by_key(work.tenant)
    if not _can_be_used(work, entry, preferred, rows) or (preferred, associated) == present:
        return
    flow.sources.all().delete()
    for position, key in enumerate([*([preferred] if preferred else []), *associated]):
        row = LoginSource(flow=flow, preferred=key == preferred, position=position)
        field = "password_auth_source" if isinstance(rows[key], PasswordAuthSource) else "otp_auth_source"
        setattr(row, field, rows[key])
        row.save()
    told = f"{preferred or 'no source'} preferred, {', '.join(associated) or 'no other'} associated"
    names = ("preferred_auth_source", "associated_auth_sources")
    work.say(
        f"login of {flow.application.client_id}:",
        told,
        about=flow,
        before=dict(zip(names, present, strict=True)),
        after=dict(zip(names, (preferred, associated), strict=True)),
    )


def _can_be_used(work: Work, entry: Entry, preferred: str | None, known: Container[str]) -> bool:
    """Whether the tenant has each source, and each is named once."""
    reasons = []
    if entry.get("preferred_auth_source") and preferred not in known:
        reasons.append((entry.at("preferred_auth_source"), "is the key of no auth source of this tenant"))
    for at, key in entry.items("associated_auth_sources"):
        if key not in known:
            reasons.append((at, "is the key of no auth source of this tenant"))
        elif key == preferred:
            reasons.append((at, "is the preferred one already"))
    for at, reason in reasons:
        work.refuse(at, reason)
    return not reasons
