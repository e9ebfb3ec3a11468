"""A config becomes a Plan: after this there are no commands, executors or parameters any more.

Reference circleci.md, sections 1.7, 1.10 and 2.1.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from migrate.circleci import filters, names, plan
from migrate.circleci.conditions import FALSE, TRUE, Condition
from migrate.circleci.config import Config
from migrate.circleci.events import on_push
from migrate.circleci.groups import refuse_misuse, refuse_nested
from migrate.circleci.invocation import Invoker, Use
from migrate.circleci.jobs import JobExpander
from migrate.circleci.namespace import Definition
from migrate.circleci.plan import Plan, Workflow
from migrate.circleci.schema import WORKFLOW
from migrate.circleci.shapes import refuse
from migrate.circleci.steps import NEVER_RUNS, StepExpander
from migrate.circleci.structure import entry_of, note_unused
from migrate.diagnostics import Fate, declare
from migrate.yamlio.decode import Claims, peek
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar, Sequence, walk

NO_WORKFLOW = declare(
    "no-workflow",
    Fate.ERROR,
    "There is nothing to run",
    """A workflow lists its jobs.

    There is nothing to convert, so nothing is written.

    Add the workflow; if the config is only a part of one, convert the whole.""",
    "https://circleci.com/docs/configuration-reference/#workflows",
)

DISABLED = declare(
    "workflow-disabled",
    Fate.DROPPED,
    "A workflow that is switched off",
    """Its condition asks for nothing and does not hold.

    CircleCI never runs it, nor looks at what is in it, and so it is left out.

    Remove it, or mend its condition, and convert again.""",
    "https://circleci.com/docs/configuration-reference/#using-when-in-workflows",
)
REFUSED_LATER = declare(
    "workflow-refused",
    Fate.DROPPED,
    "A workflow that CircleCI would refuse if it ran",
    """With the defaults of the pipeline's parameters it does not run, and CircleCI does not look into it.

    It is left out.

    Mend it, or remove it.""",
    "https://circleci.com/docs/configuration-reference/#using-when-in-workflows",
)
Known = dict[str, Any]
"""Fields of a Workflow that are known once its parameters have values."""


def expand(config: Config, claims: Claims, extra_steps: tuple[str, ...] = ()) -> Plan:
    """Expand every workflow; what the user wrote wrongly becomes a note that refuses the config."""
    invoker = Invoker(config.namespace, claims, JobExpander(claims, StepExpander(claims, extra_steps)))
    made = Plan(tuple(_workflows(config, invoker)) if config.workflows else _implicit_workflow(config, invoker))
    refuse_nested(config.namespace, claims.notes)
    note_unused(config.namespace, config.root.span.file, claims)
    pruned = invoker.jobs.steps.pruned
    read = {place.span for place in claims.unclaimed(config.root)} if pruned else set()
    for steps, trail in pruned:
        if any(item.span in read for item in claims.items(steps)) or steps.span in read:
            said = "no job gives the arguments under which these steps would run"
            claims.notes.add(NEVER_RUNS, trail, "condition", said)
            claims.whole(steps)
    if not claims.notes.refused:
        plan.check(made, claims.notes)
    return made


def _workflows(config: Config, invoker: Invoker) -> Iterator[Workflow]:
    """Expand the workflows, in the order of the file.

    One that does not run with the defaults of the pipeline's parameters is expanded last, and on trial: CircleCI
    does not look into it until somebody gives other values, so that what is wrong in it refuses nothing.
    """
    claims = invoker.claims
    entries = [(entry, _condition(entry, invoker)) for entry in config.workflows]
    made: dict[str, Workflow] = {}
    for entry, condition in sorted(entries, key=lambda pair: pair[1] == FALSE):
        name, before = entry.key.text, claims.notes.count
        if condition == FALSE and not _asks(entry.value):
            claims.notes.add(DISABLED, (entry.key.span,), f"workflows.{name}", f"the workflow '{name}' never runs")
            claims.whole(entry.value)
            continue
        with _values(entry, condition, config, invoker) as known:
            found = _workflow(entry, condition, invoker)._replace(**known)
        wrong = [note for note in claims.notes.since(before) if note.refusal] if condition == FALSE else []
        if wrong:
            claims.notes.withdraw(before)
            said = f"the workflow '{name}' does not run on a push, and would be refused if it did: {wrong[0].detail}"
            claims.notes.add(REFUSED_LATER, wrong[0].trail, f"workflows.{name}", said)
            claims.whole(entry.value)
        else:
            made[name] = found
    yield from (made[entry.key.text] for entry, _ in entries if entry.key.text in made)


@contextmanager
def _values(entry: Entry, condition: Condition, config: Config, invoker: Invoker) -> Iterator[Known]:
    """The parameters' values with which a workflow is expanded, and what they come to in the plan."""
    home, steps = config.namespace, invoker.jobs.steps
    before = home.values
    if not config.parameters:
        yield {}
        return
    from migrate.circleci.given import (
        asked,
        given,
        with_defaults,
    )  # the expression language: few configs have parameters

    # Peeked, not taken: the lowering reads the triggers. A schedule in the config gives no values.
    scheduled = peek(entry.value, "triggers") is not None
    found = given(entry, config, invoker.claims) if condition == FALSE and not scheduled else None
    home.values = {
        **before,
        **with_defaults(before, config.parameters, home.cases),
        **dict(found.values if found else ()),
    }
    pushed = scheduled or (condition != FALSE and on_push(condition) != FALSE)
    fixed = {name for name, _ in found.values} if found else set()
    open_ = [one for one in config.parameters if f"pipeline.parameters.{one.name}" not in {*fixed, *home.cases}]
    known: Known = {"asked": () if scheduled else asked(entry, config)} if pushed else {"open": tuple(open_)}
    if found:
        known |= {"given": found.values, "several": found.several, "condition": found.condition}
    steps.open = frozenset() if pushed else frozenset(f"pipeline.parameters.{one.name}" for one in open_)
    yield known
    home.values, steps.open = before, frozenset()


def _workflow(entry: Entry, condition: Condition, invoker: Invoker) -> Workflow:
    claims, name = invoker.claims, entry.key.text
    listed = claims.take(entry.value, "jobs")
    if not isinstance(listed, Sequence) or not listed.items:
        said = f"the workflow '{name}' has no list of jobs; 'jobs' is required, with at least one"
        claims.notes.refuse(NO_WORKFLOW, (entry.key.span,), f"workflows.{name}", said)
    refuse(entry.value, WORKFLOW, f"workflows/{name}", claims.notes, (entry.key.span,))
    items = tuple(claims.items(listed))
    groups = [found for (kind, _), found in invoker.home.definitions.items() if kind == "job-groups"]
    misused = [refuse_misuse(group, tuple(map(entry_of, items)), claims.notes) for group in groups]
    jobs = tuple(job for item in items for job in invoker.invoke(item, name))
    entries = entry.value.entries if isinstance(entry.value, Mapping) else ()
    keys = Mapping(tuple(e for e in entries if e.key.text not in {"jobs", "when", "unless"}), entry.value.span)
    made = Workflow(name, jobs, keys, entry.key.span, condition)
    return made if any(misused) else names.settle(made, claims.notes)


def _asks(node: Node) -> bool:
    """Whether the condition of a workflow asks for anything: then it may hold another time."""
    # Peeked, not taken: the condition is claimed where it is read.
    conditions = [found for key in ("when", "unless") if (found := peek(node, key))]
    inner = [place.node for condition in conditions for place in walk(condition)]
    return any(isinstance(one, Scalar) and "pipeline." in one.text for one in (*conditions, *inner))


def _condition(entry: Entry, invoker: Invoker) -> Condition:
    if not isinstance(entry.value, Mapping) or not {"when", "unless"}.intersection(entry.value.keys):
        return TRUE
    from migrate.circleci.when import condition_of  # the expression language: few workflows need it

    return condition_of(entry.value, invoker.home, invoker.claims, (entry.key.span,))


def _implicit_workflow(config: Config, invoker: Invoker) -> tuple[Workflow, ...]:
    """The workflow of a config that has none: the job `build`, on every push."""
    span = config.root.span
    build = config.namespace.find("jobs", "build")
    if not isinstance(build, Definition):
        said = (
            "Cannot find a job named `build` to run in the `jobs:` section; "
            "add one, or a 'workflows:' that says what runs"
        )
        invoker.claims.notes.refuse(NO_WORKFLOW, (span,), "workflows", said)
        return ()
    branches = invoker.claims.take(build.node, "branches")
    admitted = filters.read_branches(branches, invoker.claims, (build.span,))
    made = invoker.named(Use("build", Mapping((), span), (build.span,), "build"))
    jobs = tuple(job._replace(filters=admitted) for job in made)
    return (Workflow("build", jobs, Mapping((), span), span),)
