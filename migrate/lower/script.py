"""Commands that had a shell each become one script that means the same.

CircleCI starts `bash -eo pipefail` for each command, in the working directory, with what `$BASH_ENV` holds;
Bitbucket runs all items of a step in one shell under `set -e` (reference circleci.md, section 4.1;
bitbucket.md, section 3.1). A command that leaves its shell as it found it is written as it is; one that
does not is put in brackets, which is a shell of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from migrate.bitbucket.model import Command, Item, Pipe
from migrate.lower.directories import spellings
from migrate.lower.draft import Run, StepDraft
from migrate.lower.variables import translate
from migrate.shell import Effects, analyse, indent, quote, trim

_BASH_ENV = "~/.bash_env"
_SOURCE = '. "$BASH_ENV"'
_LINE = 100


@dataclass(frozen=True, slots=True)
class Written:
    """A command in Bitbucket's variables, and what it does to its shell."""

    run: Run
    text: str
    effects: Effects


def write(step: StepDraft) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """The script and the after-script of a job."""
    known: dict[str, str] = {}
    known_after: dict[str, str] = {}
    script = [item if isinstance(item, Pipe) else _translated(item, step, known) for item in step.script]
    after = [_translated(run, step, known_after) for run in step.after_script]
    commands = [item for item in script if isinstance(item, Written)]
    everything = [*commands, *after]
    keeps = any(w.effects.bash_env or "BASH_ENV" in w.effects.mentions for w in everything)
    top = _environment(step, everything, keeps=keeps)
    items: list[Item] = [*_prologue(top, known)]
    for index, item in enumerate(script):
        if isinstance(item, Pipe):
            items.append(item)
        else:
            later = [w for w in script[index + 1 :] if isinstance(w, Written)]
            items.append(_item(item, later, last=index == len(script) - 1))
    return tuple(items), tuple(_after(after, top, known_after, keeps=keeps and bool(commands)))


def _translated(run: Run, step: StepDraft, known: dict[str, str]) -> Written:
    text, exports = translate(run.text, step, run.trail)
    known.update(exports)
    return Written(run, trim(text), analyse(text))


def _environment(step: StepDraft, everything: list[Written], *, keeps: bool) -> str:
    """What every shell of the job starts with: variables, the working directory's other name, pipefail."""
    exports = [f"{name}={quote(value)}" for name, value in step.environment.items()]
    if keeps:
        exports.append(f"BASH_ENV={_BASH_ENV}")
    lines = list(_exports(exports))
    text = "\n".join(written.text for written in everything)
    for spelling in spellings(step.directory):
        if f"{spelling}/" in text or text.endswith(spelling) or f"{spelling}\n" in text or f"{spelling} " in text:
            lines.append(f'ln -sfn "$BITBUCKET_CLONE_DIR" {spelling}  # commands call the clone directory so')
            if "../" in text or "cd .." in text:
                lines.append(f"cd {spelling}")
    if any(written.effects.pipelines for written in everything):
        lines.append("set -o pipefail")
    return "\n".join(lines)


def _exports(pairs: list[str]) -> Iterator[str]:
    """`export` lines, several variables to a line where they fit."""
    line = ""
    for pair in pairs:
        if line and (len(line) + len(pair) >= _LINE or "\n" in pair):
            yield line
            line = ""
        line = f"{line} {pair}" if line else f"export {pair}"
    if line:
        yield line


def _prologue(top: str, known: dict[str, str]) -> Iterator[Command]:
    if top:
        yield Command(top + "\n" if "\n" in top else top, "environment")
    for line in _exports([f"{name}={value}" for name, value in sorted(known.items())]):
        yield Command(line)


def _item(written: Written, later: list[Written], *, last: bool) -> Command:
    """One command as one script item, in brackets if its shell must not be the script's."""
    run, effects = written.run, written.effects
    own = bool(run.directory or run.environment or run.background)
    isolated = own or (not last and _leaks(written, later))
    text = _isolated(run, written.text) if isolated else written.text
    if run.background:
        text += " &"
    if effects.bash_env and not last and (isolated or not _does_itself(written)):
        text += f"\n{_SOURCE}"
    return Command(text + "\n" if "\n" in text else text, run.label, run.title)


def _leaks(written: Written, later: list[Written]) -> bool:
    """Whether what follows could see that the command ran in its shell."""
    effects = written.effects
    reads = frozenset[str]().union(*(w.effects.reads | w.effects.mentions for w in later))
    if effects.sets - effects.exports & reads or effects.sets & reads:
        return True
    if effects.contained:
        return False
    if not (effects.bash_env and _does_itself(written)):
        return True
    carried = analyse("\n".join(text for text in effects.bash_env if text))
    lasting = effects.changes_directory or effects.sets_options or effects.traps or effects.aliases_or_umask
    ending = effects.exits or effects.background or effects.unchecked_end or not effects.valid
    beyond = set(effects.sources) - set(carried.sources) or effects.exports - carried.exports or effects.functions
    return bool(lasting or ending or beyond)


def _does_itself(written: Written) -> bool:
    """Whether the command itself does all that it hands on to later commands through `$BASH_ENV`."""
    lines = {line.strip() for line in written.text.splitlines()}
    return all(text is not None and set(text.splitlines()) <= lines for text in written.effects.bash_env)


def _isolated(run: Run, text: str) -> str:
    inside = [*_exports([f"{name}={quote(value)}" for name, value in run.environment])]
    if run.directory and not inside and not any(mark in text for mark in ("\n", ";", "||", " &", "#")):
        return f"(cd {run.directory} && {text})"
    if run.directory:
        inside.insert(0, f"cd {run.directory}")
    return "\n".join(["(", *(f"  {line}" for line in inside), indent(text, 2), ")"])


def _after(after: list[Written], top: str, known: dict[str, str], *, keeps: bool) -> Iterator[Command]:
    """The after-script: its shell knows nothing of the script's, and each command runs whatever became of the last."""
    if not after:
        return
    yield from _prologue(top, known)
    if keeps:
        yield Command(_SOURCE)
    for index, written in enumerate(after):
        last = index == len(after) - 1
        on_fail = written.run.when == "on_fail"
        text = written.text if last and not on_fail and not written.run.directory else _isolated(written.run, written.text)
        if on_fail:
            text = f'[ "$BITBUCKET_EXIT_CODE" -eq 0 ] || {text}'
        if not last:
            text += " || true"
        yield Command(text + "\n" if "\n" in text else text, written.run.label, written.run.title)
