"""What a user sees on a fresh installation: waiting, then logs without a single click."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.ui.browser.conftest import call

pytestmark = pytest.mark.browser


def test_waits_for_logs_and_goes_on(page: Page, ui: str, write_logs: Callable[..., int]) -> None:
    page.goto(ui)
    expect(page.get_by_role("heading", name="Waiting for logs")).to_be_visible()
    count = write_logs()
    expect(page.get_by_text("Index pattern logstash-* was created for you")).to_be_visible()
    expect(page.get_by_test_id("discoverQueryHits")).to_have_text(str(count))
    expect(page.get_by_role("button", name="Index pattern: logstash-*")).to_be_visible()
    page.reload()
    expect(page.get_by_test_id("discoverQueryHits")).to_have_text(str(count))
    expect(page.get_by_text("was created for you")).to_have_count(0)


def test_an_index_without_lines_is_waited_for(
    page: Page, ui: str, empty_store: str, write_logs: Callable[..., int]
) -> None:
    call("PUT", f"{empty_store}/logstash-new")
    page.goto(ui)
    expect(page.get_by_role("heading", name="Waiting for logs")).to_be_visible()
    count = write_logs(index="logstash-new")
    expect(page.get_by_test_id("discoverQueryHits")).to_have_text(str(count))


def test_indices_of_other_names(page: Page, ui: str, write_logs: Callable[..., int]) -> None:
    write_logs(index="fluentd-%Y")
    page.goto(ui)
    expect(page.get_by_role("heading", name="Which indices hold your logs?")).to_be_visible()
    page.get_by_role("link", name="Create index pattern").click()
    expect(page.get_by_text("Step 1 of 2: Define index pattern")).to_be_visible()
    expect(page.get_by_text("No index matches this name yet.")).to_be_visible()


def test_narrow_and_dark(page: Page, ui: str, write_logs: Callable[..., int]) -> None:
    write_logs()
    page.set_viewport_size({"width": 900, "height": 800})
    page.goto(ui)
    page.get_by_role("button", name="Dark mode").click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    shown = {
        "Dev Tools": page.get_by_role("textbox", name="Requests"),
        "Management": page.get_by_role("heading", name="Index patterns"),
        "Discover": page.get_by_test_id("discoverDocTable"),
    }
    for link, content in shown.items():
        page.get_by_role("navigation", name="Main").get_by_role("link", name=link, exact=True).click()
        expect(content).to_be_visible()
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, f"{link} is wider than the screen"
