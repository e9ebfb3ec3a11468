"""`circle2bb init`: a choices file for a repository, with what was found in it as comments."""

from pathlib import Path

import click

from migrate import convert as compile_config
from migrate.catalog import Catalog
from migrate.cli.candidates import folders
from migrate.cli.compiling import errors
from migrate.cli.exits import Refused
from migrate.cli.listing import listing
from migrate.cli.mapping_options import mappings_option
from migrate.cli.orb_options import Orbs, orb_options
from migrate.cli.reading import CHOICES, DEFAULT, Project, project
from migrate.cli.writing import write
from migrate.detect import Repository, detect
from migrate.detect.text import render


@click.command()
@click.argument("path", default=".", shell_complete=folders)
@mappings_option
@orb_options
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@click.option("--stdout", is_flag=True, help="Print the file and write nothing.")
def init(path: str, *, mappings: Path | None, orbs: Orbs, force: bool, stdout: bool) -> None:
    """Write circle2bb.yml, a choices file, for the repository at PATH (the current directory if none is given).

    It says in comments what was found in the repository and its config, where, and what could be chosen about it.
    Nothing is chosen yet: a conversion is the same as before.
    """
    root = _root(path)
    given = project((root / DEFAULT).as_posix(), None)
    orbs.at(given.root)
    repository, complaints = _repository(given, orbs, Catalog(mappings))
    for complaint in complaints:
        click.echo(complaint, err=True)
    findings = detect(repository)
    text = render(findings, repository)
    if stdout:
        click.echo(text.encode("utf-8", "backslashreplace"), nl=False)
        return
    target = root / CHOICES
    write({target: text}, force=force)
    orbs.keep()
    suggested = ", ".join(dict.fromkeys(one.value if one.key == "add" else one.key for one in findings))
    click.echo(f"{target.as_posix()}: written; nothing is chosen yet. It suggests: {suggested or 'nothing'}")


def _root(path: str) -> Path:
    """The directory of a repository with a config."""
    root = Path(path)
    config = root / DEFAULT
    if not root.exists():
        said = f"{path}: error: there is no such directory"
    elif not root.is_dir():
        said = f"{path}: error: this is a file; name the directory that .circleci is in"
    elif not config.exists():
        said = f"{config.as_posix()}: error: there is no such file; name the directory that .circleci is in"
    else:
        return root
    raise Refused(said)


def _repository(given: Project, orbs: Orbs, catalog: Catalog) -> tuple[Repository, tuple[str, ...]]:
    """What is looked at, and what could not be; a config that CircleCI would refuse is refused."""
    outcome = compile_config(
        given.config, None, catalog=catalog, has_file=given.has_file, orbs=orbs.source, files=given.file
    )
    if outcome.text is None:
        raise Refused(errors(outcome))
    found = listing(given.root)
    looked_at = Repository(found.files, found.texts, outcome.before, outcome.notes, catalog, outcome.order)
    return looked_at, found.complaints


__all__ = ["init"]
