"""The values of a pipe in Bitbucket's variables, where the script's shell has what they read.

Bitbucket puts the values of the script's own shell into a pipe's variables (reference bitbucket.md, section 5.1).
"""

from collections.abc import Iterable

from migrate.lower.draft import Run, StepDraft
from migrate.lower.variables import note_difference
from migrate.shell import analyse, rename_variables


def translated(given: dict[str, str], earlier: Iterable[Run], run: Run, step: StepDraft) -> tuple[dict[str, str], str]:
    """The values, in Bitbucket's variables; or why one of them has not the value that the command would find."""
    table, own = step.draft.catalog, step.environment.keys()
    reads = {name for value in given.values() for name in analyse(f'echo "{value}"').reads}
    carried = sorted(reads & (step.carried | {name for one in earlier for name in analyse(one.text).sets}))
    if carried:
        return {}, f"other commands set {carried[0]}"
    rows = {name: row for name in reads - own if (row := table.variables.get(name) or table.computed.get(name))}
    lost = sorted(name for name, row in rows.items() if not row.variable)
    if lost:
        return {}, f"it reads {lost[0]}, which Bitbucket has under no name"
    for row in rows.values():
        note_difference(row, step, run.trail)
    names = {name: row.variable for name, row in rows.items()}
    quoted = {name: rename_variables(f'"{value}"', names) for name, value in given.items()}
    return {name: value[1:-1] for name, value in quoted.items()}, ""
