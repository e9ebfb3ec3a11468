"""Jobs that run nothing become no step: what waited for one waits for what that one waited for.

Reference circleci.md, sections 1.3 and 1.8; bitbucket.md, section 3.7.
"""

from migrate.circleci.plan import Job, Plan
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft
from migrate.lower.plan import locks
from migrate.yamlio.nodes import Mapping

NO_OP = declare(
    "no-op",
    Fate.REWRITTEN,
    "A job that runs nothing is not written",
    """It was there for the order of others, and a step would cost a build minute.

    What waited for it comes after what it waited for.""",
    "https://circleci.com/docs/configuration-reference/#job-type",
    "https://support.atlassian.com/bitbucket-cloud/docs/parallel-step-options/",
)
LOCK = declare(
    "lock-dropped",
    Fate.MANUAL,
    "A lock between pipelines is lost",
    """CircleCI lets one pipeline at a time pass between a lock and its unlock.

    Here nothing waits for other pipelines.

    Let the steps deploy to one environment: Bitbucket runs one deployment to an environment at a time.""",
    "https://circleci.com/docs/configuration-reference/#job-type",
    "https://support.atlassian.com/bitbucket-cloud/docs/set-up-and-monitor-deployments/",
)
JOB_GROUP = declare(
    "job-group",
    Fate.REWRITTEN,
    "A job group is written as its jobs",
    """Bitbucket has no groups of jobs that one name stands for.

    The jobs have the group's name before their own. What required the group comes after the last of them.""",
    "https://circleci.com/docs/configuration-reference/#job-groups",
    "https://support.atlassian.com/bitbucket-cloud/docs/parallel-step-options/",
)
IDLE_KEY = declare(
    "key-of-no-step",
    Fate.DROPPED,
    "A key of a job that runs nothing",
    """There is no step that could have it.

    The key is left out.

    A context that only some people may use gave a gate to the job: give the steps behind it a deployment environment
    with restricted permissions.""",
    "https://circleci.com/docs/configuration-reference/#jobs-in-workflow",
    "https://support.atlassian.com/bitbucket-cloud/docs/set-up-and-monitor-deployments/",
)
IDLE = declare(
    "approval-for-nothing",
    Fate.DROPPED,
    "An approval that nothing waits for",
    """No job requires it.

    A manual step would hold nothing, so there is none.

    If people approved there for the record, use a deployment's history instead.""",
    "https://circleci.com/docs/workflows/#holding-a-workflow-for-a-manual-approval",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#Trigger",
)


def _note_keys(job: Job, draft: Draft) -> None:
    """Say what becomes of the keys of an entry whose job runs nothing."""
    own = [entry for entry in job.keys.entries if job.type not in {"lock", "unlock"} or entry.key.text != "key"]
    for entry in draft.claims.each(Mapping((*job.invocation.entries, *own), job.invocation.span)):
        draft.claims.whole(entry.value)
        if job.type == "setup":
            continue  # its own note says that the whole job is gone
        said = f"'{entry.key.text}' of '{job.name}' is left out with the job"
        code = LOCK if entry.key.text == "serial-group" else IDLE_KEY
        draft.notes.add(code, job.trail, f"jobs.{job.key}", said, job=job.id)


def note(plan: Plan, draft: Draft) -> None:
    """Say which jobs of the plan are there for the order only."""
    kept = locks.settle(plan, draft)
    required = {(job.workflow, requirement.job) for job in plan.jobs for requirement in job.requires}
    locked = {job.trail for job in plan.jobs if job.type == "lock"}  # a job group's lock and unlock have one place
    for job in plan.jobs:
        if not job.runs:
            _note_keys(job, draft)
        if job.type in {"lock", "unlock"}:
            key = draft.claims.text(draft.claims.take(job.keys, "key"), "key", job.trail)
            if job.id not in kept and (job.type == "lock" or job.trail not in locked):
                said = f"nothing keeps other pipelines out of '{key}' any more; '{job.name}' is no step"
                draft.notes.add(LOCK, job.trail, f"jobs.{job.key}", said, job=job.id)
        elif job.type == "group":
            said = f"the job group '{job.key}' is written as its jobs"
            draft.notes.add(JOB_GROUP, job.trail, f"job-groups.{job.key}", said)
        elif job.type == "approval" and (job.workflow, job.name) not in required:
            said = f"nothing waits for the approval '{job.name}', so that there is nothing to hold"
            draft.notes.add(IDLE, job.trail, f"jobs.{job.key}", said, job=job.id)
        elif job.type == "no-op":
            said = f"'{job.name}' runs nothing and is no step"
            draft.notes.add(NO_OP, job.trail, f"jobs.{job.key}", said, job=job.id)
