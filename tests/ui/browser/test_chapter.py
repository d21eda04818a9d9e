"""The walk through Management that the EFK chapter describes, and what else Management does."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_create_index_pattern_then_discover(page: Page, ui: str, write_logs: Callable[..., int]) -> None:
    count = write_logs()
    page.goto(f"{ui}/app/kibana#/management/kibana/index_patterns")
    expect(page.get_by_text("There is no index pattern yet.")).to_be_visible()
    page.get_by_role("link", name="Create index pattern").click()

    name = page.get_by_label("Index pattern name")
    expect(name).to_have_value("logstash-*")
    name.fill("nothing-*")
    expect(page.get_by_text("No index matches this name yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Next step")).to_be_disabled()
    name.fill("logstash-*")
    expect(page.get_by_text(re.compile(r"The name matches \d ind"))).to_be_visible()
    expect(page.get_by_role("table", name="Indices")).to_contain_text("logstash-20")
    page.get_by_role("button", name="Next step").click()

    expect(page.get_by_text("Step 2 of 2: Configure settings")).to_be_visible()
    expect(page.get_by_label("Time field")).to_have_value("@timestamp")
    page.get_by_role("button", name="Create index pattern").click()

    fields = page.get_by_role("table", name="Fields")
    row = fields.get_by_role("row").filter(has=page.get_by_role("cell", name="kubernetes.pod_name.keyword"))
    expect(row).to_contain_text("keyword")
    expect(page.get_by_text("Time field: @timestamp")).to_be_visible()
    expect(page.get_by_text("Default", exact=True)).to_be_visible()

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Discover").click()
    expect(page.get_by_test_id("discoverQueryHits")).to_have_text(str(count))
    expect(page.get_by_test_id("discoverDocTable")).to_contain_text(f"line number {count - 1} of the shop")


def test_the_chapters_walk_also_works_once_the_pattern_is_there(
    page: Page, ui: str, write_logs: Callable[..., int]
) -> None:
    write_logs()
    page.goto(ui)
    expect(page.get_by_role("button", name="Index pattern: logstash-*")).to_be_visible()
    page.goto(f"{ui}/#/management/kibana/index_pattern")
    expect(page.get_by_text("There is an index pattern logstash-* already.")).to_be_visible()
    page.get_by_role("button", name="Next step").click()
    page.get_by_label("Time field").select_option("I don’t want to use the time filter")
    page.get_by_role("button", name="Create index pattern").click()
    expect(page.get_by_text("No time filter")).to_be_visible()
    page.goto(f"{ui}/#/management/kibana/index_patterns")
    expect(page.get_by_role("link", name="logstash-*")).to_have_count(1)


def test_delete_index_pattern(page: Page, ui: str, write_logs: Callable[..., int]) -> None:
    write_logs()
    page.goto(ui)
    expect(page.get_by_role("button", name="Index pattern: logstash-*")).to_be_visible()
    page.goto(f"{ui}/#/management/kibana/index_patterns/logstash-*")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("There is no index pattern yet.")).to_be_visible()


def test_delete_an_index(page: Page, ui: str, write_logs: Callable[..., int]) -> None:
    write_logs(count=7, index="old")
    write_logs(count=9, index="kept")
    page.goto(f"{ui}/#/management/data/indices")
    table = page.get_by_role("table", name="Indices")
    expect(table.get_by_role("row").filter(has_text="old")).to_contain_text("7")
    page.get_by_label("Choose old").check()
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("old (7 documents)")
    dialog.get_by_role("button", name="Delete 1 index").click()
    expect(table.get_by_role("row").filter(has_text="old")).to_have_count(0)
    expect(table.get_by_role("row").filter(has_text="kept")).to_have_count(1)


def test_saved_objects_leave_and_come_back(page: Page, ui: str, write_logs: Callable[..., int]) -> None:
    write_logs()
    page.goto(ui)
    expect(page.get_by_role("button", name="Index pattern: logstash-*")).to_be_visible()
    page.goto(f"{ui}/#/management/kibana/objects")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export all").click()
    page.get_by_label("Choose logstash-*").check()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete 1 object").click()
    table = page.get_by_role("table", name="Saved objects")
    expect(table.get_by_text("index-pattern")).to_have_count(0)

    page.get_by_role("button", name="Import").click()
    page.locator("input[type=file]").set_input_files(download.value.path())
    page.get_by_role("dialog").get_by_role("button", name="Import").click()
    expect(page.get_by_text("1 imported, 1 not:")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    expect(table.get_by_role("link", name="logstash-*")).to_be_visible()


def test_settings_are_kept(page: Page, ui: str, empty_store: str) -> None:
    page.goto(f"{ui}/#/management/kibana/settings")
    field = page.get_by_label("discover:sampleSize")
    field.fill("0")
    expect(page.get_by_text("Must be a whole number from 1 to 10000")).to_be_visible()
    field.fill("50")
    page.get_by_role("button", name="Save").and_(page.locator(":enabled")).click()
    expect(page.get_by_text("discover:sampleSize saved.")).to_be_visible()
    page.reload()
    expect(field).to_have_value("50")


def test_console(page: Page, ui: str, write_logs: Callable[..., int]) -> None:
    count = write_logs()
    page.goto(f"{ui}/#/dev_tools")
    editor = page.get_by_role("textbox", name="Requests")
    editor.fill('GET logstash-*/_count\n{"query": {"match_all": {}}}')
    editor.press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="200")).to_be_visible()
    expect(page.get_by_role("textbox", name="Answer")).to_contain_text(f'"count": {count}')
