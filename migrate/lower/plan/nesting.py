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
_MOST_CHAINS = 12
"""How many chains of one part are tried as children."""
_LARGEST = 200
"""A part that falls apart neither way and has more steps than this is not searched for chains."""


def nested(whole: Graph, allowed: int) -> Layout:
    """The layout with child pipelines, of steps that are `allowed` in one, wherever they save waiting."""
    return with_children(whole, list(_modules(whole, whole.everything, allowed)))


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


def _modules(whole: Graph, part: int, allowed: int) -> Iterator[int]:
    """The steps of a part that become children; the part is taken apart in rows, then in what stands side by side."""
    for row in series(whole, part):
        if row.bit_count() == 1:
            continue
        beside = list(_beside(whole, row))
        if len(beside) == 1:
            yield from _chains(whole, row, allowed)
            continue
        for one in beside:
            if one.bit_count() > 1 and not one & ~allowed and one.bit_count() <= MOST_STEPS:
                yield one
            elif one.bit_count() > 1:
                yield from _modules(whole, one, allowed)


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
    """The chains of a part that falls apart neither way, as far as children of them save waiting."""
    if part.bit_count() > _LARGEST:
        return
    inner = within(whole, part)
    chosen = list(bits(part))
    kept: list[int] = []
    best = _price(inner, kept)
    for chain in list(_links(inner, union(chosen.index(one) for one in bits(part & allowed))))[:_MOST_CHAINS]:
        price = _price(inner, [*kept, chain])
        if price < best:
            kept, best = [*kept, chain], price
    yield from (union(chosen[one] for one in bits(chain)) for chain in kept)


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
