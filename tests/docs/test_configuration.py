"""docs/configuration.md is what the code says."""

import importlib.util
from pathlib import Path

import pytest

import ui
from ui.settings import load

DOCS = Path(ui.__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def maker():
    """The script docs/make_configuration.py."""
    spec = importlib.util.spec_from_file_location("make_configuration", DOCS / "make_configuration.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_is_up_to_date(maker):
    written = (DOCS / "configuration.md").read_text(encoding="utf-8")
    assert written == maker.text(), "run: python docs/make_configuration.py"


def test_every_key_has_a_meaning(maker):
    rows = [line.split(" | ") for line in maker.text().splitlines() if line.startswith("| `")]
    assert len(rows) > 80
    assert [row[0] for row in rows if row[-1].strip(" |") == ""] == []


def test_the_defaults_are_written_as_the_file_takes_them(maker, tmp_path):
    lines = []
    for line in maker.text().splitlines():
        if line.startswith(("`[sources.", "`[rules.", "`[http]", "`[board]", "`[notify.console]")):
            lines.append(line.strip("`"))
        elif line.startswith("`["):
            lines.append("")  # lists, and what has no defaults
        elif line.startswith("| `") and lines and lines[-1]:
            key, _, default, _ = line.strip("| ").split(" | ")
            lines += [f"{key.strip('`')} = {default.strip('`')}"] if default.strip() else []
    file = tmp_path / "ripplewatch.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    found, default = load(file, {}).settings, load(None, {"RIPPLEWATCH_CONFIG": ""}).settings
    assert (found.rules, found.http, found.board) == (default.rules, default.http, default.board)
    assert set(found.source_configs()) == {"archive", "bluesky", "feed", "hackernews"}
