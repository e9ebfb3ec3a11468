"""Where an addition runs if the choices do not say, and additions that are steps of other jobs.

What publishes is behind a gate. `bitbucket/place` in a mapping says that an addition is another kind: one that runs on
all `branches`, `behind` all other jobs, whatever became of them (`status`), or one whose steps are put `in` other jobs.
"""

from dataclasses import replace

from migrate.circleci.conditions import TRUE
from migrate.circleci.filters import Filters, NameFilter
from migrate.circleci.plan import Call, Job, Plan, Requirement, Workflow
from migrate.diagnostics import CatalogError, Fate, declare
from migrate.lower.draft import Draft
from migrate.lower.plan import dependency_caches, install
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Scalar

ADDITION_GATE = declare(
    "addition-gate",
    Fate.APPROXIMATED,
    "An addition got a gate that nobody chose",
    """What publishes must not run on every push.

    Without 'filters' it runs on the branches that CircleCI's own filters name, or is started by hand; without
    'requires' it runs behind the other jobs.

    Write both in circle2bb.yml.""",
    "https://circleci.com/docs/workflows/",
    "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-start-conditions/",
)
ADDED_STEPS = declare(
    "added-steps",
    Fate.REWRITTEN,
    "Steps were added to jobs by choice",
    """CircleCI did not run these steps; the choices file, or --add, asked for them.

    They stand in the scripts of the jobs that the note names.""",
    "https://circleci.com/docs/workflows/",
    "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-start-conditions/",
)
ADDED_NOWHERE = declare(
    "added-nowhere",
    Fate.ERROR,
    "An addition that is part of other jobs found none, or was told where to run",
    """Its steps are put into other jobs: all of them, or those that its 'requires' names. It has no filters of its own
    and is in no start condition by itself, since it runs where these jobs run.

    Its steps are nowhere in the pipelines; where it was told where to run, nothing is written.

    Name in 'requires' a job of the config that runs commands, or leave it out; leave filters out.""",
    "https://circleci.com/docs/workflows/",
    "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-start-conditions/",
)
_NOBODY_NAMES = "a-branch/that-no-filter-spells"
_STEP = "bitbucket/place"
_LEGAL = {"branches": ("all",), "behind": ("all",), "status": ("success", "terminal"), "in": ("jobs",)}


def placed(job: Job, body: Mapping, plan: Plan, draft: Draft) -> Job:
    """The job with requirements and filters; those that the choices lack are its mapping's, or a gate."""
    place = _place(job)
    if job.added == install.ADDITION or any(
        job.added == name for one in draft.choices.selections for name, _ in one.jobs
    ):
        return job
    if place is None:
        return _gated(job, body, plan, draft)
    if "behind" in place:
        job = _last(job, (place.get("status", "success"),), body, plan)
    return job


def _last(job: Job, statuses: tuple[str, ...], body: Mapping, plan: Plan) -> Job:
    """The job behind all others of its workflow, wherever one of them runs, or behind those that the choices name.

    It waits for the last jobs of all, and for the last of those that run on branches that nobody names; one that comes
    whatever happened does not wait for a person.
    """
    same = [other for other in plan.jobs if other.workflow == job.workflow]
    if "terminal" in statuses:
        same = [other for other in same if not _waits_for_a_person(other, same)]
    if job.requires:
        job = job._replace(requires=tuple(replace(one, statuses=statuses) for one in job.requires))
    else:
        names = dict.fromkeys((*_ends(same), *_ends([other for other in same if runs_by_default(other)])))
        job = job._replace(requires=tuple(Requirement(name, statuses) for name in names))
    if not peek(body, "filters") and any(other.filters.tags for other in same):
        job = job._replace(filters=Filters(tags=NameFilter()))
    return job


def _waits_for_a_person(job: Job, jobs: list[Job]) -> bool:
    named = {other.name: other for other in jobs}
    waiting, seen = [job], {job.name}
    while waiting:
        one = waiting.pop()
        if one.type == "approval" or one.held:
            return True
        before = [named[r.job] for r in one.requires if r.job in named and r.job not in seen]
        seen.update(other.name for other in before)
        waiting += before
    return False


def runs_by_default(job: Job) -> bool:
    """Whether a job's own filters let it run on branches that nobody names."""
    return job.filters.branches.admits(_NOBODY_NAMES) and job.filters.condition == TRUE


def _ends(jobs: list[Job]) -> list[str]:
    """The names of the jobs that none of the others waits for."""
    wanted = {requirement.job for job in jobs for requirement in job.requires}
    return [job.name for job in jobs if job.name not in wanted]


def _gated(job: Job, body: Mapping, plan: Plan, draft: Draft) -> Job:
    """A job that publishes, with a gate where the user gave none: behind the tests, on branches that CircleCI names."""
    same = [other for other in plan.jobs if other.workflow == job.workflow]
    if not peek(body, "requires"):
        before = _ends([other for other in same if runs_by_default(other)])
        job = job._replace(requires=tuple(Requirement(name) for name in before))
    if not peek(body, "filters"):
        only = dict.fromkeys(p for other in same for p in other.filters.branches.only or () if p.can_match)
        job = job._replace(filters=Filters(NameFilter(tuple(only))), held=not only)
        where = ", ".join(f"'{pattern.text}'" for pattern in only) or "no branch by itself: it is started by hand"
        said = f"'{job.name}' has no filters in the choices: it runs on {where}"
        draft.notes.add(ADDITION_GATE, job.trail, job.name, said, job=job.id)
        if not only:
            job = job._replace(filters=Filters())
    return job


def _place(job: Job) -> dict[str, str] | None:
    """What the mapping says about where its job runs; None if it says nothing."""
    call = next((call for call in job.steps if call.step == _STEP), None)
    if call is None:
        return None
    entries = call.body.entries if isinstance(call.body, Mapping) else ()
    for key, value in entries:
        legal = _LEGAL.get(key.text, ())
        if not isinstance(value, Scalar) or value.text not in legal:
            message = (
                f"{key.span}: '{_STEP}' has the keys {', '.join(_LEGAL)}; '{key.text}' is one of {', '.join(legal)}"
            )
            raise CatalogError(message)
    return {key.text: value.text for key, value in entries if isinstance(value, Scalar)}


def is_everywhere(job: Job) -> bool:
    """Whether an addition is no job of its own, but steps of others."""
    return "in" in (_place(job) or {})


def everywhere(job: Job, body: Mapping, plan: Plan, draft: Draft) -> Plan:
    """The plan with the steps of an addition at the end of the jobs that its `requires` names, or of all jobs."""
    if peek(body, "filters") or any(job.name == name for one in draft.choices.selections for name, _ in one.jobs):
        said = f"'{job.name}' runs where the jobs run that it is part of; name those in its 'requires'"
        draft.notes.refuse(ADDED_NOWHERE, job.trail, job.name, said)
        return plan
    named = {requirement.job for requirement in job.requires}
    unknown = sorted(named - {other.name for other in plan.jobs})
    if unknown:
        legal = ", ".join(sorted({other.name for other in plan.jobs}))
        said = f"'{job.name}' names '{unknown[0]}', which is no job; there are: {legal}"
        draft.notes.refuse(ADDED_NOWHERE, job.trail, job.name, said)
        return plan
    calls = tuple(call for call in job.steps if call.step != _STEP)
    found = Plan(tuple(_within(workflow, named, calls, draft) for workflow in plan.workflows))
    changed = [new.name for old, new in zip(plan.jobs, found.jobs, strict=True) if old is not new]
    if changed:
        where = ", ".join(f"'{name}'" for name in dict.fromkeys(changed))
        said = f"'{job.name}' is part of {where} (mappings/additions/{job.key}.yml)"
        draft.notes.add(ADDED_STEPS, job.trail, job.name, said)
    elif not draft.notes.refused:
        draft.notes.add(ADDED_NOWHERE, job.trail, job.name, f"'{job.name}' found no job that it could be part of")
    return found


def _within(workflow: Workflow, named: set[str], calls: tuple[Call, ...], draft: Draft) -> Workflow:
    """The workflow with the calls at the end of the jobs that are `named`, or of all that run something."""
    wanted = [job.type == "build" and (not named or job.name in named) for job in workflow.jobs]
    jobs = zip(workflow.jobs, wanted, strict=True)
    return workflow._replace(jobs=tuple(_with(job, calls, draft) if takes else job for job, takes in jobs))


def _with(job: Job, calls: tuple[Call, ...], draft: Draft) -> Job:
    for call in calls:
        cached = dependency_caches.kept(job, call, draft) if call.step == dependency_caches.STEP else None
        job = cached or job._replace(steps=(*job.steps, call))
    return job
