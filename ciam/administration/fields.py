"""Form fields for what one column holds several of."""

import base64
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from ciam.provisioning.reading.images import MOST_BYTES


class LinesField(forms.CharField):
    """A list of texts, one a line; blank lines are none."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        lines = value if isinstance(value, list) else (value or "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)


class PairsField(LinesField):
    """A mapping of texts to texts, one pair a line with a colon between them."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{name}: {one}" for name, one in value.items()) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, dict):
            return value
        pairs = [line.partition(":") for line in super().to_python(value)]
        if not all(name.strip() and colon and one.strip() for name, colon, one in pairs):
            raise forms.ValidationError("Each line is a name, a colon, and another name.")
        return {name.strip(): one.strip() for name, _, one in pairs}

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial or {}) != self.to_python(data))
        except forms.ValidationError:
            return True


class LogoWidget(forms.ClearableFileInput):
    """Shows the image that is there, which comes as base64 of a PNG."""

    template_name = "admin/logo_widget.html"

    def is_initial(self, value: Any) -> bool:
        return bool(value)

    def format_value(self, value: Any) -> Any:
        return value or None


class LogoField(forms.FileField):
    """An image that is kept as text: base64 of what was uploaded, None when it is to go."""

    widget = LogoWidget

    def clean(self, data: Any, initial: Any = None) -> Any:
        found = super().clean(data, initial)
        if found is False or not found:
            return None
        return found if isinstance(found, str) else base64.b64encode(found.read(MOST_BYTES + 1)).decode()

    def has_changed(self, initial: Any, data: Any) -> bool:
        return data is not None and not (data is False and not initial)


class ChosenField(forms.MultipleChoiceField):
    """A list of texts, each ticked or not; they keep the order of the choices."""

    widget = forms.CheckboxSelectMultiple


class RowsWidget(forms.Widget):
    """Each thing that there is as a row, with the role that it has, if any, and its place."""

    template_name = "admin/rows_widget.html"

    def __init__(self, noun: str) -> None:
        super().__init__()
        self.noun = noun
        self.roles: list[tuple[str, str]] = []
        self.things: list[tuple[str, str, str]] = []  # value, label, hint

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        roles = {thing: role for role, thing in value or []}
        places = {thing: place for place, (_, thing) in enumerate(value or [])}
        ordered = sorted(self.things, key=lambda thing: places.get(thing[0], len(places)))
        rows = [
            {"value": thing, "label": label, "hint": hint, "role": roles.get(thing, ""), "place": place}
            for place, (thing, label, hint) in enumerate(ordered, start=1)
        ]
        return context | {"rows": rows, "roles": self.roles, "noun": self.noun}

    def value_from_datadict(self, data: Any, files: MultiValueDict[str, Any], name: str) -> list[tuple[str, str]]:
        found = []
        for place, (thing, _, _) in enumerate(self.things):
            role = data.get(f"{name}.{thing}.role", "")
            if role:
                found.append((_whole(data.get(f"{name}.{thing}.place"), place), role, thing))
        return [(role, thing) for _, role, thing in sorted(found)]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False

    def id_for_label(self, id_: str) -> str:
        return ""


class RowsField(forms.Field):
    """A list of (role, thing), in the order of their places within each role."""

    def __init__(self, *, noun: str, roles: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(widget=RowsWidget(noun), required=False, **options)
        self.widget.roles = self.roles = roles

    def offer(self, things: list[tuple[str, str, str]]) -> None:
        self.widget.things = things

    def clean(self, value: list[tuple[str, str]]) -> list[tuple[str, str]]:
        if any(role not in dict(self.roles) for role, _ in value):
            raise forms.ValidationError("Choose a role from the list.")
        return self.by_role(value)

    def by_role(self, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [pair for role, _ in self.roles for pair in pairs if pair[0] == role]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.by_role(list(initial or [])) != self.by_role(data)


def _whole(text: Any, otherwise: int) -> int:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) < 6 else otherwise
