"""`environment` becomes `export` lines at the top of the script: Bitbucket has no environment maps."""

import re
from collections.abc import Iterator

from migrate.circleci.passed import passed
from migrate.diagnostics import Fate, Trail, declare
from migrate.lower.draft import StepDraft
from migrate.lower.registry import job_key
from migrate.lower.secrets import note_secret
from migrate.lower.variables import note_difference
from migrate.shell import quote
from migrate.yamlio.nodes import Default, Mapping, Node, Scalar, Symbol

_DOCS = (
    "https://circleci.com/docs/configuration-reference/#environment",
    "https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/",
)
ENVIRONMENT = declare(
    "environment",
    Fate.REWRITTEN,
    "Environment variables become export lines",
    """Bitbucket has no map of variables for a step.

    The script, and the after-script, export them first. Pipes do not see them.""",
    *_DOCS,
)
VARIABLE_NAME = declare(
    "variable-name",
    Fate.DROPPED,
    "A variable has a name that no shell can export",
    """A name consists of letters, digits and '_', and begins with no digit.

    The script does not export it.

    Rename the variable where it is read.""",
    *_DOCS,
)
NUMBER_PASSED = declare(
    "number-passed",
    Fate.REWRITTEN,
    "A variable's value is a number, which has another spelling",
    """Without quotes 3.10 is the number 3.1, 017 is 15 and 1000000 is 1e+06, and so CircleCI passes them.

    The script has what CircleCI passed.

    If the text was meant, put it in quotes in the config, or mend the export line.""",
    *_DOCS,
)
VARIABLE_LITERAL = declare(
    "variable-literal",
    Fate.REWRITTEN,
    "A variable's value is the name of another one",
    """CircleCI puts nothing in the place of '$X' in a value, so that a program finds that very text.

    The script does the same.

    If the other variable's value was meant, write the export line without its quotes; if both have the same name,
    delete it.""",
    *_DOCS,
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ESCAPED = re.compile(r'(["\\$`])')


@job_key("environment")
def lower(value: Node, step: StepDraft) -> None:
    """Take the job's variables, the executor's below its own."""
    found = read_environment(value, step, (value.span,))
    step.environment |= found
    if found:
        step.note(ENVIRONMENT, value.span, f"{', '.join(found)}: exported in the script")


def read_environment(node: Node | None, step: StepDraft, trail: Trail) -> dict[str, str]:
    """The variables of an `environment:` in any of its forms, with values as a shell reads them."""
    found: dict[str, str] = {}
    for name, value in _pairs(node, step, trail):
        _note_value(name, value, step)
        if _NAME.fullmatch(name):
            found[name] = (
                _word(value, step, trail)
                if isinstance(value, Scalar) and _unknown(value, step)
                else quote(_plain(value, name, step, trail))
            )
        else:
            step.note(VARIABLE_NAME, trail, f"'{name}' is no name that a shell can export; it is left out")
    return found


def read_values(node: Node | None, step: StepDraft, trail: Trail) -> dict[str, str]:
    """The variables of an `environment:` with their values as they are: literals, as CircleCI passes them."""
    found = list(_pairs(node, step, trail))
    for name, value in found:
        _note_value(name, value, step)
    return {name: _plain(value, name, step, trail) for name, value in found}


def _note_value(name: str, value: Node, step: StepDraft) -> None:
    """Say what is conspicuous about a value: a secret, or the name of another variable."""
    if not isinstance(value, Scalar) or value.symbols:
        return
    note_secret(name, value.text, step, value.span)
    if value.text.startswith("$") and _NAME.fullmatch(value.text[1:].removeprefix("{").removesuffix("}")):
        step.note(VARIABLE_LITERAL, value.span, f"{name} is the text '{value.text}', not the value of that variable")


def _pairs(node: Node | None, step: StepDraft, trail: Trail) -> Iterator[tuple[str, Node]]:
    """Names and values; an item of a list is a map, or a text `NAME=value` (reference circleci.md, section 2.9)."""
    claims = step.claims
    for item in (node,) if isinstance(node, Mapping) else claims.items(node):
        if isinstance(item, Mapping):
            yield from ((entry.key.text, entry.value) for entry in claims.each(item))
            continue
        text = claims.text(item, "environment", trail)
        name, equals, value = text.partition("=")
        symbols, defaults = (item.symbols, item.defaults) if isinstance(item, Scalar) else ((), ())
        cut = len(name + equals)
        moved = tuple(Symbol(s.start - cut, s.end - cut, s.name) for s in symbols if s.start >= cut)
        known = tuple(d._replace(start=d.start - cut, end=d.end - cut) for d in defaults if d.start >= cut)
        if name:
            yield name, Scalar(value, "str", item.span, moved, defaults=known)


def _plain(value: Node, name: str, step: StepDraft, trail: Trail) -> str:
    """The text that a process finds in the variable."""
    text = step.plain(value, name, trail)
    if not isinstance(value, Scalar) or value.kind == "str" or value.symbols:
        return text
    found = passed(value)
    if value.kind in {"int", "float"} and found != text:
        step.note(NUMBER_PASSED, value.span, f"{name} is the number {text}, which CircleCI passes as {found}")
    return found


def _word(value: Scalar, step: StepDraft, trail: Trail) -> str:
    """A value with parts that only the run knows, as a shell puts it together from Bitbucket's variables."""
    word, end = "", 0
    for piece in _unknown(value, step):
        word += _escaped(value.text[end : piece.start]) + _expansion(piece, value, step, trail)
        end = piece.end
    return f'"{word}{_escaped(value.text[end:])}"'


def _expansion(piece: Symbol | Default, value: Scalar, step: StepDraft, trail: Trail) -> str:
    """What stands between double quotes for a piece that only the run knows."""
    row = step.draft.catalog.variable(piece.name) if isinstance(piece, Symbol) else None
    note_difference(row, step, trail)
    if row and (row.computed or row.value):
        return row.computed or _escaped(row.value)
    variable = step.variable(piece)
    if variable:
        step.reads(variable)
        return f"${{{variable}}}"
    if isinstance(piece, Symbol):
        step.plain(Scalar(value.text, "str", value.span, (piece,)), "environment", trail)
    return ""


def _unknown(value: Scalar, step: StepDraft) -> list[Symbol | Default]:
    """The pieces of a value that only the run knows; a boolean is 1 or 0 here, which no parameter is."""
    return [] if value.kind == "bool" else step.unknown(value)


def _escaped(text: str) -> str:
    return _ESCAPED.sub(r"\\\1", text)
