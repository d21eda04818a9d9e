"""Signing in, and what the page shows while Elasticsearch is down."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Page, expect

from tests.ports import reserved_port

pytestmark = pytest.mark.browser

Start = Callable[..., AbstractContextManager[str]]


def test_sign_in(page: Page, store: str, start: Start, faults: list[str]) -> None:
    arguments = ["--elasticsearch", store, "--user", "ann", "--password", "secret"]
    with start("ui", "--port", "0", *arguments) as url:
        page.goto(f"{url}/app/kibana#/management/kibana/settings")
        for password in ("wrong", "secret"):
            page.get_by_label("User").fill("ann")
            page.get_by_label("Password").fill(password)
            page.get_by_role("button", name="Sign in").click()
            if password == "wrong":
                expect(page.get_by_text("Wrong user or password.")).to_be_visible()
        expect(page.get_by_role("heading", name="Advanced settings")).to_be_visible()
        assert page.url == f"{url}/#/management/kibana/settings", "the link leads where it did before"
        assert [fault for fault in faults if "401" not in fault] == []
        faults.clear()

        page.context.clear_cookies()
        page.get_by_role("link", name="Saved objects").click()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        page.close()  # whatever it still asks for is refused, too
        faults.clear()


def test_elasticsearch_is_down(page: Page, start: Start, faults: list[str]) -> None:
    with (
        reserved_port() as port,
        start("ui", "--port", "0", "--elasticsearch", f"http://127.0.0.1:{port}") as url,
    ):
        page.goto(url)
        expect(page.get_by_role("alert")).to_contain_text(
            f"cannot reach Elasticsearch at http://127.0.0.1:{port}"
        )
        expect(page.get_by_text("Trying again until it answers.")).to_be_visible()
        page.close()  # it asks again and again
        assert [fault for fault in faults if "502" not in fault] == []
        faults.clear()
