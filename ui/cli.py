"""The command line: ``ripplewatch COMMAND``."""

import sys
from importlib.metadata import version

import click
import typer

from monitor.errors import ConfigurationError, RipplewatchError
from ui.commands import board, check, classify, demo, forecast, influence, init, replay, run
from ui.output import note, out

app = typer.Typer(
    name="ripplewatch",
    help="Crisis early-warning and reputation monitor: notices the complaint that is about to go viral.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for module in (demo, init, check, run, board, replay, forecast, classify, influence):
    module.register(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        out.print(f"ripplewatch {version('ripplewatch')}")
        raise typer.Exit


@app.callback()
def _root(
    show: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Print the version."),
) -> None:
    """Options that stand before the command."""


def main() -> None:
    """Run the command line; exit 0 done, 1 failed, 2 wrong usage or configuration, 130 interrupted."""
    sys.exit(_run())


def _run() -> int:
    try:
        return app(standalone_mode=False) or 0
    except click.exceptions.Abort:
        return 130
    except click.ClickException as error:
        error.show()
        return 2
    except ConfigurationError as error:
        note(str(error))
        return 2
    except RipplewatchError as error:
        note(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone (ripplewatch ... | head): nothing more to say
        return 0
