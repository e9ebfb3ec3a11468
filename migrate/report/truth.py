"""The truth table in the report: which jobs run on which event, on CircleCI and on Bitbucket."""

from collections.abc import Iterator

from migrate.report.markup import code, escape, prose, table
from migrate.verify import Row, Verdict
from migrate.verify.compare import State
from migrate.verify.table import LIMITS, SIGNS, Line, groups, spelled, tabulate

_WIDE = 8
"""Columns of one table; more are put into further ones."""
_MOST_TABLES = 5
_NAMED = 3
"""Jobs that the head of a column names; those that never differ from each other share one."""


def section(verdict: Verdict) -> Iterator[str]:
    """The lines of the section; none where nothing was verified."""
    if not verdict.rows or not verdict.jobs:
        return
    found = tabulate(verdict)
    yield "## What runs when"
    yield ""
    yield (
        f"Both files were run on the same events, without running anything. {SIGNS[State.RUNS]} runs, "
        f"{SIGNS[State.ASKS]} runs when somebody lets it, {SIGNS[State.NOT]} does not; "
        f"{SIGNS[State.RUNS]}→{SIGNS[State.NOT]} says that CircleCI ran it and Bitbucket does not. {LIMITS}"
    )
    yield ""
    starts = range(0, len(found.columns), _WIDE)
    for start in starts[:_MOST_TABLES]:
        head = ("Event", *(_head(column) for column in found.columns[start : start + _WIDE]))
        yield from table(head, (_line(line, start) for line in found.lines))
        yield ""
    if len(starts) > _MOST_TABLES:
        more = len(found.columns) - _MOST_TABLES * _WIDE
        yield f"{more} more columns are in {code('migration-report.json')}."
        yield ""
    if found.more:
        yield f"{found.more} more events are in {code('migration-report.json')}."
        yield ""
    if verdict.more:
        yield "There were too many names and values to try all of them."
        yield ""
    yield from _differences(verdict)


def _head(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(map(code, names[:_NAMED])) + more


def _line(line: Line, start: int) -> tuple[str, ...]:
    return (escape(line.label), *(spelled(cell) for cell in line.cells[start : start + _WIDE]))


def _differences(verdict: Verdict) -> Iterator[str]:
    """What differs, and the note or the choice that explains it."""
    found = groups(verdict)
    for group in found:
        why = f"explained by {code(group.reason)}" if group.reason else "**not explained**"
        jobs = ", ".join(map(code, group.names))
        yield f"- {jobs}: {prose(group.said)} ({escape(group.where)}), {why}"
    if found:
        yield ""


def events(verdict: Verdict) -> list[dict[str, object]]:
    """The whole table, for programs."""
    return [_event(row) for row in verdict.rows]


def _event(row: Row) -> dict[str, object]:
    return {
        "event": row.event.label,
        "others": row.others,
        "before": {job: str(state) for job, state in row.before.items()},
        "after": {job: str(state) for job, state in row.after.items()},
        "differences": [
            {
                "kind": str(found.difference.kind),
                "job": found.difference.job,
                "detail": found.phrase,
                "explained_by": found.reason or None,
            }
            for found in row.found
        ],
    }


__all__ = ["events", "section"]
