"""Parameters: strict types, and messages in CircleCI's words with the legal values."""

import pytest

from migrate.circleci.parameters import bind, declared
from migrate.circleci.template import Renderer
from migrate.diagnostics import Notes
from migrate.yamlio.decode import Claims
from migrate.yamlio.nodes import Node, Scalar
from migrate.yamlio.read import read


def tree(text: str) -> Node:
    """A YAML text as a tree."""
    root = read(text, "config.yml", Notes())
    assert root is not None
    return root


def bound(parameters: str, arguments: str) -> tuple[dict[str, Node], list[str]]:
    """The scope that a call makes, and what is said; the values of an earlier scope are there to be passed on."""
    notes = Notes()
    claims = Claims(notes)
    root = tree(arguments)
    renderer = Renderer({"parameters.outer": tree("handed")}, notes, (root.span,))
    scope = bind(declared(tree(parameters), claims, (root.span,)), root, renderer, claims, "command 'test'")
    return scope, [note.detail for note in notes]


def texts(scope: dict[str, Node]) -> dict[str, str]:
    """The scope's scalars."""
    return {name: node.text for name, node in scope.items() if isinstance(node, Scalar)}


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("{type: string}", "text"),
        ("{type: string}", '"3.10"'),
        ("{type: string}", "2026-01-01"),
        ("{type: boolean}", "yes"),
        ("{type: integer}", "12"),
        ("{type: enum, enum: [linux, mac]}", "mac"),
        ("{type: env_var_name}", "AWS_KEY_1"),
        ("{type: executor}", "py"),
        ("{type: executor}", "{name: py, tag: x}"),
        ("{type: steps}", "[checkout]"),
        ("{type: steps}", "[]"),
        ("{type: string}", "<< parameters.outer >>"),
        ("{type: boolean}", "<< pipeline.git.branch.is_default >>"),
    ],
)
def test_a_value_that_fits(parameter: str, value: str) -> None:
    """A value of the parameter's type is bound; one that only the run knows fits any type."""
    scope, said = bound(f"x: {parameter}", f"x: {value}")

    assert said == []
    assert set(scope) == {"parameters.x"}


@pytest.mark.parametrize(
    ("parameter", "value", "said"),
    [
        ("{type: string}", "3.10", 'expected type: string, actual value: "3.10" (type float)'),
        ("{type: string}", "true", 'expected type: string, actual value: "true" (type boolean)'),
        ("{type: string}", "1", 'expected type: string, actual value: "1" (type integer)'),
        ("{type: string}", "[a]", "expected type: string, actual value: a list (type sequence)"),
        ("{type: boolean}", '"true"', 'expected type: boolean, actual value: "true" (type string)'),
        ("{type: integer}", '"1"', 'expected type: integer, actual value: "1" (type string)'),
        (
            "{type: enum, enum: [linux, mac]}",
            "win",
            'expected type: enum (linux, mac), actual value: "win" (type string)',
        ),
        ("{type: env_var_name}", "1A", 'expected type: env_var_name, actual value: "1A" (type string)'),
        ("{type: steps}", "checkout", 'expected type: steps, actual value: "checkout" (type string)'),
        ("{type: executor}", "[py]", "expected type: executor, actual value: a list (type sequence)"),
    ],
)
def test_a_value_that_does_not_fit(parameter: str, value: str, said: str) -> None:
    """Nothing is coerced; the message names the parameter, its type and the value with its type."""
    _, details = bound(f"x: {parameter}", f"x: {value}")

    assert details == [f"Type error for argument x: {said}"]


def test_defaults_fill_in() -> None:
    """A default stands where no argument is given, an argument where one is."""
    scope, said = bound("{a: {type: string, default: x}, b: {type: string, default: y}}", "b: z")

    assert (texts(scope), said) == ({"parameters.a": "x", "parameters.b": "z"}, [])


def test_arguments_are_rendered_where_they_are_written() -> None:
    """An argument sees the caller's parameters."""
    assert texts(bound("x: {type: string}", "x: a-<< parameters.outer >>")[0]) == {"parameters.x": "a-handed"}


@pytest.mark.parametrize(
    ("parameters", "arguments", "said"),
    [
        ("x: {type: string}", "{}", "Missing required argument(s): x, which command 'test' declares without a default"),
        ("{x: {type: string}, y: {type: steps}}", "{}", "Missing required argument(s): x, y, which"),
        ("{}", "z: 1", "Unexpected argument(s): z; command 'test' declares: none"),
        ("{b: {type: string, default: x}, a: {type: string, default: x}}", "z: 1", "command 'test' declares: a, b"),
        ("x: {type: text}", "{}", "parameter 'x' has the type 'text'; the types are boolean, enum, env_var_name,"),
        ("x: {type: boolean, default: maybe}", "{}", "Parameter error: default value of parameter 'x' is"),
        ("x: {type: enum, enum: [a], default: b}", "{}", "expected type: enum (a)"),
    ],
)
def test_calls_that_are_refused(parameters: str, arguments: str, said: str) -> None:
    """What is missing, unexpected, or declared wrongly is said with the names that are legal."""
    assert any(said in detail for detail in bound(parameters, arguments)[1])
