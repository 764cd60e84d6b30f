"""The board's page of sources, as a browser shows it, against the rows in the database."""

import random
import shutil
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from monitor.clock import SystemClock
from monitor.planning import stream_of
from monitor.store.crawls import CrawlState
from ui.board_process import start_board
from ui.i18n import Texts, zone

SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
SETTLED = '[data-testid="stApp"][data-test-script-state="notRunning"]'
WAIT = 120_000  # milliseconds
CARDS = """cards => cards.map(card => [
    card.querySelector('h4').innerText,
    Object.fromEntries([...card.querySelectorAll('.rw-known > div')].map(
        cell => [cell.querySelector('span').textContent, cell.querySelector('b').textContent])),
])"""


def lags_shown(database: str, rows: Sequence[CrawlState], picture: Path) -> dict[str, str]:
    """The lag that the page shows for each source and stream. Raises AssertionError where it is not that of the row."""
    texts = Texts("en", zone("UTC"))
    shown = _page(database, picture, texts("sources.lag"))
    expected = {_title(row.source, texts): _told(row.lag_seconds, texts) for row in rows}
    assert shown == expected, f"the board shows {shown}, the rows say {expected}"
    return shown


def _page(database: str, picture: Path, label: str) -> dict[str, str]:
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
            shown = _cards(page, label)
            page.screenshot(path=picture)
            browser.close()
    finally:
        board.stop()
    return shown


def _cards(page: Page, label: str) -> dict[str, str]:
    cards: list[tuple[str, Mapping[str, str]]] = page.locator(".rw-source").evaluate_all(CARDS)
    return {_name(head): figures[label] for head, figures in cards}


def _name(head: str) -> str:
    """The name in a head such as "● bluesky · stream answers"."""
    words = head.split()[1:]
    return " ".join(words[:3] if words[1:2] == ["·"] else words[:1])


def _title(source: str, texts: Texts) -> str:
    stream = stream_of(source)
    return source if stream is None else f"{stream} · {texts('sources.stream')}"


def _told(lag: float | None, texts: Texts) -> str:
    if lag is None:
        return texts("unknown")
    return f"{lag:.0f} s" if lag < 120 else texts.duration(timedelta(seconds=lag))
