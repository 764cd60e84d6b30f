"""Graphs as files that other programs read: GraphML, GEXF, or a CSV of the edges."""

import csv
from pathlib import Path
from typing import Any

import networkx as nx

from graph.build import DiffusionGraph
from monitor.errors import InputError

FORMATS = (".graphml", ".gexf", ".csv")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_graph(graph: DiffusionGraph, path: Path) -> None:
    """Write ``graph`` in the format that the ending of ``path`` names; lists become text with spaces between.

    Raises InputError for another ending or where the file cannot be written.
    """
    if path.suffix not in FORMATS:
        raise InputError(f"{path}: the name must end in one of {', '.join(FORMATS)}")
    plain = _plain(graph)
    try:
        if path.suffix == ".csv":
            _write_csv(plain, path)
        elif path.suffix == ".gexf":
            nx.write_gexf(plain, path)
        else:
            nx.write_graphml(plain, path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error


def _plain(graph: DiffusionGraph) -> DiffusionGraph:
    plain: DiffusionGraph = nx.DiGraph(**{key: _text(value) for key, value in graph.graph.items()})
    plain.add_nodes_from((node, {k: _text(v) for k, v in data.items()}) for node, data in graph.nodes(data=True))
    plain.add_edges_from((a, b, {k: _text(v) for k, v in data.items()}) for a, b, data in graph.edges(data=True))
    return plain


def _text(value: Any) -> Any:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else value


def _write_csv(graph: DiffusionGraph, path: Path) -> None:
    names = sorted({name for _, _, data in graph.edges(data=True) for name in data})
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["source", "target", *names])
        for source, target, data in graph.edges(data=True):
            rows.writerow([cell(value) for value in (source, target, *(data.get(name, "") for name in names))])


def cell(value: Any) -> Any:
    """``value`` for a spreadsheet: a text that would be read as a formula there gets an apostrophe in front.

    >>> cell("=1+1"), cell(-3), cell("bluesky:1")
    ("'=1+1", -3, 'bluesky:1')
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
