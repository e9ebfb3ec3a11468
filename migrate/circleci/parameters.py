"""Parameters of commands, jobs, executors and pipelines: declared, type-checked, bound to arguments.

Typing is strict, nothing is coerced; the messages are CircleCI's own (reference circleci.md, sections 1.6 and 8).
"""

import re
from typing import NamedTuple

from migrate.circleci import shapes
from migrate.circleci.schema import PARAMETER
from migrate.circleci.template import Renderer, Scope
from migrate.diagnostics import Fate, Notes, Span, Trail, declare
from migrate.yamlio.decode import Claims
from migrate.yamlio.nodes import Mapping, Node, Scalar, Sequence

_DOCS = "https://circleci.com/docs/reusing-config/#using-the-parameters-declaration"
PARAMETER_TYPE = declare(
    "parameter-type",
    Fate.ERROR,
    "A value does not have the type of its parameter",
    """CircleCI checks types strictly.

    CircleCI refuses such a config, so nothing is written.

    Quote what is to be a string, unquote what is to be a number or a boolean.""",
    _DOCS,
)
PARAMETER_MISSING = declare(
    "parameter-missing",
    Fate.ERROR,
    "A required parameter got no value",
    """A parameter without a default must be given at every call.

    CircleCI refuses such a config, so nothing is written.

    Give the parameter at the call, or a default to its declaration.""",
    _DOCS,
)
PARAMETER_UNEXPECTED = declare(
    "parameter-unexpected",
    Fate.ERROR,
    "A call gives a parameter that is not declared",
    """CircleCI refuses arguments that the called element does not declare.

    Nothing is written.

    Look for a typing error.""",
    _DOCS,
)

TYPES = ("boolean", "enum", "env_var_name", "executor", "integer", "steps", "string")
PIPELINE_TYPES = ("boolean", "enum", "integer", "string")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Parameter(NamedTuple):
    """A declared parameter; `default` is None where a value is required."""

    name: str
    type: str
    default: Node | None
    choices: tuple[str, ...]
    span: Span
    description: str = ""


def declared(node: Node | None, claims: Claims, trail: Trail, types: tuple[str, ...] = TYPES) -> tuple[Parameter, ...]:
    """Read a `parameters:` mapping; a type that does not exist or a default that does not fit is refused."""
    return tuple(_declared(e.key.text, e.value, claims, (*trail, e.key.span), types) for e in claims.each(node))


def _declared(name: str, node: Node, claims: Claims, trail: Trail, types: tuple[str, ...]) -> Parameter:
    shapes.refuse(node, PARAMETER, f"parameters/{name}", claims.notes, trail)
    claims.whole(node)
    kind = claims.text(claims.take(node, "type"), "type", trail)
    choices = tuple(claims.text(item, "enum", trail) for item in claims.items(claims.take(node, "enum")))
    default = claims.take(node, "default")
    described = claims.text(claims.take(node, "description"), "description", trail)
    parameter = Parameter(name, kind, default, choices, trail[-1], described)
    if kind not in types:
        said = f"parameter '{name}' has the type '{kind}'; the types are {', '.join(types)}"
        claims.notes.refuse(PARAMETER_TYPE, trail, name, said)
    elif kind == "enum" and not choices:
        said = f"the parameter '{name}' has the type enum; 'enum' must list its values"
        claims.notes.refuse(PARAMETER_TYPE, trail, name, said)
    elif default is not None and not fits(parameter, default):
        said = (
            f"Parameter error: default value of parameter '{name}' is {_shown(default)}: expected {_wanted(parameter)}"
        )
        claims.notes.refuse(PARAMETER_TYPE, trail, name, said)
    return parameter


def fits(parameter: Parameter, value: Node) -> bool:
    """Whether `value` has the parameter's type; a value that is unknown until run time fits any."""
    if isinstance(value, Scalar):
        if value.symbols:
            return True
        kind, text = value.kind, value.text
        return {
            "string": kind in {"str", "timestamp"},
            "boolean": kind == "bool",
            "integer": kind == "int",
            "enum": text in parameter.choices,
            "env_var_name": kind == "int" or _VARIABLE.fullmatch(text) is not None,
            "executor": kind == "str",
        }.get(parameter.type, False)
    if isinstance(value, Sequence):
        return parameter.type == "steps"
    return parameter.type == "executor"


def refuse_misfit(parameter: Parameter, value: Node, notes: Notes, trail: Trail) -> bool:
    """Whether `value` does not have the parameter's type; then the config is refused."""
    misfit = not fits(parameter, value)
    if misfit:
        said = f"Type error for argument {parameter.name}: expected {_wanted(parameter)}, actual value: {_shown(value)}"
        notes.refuse(PARAMETER_TYPE, trail, parameter.name, said)
    return misfit


def bind(
    parameters: tuple[Parameter, ...], arguments: Node | None, renderer: Renderer, claims: Claims, what: str
) -> dict[str, Node]:
    """The scope `parameters.x` of a call of `what`; arguments are rendered in the caller's scope first."""
    known = {parameter.name: parameter for parameter in parameters}
    scope = {f"parameters.{p.name}": p.default for p in parameters if p.default is not None}
    for entry in claims.each(arguments):
        name, trail = entry.key.text, (*renderer.trail, entry.key.span)
        claims.whole(entry.value)
        value = renderer.render(entry.value)
        if name not in known:
            legal = ", ".join(sorted(known)) or "none"
            said = f"Unexpected argument(s): {name}; {what} declares: {legal}"
            claims.notes.refuse(PARAMETER_UNEXPECTED, trail, name, said)
        else:
            refuse_misfit(known[name], value, claims.notes, trail)
            # bound all the same: what is wrong with it is said once
            scope[f"parameters.{name}"] = value
    given = arguments.keys if isinstance(arguments, Mapping) else ()
    missing = [p.name for p in parameters if p.default is None and p.name not in given]
    if missing:
        said = f"Missing required argument(s): {', '.join(missing)}, which {what} declares without a default"
        claims.notes.refuse(PARAMETER_MISSING, renderer.trail, what, said)
        # bound all the same: that they are missing is said once
        scope |= {f"parameters.{name}": Scalar("", "str", renderer.trail[-1]) for name in missing}
    return scope


def _wanted(parameter: Parameter) -> str:
    legal = f" ({', '.join(parameter.choices)})" if parameter.choices else ""
    return f"type: {parameter.type}{legal}"


def _shown(value: Node) -> str:
    return value.described


__all__ = ["PARAMETER_UNEXPECTED", "Parameter", "Scope", "bind", "declared", "fits"]
