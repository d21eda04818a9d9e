"""Search, filter and read in Discover, on the real store."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def discover(page: Page, ui: str, write_logs: Callable[..., int]) -> Page:
    """Discover with 120 lines of the last ten minutes, 12 of them errors."""
    write_logs(120)
    page.goto(ui)
    expect(page.get_by_test_id("discoverQueryHits")).to_have_text("120")
    return page


def search(page: Page, query: str) -> None:
    box = page.get_by_role("combobox", name="Query")
    box.fill(query)
    box.press("Escape")
    box.press("Enter")


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("level: error", "12"),
        ('log: "line number 7 of"', "1"),
        ("kubernetes.pod_name: web and not level: error", "72"),
        ("nothingofthekind", "0"),
    ],
)
def test_search(discover: Page, query: str, hits: str) -> None:
    search(discover, query)
    expect(discover.get_by_test_id("discoverQueryHits")).to_have_text(hits)


def test_state_is_in_the_url(discover: Page) -> None:
    search(discover, "level: error")
    expect(discover.get_by_test_id("discoverQueryHits")).to_have_text("12")
    discover.reload()
    expect(discover.get_by_test_id("discoverQueryHits")).to_have_text("12")
    discover.go_back()
    expect(discover.get_by_test_id("discoverQueryHits")).to_have_text("120")


def test_expand_and_filter(discover: Page) -> None:
    table = discover.get_by_test_id("discoverDocTable")
    table.get_by_role("button", name="Expand document").first.click()
    expect(table).to_contain_text("kubernetes.namespace_name")
    table.get_by_role("tab", name="JSON").click()
    expect(table).to_contain_text('"_index": "logstash-')


def test_top_values_filter(discover: Page) -> None:
    fields = discover.get_by_test_id("fieldList-container")
    fields.get_by_text("level", exact=True).click()
    discover.get_by_role("button", name="Filter for error", exact=True).click()
    expect(discover.get_by_test_id("discoverQueryHits")).to_have_text("12")
    expect(discover.get_by_role("group", name="Filters")).to_contain_text("level.keyword: error")
    discover.get_by_role("button", name="Remove filter level.keyword: error").click()
    expect(discover.get_by_test_id("discoverQueryHits")).to_have_text("120")


def test_old_bookmark(discover: Page, ui: str) -> None:
    state = "_g=(time:(from:now-1h,to:now))&_a=(columns:!(log),query:(language:kuery,query:'level:%20error'))"
    discover.goto(f"{ui}/app/kibana#/discover?{state}")
    expect(discover.get_by_test_id("discoverQueryHits")).to_have_text("12")
    expect(
        discover.get_by_test_id("discoverDocTable").get_by_role("columnheader", name="log")
    ).to_be_visible()
