"""`circle2bb audit`: many configs are converted, and one roll-up says what they come to."""

import csv
import hashlib
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import click

from migrate import __version__
from migrate.audit import pages
from migrate.audit.record import BUG, Record
from migrate.audit.rollup import Rollup
from migrate.audit.usage import Plan, Prices, Usage, UsageError
from migrate.audit.usage import read as read_usage
from migrate.catalog import Catalog
from migrate.choices import VALUES
from migrate.cli.audit_files import Found, find
from migrate.cli.audit_pool import cores, run
from migrate.cli.audit_state import State
from migrate.cli.audit_worker import PAGES, Settings, Task
from migrate.cli.candidates import files, folders
from migrate.cli.exits import NOTED, Misused, Refused
from migrate.cli.explain import load_codes
from migrate.cli.mapping_options import mappings_option
from migrate.cli.reading import named

_NAME = re.compile(r"[^A-Za-z0-9.-]+")
_COLUMNS = ("path", "state", "jobs", "converted", "held", "dropped", "orbs", "blockers", "secrets", "said", "seconds")
Records = Callable[[], Iterator[Record]]


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", shell_complete=files)
@click.option(
    "-o",
    "--output",
    default="audit",
    show_default=True,
    metavar="DIR",
    shell_complete=folders,
    help="Where the roll-up is written.",
)
@click.option(
    "--choices",
    metavar="FILE",
    shell_complete=files,
    help="What you decided, for all configs.  [default: those beside each]",
)
@click.option("--style", type=click.Choice(VALUES["style"]), help="How start conditions are written.")
@click.option("--layout", type=click.Choice(VALUES["layout"]), help="How the job graph is laid out.")
@mappings_option
@click.option(
    "--orb-source",
    multiple=True,
    metavar="PATH",
    shell_complete=files,
    help="Sources of orbs, as for convert; repeatable.",
)
@click.option(
    "--usage",
    multiple=True,
    metavar="FILE",
    shell_complete=files,
    help="CircleCI's usage export or Insights; repeatable.",
)
@click.option("-j", "--jobs", type=click.IntRange(1), metavar="N", help="Processes.  [default: one for each core]")
@click.option("--no-pages", is_flag=True, help="Write no pipelines file and no report for each config.")
@click.option("--fresh", is_flag=True, help="Convert again what an earlier run has converted.")
@click.option("--quiet", is_flag=True, help="Show no progress and no summary.")
def audit(
    paths: tuple[str, ...],
    *,
    output: str,
    choices: str | None,
    style: str | None,
    layout: str | None,
    mappings: Path | None,
    orb_source: tuple[str, ...],
    usage: tuple[str, ...],
    jobs: int | None,
    no_pages: bool,
    fresh: bool,
    quiet: bool,
) -> None:
    """Convert all configs under each PATH, and write one roll-up of what they come to.

    A PATH is a config, a directory with repositories in it, a glob, an archive (.zip, .tar.gz), or a file that lists
    such paths, one a line. Writes audit.md, .html, .json and .csv, and for each config its pipelines file and report.
    What was done stays: interrupted and run again, it goes on where it was, and only what has changed is converted.
    """
    load_codes()
    used = _usage(usage)
    folder = Path(output)
    pages_in = "" if no_pages else (folder / PAGES).as_posix()
    settings = Settings(named(choices) if choices else None, mappings, orb_source, style or "", layout or "", pages_in)
    with tempfile.TemporaryDirectory(prefix="circle2bb-") as scratch:
        found = tuple(find(paths, Path(scratch)))
        if not found:
            said = f"circle2bb: error: there is no config in {', '.join(paths)}"
            raise Misused(said)
        folder.mkdir(parents=True, exist_ok=True)
        run_with = Running(settings, jobs or cores(), fresh=fresh, quiet=quiet)
        rollup = _rolled_up(found, folder, used, run_with)
    if not quiet:
        click.echo(_summary(rollup, folder), nl=False)
    if rollup.states[BUG]:
        click.get_current_context().exit(NOTED)


class Running(NamedTuple):
    """How an audit runs: with what settings, in how many processes, from the start, and without a word."""

    settings: Settings
    jobs: int
    fresh: bool
    quiet: bool


def _usage(names: tuple[str, ...]) -> Usage:
    """What the exports say; one that cannot be read ends the program."""
    try:
        return read_usage((name, named(name).text) for name in names)
    except UsageError as error:
        said = f"circle2bb: error: {error}"
        raise Refused(said) from error


def _prices(catalog: Catalog) -> Prices:
    return Prices(tuple(Plan(*row) for row in catalog.plans.items()), *catalog.block_of_minutes)


def _rolled_up(found: tuple[Found, ...], folder: Path, usage: Usage, running: Running) -> Rollup:
    settings, jobs, fresh, quiet = running
    rollup = Rollup(prices=_prices(Catalog(settings.mappings)))
    with State(folder, _digest(settings), fresh=fresh) as state:
        tasks = [task for task in _tasks(found) if not state.has(task.found.shown, task.sha256)]
        for record in _watched(run(settings, tasks, jobs), len(found) - len(tasks), len(found), quiet=quiet):
            state.add(record)
        for one in found:
            record = state.get(one.shown)
            rollup.add(record, usage.minutes(one.repository.rpartition("/")[2], record.weights))
        _write(folder, rollup, lambda: (state.get(one.shown) for one in found))
    return rollup


def _digest(settings: Settings) -> str:
    """What the records depend on besides their configs."""
    own = sorted(settings.mappings.rglob("*.yml")) if settings.mappings else ()
    mine = [file.read_bytes() for file in own]
    return hashlib.sha256(repr((__version__, settings, mine)).encode()).hexdigest()[:16]


def _tasks(found: Iterable[Found]) -> Iterator[Task]:
    names: set[str] = set()
    for one in found:
        name = plain = _NAME.sub("-", one.repository).strip("-") or "repository"
        number = 1
        while name in names:
            number += 1
            name = f"{plain}-{number}"
        names.add(name)
        try:
            digest = hashlib.sha256(Path(one.path).read_bytes()).hexdigest()
        except OSError:
            digest = "-"  # the conversion says why it cannot be read
        yield Task(one, digest, name)


def _watched(records: Iterator[Record], done: int, total: int, *, quiet: bool) -> Iterator[Record]:
    """The records, with a bar on a terminal that says how many a second there are, and how long it will take."""
    if quiet:
        yield from records
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    rate = TextColumn("{task.fields[rate]}")
    columns = (TextColumn("converting"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("", total=total, completed=done, rate="")
        for record in records:
            yield record
            speed = progress.tasks[0].speed
            progress.update(bar, advance=1, rate=f"{speed:.0f}/s" if speed else "")


def _write(folder: Path, rollup: Rollup, records: Records) -> None:
    for name, pieces in (
        ("audit.md", pages.markdown(rollup, records(), __version__)),
        ("audit.html", pages.html(rollup, records(), __version__)),
        ("audit.json", _json(rollup, records())),
    ):
        with (folder / name).open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.writelines(pieces)
    with (folder / "audit.csv").open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        table = csv.writer(file)
        table.writerow(_COLUMNS)
        table.writerows(_row(record) for record in records())


def _row(record: Record) -> tuple[object, ...]:
    lists = (" ".join(ref for ref, _ in record.orbs), "; ".join(record.blockers), " ".join(record.secrets))
    return (record.path, record.state, *record.jobs, *lists, record.said, record.seconds)


def _json(rollup: Rollup, records: Iterator[Record]) -> Iterator[str]:
    head = {"schema": 1, "tool": {"name": "circle2bb", "version": __version__}, "summary": rollup.plain()}
    yield json.dumps(head, indent=2, ensure_ascii=False).removesuffix("\n}") + ',\n  "configs": [\n'
    for number, record in enumerate(records):
        yield (",\n" if number else "") + f"    {json.dumps(record.plain(), ensure_ascii=False)}"
    yield "\n  ]\n}\n"


def _summary(rollup: Rollup, folder: Path) -> str:
    lines = [f"{rollup.configs:,} configs, {rollup.ready:,} of them converted without a step that fails on purpose"]
    lines += [f"  {rollup.states[state]:>6,}  {state}" for state in rollup.states if rollup.states[state]]
    if helpful := rollup.most_helpful():
        what, count = helpful
        lines.append(f"Map the {what}, or fetch its source: {count:,} more would be converted without errors")
    lines.append(f"Written: {(folder / 'audit.md').as_posix()}, .html, .json, .csv")
    return "\n".join((*lines, ""))


__all__ = ["audit"]
