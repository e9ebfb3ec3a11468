"""Schedules stand in no file: each is an entry that a person, or a program, creates (reference bitbucket.md, 6.3).

CircleCI has two kinds. A workflow with `triggers` has its schedule in the config and never runs otherwise. A scheduled
pipeline is a setting of the project: the config only shows that a workflow waits for one, and perhaps its name
(reference circleci.md, section 3).
"""

from collections.abc import Iterator

from migrate.circleci.conditions import FALSE, All, Any, Condition, Test, subjects
from migrate.circleci.events import SCHEDULE as BY_SCHEDULE
from migrate.circleci.events import Starter, in_schedule, starters
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
    """Schedules are not part of the file.

    The custom pipeline is there, and nothing starts it by itself until there is a schedule.

    Create one under Pipelines, Schedules, or through the API, for each branch that is named; its times are UTC, as in
    CircleCI.""",
    "https://circleci.com/docs/configuration-reference/#schedule",
    *_BITBUCKET,
)
NO_SCHEDULE = declare(
    "schedule-never",
    Fate.DROPPED,
    "A schedule that never comes",
    """Its cron names a day that no month has, or a value that there is not, or its workflow's condition does not hold
    with the defaults of the parameters, which are all that a schedule gives.

    The custom pipeline is there, and nothing starts it by itself.

    Mend the schedule and convert again, or delete the custom pipeline.""",
    "https://circleci.com/docs/configuration-reference/#cron",
    *_BITBUCKET,
)
PROJECT_SCHEDULE = declare(
    "project-schedule",
    Fate.MANUAL,
    "A workflow that a scheduled pipeline starts becomes a custom pipeline",
    """Scheduled pipelines stand in CircleCI's project settings, under Triggers, and not in the config.

    No push starts the workflow here, and nothing else does until there is a schedule.

    Create a schedule for the custom pipeline with the times and the branch that stand there; its times are UTC.""",
    "https://circleci.com/docs/schedule-pipelines/",
    *_BITBUCKET,
)
ALSO_SCHEDULED = declare(
    "also-scheduled",
    Fate.MANUAL,
    "A workflow that ran in scheduled pipelines as well",
    """A scheduled pipeline starts all workflows of its branch whose conditions do not keep them out, not only the one
    that waits for it.

    Here a schedule starts one pipeline.

    If the workflow shall run then, too, create a second schedule, for the branch's own pipeline.""",
    "https://circleci.com/docs/schedule-pipelines/",
    *_BITBUCKET,
)
_PARAMETER = "pipeline.parameters."
_BRANCH = "pipeline.git.branch"


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


def note_others(plan: Plan, draft: Draft) -> None:
    """Say which workflows a push starts that ran in the scheduled pipelines as well which others wait for."""
    found = {
        workflow.name: [one for one in starters(workflow.condition) if one.event is BY_SCHEDULE]
        for workflow in plan.workflows
        if not is_scheduled(workflow)
    }
    titles = dict.fromkeys(one.schedule for each in found.values() for one in each)
    for workflow in plan.workflows:
        if found.get(workflow.name, True) or any(name.startswith(_PARAMETER) for name in subjects(workflow.condition)):
            continue  # it has schedules of its own, or a pipeline that needs values
        ran = [name for name in titles if in_schedule(workflow.condition, name) != FALSE]
        if ran:
            which = ", ".join(f"'{name}'" for name in ran if name) or "scheduled pipelines"
            values = ", with the parameters' defaults" if any(one.given for one in plan.workflows) else ""
            said = f"'{workflow.name}' ran in {which} as well{values}; the schedules that are listed do not start it"
            said += ": create a second one with the same times, for the branch's own pipeline"
            draft.notes.add(ALSO_SCHEDULED, (workflow.span,), f"workflows.{workflow.name}", said)


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
