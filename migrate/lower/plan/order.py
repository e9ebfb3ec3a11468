"""`requires` becomes sequence and parallel groups: a job stands behind everything that it waits for.

Bitbucket runs a list from top to bottom and knows no graph; jobs that do not wait for each other form a
parallel group (reference bitbucket.md, section 3.7).
"""

from collections.abc import Iterable, Mapping

from migrate.circleci.plan import Job


def levels(
    jobs: Iterable[Job], everything: Mapping[tuple[str, str], Job], steps: Mapping[str, object]
) -> list[list[Job]]:
    """The jobs that become steps, in groups; each job's group comes after those of the jobs it requires.

    `jobs` run for one start condition; `everything` finds a job by workflow and name. A required job that
    runs but becomes no step (an approval, a job left out) hands on what it requires itself.
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
    place = {job.id: index for index, job in enumerate(running)}
    groups = [sorted(group, key=place.__getitem__) for group in nx.topological_generations(graph)]
    return [[here[name] for name in group] for group in groups]
