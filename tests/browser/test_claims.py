"""What is claimed, as a person meets it: read, judged, and judged by two at once, on a desk and on a phone."""

import re

import pytest

from alerts import acts
from alerts.domain import Truth
from ui.runtime import open_services
from ui.stores import Stores

pytestmark = [pytest.mark.browser, pytest.mark.server]

DONE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
PATIENCE = 30_000  # milliseconds; a busy machine


@pytest.fixture
def open_case(chromium, board):
    pages, problems = [], []

    def opened(id, width=1400, height=900):
        page = chromium.new_page(viewport={"width": width, "height": height}, locale="en-US", timezone_id="Asia/Seoul")
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{board.url}/case?id={id}", wait_until="domcontentloaded")
        page.get_by_text("What is claimed", exact=True).wait_for()
        page.locator(DONE).wait_for()
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()
    assert problems == []


def claims(board, id):
    stores = Stores(board.database)
    try:
        return open_services(stores).case(id, "").file
    finally:
        stores.close()


def judge(page, row, state):
    row.get_by_role("button", name="Does it hold?").click()
    dialog = page.locator('[data-testid="stPopoverBody"]')
    dialog.get_by_text(re.compile(f"{state}$")).click()
    dialog.get_by_label("Known from (a link, a person, a document)").fill("ramp log")
    dialog.get_by_role("button", name="Keep").click()


@pytest.mark.parametrize(("id", "width"), [("guitar-1", 1400), ("login-1", 390)])
def test_a_claim_is_read_and_judged(board, open_case, id, width):
    page = open_case(id, width)
    leading = claims(board, id).claims[0]
    row = page.locator(f'[class*="st-key-claim-{leading.key}"]').first
    assert row.locator("q").inner_text() == leading.quote
    assert row.get_by_text("nobody has checked it yet").is_visible()
    judge(page, row, "false")
    row.get_by_text("✕ false").wait_for()
    assert row.get_by_text(re.compile("Ada, .*known from ramp log")).is_visible()
    page.locator(".rw-head").get_by_text("✕ false").wait_for()
    page.get_by_text(re.compile("Ada marked “.*” as false")).wait_for()
    said = claims(board, id).judged
    assert (said.truth, said.by, said.source) == (Truth.false, "Ada", "ramp log")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_what_somebody_else_said_meanwhile_is_shown_and_not_overwritten(board, open_case):
    page = open_case("soup-1")
    page.locator('[class*="st-key-claim-whole"]').get_by_role("button", name="Does it hold?").click()
    note = page.get_by_label("Note", exact=True)
    note.fill("cold since the gate")
    stores = Stores(board.database)
    stores.incidents.update("soup-1", lambda one: acts.judge(one, Truth.confirmed, "Zoe", one.updated_at))
    stores.close()
    page.locator('[class*="st-key-claim-whole"]').get_by_text("✓ confirmed").wait_for()
    assert page.locator('[class*="st-key-claim-whole"]').get_by_text(re.compile("Zoe")).is_visible()
    assert note.input_value() == "cold since the gate"
