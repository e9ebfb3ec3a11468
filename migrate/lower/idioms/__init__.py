"""Common commands become pipes where the choices say `pipes: prefer`, and where that comes to the same.

The commands are rows of `mappings/idioms.yml`. A call is replaced if it is a statement of its own, all its words are
variables of the pipe, the pipe logs in as the job does, and nothing that the call sees is lost: a pipe runs in a
container of its own, with the clone directory and the variables that it is given (reference bitbucket.md, section 5.1).
"""

from itertools import takewhile

from migrate.bitbucket.model import Pipe
from migrate.catalog.idioms import Idiom
from migrate.diagnostics import Fate, declare
from migrate.lower import halting, shells
from migrate.lower.draft import Draft, Run, StepDraft
from migrate.lower.idioms.login import credentials
from migrate.lower.idioms.values import translated
from migrate.lower.idioms.words import read
from migrate.shell import analyse
from migrate.shell.standing import Standing, standing, without_end

_DOCS = (
    "https://support.atlassian.com/bitbucket-cloud/docs/use-pipes-in-bitbucket-pipelines/",
    "https://bitbucket.org/product/features/pipelines/integrations",
)
PREFERRED = declare(
    "pipe-preferred",
    Fate.REWRITTEN,
    "A command becomes a pipe",
    """The choices say 'pipes: prefer'.

    The pipe does the same as the command, with the same words, and logs in with the same variables, which it is given
    by name. What only installed the command's program may go.""",
    "https://circleci.com/docs/configuration-reference/#run",
    *_DOCS,
)
DIFFERS = declare(
    "pipe-preferred-differs",
    Fate.APPROXIMATED,
    "A command becomes a pipe, and something differs",
    """The choices say 'pipes: prefer'.

    The pipe does what the command did, but for what the line says.

    If that matters, write the command in its place.""",
    "https://circleci.com/docs/configuration-reference/#run",
    *_DOCS,
)
STAYS = declare(
    "pipe-not-preferred",
    Fate.KEPT,
    "A command stays, though pipes are preferred",
    """The choices say 'pipes: prefer', and this is a command that others write as a pipe.

    Here the pipe would not do the same, for the reason that the line gives, so the command is written as it was.""",
    "https://circleci.com/docs/configuration-reference/#run",
    *_DOCS,
)
_PREFER = "prefer"


def settle(draft: Draft) -> None:
    """Replace commands by pipes in all steps, if the user prefers pipes."""
    if draft.choices.pipes != _PREFER:
        return
    for step in draft.steps.values():
        script: list[Run | Pipe] = []
        for item in step.script:
            script += _parts(item, script, step) if isinstance(item, Run) else [item]
        step.script = script
        for run in step.after_script:
            for call, idiom in _found(run.text, step):
                _note_stays(call, run, step, idiom.stays or "it runs in the after-script, whatever has happened")


def _found(text: str, step: StepDraft) -> list[tuple[Standing, Idiom]]:
    """The calls of a text for which the table has a row."""
    rows = step.draft.catalog.idioms
    pairs = ((call, next((row for row in rows if row.arguments(call.words)), None)) for call in standing(text))
    return [(call, row) for call, row in pairs if row]


def _parts(run: Run, earlier: list[Run | Pipe], step: StepDraft) -> list[Run | Pipe]:
    """A command in parts: pipes, and what stands before, between and behind the calls that they replace."""
    place, title = 0, run.title
    parts: list[Run | Pipe] = []
    for call, idiom in _found(run.text, step):
        pipe, reason = _replaced(call, idiom, run, [one for one in earlier if isinstance(one, Run)], step)
        if pipe is None:
            _note_stays(call, run, step, reason)
            continue
        before, idle = without_end(run.text[place : call.start])
        if before:
            parts.append(run._replace(text=before, title=title))
            title = ""
        parts.append(Pipe(pipe.ref, pipe.variables, title or _comment(idle), run.trail))
        place, title = call.end + _gap(run.text[call.end :]), ""
        _note_replaced(pipe, idiom, call, run, step)
    if not parts:
        return [run]  # itself, and no copy of it: others know it as their mark in the script
    rest = run.text[place:].strip("\n")
    return [*parts, run._replace(text=rest, title=title)] if without_end(rest)[0] else parts


def _gap(text: str) -> int:
    """How many letters of what stands behind a call only end it: blanks, `;`, a comment on its line."""
    line, _, _ = text.partition("\n")
    bare = line.strip(" \t;")
    return len(line) if not bare or bare.startswith("#") else len(line) - len(line.lstrip(" \t;"))


def _comment(text: str) -> str:
    """What the comments of a text say, in one line."""
    return " ".join(line.strip().lstrip("#").strip() for line in text.splitlines() if line.strip("# ;\t"))


def _replaced(call: Standing, idiom: Idiom, run: Run, earlier: list[Run], step: StepDraft) -> tuple[Pipe | None, str]:
    """The pipe for a call behind `earlier` commands, or why it stays."""
    reason = idiom.stays or _around(call, run, step)
    if reason:
        return None, reason
    called = read(call, idiom, run.directory)
    own = credentials(idiom.login, step) if idiom.login else None
    reason = called.reason or (own.reason if own else "")
    if reason:
        return None, reason
    facts = step.draft.catalog.pipes[idiom.pipe]
    given = (own.variables if own else {}) | called.variables
    complaint = next(iter(facts.complaints(frozenset(given))), "")
    if complaint:
        return None, complaint
    values, reason = translated(facts.written(given), earlier, run, step)
    return (None, reason) if reason else (Pipe(f"{facts.ref}:{facts.version}", tuple(values.items())), "")


def _around(call: Standing, run: Run, step: StepDraft) -> str:
    """Why a pipe could not stand where a call stands, whatever it says; "" if it could."""
    before, behind = run.text[: call.start], run.text[call.end :]
    left = analyse(before)
    rest = analyse(behind)
    seen = rest.reads | rest.mentions | analyse(run.text[call.start : call.end]).reads
    reasons = (
        (bool(call.place), f"it stands {call.place}"),
        (bool(step.runs_on), "the step runs on a runner of your own, which may have no docker for pipes"),
        (bool(run.test), "it runs under a condition"),
        (run.background, "it runs in the background"),
        (run.options not in {None, shells.DEFAULT}, "its command has a shell of its own"),
        (bool(run.environment), "its command has variables of its own"),
        (bool(halting.found(run.text, run)), "its command may end the job early"),
        (not left.contained, "the commands before it change their shell, which the pipe and what follows do not see"),
        (bool(left.sets & seen), "the commands before it set variables that are read from there on"),
    )
    return next((said for holds, said in reasons if holds), "")


def _note_stays(call: Standing, run: Run, step: StepDraft, reason: str) -> None:
    step.note(STAYS, run.trail, f"'{_named(call)}' stays as it is: {reason}")


def _note_replaced(pipe: Pipe, idiom: Idiom, call: Standing, run: Run, step: StepDraft) -> None:
    differs = idiom.differs and idiom.unless not in call.words
    said = f"'{_named(call)}' is the pipe {pipe.ref}"
    step.note(DIFFERS if differs else PREFERRED, run.trail, f"{said}; {idiom.differs}" if differs else said)


def _named(call: Standing) -> str:
    """The call in a note: its words before the first option, whose value may be a secret."""
    return " ".join(takewhile(lambda word: not word.startswith("-") or word == "-m", call.words))


__all__ = ["settle"]
