import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

METHODS = ("get", "post", "patch", "delete")


def described(page: Page) -> list[str]:
    """A path for each operation of the document, under each of its tags."""
    paths = page.request.get("/openapi.json").json()["paths"]
    operations = [(path, item[name]) for path, item in paths.items() for name in item if name in METHODS]
    return sorted(path for path, operation in operations for _ in operation["tags"])


def test_the_page_shows_every_call_and_tries_one(page: Page) -> None:
    page.goto("/docs/")

    page.locator(".opblock").first.wait_for()
    shown = [path.replace("\u200b", "") for path in page.locator(".opblock-summary-path").all_inner_texts()]
    assert sorted(shown) == described(page)
    assert {"/otp/send", "/signup", "/auth/v1/signup"} <= set(shown)
    call = page.locator("#operations-Server-healthz")
    call.locator(".opblock-summary-control").click()
    call.get_by_role("button", name="Try it out").click()
    call.get_by_role("button", name="Execute").click()
    assert '"status": "ok"' in call.locator(".live-responses-table .highlight-code").first.inner_text()


def test_the_page_shows_each_error_with_its_cure(page: Page) -> None:
    page.goto("/docs/")

    call = page.locator("#operations-Tencent_CIAM-sign_up")
    call.locator(".opblock-summary-control").click()
    call.get_by_role("combobox").filter(has_text="duplicate_email").select_option(label="duplicate_email")
    call.get_by_text("Let the person log in instead.").wait_for()
