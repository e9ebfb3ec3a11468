"""Jobs in levels: a job stands behind everything that it waits for, whatever the graph."""

from collections.abc import Mapping as Table
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from migrate.circleci.filters import Filters
from migrate.circleci.plan import Job, Requirement
from migrate.diagnostics import Span
from migrate.lower.plan.order import levels
from migrate.yamlio.nodes import Mapping

HERE = Span("config.yml", 1, 1)
EMPTY = Mapping((), HERE)
Graph = dict[str, list[str]]


def job(name: str, requires: list[str]) -> Job:
    """A job of the workflow `w`."""
    needed = tuple(Requirement(other) for other in requires)
    return Job(name, name, "w", "build", EMPTY, (), needed, Filters(), EMPTY, (HERE,), HERE)


def ordered(graph: Graph, running: set[str] | None = None, stepless: frozenset[str] = frozenset()) -> list[list[str]]:
    """The levels of a graph by names; all jobs run unless it is said which; `stepless` become no steps."""
    jobs = {name: job(name, requires) for name, requires in graph.items()}
    everything: Table[tuple[str, str], Job] = {("w", name): one for name, one in jobs.items()}
    here = [one for name, one in jobs.items() if running is None or name in running]
    steps = {one.id: one for name, one in jobs.items() if name not in stepless}
    return [[one.name for one in group] for group in levels(here, everything, steps)]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any graph without a circle: a job requires some of those before it; then they are shuffled."""
    size = draw(st.integers(1, 9))
    names = [f"j{index}" for index in range(size)]
    edges = {name: draw(st.lists(st.sampled_from(names[:i]), unique=True)) if i else [] for i, name in enumerate(names)}
    return {name: edges[name] for name in draw(st.permutations(names))}


def ancestors(graph: Graph, name: str) -> set[str]:
    """Everything that a job waits for, at any distance."""
    return {above for other in graph[name] for above in {other, *ancestors(graph, other)}}


@given(graphs())
def test_a_job_stands_behind_everything_it_requires(graph: Graph) -> None:
    """Every job stands once, and in a later level than each job that it requires."""
    found = ordered(graph)
    place = {name: index for index, group in enumerate(found) for name in group}

    assert sorted(name for group in found for name in group) == sorted(graph)
    assert all(place[other] < place[name] for name, requires in graph.items() for other in requires)


@given(graphs())
def test_a_job_stands_as_early_as_it_may(graph: Graph) -> None:
    """A job of a later level requires one of the level before: nobody waits without a reason."""
    found = ordered(graph)

    for before, group in pairwise(found):
        assert all(set(graph[name]) & set(before) for name in group)


@given(graphs(), st.data())
def test_a_job_without_step_hands_on_what_it_required(graph: Graph, data: st.DataObject) -> None:
    """If a job in between becomes no step, what required it waits for what it required."""
    gone = data.draw(st.frozensets(st.sampled_from(sorted(graph))))
    found = ordered(graph, stepless=gone)
    place = {name: index for index, group in enumerate(found) for name in group}

    assert set(place) == set(graph) - gone
    for name, level in place.items():
        assert all(place[other] < level for other in ancestors(graph, name) & set(place))


@given(graphs(), st.data())
def test_a_job_that_does_not_run_is_not_waited_for(graph: Graph, data: st.DataObject) -> None:
    """A filtered job takes no place, and the direct requirements among the rest hold."""
    running = data.draw(st.sets(st.sampled_from(sorted(graph)), min_size=1))
    found = ordered(graph, running)
    place = {name: index for index, group in enumerate(found) for name in group}

    assert set(place) == running
    assert all(place[other] < place[name] for name in running for other in graph[name] if other in running)


def test_within_a_level_the_order_of_the_config_stays() -> None:
    """A reader finds the jobs in the order in which they were written."""
    assert ordered({"b": [], "a": [], "d": ["b"], "c": ["a"]}) == [["b", "a"], ["d", "c"]]
