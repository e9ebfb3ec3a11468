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
    named: dict[str, list[Job]] = {job.name: [job] for job in jobs}
    aliased: dict[str, list[Job]] = {}
    for job in jobs:
        aliased.setdefault(job.alias, []).append(job)
    settled = (job._replace(requires=tuple(_resolved(job, named, aliased, notes))) for job in jobs)
    return workflow._replace(jobs=tuple(settled))


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


def _resolved(
    job: Job, named: dict[str, list[Job]], aliased: dict[str, list[Job]], notes: Notes
) -> Iterator[Requirement]:
    for requirement in job.requires:
        found = named.get(requirement.job, []) if requirement.job != job.name else []
        found = found or [other for other in aliased.get(requirement.job, []) if other.name != job.name]
        one_entry = len({other.trail for other in found}) == 1
        if found and one_entry:
            same = len(found) == 1 and found[0].name == requirement.job
            yield from (requirement,) if same else (replace(requirement, job=other.name) for other in found)
        else:
            _refuse(job, requirement, len(found), sorted(name for name in named if name != job.name), notes)


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
