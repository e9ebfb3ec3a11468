"""`type: approval` becomes a manual step: what waited for the approval is started by a person.

The first step of a pipeline may not be manual (reference bitbucket.md, section 3.7), so a step that does
nothing is put before one that would be.
"""

from dataclasses import replace

from migrate.bitbucket.model import Command, Parallel, Pipeline, Step
from migrate.circleci.plan import Job, Plan
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


def hold(plan: Plan, steps: dict[str, Step], draft: Draft) -> dict[str, Step]:
    """The steps, those manual that wait for an approval."""
    held = dict(steps)
    jobs = {(job.workflow, job.name): job for job in plan.jobs}
    for job in plan.jobs:
        if job.held and job.id in held:
            held[job.id] = replace(held[job.id], manual=True)
        for requirement in job.requires:
            if job.id in held and "success" not in requirement.statuses and "terminal" not in requirement.statuses:
                held[job.id] = replace(held[job.id], manual=True)
                after = " or ".join(requirement.statuses)
                said = f"'{job.name}' is started by hand: it ran when '{requirement.job}' was {after}"
                draft.notes.add(REQUIRES_STATUS, job.trail, f"jobs.{job.key}", said, job=job.id)
        for gate in _gates(job, jobs, steps):
            if job.id in held:
                held[job.id] = replace(held[job.id], manual=True)
                _say(job, gate, draft)
    return held


def _gates(job: Job, jobs: dict[tuple[str, str], Job], steps: dict[str, Step]) -> list[Job]:
    """The approvals that a job waits for, also through jobs that became no step."""
    found: dict[str, Job] = {}
    waiting = [(job.workflow, requirement.job) for requirement in job.requires]
    seen: set[tuple[str, str]] = set()
    while waiting:
        place = waiting.pop()
        other = jobs.get(place)
        if other is None or place in seen or other.id in steps:
            continue
        seen.add(place)
        if other.type == "approval":
            found[other.id] = other
        waiting += [(other.workflow, requirement.job) for requirement in other.requires]
    return [found[name] for name in sorted(found)]


def _say(job: Job, gate: Job, draft: Draft) -> None:
    said = f"'{job.name}' is started by hand: it waited for the approval '{gate.name}'"
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
