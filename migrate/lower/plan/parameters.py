"""Pipeline parameters become the variables of custom pipelines (reference bitbucket.md, section 1.2).

Whoever starts a workflow that no push starts may give its parameters values (reference circleci.md, section 1.11).
Commands read them from variables; what is wanted before the pipeline runs keeps the parameter's default.
"""

import re
from collections.abc import Iterator

from migrate.bitbucket.model import Start, Variable
from migrate.circleci.parameters import Parameter
from migrate.circleci.plan import Job, Plan, Workflow
from migrate.circleci.settled import SETTLED
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft
from migrate.shell import analyse
from migrate.yamlio.nodes import Default, Mapping, Node, Scalar, walk

PARAMETER_DEFAULT = declare(
    "parameter-default",
    Fate.APPROXIMATED,
    "A pipeline parameter has its default in what a push starts",
    """A push gives parameters no values.

    What a push starts has the default, as before. Who started such a pipeline through CircleCI's API could give another
    value, and cannot here.

    If somebody does, add a custom pipeline: one whose variable the commands read, or, where the parameter chooses among
    workflows, one with the jobs of those that it chose.""",
    "https://circleci.com/docs/pipeline-variables/#pipeline-parameters",
    "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-start-conditions/#Custom--manual-only--pipelines",
)
_PREFIX = "pipeline.parameters."
_RUNS = ("deploy", "run")


def prepare(plan: Plan, draft: Draft) -> Plan:
    """Choose the names of the variables, and say which parameters keep their defaults."""
    for workflow in plan.workflows:
        taken = set().union(*map(_names, workflow.jobs)) if workflow.open else set()
        names = draft.parameters.setdefault(workflow.name, {})
        for parameter in workflow.open:
            names[_PREFIX + parameter.name] = _free(parameter.name, {*taken, *names.values()}, draft)
        for job in workflow.jobs if names else ():
            _note_settled(job, names, draft)
    _note_pushed(plan, draft)
    _note_asked(plan, draft)
    return plan


def _free(name: str, taken: set[str], draft: Draft) -> str:
    """A name for a parameter's variable that nothing else in the workflow has."""
    legal = re.sub(r"[^A-Za-z0-9_]", "_", name)
    while legal in taken or legal in draft.catalog.known_variables or re.match(r"[0-9]|BITBUCKET_|CIRCLE", legal):
        legal = f"PIPELINE_{legal}"
    return legal


def _names(job: Job) -> set[str]:
    """The variables of a job, as far as its environment and its commands show them."""
    found: set[str] = set()
    for owner in (job.keys, *(call.body for call in job.steps if call.step in _RUNS)):
        if isinstance(owner, Scalar):
            found |= _shell(owner.text)
        for key, value in _entries(owner):
            if key == "environment":
                found |= {place.step for place in walk(value)}
            elif key == "command" and isinstance(value, Scalar):
                found |= _shell(value.text)
    return found


def _shell(text: str) -> set[str]:
    effects = analyse(text)
    return {*effects.reads, *effects.sets, *effects.exports}


def _entries(node: Node | None) -> Iterator[tuple[str, Node]]:
    if isinstance(node, Mapping):
        yield from ((entry.key.text, entry.value) for entry in node.entries)


def _note_settled(job: Job, names: dict[str, str], draft: Draft) -> None:
    """Say where a default stands that no variable can take the place of."""
    found: dict[tuple[str, str], None] = {}
    for key, value in (*_entries(job.keys), *_entries(job.invocation)):
        found |= {(one.name, key): None for one in _defaults(value, shell=key == "environment")}
    for call in job.steps:
        for key, value in _entries(call.body):
            shell = call.step in _RUNS and key == "environment"
            if call.step not in _RUNS or key != "command":
                found |= {(one.name, f"{call.step}.{key}"): None for one in _defaults(value, shell=shell)}
        if isinstance(call.body, Scalar) and call.step not in _RUNS:
            found |= {(one.name, call.step): None for one in _defaults(call.body)}
    for name, key in found:
        if name in names:
            said = f"'{name}' has its default in the '{key}' of '{job.name}', whatever is given"
            draft.notes.add(SETTLED, job.trail, f"jobs.{job.key}", said, job=job.id)


def _defaults(value: Node, *, shell: bool = False) -> Iterator[Default]:
    """The defaults in a value; of one that a `shell` reads, those that no variable can take the place of."""
    nodes = (value, *(place.node for place in walk(value)))
    for node in (node for node in nodes if isinstance(node, Scalar)):
        yield from (one for one in node.defaults if not shell or not one.exact or node.kind == "bool")


def _note_pushed(plan: Plan, draft: Draft) -> None:
    """Say once for each parameter that it has its default in what a push starts, if it stands there."""
    users: dict[str, dict[str, Workflow]] = {}
    for workflow in (one for one in plan.workflows if not draft.parameters[one.name]):
        bodies = (body for job in workflow.jobs for body in (job.keys, *(call.body for call in job.steps)) if body)
        for one in (each for body in bodies for each in _defaults(body)):
            users.setdefault(one.name, {})[workflow.name] = workflow
    for name, workflows in users.items():
        where = ", ".join(f"'{workflow}'" for workflow in workflows)
        said = f"'{name}' has its default in {where}; a run with another value needs a custom pipeline"
        first = next(iter(workflows.values()))
        draft.notes.add(PARAMETER_DEFAULT, (first.span,), name.removeprefix("pipeline."), said)


def _note_asked(plan: Plan, draft: Draft) -> None:
    """Say of each workflow which parameters decide by their defaults whether a push runs it."""
    for workflow in plan.workflows:
        home = workflow.origin or workflow.name
        for name in workflow.asked:
            said = f"'{name}' has its default in the condition of '{home}'"
            said += "; what another value chooses needs a custom pipeline, if it has none"
            draft.notes.add(PARAMETER_DEFAULT, (workflow.span,), name.removeprefix("pipeline."), said)


def declared(starts: tuple[Start, ...], plan: Plan, draft: Draft) -> tuple[Start, ...]:
    """The start conditions, the custom ones with the variables that their commands read."""
    workflows = {workflow.name: workflow for workflow in plan.workflows}
    return tuple(
        start._replace(variables=tuple(_variables(workflows[start.pattern], draft)))
        if start.section == "custom" and start.pattern in workflows
        else start
        for start in starts
    )


def _variables(workflow: Workflow, draft: Draft) -> Iterator[Variable]:
    names = draft.parameters[workflow.name]
    for parameter in workflow.open:
        name = names[_PREFIX + parameter.name]
        if name in draft.given.get(workflow.name, ()):
            default = parameter.default.written if isinstance(parameter.default, Scalar) else ""
            yield Variable(name, default, _allowed(parameter, default), parameter.description)


def _allowed(parameter: Parameter, default: str) -> tuple[str, ...]:
    """The values that may be given; a list of them must hold the default (reference bitbucket.md, section 1.2)."""
    allowed = ("true", "false") if parameter.type == "boolean" else parameter.choices
    return allowed if default and default in allowed else ()


__all__ = ["declared", "prepare"]
