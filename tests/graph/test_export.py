"""What other programs read back from an exported graph."""

import csv

import networkx as nx
import pytest

from graph.export import write_graph
from monitor.errors import InputError

GRAPH = nx.DiGraph()
GRAPH.add_node("site:1", at="2026-03-02T09:00:00+00:00", depth=0)
GRAPH.add_node("site:2", at="2026-03-02T09:05:00+00:00", depth=1, account='site:<b>"&')
GRAPH.add_edge("site:1", "site:2", evidence="via", confidence=1.0, posts=["site:2", "site:3"])


@pytest.mark.parametrize(("ending", "read"), [(".graphml", nx.read_graphml), (".gexf", nx.read_gexf)])
def test_nodes_edges_and_strangers_words_survive(tmp_path, ending, read) -> None:
    path = tmp_path / f"case{ending}"
    write_graph(GRAPH, path)
    again = read(path)

    assert again.nodes["site:2"]["account"] == 'site:<b>"&'
    assert again.edges["site:1", "site:2"]["evidence"] == "via"
    assert again.edges["site:1", "site:2"]["posts"] == "site:2 site:3"


def test_no_cell_of_a_table_is_read_as_a_formula(tmp_path) -> None:
    graph = nx.DiGraph()
    graph.add_edge("=HYPERLINK(1)", "@x", confidence=-1.0)
    write_graph(graph, tmp_path / "case.csv")
    header, row = csv.reader((tmp_path / "case.csv").read_text(encoding="utf-8").splitlines())

    assert header == ["source", "target", "confidence"]
    assert row == ["'=HYPERLINK(1)", "'@x", "-1.0"]


def test_another_ending_is_refused_with_those_that_work(tmp_path) -> None:
    with pytest.raises(InputError, match=r"\.graphml, \.gexf, \.csv"):
        write_graph(GRAPH, tmp_path / "case.png")


def test_a_folder_that_is_not_there_is_named(tmp_path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_graph(GRAPH, tmp_path / "missing" / "case.csv")
