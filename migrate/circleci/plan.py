"""The Plan: what a config runs once everything reusable has been expanded, and whether it can run at all."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from migrate.circleci.conditions import TRUE, Condition
from migrate.circleci.filters import Filters
from migrate.circleci.parameters import Parameter
from migrate.diagnostics import Fate, Notes, Span, Trail, declare
from migrate.yamlio.nodes import Mapping, Node, Scalar

CYCLE = declare(
    "requires-cycle",
    Fate.ERROR,
    "Jobs wait for each other in a circle",
    """No job of the circle could ever start.

    CircleCI refuses such a config, so nothing is written.

    Remove one of its 'requires'.""",
    "https://circleci.com/docs/configuration-reference/#requires",
)
UNKNOWN_REQUIRES = declare(
    "unknown-requires",
    Fate.ERROR,
    "A job requires a job that its workflow does not run",
    """'requires' names jobs of the same workflow, by their name there.

    CircleCI refuses such a config, so nothing is written.

    Look for a typing error, or run that job in the workflow as well.""",
    "https://circleci.com/docs/configuration-reference/#requires",
)


@dataclass(frozen=True, slots=True)
class Call:
    """One step of a job: a built-in step with its arguments.

    `commands` are the names of the commands that it came through, outermost first; `trail` leads from the
    job's line to the step itself. It runs where `condition` holds, which asks for what only the run knows.
    """

    step: str
    body: Node | None
    trail: Trail = field(compare=False)
    commands: tuple[str, ...] = field(default=(), compare=False)
    condition: Condition = TRUE


@dataclass(frozen=True, slots=True)
class Requirement:
    """A job that must have ended, with one of `statuses`, before another starts."""

    job: str
    statuses: tuple[str, ...] = ("success",)
    span: Span | None = field(default=None, compare=False)


class Job(NamedTuple):
    """A job as a workflow runs it: `name` there, `key` of its definition, its keys with the executor merged in.

    `keys` holds what rooms lower (`docker`, `environment`, `resource_class` …), `invocation` the keys of
    the workflow's entry that are left for rooms (`context` …). `trail` starts at the workflow's entry;
    `defined` is the definition's place. Other jobs may also require it by its `alias`.
    Its `type` is one of CircleCI's, or `group` for what opens and closes a job group, or `setup` for one that handed
    over to another config. `added` names the addition that it is, `held` says that a person starts it. Of a job that
    runs on several machines at once each may be a job: one of so many `copies`, and which one; all have one `title`.
    """

    name: str
    key: str
    workflow: str
    type: str
    keys: Mapping
    steps: tuple[Call, ...]
    requires: tuple[Requirement, ...]
    filters: Filters
    invocation: Mapping
    trail: Trail
    defined: Span
    alias: str = ""
    added: str = ""
    held: bool = False
    copies: int = 1
    copy: int = 0
    title: str = ""

    @property
    def called(self) -> str:
        """What CircleCI calls it: machines of one job have one name."""
        return self.title or self.name

    @property
    def id(self) -> str:
        """The name that is unique in the plan."""
        return f"{self.workflow}/{self.name}"

    @property
    def runs(self) -> bool:
        """Whether it runs anything; an approval, a lock or a no-op is there for the order of others."""
        return self.type in {"build", "release"}

    @property
    def matters(self) -> bool:
        """Whether where it runs makes a difference: it runs something, or somebody is asked."""
        return self.runs or self.type == "approval"


class Workflow(NamedTuple):
    """A named graph of jobs that runs where `condition` holds; `keys` are what rooms lower (`triggers` …).

    A workflow that does not run with the defaults of the pipeline's parameters is expanded with the values of `given`,
    under which it does; `several` says that it would with others too. `open` are the parameters for which whoever
    starts it may give a value; their defaults stand in it. `origin` is the name in the source of one that was made of
    another; `base` is the branch with which changed paths are compared, if it asks for them. `asked` are the parameters
    whose defaults decided that it runs on a push.
    """

    name: str
    jobs: tuple[Job, ...]
    keys: Mapping
    span: Span
    condition: Condition = TRUE
    given: tuple[tuple[str, Scalar], ...] = ()
    several: bool = False
    open: tuple[Parameter, ...] = ()
    origin: str = ""
    base: str = ""
    asked: tuple[str, ...] = ()


class Plan(NamedTuple):
    """Everything that the config runs."""

    workflows: tuple[Workflow, ...] = ()

    @property
    def jobs(self) -> Iterator[Job]:
        """All jobs of all workflows, in order."""
        return (job for workflow in self.workflows for job in workflow.jobs)


def check(plan: Plan, notes: Notes) -> None:
    """Refuse a plan in which jobs wait for each other in a circle."""
    for workflow in plan.workflows:
        _check_cycle(workflow, notes)


def _check_cycle(workflow: Workflow, notes: Notes) -> None:
    if not _has_cycle(workflow):
        return
    import networkx as nx  # to name the circle; loading it takes longer than most conversions

    graph: nx.DiGraph[str] = nx.DiGraph([(r.job, job.name) for job in workflow.jobs for r in job.requires])
    circle = [edge[0] for edge in nx.find_cycle(graph)]
    job = next(job for job in workflow.jobs if job.name == circle[0])
    said = (
        f"The job '{job.name}' is part of a cycle: {' -> '.join([*circle, circle[0]])} "
        "(each runs before the next); remove one 'requires'"
    )
    notes.refuse(CYCLE, job.trail, f"workflows.{workflow.name}.jobs.{job.name}", said)


def _has_cycle(workflow: Workflow) -> bool:
    """Whether jobs are left when, again and again, one is taken away that waits for none of the others."""
    waiting = {job.name: {r.job for r in job.requires} for job in workflow.jobs}
    followers: dict[str, list[str]] = {}
    for name, required in waiting.items():
        for other in required:
            followers.setdefault(other, []).append(name)
    free = [name for name, required in waiting.items() if not required]
    taken = 0
    while free:
        name = free.pop()
        taken += 1
        for follower in followers.get(name, ()):
            waiting[follower].remove(name)
            if not waiting[follower]:
                free.append(follower)
    return taken < len(waiting)
