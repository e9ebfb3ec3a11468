"""A `bitbucket-pipelines.yml` is checked: Bitbucket's schema, and what the service refuses beyond it, with positions.

The schema lets much pass (reference bitbucket.md, section 1.12); each rule in `rules/` is a room for one thing that it
does not say. Where a rule has spoken, the schema's own words about the same place are left out.
"""

from migrate.diagnostics import Note, Notes
from migrate.validate import rules
from migrate.validate.document import File
from migrate.validate.schema import complaints
from migrate.yamlio.nodes import Mapping, Node
from migrate.yamlio.read import read


def validate(text: str, path: str) -> tuple[Note, ...]:
    """What is wrong with the text of a pipelines file, in the order of its lines; `path` is the name for messages."""
    notes = Notes()
    root = read(text, path, notes)
    return tuple(notes) if root is None else checked(root, text, notes)


def checked(root: Node, text: str, notes: Notes) -> tuple[Note, ...]:
    """The same for a text that has been read, with what was said of it then."""
    if isinstance(root, Mapping):
        file = File(root, notes)
        for rule in rules.all_of_them():
            rule(file)
    complaints(root, text, notes)
    return tuple(sorted(notes, key=lambda note: note.span[1:]))


__all__ = ["checked", "validate"]
