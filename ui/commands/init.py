"""``ripplewatch init``: write a commented configuration."""

from importlib.resources import files
from pathlib import Path

import typer

from monitor.errors import InputError
from ui.output import out
from ui.settings import DEFAULT_PATH


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""

    @app.command()
    def init(
        path: Path = typer.Argument(DEFAULT_PATH, help="Where to write it."),
        force: bool = typer.Option(False, "--force", help="Overwrite what is there."),
    ) -> None:
        """Write a commented configuration to start from."""
        if path.exists() and not force:
            raise InputError(f"{path} is there already; --force overwrites it")
        try:
            path.write_text(files("ui").joinpath("config_template.toml").read_text(encoding="utf-8"), encoding="utf-8")
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror}") from error
        out.print(f"Wrote {path}. Put your brand into it, then: ripplewatch check")
