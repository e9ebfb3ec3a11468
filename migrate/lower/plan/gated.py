"""Chains that a gate keeps in the parent pipeline, where child pipelines were asked for.

No page says that a child pipeline may hold steps that a person starts (reference bitbucket.md, section 1.6), so that
none is written with one. What would be a child without its gate is told of.
"""

from collections.abc import Sequence
from itertools import islice

from migrate.circleci.plan import Job
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft
from migrate.lower.plan.graph import Graph, bits
from migrate.lower.plan.nesting import nested
from migrate.lower.plan.order import Child, Layout

STAYS_FLAT = declare(
    "stays-in-parent",
    Fate.APPROXIMATED,
    "Jobs with a manual step among them became no child pipeline",
    """Child pipelines hold no steps that a person starts.

    So the jobs stand in the groups of the parent pipeline, where they wait for jobs beside them, although child
    pipelines were asked for.

    If the gate may as well stand before all that runs side by side, let all of it wait for the approval.""",
    "https://circleci.com/docs/workflows/#holding-a-workflow-for-a-manual-approval",
    "https://support.atlassian.com/bitbucket-cloud/docs/parent-child-pipelines/",
)
_NAMED = 6
"""How many jobs a note names."""


def note(whole: Graph, free: int, made: Layout, jobs: Sequence[Job], draft: Draft) -> None:
    """Say what would be a child pipeline if one could hold manual steps; of steps that are `free` otherwise."""
    if not whole.manual:
        return
    inside = sum(_children(made))
    for child in _children(nested(whole, free)):
        gates, left = child & whole.manual, child & ~inside
        if gates:
            verb = "is" if gates.bit_count() == 1 else "are"
            said = f"{_listed(left, jobs)} stay in the parent pipeline: {_listed(gates, jobs)} {verb} started by hand"
            said += ", and a child pipeline holds no such step"
            first = jobs[next(bits(gates))]
            draft.notes.add(STAYS_FLAT, first.trail, f"jobs.{first.key}", said, job=first.id)


def _children(layout: Layout) -> list[int]:
    """The steps of each child, as bits."""
    items = (item for group in layout for item in group if isinstance(item, Child))
    return [sum(1 << one for level in child.levels for one in level) for child in items]


def _listed(found: int, jobs: Sequence[Job]) -> str:
    more = found.bit_count() - _NAMED
    names = ", ".join(f"'{jobs[one].name}'" for one in islice(bits(found), _NAMED))
    return f"{names} and {more} more" if more > 0 else names


__all__ = ["note"]
