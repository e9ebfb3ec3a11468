"""`circle2bb validate`: a pipelines file is checked."""

import click

from migrate.cli.exits import NOTED, Refused
from migrate.cli.reading import named
from migrate.diagnostics import Fate, Notes
from migrate.validate import checked
from migrate.yamlio.read import read

DEFAULT = "bitbucket-pipelines.yml"


@click.command()
@click.argument("pipelines", default=DEFAULT)
def validate(pipelines: str) -> None:
    """Check PIPELINES, a bitbucket-pipelines.yml (that of the current directory if none is given).

    By Bitbucket's schema, and by what the service refuses beyond it. Each line says where and what; exits with 1 if
    there is an error. - reads standard input.
    """
    source, said = named(pipelines), Notes()
    root = read(source.text, source.path, said)
    if root is None:
        raise Refused("\n".join(map(str, said)))
    notes = checked(root, source.text, said)
    for note in notes:
        click.echo(str(note))
    errors = sum(note.code.fate is Fate.ERROR for note in notes)
    if not notes:
        click.echo(f"{source.path}: nothing is wrong with it")
    if errors:
        click.get_current_context().exit(NOTED)


__all__ = ["validate"]
