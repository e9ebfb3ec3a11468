"""The values of pipeline parameters with which a workflow runs that does not with their defaults.

A push gives no values, so that a workflow which waits for one is started by the API or a schedule that gives it
(reference circleci.md, sections 1.11 and 3). It is expanded with the values that its condition wants.
"""

import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from migrate.circleci.conditions import FALSE, Condition, Test, tests
from migrate.circleci.config import Config
from migrate.circleci.namespace import Namespace
from migrate.circleci.parameters import Parameter
from migrate.circleci.path_filters import Cases
from migrate.circleci.template import Scope
from migrate.circleci.when import condition_of
from migrate.yamlio.decode import Claims, peek
from migrate.yamlio.nodes import Default, Entry, Node, Scalar, Symbol, walk

_PREFIX = "pipeline.parameters."
_NAME = re.compile(r"pipeline\.parameters\.[A-Za-z0-9_-]+")
_MOST, _COST = 64, 1500
"""How many combinations of values are tried, and what each counts among the values that expanding makes."""


class Given(NamedTuple):
    """The values under which a workflow runs, and where it does whatever they are; `several`: not only under these."""

    values: tuple[tuple[str, Scalar], ...]
    condition: Condition
    several: bool


def given(entry: Entry, config: Config, claims: Claims) -> Given | None:
    """The fewest values, the first in the order of their declaration, with which a workflow runs; None if unknown.

    A text that may be anything but what it is keeps its default: whoever starts the pipeline gives it.
    """
    before, home = claims.notes.count, config.namespace
    asked = [
        one
        for one in config.parameters
        if _PREFIX + one.name in home.values and _PREFIX + one.name in _asked(entry.value)
    ]
    open_ = {_PREFIX + one.name: _unknown(_PREFIX + one.name, home) for one in asked}
    trail = (entry.key.span,)
    condition = condition_of(entry.value, replace(home, values={**home.values, **open_}), claims, trail)
    found: list[Scope] = []
    fewest = math.inf
    for chosen in _combinations(asked, condition, home):
        if len(chosen) > fewest or len(found) > 1 or (found and _is_unknown(chosen)):
            break
        claims.notes.spend(_COST, trail)
        if condition_of(entry.value, replace(home, values={**home.values, **chosen}), claims, trail) != FALSE:
            found.append(chosen)
            fewest = len(chosen)
    claims.notes.withdraw(before)
    if not found:
        return None
    values = tuple((name, node) for name, node in found[0].items() if isinstance(node, Scalar) and not node.symbols)
    return Given(values, condition, len(found) > 1)


def _is_unknown(values: Scope) -> bool:
    """Whether one of the values is any that whoever starts the pipeline gives."""
    return any(isinstance(value, Scalar) and value.symbols for value in values.values())


def asked(entry: Entry, config: Config) -> tuple[str, ...]:
    """The parameters that a workflow's condition asks for, by their full names; none that changed paths set."""
    names = set(_NAME.findall(_asked(entry.value))) - config.namespace.cases.keys()
    return tuple(name for one in config.parameters if (name := _PREFIX + one.name) in names)


def _asked(workflow: Node) -> str:
    # Peeked, not taken: the condition is claimed where it is read.
    conditions = [found for key in ("when", "unless") if (found := peek(workflow, key))]
    nodes = (*conditions, *(place.node for condition in conditions for place in walk(condition)))
    return "\n".join(node.text for node in nodes if isinstance(node, Scalar))


def _unknown(name: str, home: Namespace) -> Scalar:
    tag = f"<< {name} >>"
    return Scalar(tag, "str", home.values[name].span, (Symbol(0, len(tag), name),))


def _combinations(asked: list[Parameter], condition: Condition, home: Namespace) -> Iterator[Scope]:
    """Values for the parameters: few before many, known before unknown ones, those declared first before others."""
    choices = [[None, *_candidates(one, condition, home)] for one in asked]
    if math.prod(map(len, choices)) > _MOST:
        choices = [[None, *cut[1:2]] for cut in choices][: int(math.log2(_MOST))]
    names = [_PREFIX + one.name for one in asked]
    made = [
        {name: value for name, value in zip(names, values, strict=False) if value is not None}
        for values in itertools.product(*choices)
    ]

    def rank(values: dict[str, Scalar]) -> tuple[int, bool, list[int]]:
        return len(values), _is_unknown(values), [names.index(name) for name in values]

    yield from sorted(made[1:], key=rank)


def _candidates(parameter: Parameter, condition: Condition, home: Namespace) -> Iterator[Scalar]:
    """Values that a parameter may have besides its default; last, for a text, any that whoever starts it gives."""
    name, default = _PREFIX + parameter.name, parameter.default
    if not isinstance(default, Scalar):
        return
    asked = [test for test in tests(condition) if name == test.subject]
    if parameter.type == "boolean":
        yield Scalar("false" if default.truth else "true", "bool", default.span)
    elif parameter.type == "enum":
        yield from (Scalar(text, "str", default.span) for text in parameter.choices if text != default.text)
    elif parameter.type == "integer":
        yield from (Scalar(str(number), "int", default.span) for number in _numbers(asked))
    else:
        texts = dict.fromkeys(test.value for test in asked if test.operator in {"==", "starts-with", "contains"})
        yield from (Scalar(text, "str", default.span) for text in texts if isinstance(text, str) and text)
        yield _unknown(name, home)


def _numbers(asked: list[Test]) -> list[int]:
    values = [test.value for test in asked if type(test.value) is int]
    return list(dict.fromkeys(number for value in values or [0] for number in (value, value + 1, value - 1)))


def with_defaults(values: Scope, parameters: tuple[Parameter, ...], cases: dict[str, Cases]) -> dict[str, Node]:
    """The values of the pipeline's parameters, marked as defaults for which a run may have others."""
    marked: dict[str, Node] = {}
    for name, default in ((_PREFIX + one.name, one.default) for one in parameters):
        node = values.get(name)
        if isinstance(node, Scalar) and name not in cases and node == default:
            marked[name] = replace(node, defaults=(Default(0, len(node.written), name),))
    return marked


__all__ = ["Given", "asked", "given", "with_defaults"]
