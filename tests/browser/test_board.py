"""The board as a person meets it: a server, a browser, clicks."""

import re
from datetime import timedelta

import pytest

from alerts.domain import Change, Status
from ui.stores import Stores

pytestmark = [pytest.mark.browser, pytest.mark.server]

DONE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
PATIENCE = 30_000  # milliseconds; a busy machine


@pytest.fixture
def open_page(chromium):
    pages, problems = [], []

    def opened(address, width=1400, height=900):
        page = chromium.new_page(viewport={"width": width, "height": height}, locale="en-US", timezone_id="Asia/Seoul")
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: problems.append(f"dialog: {dialog.message}"))
        page.goto(address, wait_until="domcontentloaded")
        ready(page)
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()
    assert problems == []


def ready(page):
    page.locator(DONE).wait_for()


def incident(board, id="guitar-1"):
    stores = Stores(board.database)
    try:
        return stores.incidents.get(id), stores.incidents.history(id)
    finally:
        stores.close()


def test_acknowledge_an_incident_and_open_its_case(board, open_page):
    page = open_page(board.url)
    page.get_by_role("heading", name="Broken guitar, repair refused").wait_for()
    assert page.get_by_text("this is not an all-clear").is_visible()
    card = page.locator('[class*="st-key-card-escalate-guitar-1"]')
    card.get_by_role("button", name="Acknowledge").click()
    card.get_by_text(re.compile("Acknowledged by Ada")).wait_for()
    ready(page)
    kept, log = incident(board)
    assert (kept.status, kept.acked_by) == (Status.acked, "Ada")
    assert (log[-1].change, log[-1].by) == (Change.acked, "Ada")

    card.get_by_role("link", name="Open the case").click()
    page.get_by_text("Who through whom").wait_for()
    ready(page)
    assert "id=guitar-1" in page.url
    page.locator('[data-testid="stVegaLiteChart"] canvas, [data-testid="stVegaLiteChart"] svg').nth(2).wait_for()
    assert page.get_by_text("acknowledged by Ada", exact=True).is_visible()
    page.get_by_role("link", name="All alerts").click()
    page.get_by_role("heading", name="Alerts").wait_for()


def test_a_half_written_reason_survives_what_others_do(board, open_page):
    page = open_page(board.url)
    card = page.locator('[class*="st-key-card-watch-hostile-1"]')
    card.get_by_role("button", name="Not a crisis").click()
    reason = page.get_by_label(re.compile("Why not"))
    reason.fill("a fan club")
    stores = Stores(board.database)
    store = stores.incidents
    store.update("login-1", _assigned)
    stores.close()
    page.get_by_text("owner Zoe").wait_for()
    ready(page)
    assert reason.input_value() == "a fan club"
    page.get_by_role("button", name="Close as not a crisis").click()
    page.get_by_text("Closed as not a crisis.").wait_for()
    kept, _ = incident(board, "hostile-1")
    assert (kept.status, kept.verdict_reason) == (Status.resolved, "a fan club")


def _assigned(one):
    from alerts import acts

    return acts.assign(one, "Zoe", "Zoe", one.updated_at + timedelta(minutes=1))


@pytest.mark.parametrize("path", ["", "case?id=guitar-1"])
def test_nothing_is_wider_than_the_screen(board, open_page, path):
    page = open_page(f"{board.url}/{path}")
    page.locator(".rw-title, .rw-head h2").first.wait_for()
    for width in (1400, 1024, 390):
        page.set_viewport_size({"width": width, "height": 850})
        frames = "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        page.wait_for_function(f"innerWidth === {width} && {frames}.every(one => one.scrollWidth <= one.clientWidth)")


def test_hostile_text_stays_text(board, open_page):
    page = open_page(f"{board.url}/case?id=hostile-1")
    page.locator(".rw-head h2").wait_for()
    assert page.locator(".rw-head h2").inner_text().startswith('<img src=x onerror="alert(1)">')
    assert page.locator("img[src=x]").count() == 0


def test_nothing_is_asked_of_other_hosts(board, chromium):
    asked = []
    page = chromium.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{board.url}/case?id=guitar-1", wait_until="domcontentloaded")
    page.get_by_text("Who through whom").wait_for()
    ready(page)
    page.close()
    strangers = [
        url for url in asked if not url.startswith((board.url, board.url.replace("http", "ws"), "data:", "blob:"))
    ]
    assert strangers == []
