"""Bodies of both kinds: OAuth's forms, and JSON objects; and the texts in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from ciam import forms, json_bodies
from ciam.dialects.tencent.errors import InvalidRequest
from tenants.characters import UNFIT_FOR_TEXT


@dataclass(frozen=True, slots=True)
class Body:
    values: Mapping[str, Any]
    is_form: bool

    def text(self, name: str, *, required: bool = True) -> str:
        """An empty text for what is absent, empty or null; raises InvalidRequest."""
        value = self.secret(name, required=required)
        if UNFIT_FOR_TEXT.search(value):
            raise InvalidRequest
        return value

    def secret(self, name: str, *, required: bool = True) -> str:
        """As `text`, with whatever characters: what it is compared with has none that are unfit."""
        value = self.values.get(name)
        if value is None:
            value = ""
        if not isinstance(value, str) or (required and not value):
            raise InvalidRequest
        return value

    def flag(self, name: str) -> bool:
        """True, or "true" as the vendor's English page says; raises InvalidRequest for what is no answer."""
        value = self.values.get(name)
        if value in (None, "") or value is False or value == "false":
            return False
        if value is True or value == "true":
            return True
        raise InvalidRequest


def read(request: HttpRequest, *, max_json_bytes: int) -> Body:
    """Raises InvalidRequest for another content type, InvalidBody or BodyTooLarge for what it cannot read."""
    if request.content_type == forms.TYPE:
        return Body(forms.read(request), is_form=True)
    if not json_bodies.is_json(request.META.get("CONTENT_TYPE", "")):
        raise InvalidRequest
    return Body(json_bodies.read_object(request, max_bytes=max_json_bytes), is_form=False)
