"""The section of the report about the order: what got longer, and which jobs wait for which strangers."""

from collections.abc import Iterator

from migrate.lower.ordered import Ordered, Waiting
from migrate.report.markup import code, table

_JOBS = 6
"""How many jobs of a start condition are shown."""
_NAMES = 4
"""How many names are shown of those that a job waits for."""


def section(order: tuple[Ordered, ...]) -> Iterator[str]:
    """The lines of the section; none where the order is CircleCI's."""
    changed: dict[tuple[object, ...], list[str]] = {}
    for one in order:
        if one.waiting:
            changed.setdefault((one.before, one.after, one.unit, one.waiting), []).append(one.where)
    if not changed:
        return
    yield "## Order"
    yield ""
    yield "Where jobs wait for jobs that they did not require, and how long the longest chain was and is:"
    yield ""
    found = {one.where: one for one in order}
    rows = [(", ".join(map(code, places)), *_row(found[places[0]])) for places in changed.values()]
    yield from table(("Runs in", "CircleCI", "Bitbucket", "Wait without need"), rows)
    yield ""


def _row(one: Ordered) -> tuple[str, str, str]:
    shown = "; ".join(_waits(job) for job in one.waiting[:_JOBS])
    more = f"; and {len(one.waiting) - _JOBS} more jobs" if len(one.waiting) > _JOBS else ""
    return f"{one.before:g} {one.unit}", f"{one.after:g} {one.unit}", shown + more


def _waits(job: Waiting) -> str:
    names = list(dict.fromkeys((*job.gates, *job.strangers)))
    left = len(names) - _NAMES + job.more
    listed = ", ".join(map(code, names[:_NAMES])) + (f" and {left} more" if left > 0 else "")
    return f"{code(job.job.partition('/')[2])} for {listed}"


__all__ = ["section"]
