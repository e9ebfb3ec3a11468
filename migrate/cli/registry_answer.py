"""What the registry answers is looked at before anything is done with it: anyone could have sent it."""

import json
from typing import NamedTuple

from migrate.circleci.orbs import Reference, is_exact
from migrate.diagnostics import Notes
from migrate.yamlio.nodes import Mapping
from migrate.yamlio.read import read as read_yaml

_LONGEST = 200


class Published(NamedTuple):
    """A published orb: its exact version and its source."""

    exact: Reference
    text: str


def read(body: bytes, reference: Reference) -> Published | None:
    """What an answer publishes; None if it says that there is no such orb. Raises ValueError for anything else."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        said = "the answer is no JSON, or was cut short"
        raise ValueError(said) from error
    errors = _at(document, "errors")
    if errors:
        said = f"it says {_shown(_at(errors[0] if isinstance(errors, list) else errors, 'message') or errors)}"
        raise ValueError(said)
    data = _at(document, "data")
    if not isinstance(data, dict) or "orbVersion" not in data:
        said = "the answer is not that of a registry: there is no 'data' with 'orbVersion' in it"
        raise ValueError(said)
    found = data["orbVersion"]
    if found is None:
        return None
    name, version, source = _at(_at(found, "orb"), "name"), _at(found, "version"), _at(found, "source")
    if name != reference.orb or not (isinstance(version, str) and is_exact(version) and reference.admits(version)):
        said = f"the answer is about another orb: {_shown(name)} in the version {_shown(version)}"
        raise ValueError(said)
    if not isinstance(source, str) or (wrong := _wrong(source)):
        said = f"the source is none: {wrong if isinstance(source, str) else 'it is no text'}"
        raise ValueError(said)
    return Published(Reference(reference.orb, version), source)


def _at(node: object, key: str) -> object:
    return node.get(key) if isinstance(node, dict) else None


def _wrong(source: str) -> str:
    """Why a text is no source of an orb."""
    try:
        source.encode()
    except UnicodeEncodeError:
        return "it holds half a character"
    notes = Notes()
    root = read_yaml(source, "source", notes)
    if notes.refused:
        return "; ".join(f"{note.span}: {note.detail}" for note in notes)[:_LONGEST]
    return "" if isinstance(root, Mapping) else "it is no YAML mapping"


def _shown(value: object) -> str:
    """A value from outside as one line of printable characters."""
    line = " ".join(str(value).split())
    return "'" + "".join(char if char.isprintable() else "?" for char in line[:_LONGEST]) + "'"


__all__ = ["Published", "read"]
