"""A matrix becomes one invocation for each combination of its values (reference circleci.md, section 2.7)."""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from migrate.circleci.template import Scope, spelt
from migrate.diagnostics import Fate, Trail, declare
from migrate.yamlio.decode import Claims
from migrate.yamlio.nodes import Mapping, Node, Scalar, Sequence

MATRIX = declare(
    "bad-matrix",
    Fate.ERROR,
    "A matrix has the wrong shape, or too many combinations",
    """A matrix has 'parameters', a mapping from names to lists of values; CircleCI runs at most 128 combinations.

    CircleCI refuses such a config, so nothing is written.

    Write each parameter's values as a list, and leave combinations out with 'exclude'.""",
    "https://circleci.com/docs/configuration-reference/#matrix",
)
MOST = 128
"""CircleCI's limit on combinations."""


class Instance(NamedTuple):
    """One combination: `suffix` is what the job's name gets, `arguments` the values by parameter."""

    suffix: str
    arguments: tuple[tuple[str, Node], ...]

    @property
    def scope(self) -> Scope:
        """The values as templates name them."""
        return {f"matrix.{name}": value for name, value in self.arguments}


def instances(matrix: Node, claims: Claims, trail: Trail) -> tuple[Instance, ...]:
    """The combinations of a matrix, in the order of CircleCI's documentation; none if it was refused."""
    lists: dict[str, list[Node]] = {}
    for entry in claims.each(claims.take(matrix, "parameters")):
        if not isinstance(entry.value, Sequence):
            said = f"the matrix parameter '{entry.key.text}' wants a list of values; this is {entry.value.described}"
            claims.notes.refuse(MATRIX, (*trail, entry.key.span), "matrix", said)
            return ()
        lists[entry.key.text] = list(claims.items(entry.value))
        claims.whole(entry.value)
    count = 1
    for values in lists.values():
        count *= len(values)
    if not lists or not count or count > MOST:
        said = f"the matrix has {count if lists else 0} combinations; it needs at least 1 and at most {MOST}"
        claims.notes.refuse(MATRIX, (*trail, matrix.span), "matrix", said)
        return ()
    excluded = [dict(_excluded(item, claims)) for item in claims.items(claims.take(matrix, "exclude"))]
    names = sorted(lists)
    made = (dict(zip(names, values, strict=True)) for values in itertools.product(*(lists[n] for n in names)))
    return tuple(_instance(values) for values in made if values not in excluded)


def _excluded(item: Node, claims: Claims) -> Iterator[tuple[str, Node]]:
    for entry in claims.each(item):
        claims.whole(entry.value)
        yield entry.key.text, entry.value


def _instance(values: dict[str, Node]) -> Instance:
    return Instance("".join(f"-{_shown(value)}" for value in values.values()), tuple(values.items()))


def _shown(value: Node) -> str:
    if isinstance(value, Scalar):
        return str(value.truth).lower() if value.kind == "bool" else spelt(value)
    if isinstance(value, Mapping):
        named = [entry.value for entry in value.entries if entry.key.text == "name"]
        return _shown(named[0]) if named else "-".join(value.keys)
    return "list"
