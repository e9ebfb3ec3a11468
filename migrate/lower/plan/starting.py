"""What starts what: the start conditions of the file with their jobs, and what is left for the jobs to ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from migrate.bitbucket.model import Trigger
from migrate.circleci.conditions import TRUE, Condition
from migrate.circleci.plan import Job
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
    run for some tag. `without` are, for an approval that no condition can leave out, the jobs that run without it too.
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


def note_without(found: Started, gate: Job, rows: Mapping[str, Row]) -> None:
    """Remember which jobs run for names for which an approval does not."""
    mine = rows[gate.id]
    free = (
        job for job, row in rows.items() if any(a is False and b is not False for a, b in zip(mine, row, strict=True))
    )
    found.without.setdefault(gate.id, set()).update(free)
