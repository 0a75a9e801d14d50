"""A page as a browser reads it: its elements, without running anything."""

from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse

from tenants.models import Application
from tests.clients import Client

VOID = {"input", "link", "meta", "img", "br", "circle", "path"}


class Element:
    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag, self.attributes, self.text = tag, attributes, ""


class Reader(HTMLParser):
    """Every element with its text, in the order of the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        wanted = {name.replace("_", "-"): value for name, value in attributes.items()}
        return [one for one in self.elements if one.tag == tag and wanted.items() <= one.attributes.items()]

    def one(self, tag: str, **attributes: str) -> Element:
        (found,) = self.all(tag, **attributes)
        return found

    def field(self, identifier: str) -> Element:
        return next(one for one in self.elements if one.attributes.get("id") == f"field-{identifier}")

    def box(self, identifier: str) -> Element:
        return next(one for one in self.elements if one.attributes.get("data-field") == identifier)

    @property
    def asked(self) -> list[str]:
        """What the sign-up form asks for, codes and the form for mail aside."""
        kinds = [one.attributes for one in self.elements if "data-field" in one.attributes]
        return [one["data-field"] for one in kinds if one["data-kind"] != "code"]

    def label(self, identifier: str) -> str:
        return " ".join(self.one("label", **{"for": f"field-{identifier}"}).text.split())


def get(application: Application, client: Client | None = None, **query: Any) -> HttpResponse:
    headers = query.pop("headers", {})
    asked = {"client_id": application.client_id} | query
    return (client or Client()).get("/signup", asked, headers={"host": "localhost"} | headers)


def read(application: Application, **query: Any) -> Reader:
    return Reader(get(application, **query).content.decode())
