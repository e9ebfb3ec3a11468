"""`circle2bb verify`: a config and a pipelines file are run on the same events, and what differs is shown."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from migrate import Outcome
from migrate import convert as compile_config
from migrate.catalog import Catalog
from migrate.choices import VALUES
from migrate.cli.exits import NOTED, Refused
from migrate.cli.orb_options import Orbs, orb_options
from migrate.cli.reading import named, project
from migrate.diagnostics import Fate, Notes
from migrate.diagnostics import plain as plain_text
from migrate.verify import Verdict
from migrate.verify import verify as verify_text
from migrate.verify.table import MOST_ROWS, SIGNS, WRONG, groups, render
from migrate.yamlio.read import read


@click.command()
@click.argument("config")
@click.argument("pipelines")
@click.option("--choices", metavar="FILE", help="What you decided.  [default: circle2bb.yml beside .circleci/]")
@click.option("--add", multiple=True, metavar="NAME", help="Add a job of mappings/additions; repeatable.")
@click.option("--style", type=click.Choice(VALUES["style"]), help="How start conditions are written.")
@click.option("--layout", type=click.Choice(VALUES["layout"]), help="How the job graph is laid out.")
@click.option(
    "--mappings",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Your own mappings, which win over ours.",
)
@click.option("--continuation", metavar="FILE", help="The config that a setup config goes on with.")
@click.option("--all", "everything", is_flag=True, help="Print all rows of the table.")
@orb_options
def verify(
    config: str,
    pipelines: str,
    *,
    choices: str | None,
    add: tuple[str, ...],
    style: str | None,
    layout: str | None,
    mappings: Path | None,
    continuation: str | None,
    everything: bool,
    orbs: Orbs,
) -> None:
    """Run CONFIG, a CircleCI config, and PIPELINES, a bitbucket-pipelines.yml, on the same events, and compare.

    Both are only simulated. The table shows which jobs run on which event, before and after; below it stands every
    difference, with the note of the conversion that explains it. Exits with 1 if there is one that no note explains.
    """
    given = project(config, choices)
    orbs.at(given.root)
    outcome = compile_config(
        given.config,
        given.choices,
        add=add,
        catalog=Catalog(mappings),
        has_file=given.has_file,
        orbs=orbs.source,
        files=given.file,
        continuation=named(continuation) if continuation else None,
        style=style or "",
        layout=layout or "",
    )
    orbs.keep()
    verdict = _verdict(outcome, pipelines)
    plain = not _can_say("".join((*SIGNS.values(), WRONG, "→")))
    click.echo(render(verdict, plain=plain, most=len(verdict.rows) if everything else MOST_ROWS))
    for line in _differences(verdict):
        click.echo(plain_text(line))
    if verdict.unexplained or verdict.problems:
        click.get_current_context().exit(NOTED)


def _verdict(outcome: Outcome, pipelines: str) -> Verdict:
    """What the two come to; a config or a file that cannot be read ends the program."""
    if outcome.text is None:
        errors = (str(note) for note in outcome.notes if note.code.fate is Fate.ERROR)
        raise Refused("\n".join(dict.fromkeys(errors)))
    source, notes = named(pipelines), Notes()
    if read(source.text, source.path, notes) is None:
        raise Refused("\n".join(map(str, notes)))
    added = (job.name for job in outcome.plan.jobs if job.added)
    return verify_text(outcome.before, source.text, outcome.notes, outcome.choices, added, customs=outcome.customs)


def _can_say(text: str) -> bool:
    """Whether standard output has these characters."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _differences(verdict: Verdict) -> Iterator[str]:
    """A line for each difference: which jobs, what differs, on which events, and why."""
    yield from (f"problem: {problem}" for problem in verdict.problems)
    found = groups(verdict)
    for group in found:
        why = f"explained by {group.reason}" if group.reason else "not explained"
        yield f"{why}: {', '.join(group.names)}: {group.said} (on: {group.where})"
    if verdict.more:
        yield "there were too many names and values to try all of them"
    if not found:
        yield "no difference"


__all__ = ["verify"]
