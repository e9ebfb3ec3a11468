"""`circle2bb verify`: a config and a pipelines file are run on the same events, and what differs is shown."""

import sys
from collections.abc import Iterator

import click

from migrate import Outcome
from migrate.cli.candidates import files
from migrate.cli.compiling import Compiling, compiling_options, errors
from migrate.cli.exits import NOTED, Refused
from migrate.cli.reading import named
from migrate.diagnostics import Notes
from migrate.diagnostics import plain as plain_text
from migrate.verify import Verdict
from migrate.verify import verify as verify_text
from migrate.verify.table import LIMITS, MOST_ROWS, SIGNS, WRONG, groups, render
from migrate.yamlio.read import read


@click.command()
@click.argument("config", shell_complete=files)
@click.argument("pipelines", shell_complete=files)
@compiling_options
@click.option("--all", "everything", is_flag=True, help="Print all rows of the table.")
def verify(
    config: str,
    pipelines: str,
    *,
    compiling: Compiling,
    everything: bool,
) -> None:
    """Run CONFIG, a CircleCI config, and PIPELINES, a bitbucket-pipelines.yml, on the same events, and compare.

    Both are only simulated. The table shows which jobs run on which event, before and after; below it stands every
    difference, with the note of the conversion that explains it. Exits with 1 if there is one that no note explains.
    """
    _, outcome = compiling.outcome(config)
    verdict = _verdict(outcome, pipelines)
    plain = not _can_say("".join((*SIGNS.values(), WRONG, "→")))
    click.echo(render(verdict, plain=plain, most=len(verdict.rows) if everything else MOST_ROWS))
    click.echo(LIMITS)
    for line in _differences(verdict):
        click.echo(plain_text(line))
    if verdict.unexplained or verdict.problems:
        click.get_current_context().exit(NOTED)


def _verdict(outcome: Outcome, pipelines: str) -> Verdict:
    """What the two come to; a config or a file that cannot be read ends the program."""
    if outcome.text is None:
        raise Refused(errors(outcome))
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
