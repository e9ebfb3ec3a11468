"""What starts pipelines besides pushes: schedules, the API, people (circleci.md, section 3; bitbucket.md, section 6.3).

Nothing of this stands in the file. The conversion says which custom pipeline stands for which workflow, where what
started that one; here each such event is tried on both sides, and each that a condition names has to have a pipeline.
"""

from collections.abc import Iterable, Iterator

from migrate.circleci.conditions import FALSE, tests
from migrate.circleci.events import SCHEDULE, on_push, starters
from migrate.circleci.filters import BRANCH as BRANCH_SUBJECT
from migrate.circleci.plan import Plan, Workflow
from migrate.verify import samples
from migrate.verify.circleci_side import is_scheduled
from migrate.verify.events import CUSTOM, Event, Facts
from migrate.verify.written import Written
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Scalar, Sequence

Customs = Iterable[tuple[str, str, Facts]]
"""Custom pipelines, each with the workflow that it stands for, and what is known of what started that."""

BRANCHES = ("main", "some-branch")
_MOST_NAMES = 12
_SCHEDULE = "pipeline.schedule.name"
_OTHER = "another-schedule"


def starts(plan: Plan, written: Written, customs: Customs | None) -> Iterator[Event]:
    """The events, each on the branches that its workflow names.

    A custom pipeline that stands for no workflow is a person's own; nothing of CircleCI's can be held against it.
    """
    named = {workflow.name: workflow for workflow in plan.workflows}
    listed = tuple(_guessed(plan, written) if customs is None else customs)
    scheduled: dict[str, list[str]] = {title: [] for title in _titles(plan)}
    for pipeline, workflow, facts in listed:
        known = dict(facts)
        if known.get("pipeline.trigger.type") == "schedule":
            scheduled.setdefault(str(known.get(_SCHEDULE) or ""), []).append(pipeline)
        elif workflow in named:
            yield from _alone(named[workflow], pipeline, facts)
    yield from _missing(plan, listed)
    homes = {pipeline: workflow for pipeline, workflow, _ in listed}
    for title, pipelines in scheduled.items():
        every = tuple(dict.fromkeys((*pipelines, *scheduled.get("", ()))))
        behind = [named[homes[pipeline]] for pipeline in every if homes[pipeline] in named]
        yield from _of_schedule(title, every, behind)


def _inner(written: Written) -> set[str]:
    """The custom pipelines that other pipelines run, or pushes start."""
    children = {step.child for _, _, pipeline in written.pipelines for step in pipeline.steps}
    return children | {name for trigger in written.triggers for name in trigger.pipelines}


def _guessed(plan: Plan, written: Written) -> Iterator[tuple[str, str, Facts]]:
    """For each custom pipeline the workflow of its name, or the only one with all of its jobs that no push starts."""
    jobs = {job.name for job in plan.jobs}
    unpushed = [one.name for one in plan.workflows if is_scheduled(one) or on_push(one.condition) == FALSE]
    inner = _inner(written)
    for name, pipeline in written.sections["custom"].items():
        if name in inner:
            continue
        steps = {step.name for step in pipeline.steps} & jobs
        homes = {workflow.name: steps <= {job.name for job in workflow.jobs} for workflow in plan.workflows}
        found = [name] if name in homes else [one for one in unpushed if homes[one] and steps]
        if len(found) == 1:
            yield name, found[0], ()


def _titles(plan: Plan) -> Iterator[str]:
    """The names of the schedules that conditions ask for; empty for one without."""
    for workflow in plan.workflows:
        if not is_scheduled(workflow):
            yield from (one.schedule for one in starters(workflow.condition) if one.event is SCHEDULE)


def _missing(plan: Plan, listed: Customs) -> Iterator[Event]:
    """What should start a workflow that no push does, and has no pipeline."""
    homes = {workflow for _, workflow, _ in listed}
    for workflow in plan.workflows:
        if workflow.name not in homes and is_scheduled(workflow):
            yield from _alone(workflow, "", ())
        elif workflow.name not in homes and on_push(workflow.condition) == FALSE:
            found = (one for one in starters(workflow.condition) if one.event is not SCHEDULE)
            yield from (event for one in found for event in _alone(workflow, "", one.facts))


def _alone(workflow: Workflow, pipeline: str, facts: Facts) -> Iterator[Event]:
    """Somebody, or its own schedule, starts one workflow."""
    given = (*facts, *_values(workflow))
    pipelines = (pipeline,) if pipeline else ()
    said = pipeline or workflow.name
    for name in branches(workflow):
        yield Event(CUSTOM, name, workflow.name, given=given, pipelines=pipelines, said=said)


def _of_schedule(title: str, pipelines: tuple[str, ...], behind: list[Workflow]) -> Iterator[Event]:
    """A schedule of the project starts all workflows that admit it."""
    given = (*SCHEDULE.facts.items(), (_SCHEDULE, title or _OTHER), *(one for w in behind for one in _values(w)))
    names = dict.fromkeys(name for workflow in behind for name in branches(workflow))
    for name in (names | dict.fromkeys(BRANCHES)) if len(names) != 1 else names:
        said = f"schedule {title}" if title else "a schedule"
        yield Event(CUSTOM, name, "", given=given, pipelines=pipelines, said=said)


def _values(workflow: Workflow) -> Iterator[tuple[str, str | int | float | bool | None]]:
    """The values of parameters under which a workflow is written."""
    from migrate.circleci.statement_values import value  # the expression language: few workflows have values

    for name, node in workflow.given:
        known = value(node)
        if isinstance(known, str | int | float | bool):
            yield name, known


def branches(workflow: Workflow) -> list[str]:
    """The branches that a workflow's own schedules, filters and conditions name."""
    found = dict.fromkeys(_scheduled_branches(workflow))
    for job in workflow.jobs:
        for pattern in job.filters.branches.patterns:
            found |= dict.fromkeys(samples.of_pattern(pattern.text) if pattern.is_regex else (pattern.text,))
    conditions = (workflow.condition, *(job.filters.condition for job in workflow.jobs))
    asked = [test for condition in conditions for test in tests(condition) if test.subject == BRANCH_SUBJECT]
    for test in asked:
        found |= dict.fromkeys(
            samples.of_pattern(str(test.value)) if test.operator == "matches" else (str(test.value),)
        )
    own = len(found) == 1 and is_scheduled(workflow)
    found |= {} if own else dict.fromkeys(BRANCHES)
    return [name for name in found if samples.is_ref(name)][:_MOST_NAMES]


def _scheduled_branches(workflow: Workflow) -> Iterator[str]:
    # Peeked, not taken: the rooms that lower schedules have claimed all of this.
    triggers = peek(workflow.keys, "triggers")
    for trigger in triggers.items if isinstance(triggers, Sequence) else ():
        schedule = peek(trigger, "schedule")
        branches = peek(peek(schedule, "filters"), "branches")
        only = peek(branches, "only") if isinstance(branches, Mapping) else None
        for item in only.items if isinstance(only, Sequence) else (only,):
            if isinstance(item, Scalar):
                text = item.text
                is_regex = len(text) > 1 and text.startswith("/") and text.endswith("/")
                yield from samples.of_pattern(text[1:-1].replace("\\/", "/")) if is_regex else (text,)
