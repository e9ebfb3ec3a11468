"""A config becomes a Plan: after this there are no commands, executors or parameters any more.

Reference circleci.md, sections 1.7, 1.10 and 2.1.
"""

from migrate.circleci import filters, names, plan
from migrate.circleci.conditions import TRUE, Condition
from migrate.circleci.config import Config, note_unused
from migrate.circleci.invocation import Invoker
from migrate.circleci.jobs import JobExpander
from migrate.circleci.plan import Plan, Workflow
from migrate.circleci.steps import NEVER_RUNS, StepExpander
from migrate.diagnostics import Fate, declare
from migrate.yamlio.decode import Claims
from migrate.yamlio.nodes import Entry, Mapping, Sequence

NO_WORKFLOW = declare(
    "no-workflow",
    Fate.ERROR,
    "There is nothing to run",
    "A workflow lists its jobs. A config without 'workflows' runs the job named 'build'.",
    "https://circleci.com/docs/configuration-reference/#workflows",
)


def expand(config: Config, claims: Claims, extra_steps: tuple[str, ...] = ()) -> Plan:
    """Expand every workflow; what the user wrote wrongly becomes a note that refuses the config."""
    invoker = Invoker(config.namespace, claims, JobExpander(claims, StepExpander(claims, extra_steps)))
    if config.workflows:
        made = Plan(tuple(workflow(entry, invoker) for entry in config.workflows))
    else:
        made = Plan(_implicit_workflow(config, invoker))
    note_unused(config.namespace, claims)
    read = {place.span for place in claims.unclaimed(config.root)}
    for steps, trail in invoker.jobs.steps.pruned:
        if any(item.span in read for item in claims.items(steps)) or steps.span in read:
            said = "no job gives the arguments under which these steps would run"
            claims.notes.add(NEVER_RUNS, trail, "condition", said)
            claims.whole(steps)
    if not claims.notes.refused:
        plan.check(made, claims.notes)
    return made


def workflow(entry: Entry, invoker: Invoker) -> Workflow:
    """Expand one workflow."""
    claims, name = invoker.claims, entry.key.text
    listed = claims.take(entry.value, "jobs")
    if not isinstance(listed, Sequence) or not listed.items:
        said = f"the workflow '{name}' has no list of jobs; 'jobs' is required, with at least one"
        claims.notes.refuse(NO_WORKFLOW, (entry.key.span,), f"workflows.{name}", said)
    invocations = claims.items(listed)
    jobs = tuple(job for item in invocations for job in invoker.invoke(item, name))
    entries = entry.value.entries if isinstance(entry.value, Mapping) else ()
    keys = Mapping(tuple(e for e in entries if e.key.text not in {"jobs", "when", "unless"}), entry.value.span)
    condition = _condition(entry, invoker)
    return names.settle(Workflow(name, jobs, keys, entry.key.span, condition), claims.notes)


def _condition(entry: Entry, invoker: Invoker) -> Condition:
    if not isinstance(entry.value, Mapping) or not {"when", "unless"}.intersection(entry.value.keys):
        return TRUE
    from migrate.circleci.when import condition_of  # the expression language: few workflows need it

    return condition_of(entry.value, invoker.home, invoker.claims, (entry.key.span,))


def _implicit_workflow(config: Config, invoker: Invoker) -> tuple[Workflow, ...]:
    """The workflow of a config that has none: the job `build`, on every push."""
    span = config.root.span
    build = config.namespace.find("jobs", "build")
    if not build:
        said = (
            "Cannot find a job named `build` to run in the `jobs:` section; "
            "add one, or a 'workflows:' that says what runs"
        )
        invoker.claims.notes.refuse(NO_WORKFLOW, (span,), "workflows", said)
        return ()
    branches = invoker.claims.take(build.node, "branches")
    admitted = filters.read_branches(branches, invoker.claims, (build.span,))
    made = invoker.named("build", Mapping((), span), (build.span,), "build")
    jobs = tuple(job._replace(filters=admitted) for job in made)
    return (Workflow("build", jobs, Mapping((), span), span),)
