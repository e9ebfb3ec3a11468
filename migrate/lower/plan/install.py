"""The installing step: dependencies that several jobs install alike are installed once, into one shared cache.

Jobs in the same image that cache the same paths have a cache each in CircleCI. With the addition
`install-step` they have one together, which the first step of the pipeline fills; a cache is saved once for
each key (reference bitbucket.md, section 3.5), so what a job installs beyond that is installed every time.
"""

import re
from dataclasses import replace

from migrate.circleci.plan import Call, Job, Plan
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar, Sequence

SHARED_CACHE = declare(
    "shared-cache",
    Fate.APPROXIMATED,
    "Jobs share the cache of the installing step",
    """The installing step fills the cache once, with what these jobs install alike.

    What a job installs beyond that is no longer cached, and is installed in every build.

    If a job installs much of its own, give it a cache of its own.""",
    "https://circleci.com/docs/caching/",
    "https://support.atlassian.com/bitbucket-cloud/docs/cache-dependencies/",
)
ADDITION = "install-step"
_CACHE = "dependencies"
_FIXED = re.compile(r"^(?:(?!\{\{).)*")


def shared_steps(job: Job, plan: Plan) -> list[Call]:
    """The steps up to the job's first `save_cache` that all jobs have that share its cache."""
    others = sharing(job, plan)
    kept: list[Call] = []
    for call in job.steps:
        if call.step == "save_cache":
            return [*kept, call]
        always = call.step in {"checkout", "restore_cache"}
        shared = call.step == "run" and not peek(call.body, "when") and all(call in other.steps for other in others)
        if always or shared:
            kept.append(call)
    return kept


def widest(plan: Plan) -> Job | None:
    """The job that shares its cached installation with most others; none if no two jobs share theirs."""
    ranked = sorted(plan.jobs, key=lambda job: -len(sharing(job, plan)))
    return ranked[0] if ranked and len(sharing(ranked[0], plan)) > 1 else None


def sharing(job: Job, plan: Plan) -> list[Job]:
    """The jobs that run in the same image and first save a cache of the same paths, `job` included."""
    place = _place(job)
    if place is None:
        return []
    return [other for other in plan.jobs if other.added != ADDITION and _place(other) == place]


def _place(job: Job) -> object:
    """What two jobs must have in common to share what they install: the image, and the cached paths."""
    saved = _saved(job)
    return (peek(job.keys, "docker"), peek(saved.body, "paths")) if saved else None


def _saved(job: Job) -> Call | None:
    return next((call for call in job.steps if call.step == "save_cache"), None)


def first(plan: Plan, draft: Draft) -> Plan:
    """Put installing steps first in their workflow, and give the jobs that share what they install their cache."""
    for step in [job for job in plan.jobs if job.added == ADDITION]:
        family = {job.id for job in sharing(step, plan)} | {step.id}
        workflows = []
        for workflow in plan.workflows:
            jobs = [_sharing(job, step, draft) if job.id in family else job for job in workflow.jobs]
            if workflow.name == step.workflow:
                jobs.sort(key=lambda job: job.added != ADDITION)
            workflows.append(workflow._replace(jobs=tuple(jobs)))
        plan = Plan(tuple(workflows))
    return plan


def _sharing(job: Job, step: Job, draft: Draft) -> Job:
    """The job with the shared cache in place of the one that it saves first."""
    saved = _saved(job)
    key = peek(saved.body, "key") if saved else None
    if saved is None or not isinstance(key, Scalar):
        return job
    calls = tuple(_renamed(call, key) for call in job.steps)
    if job.added != ADDITION:
        beyond = [call.commands[-1] for call in _until(job, saved) if call not in step.steps and call.commands]
        more = f"; {', '.join(beyond)} runs in every build" if beyond else ""
        said = f"'{job.name}' takes its dependencies from the cache '{_CACHE}' that '{step.name}' fills{more}"
        draft.notes.add(SHARED_CACHE, saved.trail, f"jobs.{job.key}", said, job=job.id)
    return job._replace(steps=calls)


def _until(job: Job, saved: Call) -> list[Call]:
    before = job.steps[: job.steps.index(saved)]
    return [call for call in before if call.step == "run"]


def _renamed(call: Call, key: Scalar) -> Call:
    """The call, with the shared key if it saves or restores the job's own."""
    if call.step not in {"save_cache", "restore_cache"} or not isinstance(call.body, Mapping):
        return call
    listed = peek(call.body, "keys")
    keys = listed.items if isinstance(listed, Sequence) else ()
    if key not in (peek(call.body, "key"), *keys):
        return call
    entries = tuple(_with_shared_key(entry) for entry in call.body.entries)
    return replace(call, body=Mapping(entries, call.body.span))


def _with_shared_key(entry: Entry) -> Entry:
    value: Node = entry.value
    if entry.key.text == "key" and isinstance(value, Scalar):
        value = _shared_key(value)
    elif entry.key.text == "keys" and isinstance(value, Sequence):
        value = replace(value, items=tuple(_shared_key(i) if isinstance(i, Scalar) else i for i in value.items[:1]))
    return Entry(entry.key, value)


def _shared_key(key: Scalar) -> Scalar:
    return replace(key, text=_FIXED.sub(f"{_CACHE}-", key.text, count=1))
