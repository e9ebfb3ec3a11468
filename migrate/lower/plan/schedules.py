"""Schedules stand in no file: each is an entry that a person, or a program, creates (reference bitbucket.md, 6.3).

CircleCI has two kinds. A workflow with `triggers` has its schedule in the config and never runs otherwise. A scheduled
pipeline is a setting of the project: the config only shows that a workflow waits for one, and perhaps its name
(reference circleci.md, section 3).
"""

from collections.abc import Iterator

from migrate.circleci.conditions import FALSE, All, Any, Condition, Test, evaluate, subjects
from migrate.circleci.events import SCHEDULE_NAME, Starter
from migrate.circleci.facts import Value
from migrate.circleci.plan import Plan, Workflow
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft, Schedule
from migrate.lower.plan import cron
from migrate.yamlio.nodes import Node

_BITBUCKET = (
    "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-triggers/",
    "https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/",
)
SCHEDULE = declare(
    "schedule",
    Fate.MANUAL,
    "A scheduled workflow becomes a custom pipeline",
    """Schedules are not part of the file. Create one under Pipelines, Schedules, or through the API, for each branch
    that is named; its times are UTC, as in CircleCI.""",
    "https://circleci.com/docs/configuration-reference/#schedule",
    *_BITBUCKET,
)
NO_SCHEDULE = declare(
    "schedule-never",
    Fate.DROPPED,
    "A schedule that never comes",
    """Its cron names a day that no month has, or a value that there is not, or its workflow's condition does not hold
    with the defaults of the parameters, which are all that a schedule gives. The custom pipeline is there, and nothing
    starts it by itself.""",
    "https://circleci.com/docs/configuration-reference/#cron",
    *_BITBUCKET,
)
PROJECT_SCHEDULE = declare(
    "project-schedule",
    Fate.MANUAL,
    "A workflow that a scheduled pipeline starts becomes a custom pipeline",
    """Scheduled pipelines stand in CircleCI's project settings, under Triggers, and not in the config. Create a
    schedule for the custom pipeline with the times and the branch that stand there; its times are UTC.""",
    "https://circleci.com/docs/schedule-pipelines/",
    *_BITBUCKET,
)
SCHEDULE_OTHERS = declare(
    "schedule-others",
    Fate.MANUAL,
    "A scheduled pipeline started this workflow, too",
    """CircleCI's scheduled pipeline runs every workflow whose condition does not exclude it. Here its schedule starts
    one custom pipeline. If this workflow is wanted at those times as well, create a second schedule for the branch's
    own pipeline.""",
    "https://circleci.com/docs/schedule-pipelines/",
    *_BITBUCKET,
)
_BRANCH = "pipeline.git.branch"
Facts = tuple[tuple[str, Value | None], ...]


def is_scheduled(workflow: Workflow) -> bool:
    """Whether a workflow has schedules of its own: then nothing else starts it."""
    return "triggers" in workflow.keys.keys


def of_config(workflow: Workflow, draft: Draft) -> None:
    """Take the schedules that a workflow has under `triggers`."""
    claims = draft.claims
    for trigger in claims.items(claims.take(workflow.keys, "triggers")):
        schedule = claims.take(trigger, "schedule")
        written = claims.text(claims.take(schedule, "cron"), "cron", (trigger.span,))
        names, on = _branches(claims.take(claims.take(schedule, "filters"), "branches"), trigger, draft)
        found = cron.convert(written)
        trail, where = (workflow.span, trigger.span), f"workflows.{workflow.name}"
        complaint = found.complaint if workflow.condition != FALSE else "the workflow's condition does not hold then"
        if complaint:
            said = f"'{written}' of '{workflow.name}' becomes no schedule: {complaint}"
            draft.notes.add(NO_SCHEDULE, trail, where, said)
            continue
        patterns = f"schedule{'s' * (len(found.patterns) > 1)} " + " and ".join(f"'{one}'" for one in found.patterns)
        said = f"create the {patterns} ('{written}' in CircleCI, UTC) for '{workflow.name}' on {on}"
        if len(found.patterns) > 1:
            said += "; on a day that fits both it runs twice, which it did not"
        draft.notes.add(SCHEDULE, trail, where, said)
        for branch in names:
            draft.schedules += (Schedule(workflow.name, one, branch, workflow.name) for one in found.patterns)


def _branches(node: Node | None, trigger: Node, draft: Draft) -> tuple[tuple[str, ...], str]:
    """The branches of a schedule, one of them "" where only a person knows them; and how a note names them.

    Of `only` and `ignore`, a schedule's `ignore` does not count (reference circleci.md, section 3.1).
    """
    claims, trail = draft.claims, (trigger.span,)
    only = tuple(claims.text(item, "only", trail) for item in claims.items(claims.take(node, "only")))
    ignored = tuple(claims.text(item, "ignore", trail) for item in claims.items(claims.take(node, "ignore")))
    plain = tuple(dict.fromkeys(name for name in only if not _is_pattern(name)))
    patterns = tuple(name for name in only if _is_pattern(name))
    said = [f"'{name}'" for name in plain]
    if patterns:
        said.append(f"every branch that {' or '.join(patterns)} matches")
    if not only:
        said.append("every branch that it shall run on" + (f", but not on {', '.join(ignored)}" if ignored else ""))
    return ((*plain, "") if patterns or not only else plain), ", ".join(said)


def _is_pattern(name: str) -> bool:
    return len(name) > 1 and name.startswith("/") and name.endswith("/")


def of_project(workflow: Workflow, starter: Starter, draft: Draft) -> None:
    """Take a schedule that stands in the project's settings: a person copies its times, and its branch if need be."""
    names = tuple(named(starter.where))
    which = f"the scheduled pipeline '{starter.schedule}'" if starter.schedule else "each scheduled pipeline"
    on = " and ".join(f"'{name}'" for name in names) or "its branch"
    said = f"copy the times of {which} from CircleCI's project settings to a schedule for '{workflow.name}' on {on}"
    draft.notes.add(PROJECT_SCHEDULE, (workflow.span,), f"workflows.{workflow.name}", said)
    title = starter.schedule or workflow.name
    draft.schedules += (Schedule(title, "", branch, workflow.name) for branch in names or ("",))


def named(where: Condition) -> Iterator[str]:
    """The branches that a condition spells out, if it holds on no others."""
    match where:
        case Test(subject, "==", str(name)) if subject == _BRANCH:
            yield name
        case Any(parts):
            each = [tuple(named(part)) for part in parts]
            yield from (dict.fromkeys(name for names in each for name in names) if all(each) else ())
        case All(parts):
            yield from next((names for part in parts if (names := tuple(named(part)))), ())


def note_others(plan: Plan, draft: Draft) -> None:
    """Say which workflows of the source a scheduled pipeline ran besides those that have a pipeline for it."""
    for facts, mine in _of_project(draft).items():
        known = dict(facts)
        title = known.get(SCHEDULE_NAME)
        which = f"the scheduled pipeline '{title}'" if title else "each scheduled pipeline"
        for workflow in plan.workflows:
            if workflow.name not in mine and not is_scheduled(workflow) and _admits(workflow.condition, known):
                said = f"{which} ran '{workflow.name}' as well; its schedule here does not"
                draft.notes.add(SCHEDULE_OTHERS, (workflow.span,), f"workflows.{workflow.name}", said)


def _of_project(draft: Draft) -> dict[Facts, set[str]]:
    """What each schedule of the project makes known, and the workflows that have a pipeline for it."""
    found: dict[Facts, set[str]] = {}
    for custom in draft.customs:
        if dict(custom.facts).get("pipeline.trigger.type") == "schedule":
            found.setdefault(custom.facts, set()).add(custom.workflow)
    general = {name for facts, names in found.items() if SCHEDULE_NAME not in dict(facts) for name in names}
    return {facts: names | general for facts, names in found.items()}


def _admits(condition: Condition, facts: dict[str, Value | None]) -> bool:
    """Whether a schedule starts a workflow somewhere; its parameters have their defaults, with which it may not run."""
    left = evaluate(condition, {SCHEDULE_NAME: "", **facts})
    return left != FALSE and not any(name.startswith("pipeline.parameters.") for name in subjects(left))
