"""The look of the board: one quiet page on which colour belongs to the levels alone."""

from dataclasses import dataclass

from alerts.domain import Level

INK = "#1c2233"
MUTED = "#5f6b80"
FAINT = "#c3cad6"
LINE = "#e4e7ee"
GROUND = "#f7f8fa"
PAPER = "#ffffff"
ACCENT = "#3b5b92"
GOOD = "#1a7f4b"
PRESS = "#946200"
ALARM = "#b42318"
FONT = '"Noto Sans", "Noto Sans CJK SC", "Noto Sans Telugu", "Segoe UI", system-ui, sans-serif'


@dataclass(frozen=True, slots=True)
class Mark:
    """How a level is shown: always a colour, a shape and (by the texts) a word."""

    colour: str
    shape: str


LEVELS = {
    Level.crisis: Mark("#b42318", "◆"),
    Level.escalate: Mark("#c4530a", "▲"),
    Level.review: Mark("#946200", "●"),
    Level.watch: Mark("#3b5b92", "■"),
}

# What `python -m streamlit run` is started with: local, silent, and in the colours above.
STREAMLIT_FLAGS: tuple[str, ...] = (
    "--server.address=127.0.0.1",
    "--server.headless=true",
    "--server.fileWatcherType=none",
    "--server.showEmailPrompt=false",
    "--browser.gatherUsageStats=false",
    "--global.developmentMode=false",
    "--logger.level=warning",
    "--client.toolbarMode=minimal",
    "--client.showErrorDetails=none",
    "--client.showErrorLinks=false",
    "--theme.base=light",
    f"--theme.primaryColor={ACCENT}",
    f"--theme.backgroundColor={GROUND}",
    f"--theme.secondaryBackgroundColor={PAPER}",
    f"--theme.textColor={INK}",
    f"--theme.borderColor={LINE}",
    f"--theme.linkColor={ACCENT}",
    f"--theme.font={FONT}",
    "--theme.baseFontSize=14",
    "--theme.baseRadius=10px",
    "--theme.buttonRadius=8px",
    "--theme.showWidgetBorder=true",
    "--theme.showSidebarBorder=true",
    f"--theme.sidebar.backgroundColor={PAPER}",
    f"--theme.sidebar.secondaryBackgroundColor={GROUND}",
)
