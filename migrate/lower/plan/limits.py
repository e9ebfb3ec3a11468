"""A pipeline has at most 100 steps: what is more goes into child pipelines, in the same groups as before.

Reference bitbucket.md, sections 1.2 and 1.6.
"""

from collections.abc import Iterator

from migrate.lower.plan.graph import union
from migrate.lower.plan.nesting import MOST_STEPS
from migrate.lower.plan.order import Child, Layout, Levels


def kept(layout: Layout, allowed: int, *, spare: int = 0) -> Layout:
    """The layout, and if it has too many steps one in which those that are `allowed` there are in child pipelines.

    So many as `spare` steps more may come before and behind them.
    """
    if sum(len(group) for group in layout) <= MOST_STEPS - spare:
        return layout
    return tuple(_packed(layout, allowed))


def _packed(layout: Layout, allowed: int) -> Iterator[tuple[int | Child, ...]]:
    """Groups that may be in a child pipeline follow one another in one, as many as it holds."""
    gathered: list[tuple[int, ...]] = []
    for group in layout:
        plain = tuple(item for item in group if isinstance(item, int) and allowed >> item & 1)
        rest = tuple(item for item in group if item not in plain)
        if rest or len(plain) + sum(map(len, gathered)) > MOST_STEPS:
            yield from _wrapped(tuple(gathered))
            gathered = []
        if rest or len(plain) > MOST_STEPS:
            yield (*_beside(plain), *rest)
        else:
            gathered.append(plain)
    yield from _wrapped(tuple(gathered))


def _wrapped(levels: Levels) -> Iterator[tuple[int | Child, ...]]:
    if union(one for level in levels for one in level).bit_count() > 1:
        yield (Child(levels),)
    else:
        yield from levels


def _beside(group: tuple[int, ...]) -> Iterator[int | Child]:
    for start in range(0, len(group), MOST_STEPS):
        part = group[start : start + MOST_STEPS]
        yield Child((part,)) if len(part) > 1 else part[0]


__all__ = ["kept"]
