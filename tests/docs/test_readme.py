"""What README.md and docs/ name exists: commands with their options, make targets, files."""

import re
from pathlib import Path

import pytest
import typer.main

import ui
from ui.cli import app

ROOT = Path(ui.__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
CALL = re.compile(r"(?:^|[`/\s])ripplewatch ([a-z][^\n`#|]*)", re.MULTILINE)


def leaves(group, before=""):
    """Every command by its whole name: "graph export"."""
    for part, command in group.commands.items():
        inner = hasattr(command, "commands")
        yield from leaves(command, f"{before}{part} ") if inner else [(before + part, command)]


COMMANDS = dict(leaves(typer.main.get_command(app)))


def code(page):
    """What stands as code on a page: blocks between fences, and words between backticks."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```.*?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return blocks + re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def name(page):
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_and_option_named_exists(page):
    for call in (call for piece in code(page) for call in CALL.findall(piece)):
        command = next((one for one in COMMANDS if f"{call} ".startswith(f"{one} ")), None)
        assert command is not None, f"ripplewatch {call}"
        known = {
            option for parameter in COMMANDS[command].params for option in parameter.opts + parameter.secondary_opts
        }
        for option in re.findall(r"(?<!\S)--?[a-z][a-z-]*", call):
            assert option in known | {"--help"}, f"ripplewatch {command} {option}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_option_named_by_itself_is_one_of_a_command(page):
    known = {option for command in COMMANDS.values() for one in command.params for option in one.opts}
    known |= {option for command in COMMANDS.values() for one in command.params for option in one.secondary_opts}
    for piece in code(page):
        if found := re.match(r"--[a-z-]+(?= |$)", piece):
            assert found[0] in known | {"--help"}, piece


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_make_target_named_exists(page):
    for target in (
        found for piece in code(page) for found in re.findall(r"(?:^|\s)make ([a-z]+)", piece, re.MULTILINE)
    ):
        assert target in TARGETS, f"make {target}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_to_a_file_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), target
        if anchor:
            heads = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}, target


def test_every_command_is_described_with_an_example():
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for command in COMMANDS:
        assert re.search(rf"^## {command}\n\n```\n\$ ripplewatch {command}\b", page, re.MULTILINE), command
        assert f"[`{command}`](#{command.replace(' ', '-')})" in page


def test_every_option_of_the_reading_commands_is_described():
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for command in ("demo", "check", "crawl", "replay", "forecast", "influence", "graph export"):
        section = re.search(rf"^## {command}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)[1]
        known = {parameter.opts[0] for parameter in COMMANDS[command].params if parameter.opts[0].startswith("--")}
        named = {option.replace("--no-", "--") for option in re.findall(r"--[a-z-]+", section)}
        assert known - named <= {"--port", "--model", "--config"}, command


def test_the_makefile_tells_of_every_target():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {"demo", "run", "test", "check", "format"} <= TARGETS
    for target in TARGETS - {"help", "clean"}:
        assert re.search(rf'@echo "make {target} ', text), target
