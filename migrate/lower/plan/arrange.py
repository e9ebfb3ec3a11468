"""The jobs of one start condition are put in order: gates, levels, child pipelines, the final step."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from migrate.bitbucket.model import Step
from migrate.circleci.plan import Job
from migrate.lower.draft import Draft
from migrate.lower.plan import approvals, deployments, durations, gated, limits, nesting, statuses
from migrate.lower.plan.approvals import Gates, Held
from migrate.lower.plan.graph import Graph, bits, graph, sources, union
from migrate.lower.plan.install import ADDITION
from migrate.lower.plan.order import Layout, Waits, levels, waits
from migrate.lower.plan.starting import Selected


class Arranged(NamedTuple):
    """A start condition in order.

    `jobs` are those that are steps, and approvals that are; `steps` what each is here, `graph` what CircleCI would have
    each wait for, `layout` how they stand, `waits` what each waits for there. `final` comes after them, in CircleCI
    after those in `ending`. `times` is how long the longest chain takes in CircleCI, and here.
    """

    jobs: tuple[Job, ...]
    steps: tuple[Step, ...]
    graph: Graph
    layout: Layout
    waits: Waits
    final: tuple[Job, Step] | None
    held: tuple[Held, ...]
    times: tuple[int, int]
    ending: tuple[int, ...] = ()

    def strangers(self, one: int) -> int:
        """The jobs that a job waits for in vain, as bits."""
        return self.waits.earlier[one] & ~self.graph.before[one] & ~self.graph.idle

    def foreign(self, one: int) -> int:
        """The manual steps that a job stands behind and did not wait for, as bits."""
        return self.waits.earlier[one] & ~self.graph.before[one] & self.graph.manual

    def named(self, found: int) -> list[Job]:
        """The jobs that the bits stand for."""
        return [self.jobs[one] for one in bits(found)]


def arrange(one: Selected, steps: Mapping[str, Step], draft: Draft) -> Arranged:
    """Put the jobs of a start condition in order."""
    everyone = {job.id: steps[job.id] for job in one.jobs if job.id in steps}
    if any((one.section, one.pattern) == (choice.section, choice.pattern) for choice in draft.choices.selections):
        one = one._replace(jobs=(*approvals.before(one.jobs, draft.jobs), *one.jobs))
    last = statuses.final(one.section, one.jobs, everyone)
    mine = {name: step for name, step in everyone.items() if last is None or name != last.id}
    states = dict(one.states)
    gates = approvals.gates(one.jobs, mine, states)
    near = sources(one.jobs, frozenset((*mine, *(gate.id for gate in gates.own))))
    nodes = _nodes(one.jobs, mine, gates, states, draft)
    number = {job.id: place for place, (job, _) in enumerate(nodes)}
    direct = [[number[other] for other in near[job.id]] for job, _ in nodes]
    leading = [place for place, (job, _) in enumerate(nodes) if job.added == ADDITION]
    for place in range(len(nodes)):
        direct[place] += [] if place in leading else leading
    where = f"{one.section} {one.pattern}".strip()
    settled, behind = deployments.settle(nodes, direct, where, draft)
    wanted = _graph(nodes, settled, direct, gates, draft)
    for after, before in behind:
        direct[after].append(before)
    ordered = _graph(nodes, settled, direct, gates, draft) if behind else wanted
    jobs = tuple(job for job, _ in nodes)
    layout = _layout(ordered, settled, jobs, draft, spare=2 if last else 1)
    final = (last, replace(steps[last.id], final=True)) if last else None
    laid = waits(wanted, layout)
    asked = {job.id for place, job in enumerate(jobs) if (laid.earlier[place] | 1 << place) & wanted.manual}
    held = tuple(approvals.held(one.jobs, everyone, gates, draft.jobs, asked))
    times = (wanted.path(), laid.time)
    ending = tuple(place for place, job in enumerate(jobs) if last and job.id in near[last.id])
    if last:
        took = durations.weight(last, durations.seconds(draft))
        ends = wanted.ends()
        times = (max(times[0], max(ends[place] for place in ending) + took), times[1] + took)
    return Arranged(jobs, tuple(settled), wanted, layout, laid, final, held, times, ending)


def _layout(ordered: Graph, steps: list[Step], jobs: tuple[Job, ...], draft: Draft, *, spare: int) -> Layout:
    """How the steps stand, with child pipelines where they were asked for or are needed."""
    allowed = union(n for n, step in enumerate(steps) if not (step.manual or step.deployment or step.changes))
    plain: Layout = levels(ordered)
    if draft.choices.layout == "nested":
        plain = nesting.nested(ordered, allowed)
        free = union(n for n, step in enumerate(steps) if not (step.deployment or step.changes))
        gated.note(ordered, free, plain, jobs, draft)
    return limits.kept(plain, allowed, spare=spare)


def _nodes(
    jobs: tuple[Job, ...], mine: Mapping[str, Step], gates: Gates, states: Mapping[str, str], draft: Draft
) -> list[tuple[Job, Step]]:
    """The jobs and approvals that are steps here, in the order of the plan."""
    own = {gate.id for gate in gates.own}
    nodes: list[tuple[Job, Step]] = []
    for job in jobs:
        if job.id in mine:
            step = mine[job.id]
            nodes.append((job, replace(step, manual=True) if job.id in gates.carried else step))
        elif job.id in own:
            behind = [mine.get(name) for name in gates.behind[job.id]]
            made = approvals.step_of(job, behind, draft)
            nodes.append((job, replace(made, state=states.get(job.id, made.state))))
    return nodes


def _graph(
    nodes: list[tuple[Job, Step]], steps: list[Step], direct: list[list[int]], gates: Gates, draft: Draft
) -> Graph:
    known = durations.seconds(draft)
    own = {gate.id for gate in gates.own}
    weights = [0 if job.id in own else durations.weight(job, known) for job, _ in nodes]
    manual = union(place for place, step in enumerate(steps) if step.manual)
    return graph(direct, weights, manual, union(place for place, (job, _) in enumerate(nodes) if job.id in own))
