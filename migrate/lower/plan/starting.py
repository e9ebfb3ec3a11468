"""What starts what: the start conditions of the file with their jobs, and what is left for the jobs to ask."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from migrate.bitbucket.model import Trigger
from migrate.circleci.conditions import TRUE, Condition
from migrate.circleci.plan import Job
from migrate.lower.plan.graph import union
from migrate.lower.plan.running import Row


class Selected(NamedTuple):
    """A start condition, the jobs that run there, in the order of the plan, and the conditions of some, by job id."""

    section: str
    pattern: str
    jobs: tuple[Job, ...]
    states: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Started:
    """What starts what.

    `asked` is what a job's script has to ask, by its id, for each kind of name; a job that is `held` would have to ask
    for something that no script knows. `kinds` are the kinds of names that a job starts for; `tagged` are the jobs that
    run for some tag. `without` are, for a job that runs for some names of a start condition, those that also run for
    others of them.
    """

    starts: list[Selected] = field(default_factory=list)
    triggers: list[Trigger] = field(default_factory=list)
    asked: dict[str, dict[str, Condition]] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    kinds: dict[str, set[str]] = field(default_factory=dict)
    tagged: set[str] = field(default_factory=set)
    without: dict[str, set[str]] = field(default_factory=dict)

    def alone(self, job: str) -> bool:
        """Whether a job only ever starts for names of one kind."""
        return len(self.kinds.get(job, ())) == 1


def ask(found: Started, job: Job, kind: str, condition: Condition | None) -> None:
    """Let the script of a job ask for names of a kind; the job is held where no script can."""
    if condition is None:
        found.held.add(job.id)
    elif condition != TRUE:
        found.asked.setdefault(job.id, {})[kind] = condition


def places_of(rows: Mapping[str, Row]) -> dict[str, int]:
    """For each job, by id, the names for which it runs or may run, as bits."""
    return {job: union(place for place, runs in enumerate(row) if runs is not False) for job, row in rows.items()}


def note_without(found: Started, job: Job, running: Mapping[str, int], places: Iterable[int]) -> None:
    """Remember which jobs run for names at these places for which a job that only runs for some of them does not."""
    lacking = union(places) & ~running[job.id]
    found.without.setdefault(job.id, set()).update(other for other, here in running.items() if here & lacking)
