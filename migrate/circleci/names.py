"""Jobs of a workflow get the names that `requires` speaks of (reference circleci.md, section 2.8).

A job that a workflow runs more than once is numbered: `test-1`, `test-2`. The instances of a matrix are
required together under its alias, each alone under its own name.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from migrate.circleci.plan import UNKNOWN_REQUIRES, Job, Requirement, Workflow
from migrate.diagnostics import Notes


def settle(workflow: Workflow, notes: Notes) -> Workflow:
    """The workflow with unique names, and with requirements that name exactly one job each."""
    jobs = tuple(_numbered(workflow.jobs))
    return workflow._replace(jobs=tuple(job._replace(requires=tuple(_resolved(job, jobs, notes))) for job in jobs))


def _numbered(jobs: tuple[Job, ...]) -> Iterator[Job]:
    counts = Counter(job.name for job in jobs)
    taken = {name for name, count in counts.items() if count == 1}
    numbers: Counter[str] = Counter()
    for job in jobs:
        if counts[job.name] == 1:
            yield job
            continue
        name = job.name
        while name == job.name or name in taken:
            numbers[job.name] += 1
            name = f"{job.name}-{numbers[job.name]}"
        taken.add(name)
        yield job._replace(name=name, alias=job.alias or job.name)


def _resolved(job: Job, jobs: tuple[Job, ...], notes: Notes) -> Iterator[Requirement]:
    for requirement in job.requires:
        others = [other for other in jobs if other.name != job.name]
        found = [other for other in others if other.name == requirement.job]
        found = found or [other for other in others if other.alias == requirement.job]
        one_entry = len({other.trail for other in found}) == 1
        if found and one_entry:
            yield from (replace(requirement, job=other.name) for other in found)
        else:
            _refuse(job, requirement, len(found), sorted(other.name for other in others), notes)


def _refuse(job: Job, requirement: Requirement, count: int, names: list[str], notes: Notes) -> None:
    advice = (
        "You can give a job within a workflow an explicit name by adding a name key"
        if count
        else f"its other jobs are: {', '.join(names) or 'none'}"
    )
    said = (
        f"Job '{job.name}' requires '{requirement.job}', which is the name of {count} other jobs in workflow"
        f" '{job.workflow}'; {advice}"
    )
    span = requirement.span or job.trail[0]
    notes.refuse(UNKNOWN_REQUIRES, (span,), f"workflows.{job.workflow}.jobs.{job.name}.requires", said)
