"""``ripplewatch graph export``: who passed on what through whom, as a file for graph programs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from monitor.errors import InputError
from ui.output import say

if TYPE_CHECKING:
    from graph.build import DiffusionGraph

LOOKED_BACK = timedelta(days=14)  # reposts before the window tell through whom later ones came
MOST_NODES = 10_000_000


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    graph = typer.Typer(help="Diffusion graphs as files.", no_args_is_help=True)
    app.add_typer(graph, name="graph")

    @graph.command()
    def export(
        path: Path = typer.Argument(..., help="File to write; .graphml, .gexf or .csv says how."),
        db: str = typer.Option(..., "--db", help="Database to read."),
        incident: str | None = typer.Option(None, "--incident", help="The cascades of one incident: a node is a post."),
        since: str | None = typer.Option(None, "--since", help="All reposts from here on: a node is an account."),
        until: str | None = typer.Option(None, "--until", help="Up to before here; the newest if not given."),
    ) -> None:
        """Write the graph of one incident, or of a time window (times in ISO 8601)."""
        from graph.export import write_graph

        if (incident is None) == (since is None):
            raise typer.BadParameter("give either --incident or --since")
        found = _of_incident(db, incident) if incident else _of_window(db, _moment(since), until)
        write_graph(found, path)
        say(f"{path}: {found.number_of_nodes():,} nodes, {found.number_of_edges():,} edges")


def _moment(text: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat(text or "")
        if not 1970 <= moment.year < 9999:
            raise ValueError("out of range")
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no time; write 2009-07-08T18:00:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _of_incident(db: str, name: str) -> "DiffusionGraph":
    from graph.build import cascade_graph
    from ui.runtime import case_reader
    from ui.stores import Stores

    stores = Stores(db)
    try:
        incident = stores.incidents.get(name)
        if incident is None:
            raise InputError(f"there is no incident {name!r} in this database")
        return cascade_graph(case_reader(stores, ()).nodes(incident, MOST_NODES))
    finally:
        stores.close()


def _of_window(db: str, since: datetime, until: str | None) -> "DiffusionGraph":
    from graph.build import window_graph
    from ui.stores import Stores

    stores = Stores(db)
    try:
        newest = stores.posts.newest_at() or since
        end = _moment(until) if until else newest + timedelta(seconds=1)
        reposts = [repost for repost in stores.posts.reposts_since(since - LOOKED_BACK) if repost.at < end]
        roots = stores.posts.many({repost.root for repost in reposts})
        return window_graph(reposts, since, end, roots.values())
    finally:
        stores.close()
