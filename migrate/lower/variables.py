"""CircleCI's variables in commands become Bitbucket's (reference bitbucket.md, section 4.2)."""

from collections.abc import Iterable

from migrate.circleci.settled import SETTLED
from migrate.diagnostics import Fate, Trail, declare
from migrate.lower.draft import Draft, NeededVariable, Run, StepDraft
from migrate.shell import analyse, quote, rename_variables
from migrate.yamlio.nodes import Default, Scalar, Symbol

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
CIRCLECI_COMMAND = declare(
    "circleci-command",
    Fate.ERROR,
    "A command of CircleCI's own",
    """The program 'circleci' exists in CircleCI's jobs only. Split tests with the test runner; end a step early with
    'exit 0'.""",
    "https://circleci.com/docs/use-the-circleci-cli-to-split-tests/",
)


_PROBE = "circle2bb_probe"
"""A variable that no command reads: where the shell sees it, it would see another."""
_MOST_READ = 500_000
"""Letters that are read to write values into a command: for each value, the shell's reader sees all of it."""


def with_symbols(node: Scalar, step: StepDraft, trail: Trail) -> str:
    """The text of a command, with the values that only the run knows written as variables."""
    text, pieces = node.text, step.unknown(node)
    if len(text) * len(node.symbols) > _MOST_READ:
        said = f"this text has {len(node.symbols):,} values that only the run knows; set them as variables, once each"
        step.draft.notes.give_up((*trail, node.span), said)
    readable = len(text) * len(pieces) <= _MOST_READ
    for piece in reversed(pieces):
        variable = step.variable(piece) if readable or isinstance(piece, Symbol) else None
        written = _expanding(text, piece, variable) if variable else None
        if variable and written is not None:
            step.reads(variable)
            text = written
        elif isinstance(piece, Default):
            _note_settled(piece, step, trail)
        else:
            said = f"'{piece.name}' cannot be written here; the command finds an empty value"
            step.note(VARIABLE_WITHOUT, trail, said)
            text = text[: piece.start] + text[piece.end :]
    for one in node.defaults:
        if not one.exact and one.name in step.draft.parameters.get(step.job.workflow, {}):
            _note_settled(one, step, trail)
    return text


def _note_settled(piece: Default, step: StepDraft, trail: Trail) -> None:
    step.note(SETTLED, trail, f"'{piece.name}' has its default in a command of '{step.job.name}', whatever is given")


def _expanding(text: str, piece: Symbol | Default, variable: str) -> str | None:
    """The text with the variable in the piece's place, closing quotes around it where it would not expand."""
    before, after = text[: piece.start], text[piece.end :]
    forms = [f"{before}${{{_PROBE}}}{after}", f"{before}'\"${{{_PROBE}}}\"'{after}"]
    if before.endswith("'") and after.startswith("'"):
        forms[1] = f'{before[:-1]}"${{{_PROBE}}}"{after[1:]}'  # it was all that stood between the quotes
    found = (form for form in forms if _PROBE in analyse(form).reads)
    return next((form.replace(_PROBE, variable) for form in found), None)


def translate(text: str, step: StepDraft, trail: Trail) -> tuple[str, dict[str, str]]:
    """A command in Bitbucket's variables, and what must be exported for names that only a program may read.

    A variable with a counterpart is renamed where the shell expands it; one whose value the converter
    knows, such as the job's name, is exported, so that the command stays as it was.
    """
    effects = analyse(text)
    for words in effects.calls:
        if words and words[0] in {"circleci", "circleci-agent"}:
            said = f"'{' '.join(words[:3])}' is a command of CircleCI's own; it fails here until you replace it"
            step.note(CIRCLECI_COMMAND, trail, said)
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
        have = set(step.environment) | draft.catalog.known_variables | draft.given.get(step.job.workflow, {}).keys()
        for name in _logins(step):
            users.setdefault(name, []).append(step.job.name)
        for item in (*step.script, *step.after_script):
            text = item.text if isinstance(item, Run) else " ".join(f'"{value}"' for _, value in item.variables)
            effects = analyse(text)
            if isinstance(item, Run):
                have |= {name for name, _ in item.environment}
            for name in sorted(effects.reads - have):
                if not name.startswith(("CIRCLE", "BITBUCKET_", "BASH_")) and name not in effects.sets:
                    users.setdefault(name, []).append(step.job.name)
            have |= effects.sets | effects.exports
            have |= {name for carried in effects.bash_env for name in analyse(carried or "").exports}
    words = draft.catalog.secret_words
    return tuple(
        NeededVariable(name, any(w in name.upper() for w in words), tuple(dict.fromkeys(jobs)))
        for name, jobs in sorted(users.items())
    )


def _logins(step: StepDraft) -> list[str]:
    """The variables that pull the step's images; they come from no script."""
    images = [step.image, *(container.image for container in step.containers)]
    words = [word for image in images if image for word in (image.username, image.password, *dict(image.aws).values())]
    return sorted({name for word in words for name in analyse(f'echo "{word}"').reads})
