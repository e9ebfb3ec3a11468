"""Additions: jobs of `mappings/additions` that the user asked for enter the plan like any other job.

An addition may take over steps of another job with `bitbucket/steps-of`: its build (all but what uploads
it), or the part that installs its dependencies.
"""

from collections.abc import Iterator
from dataclasses import replace

from migrate.circleci.conditions import TRUE
from migrate.circleci.config import namespace_of
from migrate.circleci.invocation import Invoker, Use
from migrate.circleci.jobs import JobExpander
from migrate.circleci.orbs import Orbs
from migrate.circleci.plan import Call, Job, Plan, Requirement, Workflow
from migrate.circleci.steps import StepExpander
from migrate.diagnostics import Fate, Trail, declare
from migrate.lower.draft import Draft
from migrate.lower.plan import install
from migrate.lower.plan.placing import everywhere, is_everywhere, placed, runs_by_default
from migrate.shell import analyse
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar, Sequence

STEPS = (
    *("bitbucket/pipe", "bitbucket/step", "bitbucket/scaffold", "bitbucket/steps-of", "bitbucket/place"),
    *("bitbucket/caches", "bitbucket/note", "bitbucket/run", "bitbucket/found"),
    *("setup/continue", "setup/finish", "setup/mapping"),
)
"""The steps that mappings have beyond CircleCI's own."""

UNKNOWN_ADDITION = declare(
    "unknown-addition",
    Fate.ERROR,
    "An addition, or a job that it names, does not exist",
    """There is no file of this name in 'mappings/additions', or no job of this name in the config.

    Nothing is written.

    The message lists the legal names; write one of them.""",
)
ADDED = declare(
    "added",
    Fate.REWRITTEN,
    "A job was added by choice",
    """CircleCI did not run this job; the choices file, or --add, asked for it.

    Its step stands in the start conditions that its own filters and 'requires' name.""",
    "https://circleci.com/docs/workflows/",
    "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-start-conditions/",
)
REPLACED = declare(
    "replaced",
    Fate.REWRITTEN,
    "A job is replaced by an addition",
    """The choices file asks for it.

    The addition runs the job's build, and does the rest in its own way.""",
    "https://circleci.com/docs/workflows/",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/",
)


def add(plan: Plan, draft: Draft) -> Plan:
    """Put the additions of the choices into the plan."""
    for entry in draft.choices.add:
        plan = _add(plan, entry, draft)
    return install.first(plan, draft)


def _add(plan: Plan, entry: Entry, draft: Draft) -> Plan:
    name, span = entry.key.text, entry.key.span
    tree = draft.catalog.tree(f"additions/{name}.yml")
    if tree is None:
        legal = ", ".join(draft.catalog.names("additions"))
        draft.notes.refuse(UNKNOWN_ADDITION, (span,), name, f"there is no addition '{name}'; there are: {legal}")
        return plan
    home = namespace_of(name, tree, draft.claims, Orbs())
    invoker = Invoker(home, draft.claims, JobExpander(draft.claims, StepExpander(draft.claims, STEPS)))
    body = entry.value if isinstance(entry.value, Mapping) else Mapping((), span)
    old = _named(plan, body, "replaces", draft)
    target = old.workflow if old else _home_of(body, plan)
    made = tuple(invoker.named(Use(name, body, (span,), target)))
    if draft.notes.refused:
        return plan
    job = made[0]._replace(added=name)
    if is_everywhere(job):
        return everywhere(job, body, plan, draft)
    if old:
        requires = job.requires if peek(body, "requires") else old.requires
        filters = job.filters if peek(body, "filters") else old.filters
        job = job._replace(requires=requires, filters=filters, invocation=_both(job.invocation, old.invocation))
        said = f"'{name}' stands in for '{old.name}'"
        draft.notes.add(REPLACED, old.trail, f"jobs.{old.key}", said, job=old.id)
    if not _checked(job, plan, draft):
        return plan
    if not old:
        job = placed(job, body, plan, draft)
    job = _with_steps(job, plan, draft)
    draft.notes.add(ADDED, (span,), name, f"'{job.name}' was added (mappings/additions/{name}.yml)", job=job.id)
    return Plan(tuple(_insert(w, job, old) if w.name == target else w for w in plan.workflows))


def _both(own: Mapping, taken: Mapping) -> Mapping:
    """The keys of an addition's entry, and those of the job that it replaces (its `context` above all)."""
    more = tuple(entry for entry in taken.entries if entry.key.text not in own.keys)
    return Mapping(own.entries + more, own.span)


def _checked(job: Job, plan: Plan, draft: Draft) -> bool:
    """Whether the jobs that an addition requires are there."""
    names = {other.name for other in plan.jobs if other.workflow == job.workflow}
    for requirement in job.requires:
        if requirement.job not in names:
            said = f"'{job.name}' requires '{requirement.job}', which is no job; there are: {', '.join(sorted(names))}"
            draft.notes.refuse(UNKNOWN_ADDITION, (requirement.span or job.trail[0],), job.name, said)
    return not draft.notes.refused


def _named(plan: Plan, body: Mapping, key: str, draft: Draft) -> Job | None:
    # Peeked, not taken: it is also a parameter of the addition, whose binding claims it.
    node = peek(body, key)
    return _find(plan, node, draft) if isinstance(node, Scalar) and node.text else None


def _find(plan: Plan, node: Scalar, draft: Draft) -> Job | None:
    found = [job for job in plan.jobs if job.name == node.text]
    if not found:
        legal = ", ".join(sorted({job.name for job in plan.jobs}))
        said = f"there is no job '{node.text}'; there are: {legal}"
        draft.notes.refuse(UNKNOWN_ADDITION, (node.span,), node.text, said)
    return found[0] if found else None


def _home_of(body: Mapping, plan: Plan) -> str:
    """The workflow that holds a job that the addition requires, or the first; rather one that runs on most branches."""
    # Peeked, not taken: the expansion of the entry claims it.
    required = peek(body, "requires")
    names = {item.text for item in required.items if isinstance(item, Scalar)} if isinstance(required, Sequence) else ()
    pushed = [workflow.name for workflow in plan.workflows if workflow.condition == TRUE and not _scheduled(workflow)]
    general = [job.workflow for job in plan.jobs if job.workflow in pushed and runs_by_default(job)]
    first = next(iter((*general, *pushed)), plan.workflows[0].name)
    return next((job.workflow for job in plan.jobs if job.name in names), first)


def _scheduled(workflow: Workflow) -> bool:
    return "triggers" in workflow.keys.keys


def _insert(workflow: Workflow, job: Job, old: Job | None) -> Workflow:
    """The workflow with the job in it, in the place of `old`, whose followers now wait for it."""
    jobs = [job if old and other.name == old.name else other for other in workflow.jobs]
    if old is None:
        jobs.append(job)
    else:
        jobs = [other._replace(requires=tuple(_moved(other, old.name, job.name))) for other in jobs]
    return workflow._replace(jobs=tuple(jobs))


def _moved(job: Job, old: str, new: str) -> Iterator[Requirement]:
    yield from (replace(r, job=new) if r.job == old else r for r in job.requires)


def _with_steps(job: Job, plan: Plan, draft: Draft) -> Job:
    """Put the steps of other jobs where the addition asks for them; their executor comes along."""
    steps: list[Call] = []
    for call in job.steps:
        if call.step != "bitbucket/steps-of":
            steps.append(call)
            continue
        other = _other(call.body, job.trail, plan, draft)
        if other is None:
            continue
        part = peek(call.body, "part")
        build = isinstance(part, Scalar) and part.text == "build"
        steps += _build(other, draft, job) if build else install.shared_steps(other, plan)
        keys = tuple(e for e in other.keys.entries if e.key.text != "parallelism")
        job = job._replace(keys=Mapping(keys, other.keys.span), defined=other.defined)
    return job._replace(steps=tuple(steps))


def _other(body: Node | None, trail: Trail, plan: Plan, draft: Draft) -> Job | None:
    """The job that `job:` names; if it names none, the one that shares its cached installation with most."""
    node = peek(body, "job")
    if isinstance(node, Scalar) and node.text:
        return _find(plan, node, draft)
    found = install.widest(plan)
    if found is None:
        said = "'install-step' has nothing to share: no two jobs cache the same paths in the same image"
        draft.notes.refuse(UNKNOWN_ADDITION, trail, "install-step", said)
    return found


def _build(job: Job, draft: Draft, by: Job) -> list[Call]:
    """The job's steps without those that upload what it built."""
    kept = []
    for call in job.steps:
        uploads = call.step == "run" and _uploads(call, draft)
        if uploads:
            said = f"'{by.name}' does this in its place; the command is left out"
            draft.notes.add(REPLACED, call.trail, f"jobs.{job.key}", said, job=by.id)
            draft.claims.whole(call.body)
        else:
            kept.append(call)
    return kept


def _uploads(call: Call, draft: Draft) -> bool:
    command = call.body if isinstance(call.body, Scalar) else peek(call.body, "command")
    if not isinstance(command, Scalar):
        return False
    for words in analyse(command.text).calls:
        plain = [word for word in words if not word.startswith("-")]
        if any(plain[: len(start)] == list(start) for start in draft.catalog.uploads):
            return True
    return False
