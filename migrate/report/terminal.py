"""The summary for a terminal: at most one screen of plain text."""

from collections.abc import Iterator

from migrate.diagnostics import plain
from migrate.report.changes import by_fate
from migrate.report.checklist import Task
from migrate.report.summary import Summary

_WIDTH = 100
_TASKS = 9


def render(summary: Summary, written: tuple[tuple[str, str], ...] = ()) -> str:
    """The text; `written` are the files that were written, each with what it is."""
    lines = [*_counts(summary), "", *_tasks(summary), *_files(written)]
    return "".join(f"{plain(line)}\n" for line in lines)


def counted(summary: Summary) -> str:
    """How many jobs there are, by what became of them."""
    counts = summary.counts
    kinds = (("converted", counts.converted), ("held", counts.held), ("left out", counts.dropped))
    jobs = ", ".join(f"{count} {name}" for name, count in kinds if count)
    added = f" ({counts.added} added by choice)" if counts.added else ""
    return f"{counts.total} job{'' if counts.total == 1 else 's'}{added}: {jobs or 'nothing runs'}"


def named(task: Task) -> str:
    """A task with the names of what it consists of."""
    return f"{task.title}: {'; '.join(item.partition(': ')[0] for item in task.items)}" if task.items else task.title


def _counts(summary: Summary) -> Iterator[str]:
    yield f"{summary.source.path}: {counted(summary)}"
    found = [(fate, sum(len(group.lines) for group in groups)) for fate, groups in by_fate(summary)]
    yield f"Notes: {', '.join(f'{count} {fate}' for fate, count in found) or 'none'}"


def _tasks(summary: Summary) -> Iterator[str]:
    yield "Next:"
    for number, task in enumerate(summary.tasks[:_TASKS], start=1):
        yield _cut(f"  {number}. {named(task)}")
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


__all__ = ["counted", "named", "render"]
