"""Which jobs each start condition runs, and what is left for their steps to ask (reference bitbucket.md, section 2.1).

Branch names and tag names are cut into regions (`migrate.lower.plan.regions`). A job that runs for some names of a
region only has a condition there; where globs cannot say it, a line of its script asks (`migrate.lower.plan.guards`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from migrate.choices import NO_CHOICES, Choices
from migrate.circleci.conditions import Condition
from migrate.circleci.plan import Job, Plan, Workflow
from migrate.lower.names.covers import ALL
from migrate.lower.plan.events import trigger
from migrate.lower.plan.reach import reach, sayable
from migrate.lower.plan.regions import REST, Region, cut, guarded, summary
from migrate.lower.plan.running import Running, running, spelled
from migrate.lower.plan.starting import Selected, Started, ask, note_without, places_of
from migrate.lower.plan.states import state

_NOWHERE: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def select(
    plan: Plan,
    waiting: frozenset[str] = frozenset(),
    choices: Choices = NO_CHOICES,
    paths: Mapping[str, tuple[str, ...]] = _NOWHERE,
) -> Started:
    """The start conditions of a plan, `default` first; with the style `triggers`, events and custom pipelines.

    The workflows that are `waiting` are started by no push: each is a custom pipeline. `paths` are the globs of the
    changed paths that start a workflow.
    """
    found = Started()
    pushed = tuple(workflow for workflow in plan.workflows if workflow.name not in waiting)
    if choices.style == "triggers":
        names = spelled(pushed) if choices.feature_branches != "push" else ()
        for workflow in pushed:
            trigger(found, workflow, names, choices.feature_branches, paths.get(workflow.name, ()))
    else:
        for kind in ("branch", "tag"):
            runs = running(pushed, kind)
            _add(found, _Kind(pushed, runs), [(_start(kind, region), region) for region in cut(runs)])
        found.starts.sort(key=lambda start: start.section != "default")
    for workflow in plan.workflows:
        if workflow.name in waiting:
            runs = running((workflow,), "branch")
            everywhere = Region(REST, tuple(range(len(runs.names))))
            _add(found, _Kind((workflow,), runs), [(("custom", workflow.name), everywhere)])
    return found


def _start(kind: str, region: Region) -> tuple[str, str]:
    """The section and the pattern of a region."""
    if kind == "tag":
        return "tags", region.pattern or ALL
    return ("branches", region.pattern) if region.pattern else ("default", "")


@dataclass(slots=True)
class _Kind:
    """The workflows that names of one kind start, and where each of their jobs runs for some names, once asked."""

    workflows: tuple[Workflow, ...]
    runs: Running
    known: dict[tuple[str, tuple[int, ...]], dict[str, Condition | None]] = field(default_factory=dict)

    @property
    def jobs(self) -> Iterator[tuple[Workflow, Job]]:
        for workflow in self.workflows:
            yield from ((workflow, job) for job in workflow.jobs)

    def condition(self, workflow: Workflow, job: Job, places: tuple[int, ...]) -> Condition | None:
        """Where the job runs, of the names at these places."""
        key = (workflow.name, places)
        if key not in self.known:
            self.known[key] = reach(workflow, self.runs, places)
        return self.known[key][job.id]

    def sayable(self, condition: Condition | None, region: Region) -> str | None:
        """The condition of a step whose script asks for the rest; None if it holds for all names of the region."""
        text = state(sayable(condition, self.runs, region.places), self.runs.subject)
        return None if text == "true" else text


def _add(found: Started, kind: _Kind, regions: list[tuple[tuple[str, str], Region]]) -> None:
    """Add the starts of all regions, with the conditions of their jobs or what the jobs' scripts ask."""
    asking, running_at = guarded(kind.runs), places_of(kind.runs.rows)
    states: dict[str, dict[Region, str | None]] = {}
    present: dict[str, list[Region]] = {}
    for _, region in regions:
        for workflow, job in kind.jobs:
            row = kind.runs.rows[job.id]
            does = summary(row, region.places)
            if does != "F":
                present.setdefault(job.id, []).append(region)
            if does == "?" and job.matters:
                note_without(found, job, running_at, region.places)
                condition = None if row in asking else kind.condition(workflow, job, region.places)
                said = state(condition, kind.runs.subject) if condition else None
                states.setdefault(job.id, {})[region] = said
    for workflow, job in kind.jobs:
        if job.id in present:
            found.kinds.setdefault(job.id, set()).add(kind.runs.kind)
            found.tagged.update({job.id} if kind.runs.kind == "tag" else ())
        if None in states.get(job.id, {}).values():
            places = tuple(sorted(place for region in present[job.id] for place in region.places))
            condition = kind.condition(workflow, job, places)
            ask(found, job, kind.runs.kind, condition)
            states[job.id] = {region: kind.sayable(condition, region) for region in states[job.id]}
    for (section, pattern), region in regions:
        jobs = tuple(job for _, job in kind.jobs if region in present.get(job.id, ()))
        own = tuple((job.id, text) for job in jobs if (text := states.get(job.id, {}).get(region)))
        if jobs or region.pattern:
            found.starts.append(Selected(section, pattern, jobs, own))
