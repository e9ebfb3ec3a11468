"""When jobs run, and in which order: what they wait for, schedules, conditions, pull requests."""

from collections.abc import Iterator

from migrate.circleci.conditions import subjects, tests
from migrate.circleci.plan import Workflow
from migrate.detect.commands import where
from migrate.detect.finding import Finding, Repository, Seen

MOST_NAMED = 3
_PULL_REQUESTS = "pull_request"
_MAIN = frozenset({"main", "master", "trunk"})
"""What main branches are usually called."""


def layout(repository: Repository) -> Iterator[Finding]:
    """`layout: nested`: jobs that wait, in one list of groups, for jobs or approvals that are not theirs."""
    jobs = {job.id: job for job in repository.plan.jobs}
    waiting = {one.job: one for start in repository.order for one in start.waiting if one.job in jobs}
    seen = []
    for name, one in waiting.items():
        others = [f"'{other}'" for other in dict.fromkeys((*one.gates, *one.strangers))][:MOST_NAMED]
        what = f"'{jobs[name].called}' waits for {', '.join(others)}, which it does not require"
        seen.append(Seen(where(jobs[name].trail[0]), what))
    if seen:
        would = "Independent chains are child pipelines, so that none waits for another's jobs or gates."
        yield Finding("layout", "nested", tuple(seen), would)


def style(repository: Repository) -> Iterator[Finding]:
    """`style: triggers`: several workflows, of which some wait for a schedule or a condition."""
    workflows = repository.plan.workflows
    seen = [Seen(where(one.span), f"the workflow '{one.name}' {what}") for one in workflows if (what := _waits(one))]
    if seen and len(workflows) > 1:
        would = "Each workflow is a pipeline of its own, and events say when it starts; those of one push stay apart."
        yield Finding("style", "triggers", tuple(seen), would)


def pull_requests(repository: Repository) -> Iterator[Finding]:
    """`feature-branches: pull-requests`: workflows for pull requests, or for all branches but the main one."""
    seen = [
        Seen(where(one.span), f"the workflow '{one.name}' {what}")
        for one in repository.plan.workflows
        if (what := _before_a_merge(one))
    ]
    if seen:
        would = "Branches are built when they have a pull request, not at each push. 'both' does one and the other."
        yield Finding("feature-branches", "pull-requests", tuple(seen), would)


def _before_a_merge(workflow: Workflow) -> str:
    """What shows that a workflow is for what shall be merged; "" if it is not only for that."""
    if any(_PULL_REQUESTS in f"{test.subject} {test.value}" for test in tests(workflow.condition)):
        return "asks for a pull request"
    ignored = [{one.text for one in job.filters.branches.ignore} for job in workflow.jobs if job.runs]
    both = set.intersection(*ignored).intersection(_MAIN) if ignored else set()
    return f"runs on all branches but '{min(both)}'" if both else ""


def _waits(workflow: Workflow) -> str:
    if "triggers" in workflow.keys.keys:
        return "has a schedule of its own"
    asked = ", ".join(subjects(workflow.condition))
    return f"asks for {asked}" if asked else ""
