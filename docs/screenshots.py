"""Takes the pictures of docs/images: starts the board on a database and photographs it with the system's Chromium.

    python docs/screenshots.py [--db sqlite:///.ripplewatch/demo.db] [--out docs/images] [--incident ID]

Without --incident the first card of the alerts page is opened. Needs playwright (comes with the tests) and chromium.
"""

import argparse
import random
import shutil
import sys
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

import ui
from monitor.clock import SystemClock
from ui.board_process import start_board

SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
WIDTHS = {"": (1400, 900), "-phone": (390, 844)}
TALLEST = 2200  # pixels; of a phone's page the top is enough
CONTENT = "document.querySelector('[data-testid=stMainBlockContainer] > div').getBoundingClientRect().bottom"
SETTLED = '[data-testid="stApp"][data-test-script-state="notRunning"]'


def main() -> None:
    """Photograph the pages at desk and phone width."""
    options = _arguments()
    chromium = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
    if chromium is None:
        sys.exit("no chromium is installed (Debian: apt-get install chromium)")
    options.out.mkdir(parents=True, exist_ok=True)
    arguments = ["--db", options.db, "--who", "Mina", "--language", options.language]
    board = start_board(arguments, "127.0.0.1", random.randrange(18_000, 28_000), SystemClock())
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=SWITCHES)
            for path in _photograph(browser, board.url, options.incident, options.out):
                print(path)
            browser.close()
    finally:
        board.stop()


def _arguments() -> argparse.Namespace:
    root = Path(ui.__file__).parents[1]
    parser = argparse.ArgumentParser(description="Take the pictures of docs/images again.")
    parser.add_argument("--db", default=f"sqlite:///{root / '.ripplewatch' / 'demo.db'}", help="database to show")
    parser.add_argument("--out", type=Path, default=root / "docs" / "images", help="folder for the pictures")
    parser.add_argument("--incident", help="id of the incident for the case page")
    parser.add_argument("--language", default="en", help="of the board")
    return parser.parse_args()


def _photograph(browser: Browser, url: str, incident: str | None, out: Path) -> list[Path]:
    taken = []
    for suffix, (width, height) in WIDTHS.items():
        page = browser.new_page(viewport={"width": width, "height": height}, locale="en-US", device_scale_factor=1)
        _open(page, url)
        taken.append(_shot(page, out / f"alerts{suffix}.png", width, height, whole=False))
        if incident is None:
            page.get_by_role("link", name="Open the case").first.click()
            page.locator(".rw-head h2").wait_for(timeout=60_000)
        else:
            _open(page, f"{url}/case?id={incident}")
        page.locator(SETTLED).wait_for(timeout=60_000)
        taken.append(_shot(page, out / f"case{suffix}.png", width, height, whole=True))
        taken.append(_claims(page, out / f"claims{suffix}.png"))
        for name in ("topics", "reading"):
            _open(page, f"{url}/{name}")
            taken.append(_shot(page, out / f"{name}{suffix}.png", width, height, whole=True))
        page.close()
    return taken


def _claims(page: Page, path: Path) -> Path:
    panel = page.locator(".st-key-panel-claims")
    panel.scroll_into_view_if_needed()
    panel.screenshot(path=path)
    return path


def _open(page: Page, url: str) -> None:
    page.goto(url, wait_until="domcontentloaded")
    page.locator(SETTLED).wait_for(timeout=60_000)


def _shot(page: Page, path: Path, width: int, height: int, whole: bool) -> Path:
    page.mouse.move(2, height - 2)
    SystemClock().wait(timedelta(seconds=2))  # charts draw after the script has ended
    if whole:
        full = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": width, "height": min(TALLEST, max(height, full))})
        SystemClock().wait(timedelta(seconds=1))
    end = page.evaluate(CONTENT)
    seen = page.viewport_size or {"width": width, "height": height}
    clip = {"x": 0, "y": 0, "width": width, "height": min(seen["height"], end + 32)}
    page.screenshot(path=path, clip=clip)
    page.set_viewport_size({"width": width, "height": height})
    return path


if __name__ == "__main__":
    main()
