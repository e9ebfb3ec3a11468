"""CircleCI's variables in commands become Bitbucket's (reference bitbucket.md, section 4.2)."""

from collections.abc import Iterable

from migrate.diagnostics import Fate, Trail, declare
from migrate.lower.draft import Draft, NeededVariable, Run, StepDraft
from migrate.shell import analyse, quote, rename_variables
from migrate.yamlio.nodes import Scalar

_DOCS = (
    "https://circleci.com/docs/variables/",
    "https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/",
)
VARIABLE_DIFFERS = declare(
    "variable-differs",
    Fate.APPROXIMATED,
    "A variable's counterpart means nearly the same",
    "Bitbucket sets a variable for the same purpose, with a value of another form. Check what reads it.",
    *_DOCS,
)
VARIABLE_WITHOUT = declare(
    "variable-without-counterpart",
    Fate.MANUAL,
    "A variable that Bitbucket does not set",
    "The command finds the variable empty. The message says what can stand in its place.",
    *_DOCS,
)


def with_symbols(node: Scalar, step: StepDraft, trail: Trail) -> str:
    """The text of a command, with the values that only the run knows written as variables."""
    text = node.text
    for symbol in reversed(node.symbols):
        row = step.draft.catalog.variables.get(symbol.name)
        if row is None or not row.variable:
            said = f"'{symbol.name}' has no counterpart; the command finds an empty value"
            step.note(VARIABLE_WITHOUT, trail, said)
        replacement = f"${{{row.variable}}}" if row and row.variable else ""
        text = text[: symbol.start] + replacement + text[symbol.end :]
    return text


def translate(text: str, step: StepDraft, trail: Trail) -> tuple[str, dict[str, str]]:
    """A command in Bitbucket's variables, and what must be exported for names that only a program may read.

    A variable with a counterpart is renamed where the shell expands it; one whose value the converter
    knows, such as the job's name, is exported, so that the command stays as it was.
    """
    effects = analyse(text)
    exports: dict[str, str] = {}
    names: dict[str, str] = {}
    for name in sorted((effects.reads | effects.mentions) - effects.sets):
        row = step.draft.catalog.variables.get(name)
        if row is None:
            continue
        if row.differs:
            step.note(VARIABLE_DIFFERS, trail, f"{name} becomes {row.variable}: {row.differs}")
        if row.nothing:
            step.note(VARIABLE_WITHOUT, trail, f"{name} is empty: {row.nothing}")
        elif row.value:
            exports[name] = quote(row.value.format(job=step.job.name))
        else:
            names[name] = row.variable
    renamed = rename_variables(text, names)
    left = analyse(renamed).mentions
    exports |= {name: f'"${variable}"' for name, variable in names.items() if name in left}
    return renamed, exports


def needed(drafts: Iterable[StepDraft], draft: Draft) -> tuple[NeededVariable, ...]:
    """The variables that the steps read and nobody sets, by name."""
    users: dict[str, list[str]] = {}
    for step in drafts:
        have = set(step.environment) | draft.catalog.known_variables
        for item in (*step.script, *step.after_script):
            text = item.text if isinstance(item, Run) else " ".join(f'"{value}"' for _, value in item.variables)
            effects = analyse(text)
            if isinstance(item, Run):
                have |= {name for name, _ in item.environment}
            for name in sorted(effects.reads - have):
                if not name.startswith(("CIRCLE", "BITBUCKET_", "BASH_")) and name not in effects.sets:
                    users.setdefault(name, []).append(step.job.name)
            have |= effects.sets | effects.exports
    words = draft.catalog.secret_words
    return tuple(
        NeededVariable(name, any(w in name.upper() for w in words), tuple(dict.fromkeys(jobs)))
        for name, jobs in sorted(users.items())
    )
