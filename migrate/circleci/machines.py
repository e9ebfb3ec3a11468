"""A job with `parallelism: N` is N machines that run the same steps (reference circleci.md, section 4.10).

A plan has it as one job. Here each machine becomes a job of its own, and what waits for the job waits for all of them,
because CircleCI's job succeeds if all of its machines do.
"""

from collections.abc import Iterator
from dataclasses import replace

from migrate.circleci.plan import Job, Plan, Requirement, Workflow
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Scalar


def apart(plan: Plan, most: int, whole: frozenset[str] = frozenset()) -> Plan:
    """The plan with a job for each machine, but for jobs of more than `most`, and those in `whole`, by their ids."""
    return Plan(tuple(_apart(workflow, most, whole) for workflow in plan.workflows))


def machines(job: Job) -> int:
    """On how many machines a job runs; 1 if only the run knows."""
    value = peek(job.keys, "parallelism")  # the room of the key claims it
    known = isinstance(value, Scalar) and not value.symbols and value.text.isdecimal()
    return int(value.text) if known and isinstance(value, Scalar) else 1


def names(job: Job, count: int) -> tuple[str, ...]:
    """What the machines of a job are called."""
    return tuple(f"{job.name} {number}/{count}" for number in range(1, count + 1))


def _apart(workflow: Workflow, most: int, whole: frozenset[str]) -> Workflow:
    counts = {job.name: machines(job) for job in workflow.jobs if job.runs and job.id not in whole}
    split = {job.name: names(job, counts[job.name]) for job in workflow.jobs if 1 < counts.get(job.name, 1) <= most}
    if not split:
        return workflow
    jobs: list[Job] = []
    for job in workflow.jobs:
        job = job._replace(requires=tuple(_required(job, split)))  # noqa: PLW2901 - the same job, in this plan
        made = split.get(job.name, ())
        jobs += [job._replace(name=name, title=job.name, copies=len(made), copy=n) for n, name in enumerate(made)]
        jobs += [] if made else [job]
    return workflow._replace(jobs=tuple(jobs))


def _required(job: Job, split: dict[str, tuple[str, ...]]) -> Iterator[Requirement]:
    for one in job.requires:
        yield from (replace(one, job=name) for name in split.get(one.job, (one.job,)))
