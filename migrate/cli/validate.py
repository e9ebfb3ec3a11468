"""`circle2bb validate`: a pipelines file is checked."""

import click

from migrate.cli.candidates import files
from migrate.cli.exits import NOTED, Refused
from migrate.cli.reading import named
from migrate.diagnostics import Fate, Notes
from migrate.validate import checked
from migrate.yamlio.read import read

DEFAULT = "bitbucket-pipelines.yml"


@click.command()
@click.argument("pipelines", nargs=-1, shell_complete=files)
def validate(pipelines: tuple[str, ...]) -> None:
    """Check PIPELINES, files like bitbucket-pipelines.yml (that of the current directory if none is given).

    By Bitbucket's schema, and by what the service refuses beyond it. Each line says where and what; exits with 1 if
    there is an error. - reads standard input.
    """
    unreadable, errors = [], 0
    for path in pipelines or (DEFAULT,):
        try:
            errors += _errors(path)
        except Refused as refused:
            unreadable.append(refused.message)
    if unreadable:
        raise Refused("\n".join(unreadable))
    if errors:
        click.get_current_context().exit(NOTED)


def _errors(path: str) -> int:
    """Say what is wrong with a file, and count what is an error; one that is no YAML is refused."""
    source, said = named(path), Notes()
    root = read(source.text, source.path, said)
    if root is None:
        raise Refused("\n".join(map(str, said)))
    notes = checked(root, source.text, said)
    for note in notes:
        click.echo(str(note))
    if not notes:
        click.echo(f"{source.path}: nothing is wrong with it")
    return sum(note.code.fate is Fate.ERROR for note in notes)


__all__ = ["validate"]
