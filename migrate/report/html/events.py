"""The truth table on the page: events by jobs, what differs first; what is large is folded."""

from collections.abc import Iterator, Sequence

from migrate.report.html.elements import Html, element, join
from migrate.report.html.words import prose
from migrate.verify import Verdict
from migrate.verify.compare import State
from migrate.verify.table import LIMITS, SIGNS, Cell, Line, Table, groups, spelled, tabulate

_WIDE = 40
"""Columns of one table; more are put into further ones."""
_MOST_TABLES = 5
_SHOWN, _MOST = 25, 120
"""Events that are seen when the page is opened, and those that are on the page at all."""
_NAMED = 3
"""Jobs that the head of a column names; those that never differ from each other share one."""
_WORDS = {State.RUNS: "runs", State.ASKS: "runs when somebody lets it", State.NOT: "does not run"}


def section(verdict: Verdict) -> Html | None:
    """The section; None where nothing was verified."""
    if not verdict.rows or not verdict.jobs:
        return None
    found = tabulate(verdict, _MOST)
    starts = range(0, len(found.columns), _WIDE)[:_MOST_TABLES]
    return element(
        "section",
        element("h2", "What runs when"),
        element("p", f"Both files were run on the same events, without running anything. {LIMITS}"),
        _legend(),
        *(piece for start in starts for piece in _tables(found, start)),
        *(element("p", said) for said in _left(found, verdict)),
        _differences(verdict),
        _long_heads(found),
        id="events",
        aria_label="What runs when",
    )


def _legend() -> Html:
    items = [element("li", _sign(state), f" {_WORDS[state]}") for state in SIGNS]
    change = f"{SIGNS[State.RUNS]}→{SIGNS[State.NOT]}"
    items.append(
        element("li", element("span", change, class_="sign differs"), " CircleCI ran it, and Bitbucket does not")
    )
    return element("ul", *items, class_="legend")


def _sign(state: State) -> Html:
    return element("span", SIGNS[state], class_=f"sign {state}", aria_hidden="true")


def _tables(found: Table, start: int) -> Iterator[Html]:
    """The events that differ and the first of the others, then the rest behind a fold."""
    columns = found.columns[start : start + _WIDE]
    first, rest = found.lines[:_SHOWN], found.lines[_SHOWN:]
    yield _table(columns, first, start)
    if rest:
        yield element("details", element("summary", f"{len(rest)} more events"), _table(columns, rest, start))


def _table(columns: Sequence[tuple[str, ...]], lines: Sequence[Line], start: int) -> Html:
    heads = (element("th", *_head(names), scope="col") for names in columns)
    rows = (
        element(
            "tr", element("th", line.label, scope="row"), *(_cell(cell) for cell in line.cells[start : start + _WIDE])
        )
        for line in lines
    )
    table = element(
        "table",
        element("thead", element("tr", element("th", "Event", scope="col"), *heads)),
        element("tbody", *rows),
    )
    return element("div", table, class_="truth", tabindex=0, role="region", aria_label="Events by jobs")


def _head(names: tuple[str, ...]) -> Iterator[Html]:
    more = [Html(f"and {len(names) - _NAMED} more")] if len(names) > _NAMED else []
    yield element("span", join([*(element("code", name) for name in names[:_NAMED]), *more], " "))


def _cell(cell: Cell) -> Html:
    if cell.same:
        return Html(f'<td class="sign {cell.before}"><i>{_WORDS[cell.before]}</i>{SIGNS[cell.before]}</td>')
    said = f"CircleCI: {_WORDS[cell.before]}; Bitbucket: {_WORDS[cell.after]}"
    said += "; nothing explains it" if cell.wrong else ""
    return element("td", element("i", said), spelled(cell), class_=f"sign {'wrong' if cell.wrong else 'differs'}")


def _left(found: Table, verdict: Verdict) -> Iterator[str]:
    if len(found.columns) > _WIDE * _MOST_TABLES:
        yield f"{len(found.columns) - _WIDE * _MOST_TABLES} more columns are in migration-report.json."
    if found.more:
        yield f"{found.more} more events are in migration-report.json."
    if verdict.more:
        yield "There were too many names and values to try all of them."


def _differences(verdict: Verdict) -> Html | None:
    """What differs, and the note or the choice that explains it."""
    items = [
        element(
            "li",
            join((element("code", name) for name in group.names), ", "),
            ": ",
            prose(group.said),
            f" ({group.where}), ",
            element("span", "explained by ", element("code", group.reason)) if group.reason else _UNEXPLAINED,
        )
        for group in groups(verdict)
    ]
    return element("ul", *items, class_="differences") if items else None


_UNEXPLAINED = element("strong", "not explained")


def _long_heads(found: Table) -> Html | None:
    """Which jobs share a column, where its head does not name them all."""
    long = [names for names in found.columns if len(names) > _NAMED]
    items = [element("li", join((element("code", name) for name in names), ", ")) for names in long]
    if not items:
        return None
    return element("details", element("summary", "Jobs that run on the same events"), element("ul", *items))


__all__ = ["section"]
