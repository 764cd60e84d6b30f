"""Marks as a person gives them: by mouse, by keyboard, on a phone; and the page that counts them."""

import pytest

from monitor.domain import PostKey
from ui.stores import Stores

pytestmark = [pytest.mark.browser, pytest.mark.server]

DONE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
PATIENCE = 30_000  # milliseconds; a busy machine


@pytest.fixture
def open_page(chromium):
    pages, problems = [], []

    def opened(address, width=1400, height=900):
        page = chromium.new_page(viewport={"width": width, "height": height}, locale="en-US")
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(address, wait_until="domcontentloaded")
        page.locator(DONE).wait_for()
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()
    assert problems == []


def said(board):
    stores = Stores(board.database)
    try:
        history = stores.labels.of_posts([PostKey("mastodon", "login")])
    finally:
        stores.close()
    return [(label.who, label.complaint) for labels in history.values() for label in labels]


def test_a_post_is_marked_by_keyboard_and_changed_on_a_phone(board, open_page):
    page = open_page(f"{board.url}/case?id=login-1")
    posts = page.locator(".st-key-panel-posts")
    posts.get_by_role("button", name="Complaint", exact=True).focus()
    page.keyboard.press("Enter")
    posts.get_by_text("Ada: complaint").wait_for()
    page.locator(DONE).wait_for()
    posts.get_by_role("button", name="✓ Complaint").wait_for()
    assert said(board) == [("Ada", True)]

    phone = open_page(f"{board.url}/case?id=login-1", 390, 844)
    posts = phone.locator(".st-key-panel-posts")
    button = posts.get_by_role("button", name="No complaint")
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    button.click()
    posts.get_by_text("Ada: no complaint").wait_for()
    phone.locator(DONE).wait_for()
    assert said(board) == [("Ada", True), ("Ada", False)]


@pytest.mark.parametrize("width", [1400, 390])
def test_the_reading_page_fits_and_tells_what_reads(board, open_page, width):
    page = open_page(f"{board.url}/reading", width)
    page.get_by_role("heading", name="Reading", exact=True).wait_for()
    page.get_by_text("ripplewatch train text").wait_for()
    wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= width
