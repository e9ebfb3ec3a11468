"""How the program ends when it cannot do what it was asked."""

import errno
import gc
import os
import sys
from typing import IO, Any

import click

from migrate import __version__
from migrate.cli.lazy import LazyGroup
from migrate.diagnostics import Circle2bbError

COMMANDS = ("audit", "completion", "convert", "explain", "init", "orbs", "setup", "validate", "verify")

NOTED = 1
"""The exit code if a note is graver than the user wants."""


class Stopped(click.ClickException):
    """The end of the program: lines for standard error, and an exit code."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the lines as they are."""
        click.echo(self.format_message(), file=file, err=file is None)


class Misused(Stopped):
    """What was asked for cannot be done."""

    exit_code = 2


class Refused(Stopped):
    """What was given cannot be read, or is no CircleCI config."""

    exit_code = 3


class Broken(Stopped):
    """We have a bug."""

    exit_code = 4


class Program(LazyGroup):
    """The program's commands; it ends without a traceback, whatever happens."""

    commands_here = COMMANDS
    modules = "migrate.cli."

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run the command; what is no error of the user's is ours, and is written down."""
        # A conversion makes many objects and soon ends: looking for cycles among them costs a tenth of its time.
        gc.disable()
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Circle2bbError as error:
            said = f"circle2bb: error: {error}"
            raise Refused(said) from error
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # whoever read our output has gone; click ends quietly
            raise Broken(_bug(error)) from error
        finally:
            gc.enable()


def leave(code: int | str | None) -> None:
    """End the process. Its memory goes with it: freeing every object first takes a tenth of a conversion's time."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        code = code or NOTED
    os._exit(code if isinstance(code, int) else NOTED if code else 0)


def _bug(error: Exception) -> str:
    """One line about a bug of ours; the details go to a file."""
    import tempfile
    import traceback

    what = " ".join(f"{type(error).__name__}: {error}".split())
    lines = [f"circle2bb {__version__}, Python {sys.version}, {sys.platform}", f"arguments: {sys.argv[1:]}", ""]
    details = "\n".join(lines) + "".join(traceback.format_exception(error))
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", errors="backslashreplace", prefix="circle2bb-", suffix=".txt", delete=False
        ) as file:
            file.write(details)
    except OSError:
        return f"circle2bb: bug: {what}; please report it"
    return f"circle2bb: bug: {what}; please report it with the details in {file.name}"


__all__ = ["NOTED", "Broken", "Misused", "Program", "Refused", "Stopped"]
