"""Bitbucket's own schema, as the package check-jsonschema carries it, with positions in the file."""

import importlib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from migrate.diagnostics import Fate, Notes, Span, declare
from migrate.yamlio.nodes import Mapping, Node, Scalar
from migrate.yamlio.nodes import Sequence as List
from migrate.yamlio.read import plain

SCHEMA = declare(
    "pipelines-schema",
    Fate.ERROR,
    "The file is not what Bitbucket's schema asks for",
    """The message is the schema's.

    Bitbucket refuses the file, or does not read the key.

    Compare the key with the reference of bitbucket-pipelines.yml.""",
    "https://support.atlassian.com/bitbucket-cloud/docs/bitbucket-pipelines-configuration-reference/",
)
_LENGTH = 160
_VALUE = re.compile(r"^.{200,}? (is not|does not|should)", re.DOTALL)


def complaints(root: Node, text: str, notes: Notes) -> None:
    """Say what the schema says, but where a rule has spoken of the same place or of something below it."""
    spoken = {(note.span.line, note.span.column) for note in notes}
    for error in _validator().iter_errors(plain(text)):
        for leaf in _leaves(error):
            path = list(leaf.absolute_path)
            span, below = _place(root, path)
            if spoken.isdisjoint((place.line, place.column) for place in (span, *below)):
                where = " > ".join(map(str, path)) or "the file"
                notes.add(SCHEMA, (span,), where, f"{where}: {_short(leaf.message)}")


@lru_cache(maxsize=1)
def _validator() -> Any:  # noqa: ANN401 - neither jsonschema nor check-jsonschema has types
    carrier = importlib.import_module("check_jsonschema.builtin_schemas")
    schema = carrier.get_builtin_schema("vendor.bitbucket-pipelines")
    return importlib.import_module("jsonschema.validators").validator_for(schema)(schema)


def _leaves(error: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    """What an error comes down to: of alternatives, the one that fits best."""
    if error.context:
        yield importlib.import_module("jsonschema.exceptions").best_match([error])
    else:
        yield error


def _place(node: Node, path: Sequence[str | int]) -> tuple[Span, list[Span]]:
    """Where a path leads, or the last place on its way that there is; and all places below."""
    span = node.span
    for step in path:
        if isinstance(node, Mapping):
            found = next((entry for entry in node.entries if entry.key.text == str(step)), None)
            if found is None:
                break
            span, node = found.key.span, found.value
        elif isinstance(node, List) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            span = node.span
    return span, list(_spans(node))


def _spans(node: Node) -> Iterator[Span]:
    yield node.span
    if isinstance(node, Mapping):
        for entry in node.entries:
            yield entry.key.span
            yield from _spans(entry.value)
    elif not isinstance(node, Scalar):
        for item in node.items:
            yield from _spans(item)


def _short(message: str) -> str:
    """The schema's words, without the whole value that they begin with."""
    found = _VALUE.match(message)
    message = f"this {message[found.start(1) :]}" if found else message
    return message if len(message) <= _LENGTH else f"{message[:_LENGTH]}…"


__all__ = ["complaints"]
