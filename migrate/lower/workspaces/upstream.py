"""Who gets whose files: a job that attaches the workspace gets what the jobs before it persisted, in their order.

Those are the ones that it requires, and the ones that these require (reference circleci.md, section 4.6).
"""

from collections.abc import Iterable, Iterator, Sequence

from migrate.circleci.plan import Job
from migrate.lower.draft import Draft, StepDraft
from migrate.lower.plan.graph import bits, graph
from migrate.lower.plan.starting import Selected
from migrate.shell import analyse


def upstream(jobs: Iterable[Job], attaching: set[str], persisting: set[str]) -> dict[str, tuple[str, ...]]:
    """For each job that attaches, by id, the ids of the jobs whose files it gets, the earliest first."""
    workflows: dict[str, list[Job]] = {}
    for job in jobs:
        workflows.setdefault(job.workflow, []).append(job)
    return {name: given for listed in workflows.values() for name, given in _within(listed, attaching, persisting)}


def _within(jobs: list[Job], attaching: set[str], persisting: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    if not any(job.id in attaching for job in jobs):
        return
    number = {job.name: place for place, job in enumerate(jobs)}
    before = graph([[number[r.job] for r in job.requires if r.job in number] for job in jobs]).before
    for place, job in enumerate(jobs):
        if job.id in attaching:
            given = sorted(bits(before[place]), key=lambda one: (before[one].bit_count(), one))
            yield job.id, tuple(jobs[one].id for one in given if jobs[one].id in persisting)


def may_be_missing(producer: StepDraft, consumer: StepDraft, starts: Sequence[Selected], draft: Draft) -> bool:
    """Whether a job may run without what another one persists, because that one ran elsewhere or ended early."""
    name, started = producer.job.id, draft.started
    if name in started.asked or name in started.held or name in draft.changed:
        return True
    for start in starts:
        ids = {job.id for job in start.jobs}
        if consumer.job.id in ids and (name not in ids or name in dict(start.states)):
            return True
    return any("halt" in words for run in producer.runs for words in analyse(run.text).calls)
