"""`circle2bb setup`: what the pipelines need besides their file, as a plan; and, only if asked, carried out."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click

from migrate import __version__
from migrate.cli.candidates import files
from migrate.cli.compiling import Compiling, compiling_options, errors
from migrate.cli.exits import NOTED, Refused
from migrate.cli.reading import DEFAULT, named
from migrate.cli.writing import write
from migrate.diagnostics import plain
from migrate.setup import curl, json, markdown, terraform
from migrate.setup.api import Paths
from migrate.setup.plan import Decided, Plan, plan

_FORMATS: dict[str, Callable[[Plan, tuple[str, str]], str]] = {
    "markdown": lambda made, _: markdown.render(made),
    "curl": lambda made, _: curl.render(made),
    "terraform": terraform.render,
    "json": lambda made, _: json.render(made, __version__),
}
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")


class _Asked(NamedTuple):
    """What `--apply` and its like say."""

    apply: bool
    dry_run: bool
    overwrite: bool
    no_input: bool


@click.command()
@click.argument("config", default=DEFAULT, shell_complete=files)
@compiling_options
@click.option(
    "--format",
    "form",
    type=click.Choice(tuple(_FORMATS)),
    default="markdown",
    show_default=True,
    help="What the plan is written as.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    shell_complete=files,
    help="Where the plan is written.  [default: standard output]",
)
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@click.option("--repository", default="", metavar="WORKSPACE/REPOSITORY", help="The repository on Bitbucket.")
@click.option(
    "--known-hosts",
    metavar="FILE",
    shell_complete=files,
    help="Keys of hosts that you have checked, as ssh's known_hosts has them.",
)
@click.option(
    "--in-workspace", multiple=True, metavar="NAME", help="A variable, or a context, for the workspace; repeatable."
)
@click.option("--build-number", type=click.IntRange(1), metavar="N", help="The number of the next build.")
@click.option("--apply", is_flag=True, help="Carry the plan out through Bitbucket's REST API.")
@click.option("--dry-run", is_flag=True, help="Look what there is, show the requests that are missing, send none.")
@click.option("--overwrite", is_flag=True, help="Set secured variables that are there already, too.")
@click.option("--no-input", is_flag=True, help="Ask for no values: those in the environment are all.")
def setup(
    config: str,
    *,
    compiling: Compiling,
    form: str,
    output: str | None,
    force: bool,
    repository: str,
    known_hosts: str | None,
    in_workspace: tuple[str, ...],
    build_number: int | None,
    **asked: bool,
) -> None:
    """Plan what the pipelines of CONFIG need: variables, environments, hosts, schedules.

    CONFIG is converted as by convert, and nothing is written but the plan. --apply and --dry-run take the token from
    CIRCLE2BB_TOKEN or BITBUCKET_TOKEN, with the account's email in CIRCLE2BB_EMAIL or BITBUCKET_EMAIL if it is an API
    token; the value of a variable NAME from CIRCLE2BB_VALUE_NAME, or --apply asks for it. They exit with 1 if
    something is left to do.
    """
    ask, where = _Asked(**asked), _repository(repository)
    _check(ask, where, output, form)
    decided = Decided(in_workspace, named(known_hosts).text if known_hosts else "", build_number or 0)
    made = _plan(compiling, config, decided)
    if ask.apply or ask.dry_run:
        _apply(made, where, ask)
        return
    text = _FORMATS[form](made, where)
    if output is None:
        click.echo(text.encode("utf-8", "backslashreplace"), nl=False)
    else:
        write({Path(output): text}, force=force)


def _repository(text: str) -> tuple[str, str]:
    """The workspace and the name of a repository; both empty if there is none."""
    workspace, slash, name = text.partition("/")
    dots = {".", ".."}
    if text and (not (workspace and slash and name) or set(workspace + name) - _PLAIN or {workspace, name} & dots):
        said = f"--repository is '{text}'; it must be WORKSPACE/REPOSITORY, as in the repository's address"
        raise click.UsageError(said)
    return workspace, name


def _check(ask: _Asked, where: tuple[str, str], output: str | None, form: str) -> None:
    carried = ask.apply or ask.dry_run
    said = ""
    if carried and not all(where):
        said = "--apply and --dry-run need --repository WORKSPACE/REPOSITORY"
    elif carried and (output or form != "markdown"):
        said = "--apply and --dry-run write no plan: leave --format and --output out"
    elif not carried and (ask.overwrite or ask.no_input):
        said = "--overwrite and --no-input are for --apply or --dry-run"
    if said:
        raise click.UsageError(said)


def _plan(compiling: Compiling, config: str, decided: Decided) -> Plan:
    """The plan of a config; one that is refused ends the program. Names that mean nothing are misuse."""
    _, outcome = compiling.outcome(config)
    if outcome.text is None:
        raise Refused(errors(outcome))
    made = plan(outcome, decided)
    names = {*(one.name for one in made.variables), *(name for name, _ in made.contexts)}
    if unknown := sorted(set(decided.in_workspace) - names):
        legal = ", ".join(f"'{name}'" for name in sorted(names)) or "none"
        said = f"--in-workspace: there is no variable and no context '{unknown[0]}'; there are: {legal}"
        raise click.UsageError(said)
    return made


def _apply(made: Plan, where: tuple[str, str], ask: _Asked) -> None:
    from migrate.cli.bitbucket_api import api
    from migrate.cli.setup_apply import Applying
    from migrate.cli.setup_values import values

    with api() as connected:
        asking = values(ask=not (ask.no_input or ask.dry_run))
        applying = Applying(made, Paths(*where), connected, asking, overwrite=ask.overwrite, dry=ask.dry_run)
        applying.run()
    how = "to make; nothing was sent" if ask.dry_run else "made"
    click.echo(f"changes {how}: {applying.changed}; left to you: {len(applying.open)}")
    for said in applying.open:
        click.echo(f"left: {plain(said)}", err=True)
    if applying.open:
        click.get_current_context().exit(NOTED)


__all__ = ["setup"]
