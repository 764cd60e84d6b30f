"""``ripplewatch init``: write a commented configuration."""

from importlib.resources import files
from pathlib import Path

import typer

from monitor.errors import InputError
from ui.defaults import CONFIGURATION
from ui.output import say


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def init(
        path: Path = typer.Argument(CONFIGURATION, help="Where to write it."),
        force: bool = typer.Option(False, "--force", help="Overwrite what is there."),
    ) -> None:
        """Write a commented configuration to start from."""
        text = files("ui").joinpath("config_template.toml").read_text(encoding="utf-8")
        try:
            with path.open("w" if force else "x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError as error:
            raise InputError(f"{path} is there already; --force overwrites it") from error
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror}") from error
        named = "" if path == CONFIGURATION else f" --config {path}"
        say(f"Wrote {path}. Put your brand into it, then: ripplewatch check{named}")
