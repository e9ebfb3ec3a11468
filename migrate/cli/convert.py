"""`circle2bb convert`: a config becomes the pipelines file and the reports."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

from migrate import Outcome, __version__
from migrate.cli import differences
from migrate.cli.candidates import files, folders
from migrate.cli.compiling import Compiling, compiling_options, errors
from migrate.cli.exits import NOTED, Refused
from migrate.cli.links import links
from migrate.cli.reading import DEFAULT, Project
from migrate.cli.writing import below, write
from migrate.diagnostics import Fate
from migrate.report import html, json, markdown, sarif, terminal
from migrate.report.summary import Summary, summarise

PIPELINES = "bitbucket-pipelines.yml"
_FILES = {
    PIPELINES: "",
    "migration-report.html": "read this before you merge",
    "migration-report.md": "the same, for a pull request",
    "migration-report.json": "the same, for programs",
    "migration-report.sarif": "the same, for viewers of code scanning",
}


class Target(NamedTuple):
    """Where the files go: the reports and scaffold into `folder`, the pipelines file to `pipelines`; `sarif` is one."""

    folder: Path
    pipelines: Path
    sarif: bool = False


@click.command()
@click.argument("config", default=DEFAULT, shell_complete=files)
@click.option(
    "-o",
    "--output",
    default="output",
    show_default=True,
    metavar="DIR",
    shell_complete=folders,
    help="Where the files are written.",
)
@compiling_options
@click.option(
    "--fail-on",
    type=click.Choice([fate.value for fate in Fate]),
    default=Fate.ERROR.value,
    show_default=True,
    metavar="FATE",
    help="Exit with 1 if a note has this fate or a graver one (kept, rewritten, approximated, dropped, manual, error).",
)
@click.option("--force", is_flag=True, help="Overwrite existing files.")
@click.option("--in-place", is_flag=True, help="Write the pipelines file to the repository root.")
@click.option("--sarif", "with_sarif", is_flag=True, help="Write migration-report.sarif, too.")
@click.option("--stdout", is_flag=True, help="Print the pipelines file and write nothing.")
@click.option("--diff", is_flag=True, help="Print how the existing pipelines file would change, and write nothing.")
@click.option("--check", is_flag=True, help="Exit with 1 if the pipelines file is not up to date, and write nothing.")
@click.option("--quiet", is_flag=True, help="Print no summary.")
def convert(
    config: str,
    *,
    output: str,
    compiling: Compiling,
    fail_on: str,
    force: bool,
    in_place: bool,
    with_sarif: bool,
    stdout: bool,
    diff: bool,
    check: bool,
    quiet: bool,
) -> None:
    """Convert CONFIG, a CircleCI config, to Bitbucket Pipelines.

    CONFIG is .circleci/config.yml if none is given; - reads standard input. Writes bitbucket-pipelines.yml,
    and migration-report.html, .md and .json, which say what changed and what you must do.
    """
    if stdout and (diff or check):
        said = f"--stdout and --{'diff' if diff else 'check'} exclude each other"
        raise click.UsageError(said)
    given, outcome = compiling.outcome(config)
    text = _checked(outcome)
    target = Target(Path(output), (given.root if in_place else Path(output)) / PIPELINES, with_sarif)
    if stdout:
        click.echo(text.encode("utf-8", "backslashreplace"), nl=False)
    elif diff or check:
        _compare(target.pipelines, text, given, diff=diff, quiet=quiet or not check)
    else:
        _write(outcome, given, target, force=force, quiet=quiet)
    stale = check and not differences.is_current(target.pipelines, text)
    if stale or any(note.code.fate.rank >= Fate(fail_on).rank for note in outcome.notes):
        click.get_current_context().exit(NOTED)


def _checked(outcome: Outcome) -> str:
    """The text of the pipelines file; the errors are printed, and if there is no text the program ends."""
    lines = errors(outcome)
    if outcome.text is None:
        raise Refused(lines)
    if lines:
        click.echo(lines, err=True)
    return outcome.text


def _compare(path: Path, text: str, given: Project, *, diff: bool, quiet: bool) -> None:
    """Show the difference if it is asked for, and, unless there is to be quiet, say whether there is one."""
    if diff:
        click.echo(differences.unified(path, text), nl=False)
    if not quiet:
        said = "" if differences.is_current(path, text) else "not "
        click.echo(f"{path.as_posix()}: {said}up to date with {given.config.path}")


def _write(outcome: Outcome, given: Project, target: Target, *, force: bool, quiet: bool) -> None:
    files = (*outcome.files, *((given.choices.path,) if given.choices else ()))
    summary = summarise(outcome, __version__, files)
    texts = dict(_texts(outcome, summary, given, target))
    write(texts, force=force)
    if not quiet:
        _say(summary, tuple((path.as_posix(), _FILES.get(path.name, "review and commit")) for path in texts))


def _say(summary: Summary, written: tuple[tuple[str, str], ...]) -> None:
    """Print the summary: as a tree on a terminal, as plain text into a pipe or a file."""
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        click.echo(terminal.render(summary, written), nl=False)
        return
    from migrate.cli.tree import show

    show(summary, written)


def _texts(outcome: Outcome, summary: Summary, given: Project, target: Target) -> Iterator[tuple[Path, str]]:
    yield target.pipelines, outcome.text or ""
    _, page, report, data, log = _FILES
    yield target.folder / page, html.render(summary, given.others, given.choices)
    yield target.folder / report, markdown.render(summary, links(given, outcome.files, target.folder, target.pipelines))
    yield target.folder / data, json.render(summary)
    if target.sarif:
        findings = (sarif.Finding(one.note, one.target) for one in summary.remarks)
        yield target.folder / log, sarif.render(findings, __version__, target.pipelines.as_posix())
    for file in outcome.scaffold:
        yield below(target.folder / "scaffold", file.path), file.content


__all__ = ["convert"]
