"""The board's page of sources, as a browser shows it, against the rows in the database."""

import random
import shutil
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from monitor.clock import SystemClock
from monitor.planning import stream_name
from monitor.store.crawls import CrawlState
from ui.board_process import start_board
from ui.i18n import Texts, zone

SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
SETTLED = '[data-testid="stApp"][data-test-script-state="notRunning"]'
WAIT = 120_000  # milliseconds
CARDS = """cards => cards.map(card => [
    [...card.querySelector('h4').childNodes].find(node => node.nodeType === Node.TEXT_NODE).textContent.trim(),
    Object.fromEntries([...card.querySelectorAll('.rw-known > div')].map(
        cell => [cell.querySelector('span').textContent, cell.querySelector('b').textContent])),
])"""


def lags(database: str, rows: Sequence[CrawlState], picture: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The lag of each row as the page shows it, and as it is in words; by source or "source:stream"."""
    texts = Texts("en", zone("UTC"))
    shown = _page(database, picture, texts("sources.lag"), texts("sources.stream"))
    return shown, {row.source: _told(row.lag_seconds, texts) for row in rows}


def _page(database: str, picture: Path, label: str, stream: str) -> dict[str, str]:
    chromium = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
    assert chromium is not None, "no chromium is installed"
    arguments = ["--db", database, "--who", "Mina", "--language", "en"]
    board = start_board(arguments, "127.0.0.1", random.randrange(18_000, 28_000), SystemClock())
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=SWITCHES)
            page = browser.new_page(viewport={"width": 1400, "height": 1800}, locale="en-US")
            page.goto(f"{board.url}/sources", wait_until="domcontentloaded", timeout=WAIT)
            page.locator(".rw-source").first.wait_for(timeout=WAIT)
            page.locator(SETTLED).wait_for(timeout=WAIT)
            shown = _cards(page, label, stream)
            page.screenshot(path=picture)
            browser.close()
    finally:
        board.stop()
    return shown


def _cards(page: Page, label: str, stream: str) -> dict[str, str]:
    cards: list[tuple[str, Mapping[str, str]]] = page.locator(".rw-source").evaluate_all(CARDS)
    return {_row(name, stream): figures[label] for name, figures in cards}


def _row(name: str, stream: str) -> str:
    """The row that a name such as "Hacker News", "Question-and-answer forum (askbot)" or "Bluesky · stream" means."""
    site, _, what = name.partition(" · ")
    source = site.rpartition("(")[2].rstrip(")").casefold().replace(" ", "")
    return stream_name(source) if what == stream else source


def _told(lag: float | None, texts: Texts) -> str:
    if lag is None:
        return texts("unknown")
    return f"{lag:.0f} s" if lag < 120 else texts.duration(timedelta(seconds=lag))
