"""What is looked at, and what is found: a repository on the one side, findings on the other."""

from collections.abc import Mapping
from typing import NamedTuple

from migrate.catalog import Catalog
from migrate.circleci.plan import Plan
from migrate.diagnostics import Note
from migrate.lower.ordered import Ordered

Value = str | bool | tuple[str, ...] | Mapping[str, "Value"]
"""An argument of an addition: a text, a truth, a list, or a mapping of these."""


class Repository(NamedTuple):
    """The names of a repository's files, the texts of the small ones that say what it is, and what its config runs.

    `plan` is the config's own, without anything added; `notes` and `order` are
    those of a conversion without choices.
    """

    files: tuple[str, ...]
    texts: Mapping[str, str]
    plan: Plan
    notes: tuple[Note, ...]
    catalog: Catalog
    order: tuple[Ordered, ...] = ()

    def called(self, name: str) -> tuple[str, ...]:
        """The files of a name, those nearest to the root first."""
        found = (path for path in self.files if path.rpartition("/")[2] == name)
        return tuple(sorted(found, key=lambda path: (path.count("/"), path)))


class Seen(NamedTuple):
    """Something that was seen: `where` is a file, with a line if it has one; `job` has it, if one does.

    Jobs of which the same is said of the same line share it.
    """

    where: str
    what: str
    job: str = ""


class Finding(NamedTuple):
    """A choice that what was seen suggests.

    `key` is a key of the choices file, `value` what it would be; for `add`, `value` is the name of an addition, and
    `arguments` are its own. `would` says what the choice does here.
    """

    key: str
    value: str
    seen: tuple[Seen, ...]
    would: str
    arguments: tuple[tuple[str, Value], ...] = ()


def line_of(text: str, part: str) -> int:
    """The number of the first line that has `part` in it; the first of all if none has."""
    return next((number for number, line in enumerate(text.splitlines(), 1) if part in line), 1)


__all__ = ["Finding", "Repository", "Seen", "Value", "line_of"]
