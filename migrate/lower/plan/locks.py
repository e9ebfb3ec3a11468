"""A lock around one step becomes its concurrency group; a lock around several has no counterpart.

CircleCI lets one pipeline at a time pass from a lock to its unlock, or to the end of the workflow (reference
circleci.md, sections 1.3 and 1.9). Of the steps with one concurrency group one runs at a time (bitbucket.md,
section 1.6): that is the same where only one step runs between the two, and nothing waits for a person there.
"""

from collections.abc import Mapping

from migrate.circleci.plan import Job, Plan, Workflow
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft
from migrate.lower.keys.serial_group import fixed, group_name
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Scalar

LOCK_GROUP = declare(
    "lock-group",
    Fate.APPROXIMATED,
    "A lock around one step becomes its concurrency group",
    """CircleCI's lock holds for the whole organisation, Bitbucket's concurrency group for the repository.

    Of the steps with one group one runs at a time, the others wait. CircleCI also skips a job if a later pipeline has
    passed already: here it still runs.

    If other repositories took the same lock, keep their deployments apart in another way.""",
    "https://circleci.com/docs/configuration-reference/#job-type",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/",
)
_MOST = 50
"""How many locks of a workflow are looked at: more than anybody writes."""

Waiting = Mapping[str, list[Job]]
"""The jobs that require a job, by its name."""


def settle(plan: Plan, draft: Draft) -> frozenset[str]:
    """Give steps the groups that stand for locks around them; the ids of the locks and unlocks that are kept so."""
    kept: set[str] = set()
    for workflow in plan.workflows:
        locks = [job for job in workflow.jobs if job.type == "lock"]
        waiting = _waiting(workflow) if locks else {}
        for lock in locks[:_MOST]:
            kept |= _settled(lock, waiting, draft)
    return frozenset(kept)


def _settled(lock: Job, waiting: Waiting, draft: Draft) -> set[str]:
    key = _key(lock, draft)
    behind = _behind(lock, waiting)
    unlocks = [job for job in behind.values() if job.type == "unlock" and _key(job, draft) == key]
    free = {name for unlock in unlocks[:_MOST] for name in _behind(unlock, waiting)}
    within = [job for name, job in behind.items() if name not in free and job not in unlocks]
    running = [job for job in within if job.runs]
    if not key or len(running) != 1 or any(job.type == "approval" for job in within):
        return set()
    step, group = draft.steps.get(running[0].id), group_name(key)
    if step is None or step.concurrency not in {"", group}:
        return set()
    step.concurrency = group
    around = " and ".join(f"'{job.name}'" for job in (lock, *unlocks))
    said = (
        f"the lock by {around} becomes the concurrency group '{group}' of '{running[0].name}', in this repository only"
    )
    draft.notes.add(LOCK_GROUP, lock.trail, f"jobs.{lock.key}", said, job=lock.id)
    return {lock.id, *(unlock.id for unlock in unlocks)}


def _key(job: Job, draft: Draft) -> str:
    """The key of a lock; "" where only the run knows it."""
    # Peeked, not taken: whoever says what becomes of the lock claims it.
    key = peek(job.keys, "key")
    return fixed(key, draft) if isinstance(key, Scalar) else ""


def _waiting(workflow: Workflow) -> Waiting:
    found: dict[str, list[Job]] = {}
    for job in workflow.jobs:
        for requirement in job.requires:
            found.setdefault(requirement.job, []).append(job)
    return found


def _behind(first: Job, waiting: Waiting) -> Mapping[str, Job]:
    """The jobs that wait for a job, directly or not."""
    found: dict[str, Job] = {}
    open_ = [first.name]
    while open_:
        for job in waiting.get(open_.pop(), ()):
            if job.name not in found:
                found[job.name] = job
                open_.append(job.name)
    return found


__all__ = ["settle"]
