"""`requires` with statuses: a job that runs whatever happened is the final step, one for failures is held.

A pipeline ends at the first step that fails; only its final step runs all the same. There is one, it comes last, it
is not started by hand and deploys to nothing (reference bitbucket.md, sections 1.2, 1.9 and 3.7).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from migrate.bitbucket.model import Step
from migrate.circleci.plan import Job, Plan, Requirement
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft
from migrate.lower.plan.graph import required, sources

_DOCS = (
    "https://circleci.com/docs/configuration-reference/#requires",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#After-script",
)
REQUIRES_STATUS = declare(
    "requires-status",
    Fate.MANUAL,
    "A job runs after another one that did not succeed",
    """A pipeline ends at the first step that fails, so nothing comes after it.

    The step is held: a person may start it, and nothing else does.

    To clean up or tell somebody after a failure, use an after-script or a final step.""",
    *_DOCS,
)
ANY_STATUS = declare(
    "requires-any-status",
    Fate.APPROXIMATED,
    "A job that ran whether another one succeeded or not",
    """A pipeline ends at the first step that fails.

    The job runs after success only.

    What must happen in any case, such as cleaning up, belongs into an after-script.""",
    *_DOCS,
)
FINAL_STEP = declare(
    "final-step",
    Fate.APPROXIMATED,
    "A job that ran in any case is the final step of the pipeline",
    """Bitbucket has no condition on how another step has ended; only a final step runs after a failure.

    The job runs when everything else has ended, well or not, and not as soon as what it required has. It runs when a
    person stops the pipeline, when it waits for one, and again when something is run again.

    See that it does no harm when it runs then.""",
    _DOCS[0],
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/",
)
_ENDED = {
    "success": "succeeded",
    "failed": "failed",
    "canceled": "been canceled",
    "not_run": "not run",
    "unauthorized": "not been authorized",
}
"""How a job had ended, by its status (reference circleci.md, section 1.7)."""


def _ended(statuses: tuple[str, ...]) -> str:
    """How a job had ended, in words."""
    return "had " + (
        "ended, well or not"
        if "terminal" in statuses
        else " or ".join(_ENDED[one] for one in statuses) or "none of the statuses"
    )


def _named(requirement: Requirement, other: Job | None) -> str:
    return f"the approval '{requirement.job}'" if other and other.type == "approval" else f"'{requirement.job}'"


def hold(plan: Plan, steps: dict[str, Step], draft: Draft) -> dict[str, Step]:
    """The steps, those manual that ran after something else than success, or that a person starts anyway."""
    found = dict(steps)
    jobs = {(job.workflow, job.name): job for job in plan.jobs}
    for job in plan.jobs:
        if job.id not in found:
            continue
        if job.held:
            found[job.id] = replace(found[job.id], manual=True)
        for requirement, other in _asked(job, jobs, steps):
            if not {"success", "terminal"}.intersection(requirement.statuses):
                found[job.id] = replace(found[job.id], manual=True)
                which, after = _named(requirement, other), _ended(requirement.statuses)
                before = which if other and (other.type == "approval" or other.id in steps) else "all before it"
                said = f"'{job.name}' is started by hand: it ran when {which} {after}"
                said += f", and here it can only be started once {before} has ended well"
                draft.notes.add(REQUIRES_STATUS, job.trail, f"jobs.{job.key}", said, job=job.id)
    return found


def _asked(
    job: Job, jobs: Mapping[tuple[str, str], Job], steps: Mapping[str, Step]
) -> Iterator[tuple[Requirement, Job | None]]:
    """The requirements of a job about more than success, and those of the jobs before it that became no step.

    Each comes with the job that is required.
    """
    waiting = [(job.workflow, requirement) for requirement in job.requires]
    seen: set[str] = set()
    while waiting:
        workflow, requirement = waiting.pop()
        other = jobs.get((workflow, requirement.job))
        if requirement.statuses != ("success",):
            yield requirement, other
        if other is not None and other.id not in seen and other.id not in steps:
            seen.add(other.id)
            waiting += [(workflow, inner) for inner in other.requires]


def final(section: str, jobs: tuple[Job, ...], steps: Mapping[str, Step]) -> Job | None:
    """The job that is the final step of a start condition: of several the first of those that wait for most."""
    if section == "custom" or not any(accepts_anything(one) for job in jobs for one in job.requires):
        return None
    around = required(jobs)
    near = sources(jobs, frozenset(steps))
    wanted = {name for job in jobs if job.id in steps for name in near[job.id]}
    barred = wanted | _behind_a_person(jobs, around, steps)
    known: dict[str, bool] = {}
    found = [
        job
        for job in jobs
        if job.id in steps and job.id not in barred and near[job.id] and _fits(steps[job.id])
        if _whatever(job, around, steps, known)
    ]
    return max(found, key=lambda job: len(near[job.id]), default=None)


def _fits(step: Step) -> bool:
    return not (step.manual or step.deployment or step.changes or step.state)


def _behind_a_person(
    jobs: tuple[Job, ...], around: Mapping[str, list[Job]], steps: Mapping[str, Step]
) -> frozenset[str]:
    """The jobs that wait for a person, who starts them or something that they require."""
    after: dict[str, list[str]] = {job.id: [] for job in jobs}
    for name, others in around.items():
        for other in others:
            after[other.id].append(name)
    waiting = [job.id for job in jobs if job.type == "approval" or (job.id in steps and steps[job.id].manual)]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += after[name]
    return frozenset(found)


def _whatever(job: Job, around: Mapping[str, list[Job]], steps: Mapping[str, Step], known: dict[str, bool]) -> bool:
    """Whether a job runs whatever becomes of the steps that it waits for, itself or through jobs that run nothing."""
    if job.id not in known:
        others = {other.name: other for other in around[job.id]}
        strict = [others[one.job] for one in job.requires if one.job in others and not accepts_anything(one)]
        known[job.id] = all(o.id not in steps and _whatever(o, around, steps, known) for o in strict)
    return known[job.id]


def accepts_anything(requirement: Requirement) -> bool:
    """Whether a job runs after success and after failure of what it requires."""
    return "terminal" in requirement.statuses or {"success", "failed"} <= set(requirement.statuses)


def note(
    steps: Mapping[str, Step], running: Mapping[str, list[str]], finals: Mapping[str, list[str]], draft: Draft
) -> None:
    """Say what jobs are now that ran in any case: `finals` has the start conditions where each is the final step.

    `running` has all those where it runs.
    """
    for job in draft.jobs.values():
        if job.id not in steps:
            continue
        places = finals.get(job.id, [])
        if places:
            where = ", ".join(f"'{place}'" for place in dict.fromkeys(places))
            said = f"'{job.name}' is the final step of {where}: it runs when all else has ended, well or not"
            draft.notes.add(FINAL_STEP, job.trail, f"jobs.{job.key}", said, job=job.id)
        if set(places) == set(running.get(job.id, [])):
            continue
        for requirement, other in _asked(job, draft.jobs, steps):
            if {"success", "terminal"}.intersection(requirement.statuses):
                here = "elsewhere" if places else "here"
                after = "once somebody has approved" if other and other.type == "approval" else "after success"
                said = f"'{job.name}' ran when {_named(requirement, other)} {_ended(requirement.statuses)}"
                said += f"; {here} it only runs {after}"
                draft.notes.add(ANY_STATUS, job.trail, f"jobs.{job.key}", said, job=job.id)
