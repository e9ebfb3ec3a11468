"""How long jobs take: a minute each, or what the choices file says under `durations`."""

from migrate.circleci.plan import Job, Plan
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft

UNKNOWN_DURATION = declare(
    "unknown-duration",
    Fate.ERROR,
    "The choices file has a duration of a job that does not exist",
    """The name is neither a job of the config nor an addition.

    Nothing is written.

    The message lists the jobs of the config and the additions that were asked for; write one of these.""",
)
_MINUTE = 60


def check(plan: Plan, draft: Draft) -> None:
    """Refuse durations of jobs that are not there."""
    names = {job.name for job in plan.jobs if job.runs}
    for name, _, span in draft.choices.durations:
        if name not in names:
            legal = ", ".join(sorted(names))
            said = f"there is no job '{name}'; there are: {legal}"
            draft.notes.refuse(UNKNOWN_DURATION, (span,), "durations", said)


def weight(job: Job, known: dict[str, int]) -> int:
    """How long a job takes: in seconds if any duration is known, and a minute if its own is not, else one step."""
    return known.get(job.name, _MINUTE) if known else 1


def seconds(draft: Draft) -> dict[str, int]:
    """The durations that the user gave."""
    return {name: took for name, took, _ in draft.choices.durations}


__all__ = ["check", "seconds", "weight"]
