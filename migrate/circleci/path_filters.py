"""The `mapping` of path filtering: which changed paths set which pipeline parameter, and which config goes on.

Reference circleci.md, section 6: lines of three columns (pattern, parameter, value) or four (and a config's path);
a pattern must match the whole of a changed path; of the lines that match, the last one of a parameter counts.
"""

from typing import NamedTuple

from migrate.circleci.conditions import FALSE, Condition, Test, all_of, any_of, negate
from migrate.circleci.patterns import bare
from migrate.diagnostics import Fate, Notes, Span, Trail, declare
from migrate.yamlio.nodes import Node, Scalar

BAD_MAPPING = declare(
    "bad-mapping",
    Fate.ERROR,
    "A line of a path mapping cannot be read",
    """A line has a pattern, a parameter and its value, as in 'src/.* run-tests true', and in each line of the mapping
    or in none a config's path.

    The line was left out: what it would have started does not run.

    Mend the line, and convert again.""",
    "https://circleci.com/docs/dynamic-config/",
)
CHANGED = "changed paths"
"""What a condition on changed paths asks about."""
_COLUMNS = (3, 4)

Cases = tuple[tuple[Condition, Node], ...]
"""The values that a pipeline parameter can have; exactly one of the conditions holds."""


class Row(NamedTuple):
    """A line: where a changed path matches `pattern`, `parameter` has `value`, and `config`, if any, goes on."""

    pattern: str
    parameter: str
    value: Scalar
    config: str

    @property
    def condition(self) -> Condition:
        """Where the line counts."""
        return Test(CHANGED, "changes", bare(self.pattern))


def rows(text: str, span: Span, notes: Notes, trail: Trail) -> tuple[Row, ...]:
    """Read a mapping; a line that the orb could not read either is said at `trail`."""
    found = []
    lines = [line.split() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    widths = [len(columns) for columns in lines]
    width = max(_COLUMNS, key=widths.count)
    for columns in lines:
        value = scalar(columns[2], span) if len(columns) == width and width in _COLUMNS else None
        if value is None:
            said = f"the line '{' '.join(columns)}' has not the columns pattern, parameter, value (and config)"
            notes.add(BAD_MAPPING, trail, "mapping", said)
            continue
        found.append(Row(columns[0], columns[1], value, columns[3] if width > len(_COLUMNS) + 1 else ""))
    return tuple(found)


def scalar(text: str, span: Span) -> Scalar | None:
    """The scalar that a JSON text says; None if it says none."""
    import json

    try:
        value = json.loads(text)
    except ValueError:
        return None
    if isinstance(value, bool):
        return Scalar(str(value).lower(), "bool", span)
    if isinstance(value, int | str):
        return Scalar(str(value), "int" if isinstance(value, int) else "str", span)
    return None


def values(rows: tuple[Row, ...]) -> dict[str, Cases]:
    """What each parameter is set to, and where; nowhere else is it set at all."""
    names = dict.fromkeys(row.parameter for row in rows)
    return {name: _cases([row for row in rows if row.parameter == name]) for name in names}


def _cases(rows: list[Row]) -> Cases:
    if all(row.value == rows[0].value for row in rows):
        return ((any_of(*(row.condition for row in rows)), rows[0].value),)
    found: list[tuple[Condition, Node]] = []
    taken: Condition = FALSE
    for row in reversed(rows):
        found.append((all_of(row.condition, negate(taken)), row.value))
        taken = any_of(taken, row.condition)
    return tuple(found)


def with_default(cases: Cases, default: Node) -> Cases:
    """The cases, and the default where none of them holds."""
    return (*cases, (negate(any_of(*(where for where, _ in cases))), default))
