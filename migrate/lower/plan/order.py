"""`requires` becomes sequence and parallel groups: a job stands behind everything that it waits for.

Bitbucket runs a list from top to bottom and knows no graph; jobs that do not wait for each other form a
parallel group (reference bitbucket.md, section 3.7).
"""

from collections.abc import Iterable, Mapping

from migrate.circleci.plan import Job
from migrate.lower.plan.install import ADDITION


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


def strangers(groups: list[list[Job]], jobs: Mapping[tuple[str, str], Job]) -> dict[str, list[str]]:
    """For each job, by id, the names of the jobs that it now waits for without having required them."""
    found: dict[str, list[str]] = {}
    earlier: list[Job] = []
    for group in groups:
        for job in group:
            wanted = _ancestors(job, jobs)
            others = [one.name for one in earlier if one.id not in wanted and one.added != ADDITION]
            if others:
                found[job.id] = others
        earlier += group
    return found


def _ancestors(job: Job, jobs: Mapping[tuple[str, str], Job]) -> set[str]:
    seen: set[str] = set()
    waiting = [job]
    while waiting:
        for requirement in waiting.pop().requires:
            other = jobs.get((job.workflow, requirement.job))
            if other and other.id not in seen:
                seen.add(other.id)
                waiting.append(other)
    return seen
