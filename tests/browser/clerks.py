"""Somebody at the admin: goes by what links, buttons and fields are called, and by nothing else."""

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, Page

from tests.browser.servers import PASSWORD, USERNAME

Values = Mapping[str, str | bool]


class Clerk:
    def __init__(self, page: Page) -> None:
        self.page = page

    def log_in(self, username: str = USERNAME, password: str = PASSWORD) -> None:
        if "/login/" not in self.page.url:
            self.page.goto("/admin/")
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password").fill(password)
        self._leave_by(self.page.get_by_role("button", name="Log in"))

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("complementary", name="Sign-up contract")

    def start(self) -> None:
        self.page.goto("/admin/")

    def go(self, name: str) -> None:
        """Over the list of pages at the side."""
        self._leave_by(self._at_the_side(name))

    def add(self, name: str) -> None:
        self._leave_by(self._at_the_side(f"Add {name}"))

    def open(self, list_name: str, row: str) -> None:
        self.go(list_name)
        self.follow(row)

    def follow(self, link: str) -> None:
        self._leave_by(self.main.get_by_role("link", name=link, exact=True).first)

    def press(self, button: str) -> None:
        self.main.get_by_role("button", name=button, exact=True).click()

    def send(self, button: str) -> None:
        """Press a button that sends a form."""
        self._leave_by(self.main.get_by_role("button", name=button, exact=True).first)

    def save(self) -> None:
        self.send("Save")

    def stay(self) -> None:
        self.send("Save and continue editing")

    def find(self, words: str) -> None:
        self.main.get_by_role("searchbox", name="Search").fill(words)
        self.send("Search")

    def _at_the_side(self, name: str) -> Locator:
        return self.page.get_by_role("navigation", name="Sidebar").get_by_role("link", name=name, exact=True)

    def _leave_by(self, way: Locator) -> None:
        with self.page.expect_navigation():
            way.click()

    def field(self, label: str) -> Locator:
        return self.main.get_by_label(re.compile(rf"^{re.escape(label)}:?$"))

    def fill(self, values: Values) -> None:
        for label, value in values.items():
            field = self.field(label)
            if isinstance(value, bool):
                field.set_checked(value)
            elif field.evaluate("it => it.tagName") == "SELECT":
                field.select_option(label=value)
            else:
                field.fill(value)

    def shown(self, label: str) -> str:
        """What the field holds, as a reader sees it."""
        return str(self.field(label).evaluate("it => it.selectedOptions ? it.selectedOptions[0].text : it.value"))

    def row(self, label: str) -> Locator:
        """The row of an attribute or a source in a form."""
        return self.main.get_by_role("row").filter(has=self.page.get_by_role("combobox", name=f"Role of {label}"))

    def choose(self, roles: Mapping[str, str]) -> None:
        self.fill({f"Role of {label}": role for label, role in roles.items()})

    def complaint(self, label: str) -> str:
        """What the page says beside the field, or beside the table of this name."""
        row = self.page.locator(".form-row").filter(has=self.page.get_by_text(f"{label}:", exact=True))
        return "\n".join(row.locator(".errorlist").all_inner_texts())

    def words(self) -> str:
        return self.main.inner_text()

    def said(self) -> str:
        """What the page says about the last deed, at its top."""
        return "\n".join(self.page.locator(".messagelist").all_inner_texts())
