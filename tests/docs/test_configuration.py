"""docs/configuration.md is what the code says."""

import importlib.util
import re
from pathlib import Path

import pytest

import ui
from monitor.sources.registry import SOURCES
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
    # Switched on, some sources want what has no default: a key, an address.
    text = re.sub(r"(\[sources\.\w+\]\nenabled = )true", r"\1false", "\n".join(lines))
    file.write_text(text, encoding="utf-8")
    found, default = load(file, {}).settings, load(None, {"RIPPLEWATCH_CONFIG": ""}).settings
    assert (found.rules, found.http, found.board) == (default.rules, default.http, default.board)
    assert found.sources == default.sources
    assert set(re.findall(r"\[sources\.(\w+)\]", text)) == set(SOURCES)


def test_each_source_tells_its_secrets_their_pages_and_what_it_cannot_see(maker):
    sections = {part.split("\n")[0]: part for part in maker.text().split("\n## ")}
    for name, spec in SOURCES.items():
        part = sections[f"Source {name}"]
        for key, field in spec.config.model_fields.items():
            page = (field.json_schema_extra or {}).get("key_page")
            assert page is None or re.search(rf"\| `{key}` \| secret \|.*{re.escape(page)}", part), f"{name}.{key}"
    assert "Cannot see: some of the posts that name the brand; quotes; replies;" in sections["Source gdelt"]
    assert "Cannot see" not in sections["Source archive"]


def test_a_setting_that_is_a_table_says_of_what(maker):
    (row,) = [line for line in maker.text().splitlines() if line.startswith("| `channels` | table")]
    assert row.split(" | ")[1:3] == ["table, by name, of list of text", "`{}`"]
