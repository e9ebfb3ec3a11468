"""With `parallelism: keep`, a job that ran on several machines is as many jobs from here on."""

from migrate.circleci.machines import apart
from migrate.circleci.plan import Plan
from migrate.lower.draft import Draft
from migrate.lower.plan.nesting import MOST_STEPS

KEEP = "keep"


def split(plan: Plan, draft: Draft) -> Plan:
    """The plan with a job for each machine, and the choices about such a job as choices about each of them."""
    if draft.choices.parallelism != KEEP:
        return plan
    plan = apart(plan, MOST_STEPS)
    names: dict[str, tuple[str, ...]] = {}
    for job in plan.jobs:
        if job.copies > 1:
            names[job.title] = tuple(dict.fromkeys((*names.get(job.title, ()), job.name)))
    draft.choices = draft.choices.about(names)
    return plan
