"""The truth table as text: events by jobs, before and after, those that differ first."""

from typing import NamedTuple

from migrate.diagnostics import plain as printable
from migrate.verify import Row, Verdict
from migrate.verify.compare import State

SIGNS = {State.RUNS: "●", State.ASKS: "○", State.NOT: "·"}
PLAIN = {State.RUNS: "x", State.ASKS: "?", State.NOT: "."}
"""The same for a stream that has no others."""
LIMITS = "Steps are known by their names; what their scripts do is not compared."
"""What is to be known of every comparison."""
WRONG, WRONG_PLAIN = "✗", "!"
MOST_ROWS = 30
_EVENTS = 3
"""How many events a difference names."""


class Cell(NamedTuple):
    """What becomes of a job on an event, and whether that differs in a way that nothing explains."""

    before: State
    after: State
    wrong: bool = False

    @property
    def same(self) -> bool:
        """Whether nothing is to be said of it."""
        return self.before is self.after and not self.wrong


class Line(NamedTuple):
    """An event, and a cell for each column; `row` has the differences."""

    label: str
    cells: tuple[Cell, ...]
    row: Row


class Table(NamedTuple):
    """`columns` name the jobs of each: jobs that never differ from each other are one. `more` rows are left out."""

    columns: tuple[tuple[str, ...], ...]
    lines: tuple[Line, ...]
    more: int


class Group(NamedTuple):
    """What differs in one way on the same events, for which jobs, and what explains it, if anything does."""

    reason: str
    said: str
    names: tuple[str, ...]
    events: tuple[str, ...]

    @property
    def where(self) -> str:
        """The first of the events."""
        more = f" and {len(self.events) - _EVENTS} more" if len(self.events) > _EVENTS else ""
        return "; ".join(self.events[:_EVENTS]) + more


def groups(verdict: Verdict) -> tuple[Group, ...]:
    """All differences, those that nothing explains first."""
    labels: dict[tuple[str, str, str], dict[str, None]] = {}
    for row in verdict.rows:
        for found in row.found:
            key = (found.reason, found.phrase, found.difference.name)
            labels.setdefault(key, {})[row.event.label] = None
    names: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for (reason, phrase, name), events in labels.items():
        names.setdefault((reason, phrase, tuple(events)), []).append(name)
    made = [Group(reason, phrase, tuple(jobs), events) for (reason, phrase, events), jobs in names.items()]
    return tuple(sorted(made, key=lambda group: group.reason))


def tabulate(verdict: Verdict, most: int = MOST_ROWS) -> Table:
    """The table of a verdict: first what nothing explains, then what differs, then the rest."""
    rows = sorted(verdict.rows, key=lambda row: (all(f.reason for f in row.found), not row.found))
    shown = rows[:most]
    by_row = [_cells(row, verdict) for row in shown]
    columns: dict[tuple[Cell, ...], list[str]] = {}
    for index, job in enumerate(verdict.jobs):
        columns.setdefault(tuple(cells[index] for cells in by_row), []).append(job.label)
    lines = (Line(_label(row), tuple(column[number] for column in columns), row) for number, row in enumerate(shown))
    return Table(tuple(map(tuple, columns.values())), tuple(lines), len(rows) - len(shown))


def _cells(row: Row, verdict: Verdict) -> list[Cell]:
    wrong = {found.difference.job for found in row.found if not found.reason}
    return [
        Cell(row.before.get(job.id, State.NOT), row.after.get(job.id, State.NOT), job.id in wrong)
        for job in verdict.jobs
    ]


def _label(row: Row) -> str:
    return row.event.label + (f" (and {row.others} more)" if row.others else "")


def spelled(cell: Cell, *, plain: bool = False) -> str:
    """A cell: one sign if both sides are the same, else two."""
    signs, wrong = (PLAIN, WRONG_PLAIN) if plain else (SIGNS, WRONG)
    arrow = "->" if plain else "→"
    both = signs[cell.before] if cell.before is cell.after else f"{signs[cell.before]}{arrow}{signs[cell.after]}"
    return both + (f" {wrong}" if cell.wrong else "")


def render(verdict: Verdict, *, plain: bool = False, most: int = MOST_ROWS) -> str:
    """The table, aligned, for a terminal; columns have numbers, which are explained below."""
    table = tabulate(verdict, most)
    heads = [str(number) for number in range(1, len(table.columns) + 1)]
    grid = [["", *heads], *([line.label, *(spelled(cell, plain=plain) for cell in line.cells)] for line in table.lines)]
    widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
    lines = [
        "  ".join(printable(text).ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in grid
    ]
    if table.more:
        lines.append(f"and {table.more} more on which the two agree or differ as above")
    lines.append("")
    lines += [f"{head:>3}  {printable(', '.join(names))}" for head, names in zip(heads, table.columns, strict=True)]
    signs = PLAIN if plain else SIGNS
    lines.append("")
    lines.append(
        f"{signs[State.RUNS]} runs  {signs[State.ASKS]} runs when somebody lets it  {signs[State.NOT]} does not"
    )
    return "\n".join(lines) + "\n"
