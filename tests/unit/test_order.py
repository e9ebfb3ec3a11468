"""Jobs in levels: a job stands behind everything that it waits for, whatever the graph."""

from collections.abc import Iterator
from random import Random
from time import perf_counter
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.circleci.filters import Filters
from migrate.circleci.plan import Job, Requirement
from migrate.diagnostics import Span
from migrate.lower.plan import graph as order_graph
from migrate.lower.plan import limits
from migrate.lower.plan.graph import bits, graph, sources, union
from migrate.lower.plan.nesting import nested
from migrate.lower.plan.order import Child, Layout, Levels, levels, waits
from migrate.lower.plan.slack import spread
from migrate.yamlio.nodes import Mapping

HERE = Span("config.yml", 1, 1)
EMPTY = Mapping((), HERE)
Graph = dict[str, list[str]]


def job(name: str, requires: list[str], kind: str = "build") -> Job:
    """A job of the workflow `w`."""
    needed = tuple(Requirement(other) for other in requires)
    return Job(name, name, "w", kind, EMPTY, (), needed, Filters(), EMPTY, (HERE,), HERE)


def ordered(wanted: Graph, running: set[str] | None = None, stepless: frozenset[str] = frozenset()) -> list[list[str]]:
    """The levels of a graph by names; all jobs run unless it is said which; `stepless` become no steps."""
    here = [job(name, needs) for name, needs in wanted.items() if running is None or name in running]
    steps = [one for one in here if one.name not in stepless]
    near = sources(here, frozenset(one.id for one in steps))
    number = {one.id: place for place, one in enumerate(steps)}
    found = levels(graph([[number[other] for other in near[one.id]] for one in steps]))
    return [[steps[one].name for one in group] for group in found]


@st.composite
def graphs(draw: st.DrawFn, largest: int = 9) -> Graph:
    """Any graph without a circle: a job requires some of those before it; then they are shuffled."""
    size = draw(st.integers(1, largest))
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


@st.composite
def priced(draw: st.DrawFn, largest: int = 6) -> order_graph.Graph:
    """A small graph with gates, of which some do nothing else, and jobs that take up to three minutes."""
    size = draw(st.integers(1, largest))
    near = [draw(st.lists(st.sampled_from(range(one)), unique=True)) if one else [] for one in range(size)]
    manual = draw(st.integers(0, (1 << size) - 1)) & draw(st.integers(0, (1 << size) - 1))
    idle = manual & draw(st.integers(0, (1 << size) - 1))
    weights = [0 if idle >> one & 1 else draw(st.integers(1, 3)) for one in range(size)]
    return graph(near, weights, manual, idle)


def price(whole: order_graph.Graph, found: Layout) -> tuple[int, int, int]:
    """Jobs behind gates that are not theirs, the time of the whole, and jobs that wait for jobs in vain."""
    now = waits(whole, found)
    vain = [now.earlier[one] & ~whole.before[one] for one in bits(whole.everything & ~whole.idle)]
    gates = sum((one & whole.manual).bit_count() for one in vain)
    return gates, now.time, sum((one & ~whole.idle).bit_count() for one in vain)


def every_layout(whole: order_graph.Graph, rest: int) -> Iterator[Levels]:
    """All ways to put the rest into groups, each step behind what it waits for."""
    if not rest:
        yield ()
        return
    free = [one for one in bits(rest) if not whole.before[one] & rest]
    for chosen in range(1, 1 << len(free)):
        level = tuple(one for place, one in enumerate(free) if chosen >> place & 1)
        yield from ((level, *more) for more in every_layout(whole, rest & ~union(level)))


@settings(max_examples=300, deadline=None)
@given(priced())
def test_no_layout_is_better(whole: order_graph.Graph) -> None:
    """Of all layouts there are, none has fewer foreign gates, is shorter, or has fewer strangers, in this order."""
    best = min(price(whole, one) for one in every_layout(whole, whole.everything))

    assert price(whole, levels(whole)) == best


@given(graphs(7))
def test_the_longest_chain_is_the_time_of_the_whole(wanted: Graph) -> None:
    """With jobs of one minute each, levels take as long as the longest chain of jobs that require each other."""
    depth: dict[str, int] = {}
    while len(depth) < len(wanted):
        ready = {name: needs for name, needs in wanted.items() if set(needs) <= set(depth) and name not in depth}
        depth |= {name: 1 + max((depth[other] for other in needs), default=0) for name, needs in ready.items()}

    assert len(ordered(wanted)) == max(depth.values())


@given(priced(9))
def test_a_graph_that_is_too_large_is_laid_out_well(whole: order_graph.Graph) -> None:
    """What is not looked through keeps the order, and with one gate nothing stands behind it in vain."""
    found = spread(whole)
    place = {one: index for index, group in enumerate(found) for one in group}

    assert sorted(place) == list(range(len(whole.before)))
    assert all(place[other] < place[one] for one in place for other in whole.direct[one])
    if whole.manual.bit_count() <= 1:
        assert price(whole, tuple(map(tuple, found)))[0] == 0


@given(priced(9))
def test_moving_within_the_slack_never_makes_a_plain_graph_longer(whole: order_graph.Graph) -> None:
    """Without gates and durations the large graph's way gives as few levels as the longest chain has jobs."""
    plain = graph(whole.direct)

    assert len(spread(plain)) == plain.path()


@given(priced(9), st.integers(0, 511))
def test_child_pipelines_keep_the_order_and_never_cost(whole: order_graph.Graph, mask: int) -> None:
    """Nested is never worse than flat; a child has allowed steps only, at least two, and every step stands once."""
    allowed = mask & ~whole.manual
    found = nested(whole, allowed)
    inside = [
        union(one for level in i.levels for one in level) for group in found for i in group if isinstance(i, Child)
    ]
    now = waits(whole, found)

    assert all(one.bit_count() > 1 and not one & ~allowed for one in inside)
    assert all(not before & ~now.earlier[one] for one, before in enumerate(whole.before))
    assert price(whole, found) <= price(whole, levels(whole))


@st.composite
def rows(draw: st.DrawFn) -> order_graph.Graph:
    """A row of groups of chains of groups: each group's jobs wait for all jobs of the one before."""
    near: list[list[int]] = []
    before: list[int] = []
    for _ in range(draw(st.integers(1, 3))):
        ends: list[int] = []
        for _ in range(draw(st.integers(1, 3))):
            last = before
            for _ in range(draw(st.integers(1, 3))):
                width = draw(st.integers(1, 2))
                near += [list(last)] * width
                last = list(range(len(near) - width, len(near)))
            ends += last
        before = ends
    return graph(near)


@given(rows())
def test_rows_of_chains_are_exact_with_child_pipelines(whole: order_graph.Graph) -> None:
    """Such a graph is laid out so that each job waits for just what it waits for in CircleCI."""
    assert waits(whole, nested(whole, whole.everything)).earlier == whole.before


@given(priced(9), st.integers(0, 511), st.integers(2, 4))
def test_a_pipeline_that_is_too_long_is_packed(whole: order_graph.Graph, mask: int, most: int) -> None:
    """Packing keeps everything that was ordered; what may be in a child does not stand in a parent that is too long."""
    allowed = mask & ~whole.manual & whole.everything
    before = levels(whole)
    with patch.object(limits, "MOST_STEPS", most):
        found = limits.kept(before, allowed)
    old, now = waits(whole, before), waits(whole, found)
    children = [item for group in found for item in group if isinstance(item, Child)]

    assert all(not mine & ~now.earlier[one] for one, mine in enumerate(whole.before))
    assert [e & ~whole.before[one] for one, e in enumerate(now.earlier)] == [
        e & ~whole.before[one] for one, e in enumerate(old.earlier)
    ]
    assert all(1 < sum(map(len, child.levels)) <= most for child in children)
    assert all(not union(one for level in child.levels for one in level) & ~allowed for child in children)


def test_a_large_graph_takes_a_moment() -> None:
    """3,000 jobs with 30,000 requirements are laid out within the bound; the smallest of three tries counts."""
    chance = Random(1)  # noqa: S311 - a graph, no secret
    near = [chance.sample(range(one), min(one, 10)) for one in range(3000)]
    took = []
    for _ in range(3):
        levels.cache_clear()
        begun = perf_counter()
        whole = graph(near)
        levels(whole)
        took.append(perf_counter() - begun)

    assert min(took) < 1.0


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


def test_a_gate_needs_no_step_before_it_where_a_job_can_stand_there() -> None:
    """An approval that only others wait for comes behind the first job; one that a job carries costs nobody a wait."""
    opened = graph([[], [], [0, 1], [0, 1]], [1, 0, 1, 1], manual=0b10, idle=0b10)
    carried = graph([[], []], manual=0b10)

    assert levels(opened) == ((0,), (1,), (2, 3))
    assert levels(carried) == ((0, 1),)
