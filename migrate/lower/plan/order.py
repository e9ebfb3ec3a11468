"""`requires` becomes sequence and parallel groups: a job stands behind everything that it waits for.

Bitbucket runs a list from top to bottom and knows no graph; jobs that do not wait for each other form a
parallel group (reference bitbucket.md, section 3.7).
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from migrate.circleci.plan import Job
from migrate.lower.plan.install import ADDITION

_NAMED = 20
"""How many jobs a note names."""


def levels(
    jobs: Iterable[Job], everything: Mapping[tuple[str, str], Job], steps: Mapping[str, object]
) -> list[list[Job]]:
    """The jobs that become steps, in groups; each job's group comes after those of the jobs it requires.

    `jobs` run for one start condition; `everything` finds a job by workflow and name. A required job that
    runs but becomes no step (an approval, a job left out) hands on what it requires itself. An installing
    step comes before everything.
    """
    import networkx as nx

    running = list(jobs)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(job.id for job in running)
    here = {job.id: job for job in running}
    for job in running:
        required = (everything.get((job.workflow, r.job)) for r in job.requires)
        graph.add_edges_from((other.id, job.id) for other in required if other and other.id in here)
    for name in [name for name in graph if name not in steps]:
        graph.add_edges_from([(a, b) for a in graph.predecessors(name) for b in graph.successors(name)])
        graph.remove_node(name)
    leading = [job.id for job in running if job.added == ADDITION and job.id in graph]
    graph.add_edges_from((first, other) for first in leading for other in list(graph) if other not in leading)
    place = {job.id: index for index, job in enumerate(running)}
    groups = [sorted(group, key=place.__getitem__) for group in nx.topological_generations(graph)]
    return [[here[name] for name in group] for group in groups]


class Strangers(NamedTuple):
    """The jobs that a job now waits for without having required them: the first names, and how many more there are."""

    names: list[str]
    more: int


def strangers(groups: list[list[Job]], jobs: Mapping[tuple[str, str], Job]) -> dict[str, Strangers]:
    """For each job, by id, the jobs that it now waits for without having required them.

    Sets of jobs are numbers with a bit for each: comparing them takes one step and not one for each job.
    """
    listed = [job for group in groups for job in group]
    bits = {job.id: 1 << index for index, job in enumerate(listed)}
    wanted = _ancestors(jobs, bits)
    found: dict[str, Strangers] = {}
    earlier = 0
    for group in groups:
        for job in group:
            others = earlier & ~wanted.get(job.id, 0)
            if others:
                found[job.id] = _named(others, listed)
        for job in group:
            earlier |= 0 if job.added == ADDITION else bits[job.id]
    return found


def _named(others: int, listed: list[Job]) -> Strangers:
    names: list[str] = []
    while others and len(names) < _NAMED:
        lowest = others & -others
        names.append(listed[lowest.bit_length() - 1].name)
        others ^= lowest
    return Strangers(names, others.bit_count())


def _ancestors(jobs: Mapping[tuple[str, str], Job], bits: Mapping[str, int]) -> dict[str, int]:
    """What each job requires, itself or through others; each is looked at after those that it requires."""
    known: dict[str, int] = {}
    required: dict[str, list[str]] = {}
    for job in jobs.values():
        found = (jobs.get((job.workflow, r.job)) for r in job.requires)
        required[job.id] = [other.id for other in found if other]
    waiting = list(required)
    begun: set[str] = set()
    while waiting:
        name = waiting[-1]
        if name not in begun:
            begun.add(name)
            waiting += [other for other in required[name] if other not in begun]
            continue
        waiting.pop()
        if name not in known:
            known[name] = 0
            for other in required[name]:
                known[name] |= bits.get(other, 0) | known.get(other, 0)
    return known
