"""`type: approval` becomes a manual step: what waited for the approval is started by a person.

The first step of a pipeline may not be manual (reference bitbucket.md, section 3.7), so a step that does
nothing is put before one that would be.
"""

from collections.abc import Iterator
from dataclasses import replace

from migrate.bitbucket.model import Command, Parallel, Pipeline, Step
from migrate.circleci.filters import Filters
from migrate.circleci.plan import Job, Plan, Requirement
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft

APPROVAL = declare(
    "approval",
    Fate.APPROXIMATED,
    "An approval becomes a manual step",
    """Each job that waited for the approval is a manual step: somebody with write access starts it on the pipeline's
    page. One approval that let several jobs go is one click for each of them.""",
    "https://circleci.com/docs/workflows/#holding-a-workflow-for-a-manual-approval",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#Trigger",
)
REQUIRES_STATUS = declare(
    "requires-status",
    Fate.MANUAL,
    "A job runs after another one that did not succeed",
    """A pipeline ends at the first step that fails, so nothing comes after it. The step is held; to clean up or tell
    somebody after a failure, use an after-script or a final step.""",
    "https://circleci.com/docs/configuration-reference/#requires",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#After-script",
)
ANY_STATUS = declare(
    "requires-any-status",
    Fate.APPROXIMATED,
    "A job that ran whether another one succeeded or not",
    """A pipeline ends at the first step that fails, so the job runs after success only. What must happen in any case,
    such as cleaning up, belongs into an after-script.""",
    "https://circleci.com/docs/configuration-reference/#requires",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#After-script",
)


def hold(plan: Plan, steps: dict[str, Step], draft: Draft) -> dict[str, Step]:
    """The steps, those manual that wait for an approval."""
    held = dict(steps)
    jobs = {(job.workflow, job.name): job for job in plan.jobs}
    for job in plan.jobs:
        if job.held and job.id in held:
            held[job.id] = replace(held[job.id], manual=True)
        if job.id not in held:
            continue
        gates: dict[str, Job] = {}
        for requirement, other in _waits_for(job, jobs, steps):
            if other is not None and other.type == "approval":
                gates[other.id] = other
            elif requirement.statuses != ("success",) and _note_status(job, requirement, draft):
                held[job.id] = replace(held[job.id], manual=True)
        for name in sorted(gates):
            held[job.id] = replace(held[job.id], manual=True)
            _say(job, gates[name], draft)
    return held


def _note_status(job: Job, requirement: Requirement, draft: Draft) -> bool:
    """Say what becomes of a requirement that is not about success alone; whether the job must be held for it."""
    after = " or ".join(requirement.statuses)
    if {"success", "terminal"}.intersection(requirement.statuses):
        said = f"'{job.name}' ran when '{requirement.job}' was {after}; here it only runs after success"
        draft.notes.add(ANY_STATUS, job.trail, f"jobs.{job.key}", said, job=job.id)
        return False
    said = f"'{job.name}' is started by hand: it ran when '{requirement.job}' was {after}"
    draft.notes.add(REQUIRES_STATUS, job.trail, f"jobs.{job.key}", said, job=job.id)
    return True


def _waits_for(
    job: Job, jobs: dict[tuple[str, str], Job], steps: dict[str, Step]
) -> Iterator[tuple[Requirement, Job | None]]:
    """What a job requires, and what is required by the jobs before it that became no step."""
    waiting = [(job.workflow, requirement) for requirement in job.requires]
    seen: set[str] = set()
    while waiting:
        workflow, requirement = waiting.pop()
        other = jobs.get((workflow, requirement.job))
        yield requirement, other
        if other is not None and other.id not in seen and other.id not in steps:
            seen.add(other.id)
            waiting += [(workflow, inner) for inner in other.requires]


def _say(job: Job, gate: Job, draft: Draft) -> None:
    said = f"'{job.name}' is started by hand: it waited for the approval '{gate.name}'"
    if gate.filters not in (Filters(), job.filters):
        said += ", and ran unasked where the approval's own filters left it out"
    draft.notes.add(APPROVAL, gate.trail, f"jobs.{gate.key}", said, job=job.id)


def after_something(pipeline: Pipeline) -> Pipeline:
    """The pipeline, with a step before a first one that is manual."""
    first = pipeline[0].steps if pipeline and isinstance(pipeline[0], Parallel) else pipeline[:1]
    if any(isinstance(step, Step) and step.manual for step in first):
        wait = Step(
            "wait-for-approval",
            "Wait for approval",
            (Command("echo 'The next step is started by hand.'"),),
            clone=False,
        )
        return (wait, *pipeline)
    return pipeline
