"""The command line: files in, files out, and the exit code; everything else is a function below."""

import click

from migrate import __version__
from migrate.cli.exits import Program, leave


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="circle2bb")
def main() -> None:
    """Convert CircleCI configs to Bitbucket Pipelines, and report everything that changes on the way.

    Exit codes: 0 converted; 1 a note at or above --fail-on; 2 wrong usage; 3 input that cannot be read or is
    no CircleCI config; 4 a bug of ours.
    """


def run() -> None:
    """Be the program: run `main`, and leave without taking the interpreter down piece by piece."""
    try:
        main(prog_name="circle2bb")
    except SystemExit as done:
        leave(done.code)


__all__ = ["main", "run"]
