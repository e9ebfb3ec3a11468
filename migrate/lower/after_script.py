"""The after-script: what runs whatever the script came to, in a shell of its own that knows nothing of the script's.

It ends where one of its commands fails (reference bitbucket.md, section 3.2), and CircleCI's do not end each other.
"""

from collections.abc import Iterator

from migrate.bitbucket.model import Command, Item
from migrate.lower import halting
from migrate.lower.brackets import has_own_place
from migrate.lower.draft import Run
from migrate.lower.prologue import Needs
from migrate.lower.shells import DEFAULT
from migrate.lower.written import Script, Written, command, in_brackets, prologue, setting_of, tested
from migrate.shell.ending import is_single
from migrate.shell.statements import is_list

_UNLESS_WELL = '[ "$BITBUCKET_EXIT_CODE" -eq 0 ] ||'


def after_script(script: Script, top: Needs) -> Iterator[Item]:
    """The items of a job's after-script."""
    lines = all(written.run.ours and "\n" not in written.text for written in script.after)
    if script.after and lines:
        yield from _ours(script.after)
    elif script.after:
        yield from prologue(top, script.known_after, script.options)
        if not script.file.name and any(w.effects.bash_env for w in script.items if isinstance(w, Written)):
            yield Command(script.file.reading)
        (only, *others) = script.after
        alone = not (others or has_own_place(only.run) or setting_of(only, script, top)) and only.effects.valid
        yield from _only(only) if alone and (only.run.when != "on_fail" or _is_plain(only)) else _several(script, top)


def _ours(after: tuple[Written, ...]) -> Iterator[Command]:
    """Commands that are ours need nothing of the job's shell; all but the last may fail."""
    yield from _ended_before(after[0].run)
    for number, written in enumerate(after, 1):
        text = tested(written.text, written.run)
        yield command(f"{text} || true" if number < len(after) else text, written.run)


def _only(only: Written) -> Iterator[Command]:
    yield from _ended_before(only.run)
    text, _ = halting.written(only.text, only.halts, alone=False, last=True, asked=False)
    text = tested(text, only.run)
    yield command(_asking(text, only.run), only.run)


def _several(script: Script, top: Needs) -> Iterator[Command]:
    """Commands that each run whatever the last did, and of which each ends where one of its own fails."""
    yield Command("set +e")
    asked = False
    for index, written in enumerate(script.after):
        if not asked:
            yield from _ended_before(written.run)
        asked = written.run.may_be_ended and not written.halts
        text = _text(written, script, top, last=index == len(script.after) - 1)
        yield command(_asking(text, written.run), written.run)


def _text(written: Written, script: Script, top: Needs, *, last: bool) -> str:
    run, options = written.run, written.run.options
    if _is_plain(written):
        text = tested(written.text, run)
    else:
        goes_on = options is not None and "e" not in options
        strict = written._replace(run=run._replace(options=(options or frozenset()) | {"e"})) if goes_on else written
        text, _ = halting.written(written.text, written.halts, alone=True, last=last, asked=False)
        first = "" if goes_on else "set -e"
        text = tested(in_brackets(written._replace(text=text), script, setting_of(strict, script, top), first), run)
    if script.file.written_by(written.text, written.effects) and not last:
        text += f"\n{script.file.reading}"
    return text


def _asking(text: str, run: Run) -> str:
    """The command behind the question whether something has failed, if it runs only then."""
    if run.when != "on_fail":
        return text
    if is_list(text):
        text = f"({text}\n)" if "#" in text else f"({text})"  # a comment goes on to the end of its line
    return f"{_UNLESS_WELL} {text}"


def _is_plain(written: Written) -> bool:
    """Whether a command is a single one that leaves nothing behind, so that `set -e` has nothing to decide in it."""
    run, effects = written.run, written.effects
    lasting = effects.sets or effects.bash_env or written.halts or not effects._replace(unchecked_end=False).contained
    alone = (run.ours and "\n" not in written.text) or is_single(written.text)
    return alone and not lasting and not has_own_place(run) and run.options in {None, DEFAULT}


def _ended_before(run: Run) -> Iterator[Command]:
    """What ends the after-script where a command has ended the job before this one."""
    if run.may_be_ended:
        yield Command(halting.ASK, trail=run.trail)
