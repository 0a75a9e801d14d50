"""The attributes of a tenant beside those that each has, and what it changes of those."""

from ciam.provisioning.reading.entries import Entry
from ciam.provisioning.rows.work import Work
from tenants.attributes import check_custom_identifier
from tenants.models import Attribute

CHANGEABLE = {
    Attribute.Kind.BUILT_IN: ("label",),
    Attribute.Kind.PRESET: ("label", "regex", "error_message", "enabled"),
    Attribute.Kind.CUSTOM: ("label", "regex", "error_message", "enabled", "type"),
}


def apply_attributes(work: Work) -> None:
    rows = {attribute.identifier: attribute for attribute in work.tenant.attributes.all()}
    for entry in work.entry.present("attributes"):
        identifier = entry["identifier"]
        row = rows.get(identifier) or _new(work, entry)
        _check_changeable(work, entry, row)
        work.save(f"attribute {identifier}", row, entry.pick(*CHANGEABLE[Attribute.Kind(row.kind)]))
        if row.regex and row.type != Attribute.Type.STRING:
            work.refuse(entry.at("regex"), "is for attributes of the type string")


def _new(work: Work, entry: Entry) -> Attribute:
    try:
        check_custom_identifier(entry["identifier"])
    except ValueError as error:
        work.refuse(entry.at("identifier"), str(error))
    return Attribute(tenant=work.tenant, identifier=entry["identifier"])


def _check_changeable(work: Work, entry: Entry, row: Attribute) -> None:
    changeable = CHANGEABLE[Attribute.Kind(row.kind)]
    for key, value in entry.values.items():
        if key not in ("identifier", "state", *changeable) and value != getattr(row, key):
            work.refuse(
                entry.at(key),
                f"does not change: {row.identifier} is {row.kind}, and only its {', '.join(changeable)} may be set",
            )
