"""Entry of the alert board, ``python -m streamlit run ui/board.py -- --db URL``: builds the navigation only."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import streamlit as st

from monitor.errors import RipplewatchError
from ui import components
from ui.i18n import Texts, languages, zone
from ui.runtime import open_services
from ui.services import Services
from ui.settings import load
from ui.views import alerts, case, reading, sources, topics


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """What stands after ``--`` on the command line."""
    parser = argparse.ArgumentParser(prog="board", description="The alert board of Ripplewatch.")
    parser.add_argument("--db", default=None, help="URL of the database; the configured one if not given")
    parser.add_argument("--config", type=Path, default=None, help="configuration file, for brands and people")
    parser.add_argument("--language", choices=languages(), default="en", help="of the board")
    parser.add_argument("--time-zone", default="UTC", help="in which times are written, such as Europe/Berlin")
    parser.add_argument("--who", default="", help="name that stands in the log beside what is done on the board")
    return parser.parse_args(arguments)


@st.cache_resource(show_spinner=False)
def _services(database: str | None, config: Path | None) -> Services:
    return open_services(database or load(config).settings.database, config)


def main(arguments: Sequence[str]) -> None:
    """Draw the page that the address asks for."""
    options = read_arguments(arguments)
    texts = Texts(options.language, zone(options.time_zone))
    st.set_page_config(page_title="Ripplewatch", page_icon=components.ICON, layout="wide")
    components.dress()
    try:
        services = _services(options.db, options.config)
        waiting = services.needing(options.who)
    except RipplewatchError as error:
        components.trouble(error, texts)
        return
    _navigate(services, texts, waiting, options.who)


def _navigate(services: Services, texts: Texts, waiting: int, name: str) -> None:
    counted = texts("nav.alerts_count", n=waiting) if waiting else texts("nav.alerts")
    who = components.sidebar(texts, name)

    def open_case(id: str) -> None:
        st.page_link(one, label=texts("act.open_case"), query_params={"id": id})

    def back() -> None:
        st.page_link(every, label=texts("act.back"))

    def draw_case() -> None:
        case.render(services, texts, who, st.query_params.get("id"), back)

    every = st.Page(
        partial(alerts.render, services, texts, who, open_case), title=counted, url_path="alerts", default=True
    )
    one = st.Page(draw_case, title=texts("nav.case"), url_path="case")
    seen = st.Page(partial(sources.render, services, texts, who), title=texts("nav.sources"), url_path="sources")
    about = st.Page(
        partial(topics.render, services, texts, who, open_case), title=texts("nav.topics"), url_path="topics"
    )
    read = st.Page(partial(reading.render, services, texts, who), title=texts("nav.reading"), url_path="reading")
    page = st.navigation([every, one, about, seen, read])
    components.said()
    page.run()


if __name__ == "__main__":
    main(sys.argv[1:])
