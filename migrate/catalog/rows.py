"""Reading the rows of a mapping file: texts and lists of texts, with complaints that name file and line."""

from pathlib import Path

from migrate.diagnostics import CatalogError, Notes, Span
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Node, Scalar, Sequence
from migrate.yamlio.read import read


def load(path: Path, shown: str) -> Node:
    """The tree of a mapping file, which complaints call `shown`."""
    notes = Notes()
    tree = read(path.read_text(encoding="utf-8"), shown, notes)
    if tree is None:
        raise CatalogError("; ".join(str(note) for note in notes))
    return tree


def table(root: Mapping, name: str) -> Mapping:
    """The table of a mapping file that has this name."""
    found = peek(root, name)
    if not isinstance(found, Mapping):
        raise CatalogError(complaint(root.span, f"the table '{name}' is missing"))
    return found


def rows(root: Mapping, name: str) -> tuple[Node, ...]:
    """The rows of the list of a mapping file that has this name."""
    found = peek(root, name)
    if not isinstance(found, Sequence):
        raise CatalogError(complaint(root.span, f"the list '{name}' is missing"))
    return found.items


def texts(row: Node | None) -> dict[str, str]:
    """A row all of whose values are texts."""
    if not isinstance(row, Mapping):
        raise CatalogError(complaint(row.span, "a row is a mapping") if row else "a table is missing")
    return {entry.key.text: text(row, entry.key.text) for entry in row.entries}


def text(row: Node, key: str) -> str:
    """The text that a row has under `key`."""
    value = peek(row, key)
    if not isinstance(value, Scalar):
        raise CatalogError(complaint(row.span, f"'{key}' must be a text"))
    return value.text


def listed(row: Node, key: str) -> list[str]:
    """The list of texts that a row has under `key`."""
    value = peek(row, key)
    if not isinstance(value, Sequence) or not all(isinstance(item, Scalar) for item in value.items):
        raise CatalogError(complaint(row.span, f"'{key}' must be a list of texts"))
    return [item.text for item in value.items if isinstance(item, Scalar)]


def complaint(span: Span, what: str) -> str:
    """What is wrong, behind the place where it stands."""
    return f"{span}: {what}"
