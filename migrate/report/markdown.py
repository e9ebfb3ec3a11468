"""The summary as `migration-report.md`: for a person who reviews the migration before merging it."""

from collections.abc import Iterator

from migrate.diagnostics import Fate
from migrate.report import mermaid, order, truth
from migrate.report.changes import Group, Line, by_fate
from migrate.report.counterparts import pages
from migrate.report.markup import NO_LINKS, Links, code, documentation, escape, prose, table
from migrate.report.rows import HELD
from migrate.report.summary import Counts, Summary

MEANING = {
    Fate.ERROR: "could not be converted and fails until somebody mends it",
    Fate.MANUAL: "waits for a person",
    Fate.DROPPED: "has no counterpart and is left out",
    Fate.APPROXIMATED: "means nearly the same; the note says what differs",
    Fate.REWRITTEN: "looks different and means the same",
    Fate.KEPT: "is as it was",
}
"""What is said of a construct that has a fate."""
_PLACES = 6
_Changes = tuple[tuple[Fate, tuple[Group, ...]], ...]


def render(summary: Summary, links: Links = NO_LINKS) -> str:
    """The text of the file; `links` say where its links lead."""
    changes = by_fate(summary)
    lines = [
        *_head(summary, changes),
        *_tasks(summary),
        *_pictures(summary),
        *_jobs(summary, links),
        *order.section(summary.order),
        *truth.section(summary.verdict),
        *_changes(summary, changes, links),
        *_suggestions(summary),
        *_foot(summary),
    ]
    return "\n".join(lines) + "\n"


def _head(summary: Summary, changes: _Changes) -> Iterator[str]:
    counts = summary.counts
    yield f"# From CircleCI to Bitbucket Pipelines: {code(summary.source.path)}"
    yield ""
    yield sentence(counts)
    yield ""
    if changes:
        counted = [(fate, sum(len(group.lines) for group in groups)) for fate, groups in changes]
        rows = [(f"**{fate}**", str(count), MEANING[fate]) for fate, count in counted]
        yield from table(("Fate", "Notes", "The construct"), rows)
        yield ""


def sentence(counts: Counts) -> str:
    """How many jobs run, are left out, held and added, and what to do first."""
    total = counts.total - counts.added
    said = f"{total - counts.dropped} of CircleCI's {_jobs_of(total)} {'run' if total > 1 else 'runs'} on Bitbucket"
    said += f", {_jobs_of(counts.dropped)} left out" if counts.dropped else ""
    said += f", {counts.held} of them started by a person" if counts.held else ""
    said += f", {_jobs_of(counts.added)} added by choice" if counts.added else ""
    return f"{said}. Work through *What a person must do* before you merge."


def _jobs_of(count: int) -> str:
    return f"{count} job" if count == 1 else f"{count} jobs"


def _tasks(summary: Summary) -> Iterator[str]:
    yield "## What a person must do"
    yield ""
    yield "In this order:"
    yield ""
    for task in summary.tasks:
        where = f" ({escape(task.where).replace(', ', ' → ')})" if task.where else ""
        yield f"- [ ] **{prose(task.title)}**{where}"
        yield from (f"  - [ ] {prose(item)}" for item in task.items)
    yield ""


def _pictures(summary: Summary) -> Iterator[str]:
    fates = {row.id: row.fate for row in summary.rows}
    dropped = Fate.DROPPED in fates.values()
    yield "## Before and after"
    yield ""
    dashes = "; jobs with a dashed line are left out" if dropped else ""
    yield f"CircleCI's workflows, with what each job waits for{dashes}:"
    yield from _fenced("mermaid", mermaid.before(summary.before, fates))
    if summary.pipelines.starts:
        yield "Bitbucket's pipelines, by what starts them; a box waits for all of the box before it:"
        yield from _fenced("mermaid", mermaid.after(summary.pipelines))


def _fenced(language: str, lines: list[str]) -> Iterator[str]:
    yield from ("", f"```{language}", *lines, "```", "")


def _jobs(summary: Summary, links: Links) -> Iterator[str]:
    yield "## The jobs"
    yield ""
    several = len({row.workflow for row in summary.rows}) > 1
    rows = [
        (
            code(f"{row.workflow}/{row.job}" if several else row.job) + (" (added)" if row.added else ""),
            f"**{row.fate}**" if row.fate in {Fate.DROPPED, Fate.ERROR, HELD} else row.fate,
            links.place(row.source),
            links.target(row.target) or "—",
            ", ".join(dict.fromkeys(code(start_of(path)) for path in row.steps)) or "nowhere",
        )
        for row in summary.rows
    ]
    yield from table(("Job", "Fate", "CircleCI", "Bitbucket", "Runs in"), rows)
    yield ""


def start_of(path: str) -> str:
    """The start condition in a step's path: `branches > main` of `pipelines > branches > main > 0 > step`."""
    parts = path.split(" > ")[1:]
    return parts[0] if parts[0] == "default" else " > ".join(parts[:2])


def _changes(summary: Summary, changes: _Changes, links: Links) -> Iterator[str]:
    if not changes:
        return
    yield "## What changed and why"
    yield ""
    if summary.counts.dropped:
        yield f"Of jobs that are left out, only the reason is told; {code('migration-report.json')} tells all."
        yield ""
    for fate, found in changes:
        yield f"### {fate.capitalize()}: {MEANING[fate]}"
        yield ""
        for group in found:
            yield from _group(group, links)


def _group(group: Group, links: Links) -> Iterator[str]:
    docs = documentation(pages(group.code))
    yield f"#### {prose(group.code.title)} ({code(group.code.id)})"
    yield ""
    yield prose(group.code.explanation) + (f" Documentation: {docs}." if docs else "")
    yield ""
    yield from (_line(line, links) for line in group.lines)
    yield ""


def _line(line: Line, links: Links) -> str:
    jobs = ", ".join(code(job) for job in line.jobs)
    shown = [links.place(place) for place in line.places[:_PLACES]]
    more = f" and {len(line.places) - _PLACES} more places" if len(line.places) > _PLACES else ""
    told = bool(jobs) and not all(f"'{job}'" in line.detail for job in line.jobs)
    return f"- {prose(line.detail)}" + (f" — {jobs}" if told else "") + f" ({', '.join(shown)}{more})"


def _suggestions(summary: Summary) -> Iterator[str]:
    if not summary.suggestions:
        return
    yield "## What you may want to choose"
    yield ""
    several = f" (what you add stands in one {code('add:')})" if len(summary.suggestions) > 1 else ""
    yield f"Nothing of this was done. Write the lines into {code('circle2bb.yml')}{several} and convert again."
    yield ""
    for one in summary.suggestions:
        yield f"- {code(one.name)}: {prose(one.seen)}. It would {prose(one.would)}."
        yield ""
        yield from (f"  {line}" for line in ("```yaml", *one.lines.split("\n"), "```"))
        yield ""


def _foot(summary: Summary) -> Iterator[str]:
    yield "---"
    yield ""
    yield f"circle2bb {escape(summary.version)}; sha256 of {code(summary.source.path)}: {code(summary.source.sha256)}"


__all__ = ["MEANING", "render", "sentence", "start_of"]
