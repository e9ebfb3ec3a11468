"""Independent chains stay independent: each is a child pipeline, and its parent runs them side by side.

A step of `type: pipeline` runs a custom pipeline of the same file and waits for it (reference bitbucket.md, section
1.6). Steps can become a child if all that stands outside is before all of them, behind all of them, or beside all of
them: then nothing waits that did not wait before. No page says that a child may have children, or steps that a person
starts, and it may not deploy, so that neither is written: what is a row of groups of chains of groups comes out exact.
"""

from collections.abc import Iterator

from migrate.lower.plan.graph import Graph, bits, by_depth, graph, union
from migrate.lower.plan.order import Child, Layout, levels, series, waits, within

MOST_STEPS = 100
"""How many steps a pipeline may have (reference bitbucket.md, section 1.2)."""
_MOST_TRIED = 12
"""How many parts of one row are tried as children."""
_LARGEST = 200
"""In a row with more steps than this no parts are tried."""


def nested(whole: Graph, allowed: int) -> Layout:
    """The layout with child pipelines, of steps that are `allowed` in one, wherever they save waiting."""
    return with_children(whole, list(_modules(whole, allowed)))


def with_children(whole: Graph, modules: list[int]) -> Layout:
    """The layout in which each of the modules is a child, and the rest is laid out around them."""
    if not modules:
        return levels(whole)
    inside = union(one for module in modules for one in bits(module))
    items: list[tuple[int, int | Child]] = [(1 << one, one) for one in bits(whole.everything & ~inside)]
    items += [(module, _child(whole, module)) for module in modules]
    items.sort(key=lambda item: item[0] & -item[0])
    number = {one: place for place, (module, _) in enumerate(items) for one in bits(module)}
    near = [{number[o] for one in bits(m) for o in whole.direct[one] if not m >> o & 1} for m, _ in items]
    weights = [waits(whole, ((item,),)).time for _, item in items]
    manual, idle = (union(number[one] for one in bits(mask)) for mask in (whole.manual, whole.idle))
    return tuple(tuple(items[one][1] for one in level) for level in levels(graph(near, weights, manual, idle)))


def _child(whole: Graph, module: int) -> Child:
    chosen = list(bits(module))
    return Child(tuple(tuple(chosen[one] for one in level) for level in levels(within(whole, module))))


def _modules(whole: Graph, allowed: int) -> Iterator[int]:
    """The steps that become children, row by row.

    If all that stands side by side in a row can be children, the row is exact. Else each is taken that makes the row
    better: beside what cannot be a child, one may cost more time than it saves waiting.
    """
    for row in series(whole, whole.everything):
        found = list(_candidates(whole, row, allowed))
        several = [one for one in _beside(whole, row) if one & (one - 1)]
        if several == found:
            yield from found
        elif found and row.bit_count() <= _LARGEST:
            yield from _better(whole, row, found[:_MOST_TRIED])


def _candidates(whole: Graph, row: int, allowed: int) -> Iterator[int]:
    """The parts of a row that can be children: what stands side by side, else something inside it, else chains."""
    beside = list(_beside(whole, row))
    if len(beside) == 1 and row & (row - 1):
        yield from _chains(whole, row, allowed)
        return
    for one in beside:
        if one & (one - 1) and not one & ~allowed and one.bit_count() <= MOST_STEPS:
            yield one
        elif one & (one - 1):
            for inner in series(whole, one):
                yield from _candidates(whole, inner, allowed)


def _better(whole: Graph, row: int, candidates: list[int]) -> Iterator[int]:
    """Those of the candidates that make the row cost less, each on top of those before."""
    inner = within(whole, row)
    number = {one: place for place, one in enumerate(bits(row))}
    kept: list[int] = []
    best = _price(inner, kept)
    for candidate in candidates:
        module = union(number[one] for one in bits(candidate))
        price = _price(inner, [*kept, module])
        if price < best:
            kept, best = [*kept, module], price
            yield candidate


def _beside(whole: Graph, part: int) -> Iterator[int]:
    """The parts of which none waits for another, as fine as they get, in the order of the plan."""
    left = part
    linked = dict.fromkeys(bits(part), 0)
    for one in linked:
        for other in whole.direct[one]:
            if part >> other & 1:
                linked[one] |= 1 << other
                linked[other] |= 1 << one
    while left:
        found = new = left & -left
        while new:
            reached = 0
            for one in bits(new):
                reached |= linked[one]
            new = reached & ~found
            found |= new
        yield found
        left &= ~found


def _chains(whole: Graph, part: int, allowed: int) -> Iterator[int]:
    """The chains of a part that falls apart neither way."""
    if part.bit_count() <= _LARGEST:
        chosen = list(bits(part))
        possible = union(place for place, one in enumerate(chosen) if allowed >> one & 1)
        for chain in _links(within(whole, part), possible):
            yield union(chosen[one] for one in bits(chain))


def _price(inner: Graph, modules: list[int]) -> tuple[int, int, int]:
    """What a layout costs: jobs behind gates that are not theirs, its time, and jobs that wait for strangers."""
    found = waits(inner, with_children(inner, modules))
    jobs = [found.earlier[one] & ~inner.before[one] for one in bits(inner.everything & ~inner.idle)]
    gates = sum((one & inner.manual).bit_count() for one in jobs)
    return gates, found.time, sum((one & ~inner.idle).bit_count() for one in jobs)


def _links(inner: Graph, allowed: int) -> Iterator[int]:
    """The chains of two or more allowed steps, each the only one that waits for the one before, and for no other."""
    after: list[list[int]] = [[] for _ in inner.before]
    before: list[list[int]] = []
    for one, near in enumerate(inner.direct):
        handed = union(far for other in near for far in bits(inner.before[other]))
        before.append([other for other in near if not handed >> other & 1])
        for other in before[one]:
            after[other].append(one)
    taken = 0
    for first in by_depth(inner.before):
        last, found = first, 1 << first
        while len(after[last]) == 1 and before[after[last][0]] == [last] and allowed >> after[last][0] & 1:
            last = after[last][0]
            found |= 1 << last
        if found & (found - 1) and not found & taken and allowed >> first & 1:
            taken |= found
            yield found


__all__ = ["MOST_STEPS", "nested", "with_children"]
