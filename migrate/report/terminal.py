"""The summary for a terminal: at most one screen of plain text."""

from collections.abc import Iterator

from migrate.diagnostics import plain
from migrate.report.changes import by_fate
from migrate.report.summary import Summary

_WIDTH = 100
_TASKS = 9


def render(summary: Summary, written: tuple[tuple[str, str], ...] = ()) -> str:
    """The text; `written` are the files that were written, each with what it is."""
    lines = [*_counts(summary), "", *_tasks(summary), *_files(written)]
    return "".join(f"{plain(line)}\n" for line in lines)


def _counts(summary: Summary) -> Iterator[str]:
    counts = summary.counts
    named = (("converted", counts.converted), ("held", counts.held), ("left out", counts.dropped))
    jobs = ", ".join(f"{count} {name}" for name, count in named if count)
    added = f" ({counts.added} added by choice)" if counts.added else ""
    number = f"{counts.total} job{'' if counts.total == 1 else 's'}{added}"
    yield f"{summary.source.path}: {number}: {jobs or 'nothing runs'}"
    found = [(fate, sum(len(group.lines) for group in groups)) for fate, groups in by_fate(summary)]
    yield f"Notes: {', '.join(f'{count} {fate}' for fate, count in found) or 'none'}"


def _tasks(summary: Summary) -> Iterator[str]:
    yield "Next:"
    for number, task in enumerate(summary.tasks[:_TASKS], start=1):
        names = f": {'; '.join(item.partition(': ')[0] for item in task.items)}" if task.items else ""
        yield _cut(f"  {number}. {task.title}{names}")
    if len(summary.tasks) > _TASKS:
        yield f"  and {len(summary.tasks) - _TASKS} more, see the report"


def _files(written: tuple[tuple[str, str], ...]) -> Iterator[str]:
    if written:
        yield ""
        yield "Written:"
        wide = max(len(path) for path, _ in written)
        yield from (f"  {path:<{wide}}  {what}".rstrip() for path, what in written)


def _cut(line: str) -> str:
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 4].rstrip()} ..."


__all__ = ["render"]
