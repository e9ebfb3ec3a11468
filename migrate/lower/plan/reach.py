"""For which names of a region a job runs: the shortest condition that tells them from the others.

It asks what the job's own filters ask, and those of the jobs that it requires (reference circleci.md, section 3.1).
"""

from collections.abc import Sequence
from typing import Protocol

from migrate.circleci.conditions import (
    TRUE,
    All,
    Any,
    Condition,
    Not,
    Test,
    all_of,
    any_of,
    negate,
    size,
    subjects,
    tests,
)
from migrate.circleci.minimal import MOST_TESTS, Term, separating
from migrate.circleci.plan import Job, Workflow
from migrate.lower.plan.regions import summary
from migrate.lower.plan.running import Row, in_order
from migrate.lower.plan.states import widened


class Pushes(Protocol):
    """What may be pushed, one example for each class: what runs for it, and what holds there."""

    @property
    def rows(self) -> dict[str, Row]:
        """For each job, by id, whether it runs for each example."""

    @property
    def subjects(self) -> frozenset[str]:
        """What is known of each example."""

    def at(self, condition: Condition, place: int) -> bool | None:
        """Whether a condition holds for an example; None where that is not known."""


LARGEST = 300
"""The `size` of a condition that somebody may still read."""


def reach(workflow: Workflow, pushes: Pushes, places: Sequence[int]) -> dict[str, Condition | None]:
    """For each job that runs for some of the names at `places`, by id, where it does.

    None stands for what depends on more than the name, or is too long to be written.
    """
    found: dict[str, Condition | None] = {}
    for job in in_order(workflow):
        row = pushes.rows[job.id]
        known = summary(row, places)
        if known != "F":
            found[job.id] = TRUE if known == "T" else _condition(job, pushes, places, found)
    return found


def _condition(job: Job, pushes: Pushes, places: Sequence[int], found: dict[str, Condition | None]) -> Condition | None:
    row = pushes.rows[job.id]
    own = _settled(job.filters.admitted, pushes, places)
    required = [found[name] for r in job.requires if (name := f"{job.workflow}/{r.job}") in found]
    alone = all(pushes.at(own, place) == row[place] for place in places) and None not in row
    if not alone and None in required:
        return None
    whole = own if alone or not job.requires else all_of(own, any_of(*(each for each in required if each)))
    if not set(subjects(whole)) <= pushes.subjects or size(whole) > LARGEST:
        return None
    return narrowed(whole, row, pushes, places)


def narrowed(condition: Condition, row: Row, pushes: Pushes, places: Sequence[int]) -> Condition:
    """The condition in as few tests as tell the names at `places` apart that the row has true from the others."""
    return _shortest(_settled(condition, pushes, places), row, pushes, places)


def sayable(condition: Condition | None, pushes: Pushes, places: Sequence[int]) -> Condition:
    """What Bitbucket can say of a condition that the script of a job asks for: it holds at least where that does."""
    wide = TRUE if condition is None else widened(condition)
    row = tuple(pushes.at(wide, place) for place in range(1 + max(places)))
    return narrowed(wide, row, pushes, places)


def _settled(condition: Condition, pushes: Pushes, places: Sequence[int]) -> Condition:
    """The condition without the tests that come out the same for all the names."""
    match condition:
        case Test():
            values = {pushes.at(condition, place) for place in places}
            settled = len(values) == 1 and None not in values
            return (TRUE if values == {True} else negate(TRUE)) if settled else condition
        case Not(inner):
            return negate(_settled(inner, pushes, places))
        case All(parts):
            return all_of(*(_settled(part, pushes, places) for part in parts))
        case Any(parts):
            return any_of(*(_settled(part, pushes, places) for part in parts))
    return condition


def _shortest(whole: Condition, row: Row, pushes: Pushes, places: Sequence[int]) -> Condition:
    asked = tests(whole)
    if not 1 < len(asked) <= MOST_TESTS or None in row:
        return whole
    rows: dict[bool | None, list[Term]] = {True: [], False: []}
    for place in places:
        rows[row[place]].append(tuple(pushes.at(test, place) for test in asked))
    if not set(rows[True]).isdisjoint(rows[False]):
        return whole  # the tests alone do not tell them apart
    shorter = separating(asked, rows[True], rows[False])
    return shorter if size(shorter) < size(whole) else whole
