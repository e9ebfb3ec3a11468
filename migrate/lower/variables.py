"""CircleCI's variables in commands become Bitbucket's (reference bitbucket.md, section 4.2).

A variable with a counterpart is renamed where the shell expands it. What only a program may read (a name in single
quotes, behind `printenv`, in the script of another language) keeps its name, and is exported first; so is what a
command also sets itself. What programs of the repository read without being told a name cannot be seen.
"""

from collections.abc import Iterable, Iterator

from migrate.catalog import Variable
from migrate.circleci.settled import SETTLED
from migrate.diagnostics import Fate, Trail, declare
from migrate.lower.directories import is_relative, word
from migrate.lower.draft import Draft, NeededVariable, Run, StepDraft
from migrate.lower.own_commands import note_own_commands
from migrate.shell import Effects, analyse, quote, rename_variables
from migrate.shell.mentions import named_first
from migrate.yamlio.nodes import Default, Scalar, Symbol

_DOCS = (
    "https://circleci.com/docs/variables/",
    "https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/",
)
VARIABLE_DIFFERS = declare(
    "variable-differs",
    Fate.APPROXIMATED,
    "A variable's counterpart means nearly the same",
    """Bitbucket sets a variable for the same purpose, with a value of another form.

    The commands read the value of that one.

    Check what reads it.""",
    *_DOCS,
)
VARIABLE_WITHOUT = declare(
    "variable-without-counterpart",
    Fate.MANUAL,
    "A variable that Bitbucket does not set",
    """Nothing in Bitbucket has this value before the script runs.

    The command finds the variable empty.

    The message says what can stand in its place.""",
    *_DOCS,
)
VARIABLE_UNKNOWN = declare(
    "variable-unknown",
    Fate.MANUAL,
    "A variable is called as if it were CircleCI's own",
    """CircleCI sets none of this name, so that it comes from the project's settings, a context or a program.

    If it comes from settings, it is empty until it is in Bitbucket's, too; else it is empty, there as here.

    Create it, if CircleCI's settings have it.""",
    *_DOCS,
)
VARIABLE_EXPORTED = declare(
    "variable-exported",
    Fate.REWRITTEN,
    "A variable keeps its name, for whoever reads it by that name",
    """A program may read it, or the command sets it itself.

    The script exports it with Bitbucket's value. Where CircleCI would not set it at all, it is set here, and empty.""",
    *_DOCS,
)
ENVIRONMENT_LISTED = declare(
    "environment-listed",
    Fate.APPROXIMATED,
    "A command lists the whole environment",
    """The command prints, or hands on, all variables that there are.

    It shows Bitbucket's variables, and of CircleCI's only those that other commands of the job need.

    Export what else the list is read for.""",
    *_DOCS,
)
_DIRECTORY = "CIRCLE_WORKING_DIRECTORY"
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
        row = step.draft.catalog.variable(piece.name) if isinstance(piece, Symbol) else None
        variable = step.variable(piece) if readable or isinstance(piece, Symbol) else None
        written = _expanding(text, piece, variable) if variable else None
        if variable and written is not None:
            step.reads(variable)
            note_difference(row, step, trail)
            text = written
        elif isinstance(piece, Default):
            _note_settled(piece, step, trail)
        else:
            if row is None or not row.value:
                said = (row and row.nothing) or "it cannot be written here"
                step.note(VARIABLE_WITHOUT, trail, f"'{piece.name}' is empty: {said}")
            text = text[: piece.start] + (row.value if row else "") + text[piece.end :]
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


def note_difference(row: Variable | None, step: StepDraft, trail: Trail) -> None:
    """Say what is not the same about a counterpart, and whether it can be had in this job at all."""
    if row is None:
        return
    if row.differs:
        known = f"becomes {row.variable}" if row.variable else "is put together"
        step.note(VARIABLE_DIFFERS, trail, f"{row.name} {known}: {row.differs}")
    asks_git = (
        any(words[:1] == ("git",) for words in analyse(f'echo "{row.computed}"').calls) if row.computed else False
    )
    if asks_git and not any(call.step == "checkout" for call in step.job.steps):
        said = f"{row.name} is empty: git tells it, and '{step.job.name}' checks nothing out"
        step.note(VARIABLE_WITHOUT, trail, said)


def translate(
    text: str,
    step: StepDraft,
    trail: Trail,
    own: frozenset[str] = frozenset(),
    carried: frozenset[str] = frozenset(),
) -> tuple[str, dict[str, str]]:
    """A command in Bitbucket's variables, and what must be exported for names that only a program may read.

    `own` are variables that the user sets for this command, `carried` those that commands may hand on to it; what the
    job sets goes before CircleCI's, too (reference circleci.md, section 4.3).
    """
    effects = analyse(text)
    note_own_commands(text, step, trail)
    listed = _listed(effects, step, trail)
    exports: dict[str, str] = {}
    names: dict[str, str] = {}
    kept: dict[str, str] = {}
    early = named_first(text, effects.mentions & effects.sets)
    for name, row in _wanted(effects, listed | early, own, step, trail):
        if row.nothing:
            step.note(VARIABLE_WITHOUT, trail, f"{name} is empty: {row.nothing}")
        elif row.value:
            exports[name] = quote(_known(row, step))
        elif row.computed:
            exports[name] = f'"{row.computed}"'
        elif name in effects.changes | carried or (name == _DIRECTORY and step.working):
            kept[name] = _value(row, step)
        else:
            names[name] = row.variable
    renamed = rename_variables(text, names)
    left = analyse(renamed).mentions | listed
    kept |= {name: _value(step.draft.catalog.variables[name], step) for name in names if name in left}
    if kept:
        step.note(VARIABLE_EXPORTED, trail, f"{', '.join(sorted(kept))}: exported under CircleCI's name")
    return renamed, exports | kept


def _known(row: Variable, step: StepDraft) -> str:
    """A value that the converter knows: of the job, or of the machine that the step stands for."""
    job = step.job
    return row.value.format(job=job.called, index=job.copy, total=job.copies)


def _wanted(
    effects: Effects, listed: frozenset[str], own: frozenset[str], step: StepDraft, trail: Trail
) -> Iterator[tuple[str, Variable]]:
    """The variables of CircleCI's that a command may read, with their rows."""
    found = effects.reads | listed | (effects.mentions - effects.sets)
    table = step.draft.catalog.variables
    for name in sorted(found - own - step.environment.keys()):
        row = table.get(name) or step.draft.catalog.computed.get(name)
        foreign = row is None and name.startswith("CIRCLE_") and name not in effects.changes | step.carried
        if foreign and not any(known.startswith(name) for known in table):
            step.note(VARIABLE_UNKNOWN, trail, f"CircleCI sets no {name}; create it if it comes from the settings")
        if row is not None:
            if name == row.name:  # that of a pipeline value was told where the value stands
                note_difference(row, step, trail)
            yield name, row


def _value(row: Variable, step: StepDraft) -> str:
    """The word that a variable of CircleCI's is given; its working directory may lie elsewhere than the clone."""
    place = step.place(".") if row.name == _DIRECTORY else ""
    if is_relative(place):
        return f'"${row.variable}/{place}"' if place else f'"${row.variable}"'
    return word(place)


def _listed(effects: Effects, step: StepDraft, trail: Trail) -> frozenset[str]:
    """The variables of CircleCI's that a listing of the environment is searched for, as by `env | grep CIRCLE_`."""
    rows = step.draft.catalog.variables.values()
    asked = tuple(effects.prefixes)
    prefixed = frozenset(row.name for row in rows if asked and row.name.startswith(asked) and not row.nothing)
    listings = [words for words in effects.calls if words[:1] and _lists(words)]
    if not listings:
        return prefixed
    starts = tuple(word.upper() for word in effects.mentions if word.upper().startswith("CIRCLE"))
    same = (row.name for row in rows if not (row.nothing or row.differs))
    found = [name for name in same if starts and name.startswith(starts)]
    if not found:
        said = f"'{' '.join(listings[0])}' lists the environment: it has Bitbucket's variables, not CircleCI's"
        step.note(ENVIRONMENT_LISTED, trail, said)
    return prefixed | frozenset(found)


def _lists(words: tuple[str, ...]) -> bool:
    options = all(word.startswith("-") for word in words[1:])
    if words[0] in {"env", "printenv", "set"}:
        return options and (words[0] != "set" or len(words) == 1)
    return words in {("export",), ("export", "-p"), ("declare", "-x"), ("declare", "-p"), ("declare",)}


def needed(drafts: Iterable[StepDraft], draft: Draft) -> tuple[NeededVariable, ...]:
    """The variables that the steps read and nobody sets, by name."""
    users: dict[str, list[str]] = {}
    passwords: set[str] = set()
    for step in drafts:
        passwords.update(_logins(step, secret=True))
        have = set(step.environment) | draft.catalog.known_variables | draft.given.get(step.job.workflow, {}).keys()
        have |= draft.catalog.variables.keys() | draft.catalog.computed.keys()
        for name in _logins(step):
            users.setdefault(name, []).append(step.job.name)
        for item in (*step.script, *step.after_script):
            text = item.text if isinstance(item, Run) else " ".join(f'"{value}"' for _, value in item.variables)
            effects = analyse(text)
            if isinstance(item, Run):
                have |= {name for name, _ in item.environment}
            for name in sorted(effects.reads - have):
                if not name.startswith(("BITBUCKET_", "BASH_")) and name not in effects.sets:
                    users.setdefault(name, []).append(step.job.name)
            have |= effects.sets | effects.exports
            have |= {name for carried in effects.bash_env for name in analyse(carried or "").exports}
    words = draft.catalog.secret_words
    return tuple(
        NeededVariable(name, name in passwords or any(w in name.upper() for w in words), tuple(dict.fromkeys(jobs)))
        for name, jobs in sorted(users.items())
    )


def _logins(step: StepDraft, *, secret: bool = False) -> list[str]:
    """The variables that pull the step's images, or those of them that are `secret`; they come from no script."""
    images = [image for image in (step.image, *(container.image for container in step.containers)) if image]
    words = [word for image in images for word in (image.password, *dict(image.aws).values())]
    if not secret:
        words += [image.username for image in images]
    return sorted({name for word in words for name in analyse(f'echo "{word}"').reads})
