"""Commands that had a shell each become one script that means the same.

CircleCI starts `bash -eo pipefail` for each command, in the working directory, with what `$BASH_ENV` holds;
Bitbucket runs all items of a step in one shell under `set -e` (reference circleci.md, section 4.1;
bitbucket.md, section 3.1). A command that leaves its shell as it found it is written as it is; one that
does not is put in brackets, which is a shell of its own.
"""

from collections.abc import Iterator
from typing import NamedTuple

from migrate.bitbucket.model import Command, Item, Pipe
from migrate.lower import bash_env, halting, handed_on
from migrate.lower.directories import is_relative, outside
from migrate.lower.draft import Run, StepDraft
from migrate.lower.keys.image import OWN_USER
from migrate.lower.machines import joined, known_of
from migrate.lower.prologue import Needs, exports, needs
from migrate.lower.variables import translate
from migrate.lower.workspaces.layers import COLLECTING
from migrate.shell import Effects, analyse, indent, trim
from migrate.shell.appended import Appended
from migrate.shell.calls import Called, staying
from migrate.shell.statements import ended, entered, is_subshell

_SHORT = 90
"""Letters of a line that still reads at a glance."""


class Written(NamedTuple):
    """A command in Bitbucket's variables, what it does to its shell, and whether it gets a shell of its own.

    The calls that end the job (`halts`) are no part of what it does to its shell; `exports` are lines behind it, in the
    script's own shell, for what it hands on to later commands.
    """

    run: Run
    text: str
    effects: Effects
    isolated: bool = False
    halts: tuple[Called, ...] = ()
    exports: str = ""

    @property
    def seen(self) -> frozenset[str]:
        """The variables that it, or a program that it starts, may read."""
        exports = analyse(self.exports)
        return self.effects.reads | self.effects.mentions | exports.reads


class Script(NamedTuple):
    """A job's commands; `known` are exports of values that the converter knows, such as the job's name.

    `first` is a command that comes before all else, `file` what `$BASH_ENV` names.
    """

    items: tuple[Written | Pipe, ...]
    after: tuple[Written, ...]
    known: tuple[str, ...]
    known_after: tuple[str, ...]
    needs: Needs
    first: str = ""
    file: bash_env.File = bash_env.File("")


def write(steps: dict[str, StepDraft]) -> dict[str, tuple[tuple[Item, ...], tuple[Item, ...]]]:
    """The scripts and after-scripts of all jobs.

    They are written together: what one job needs an isolated shell for is isolated in every job, and jobs
    that start alike have the same first lines, so that they can share them.
    """
    scripts = {name: _script(step) for name, step in steps.items()}
    wants: dict[object, Needs] = {}
    for script in scripts.values():
        wants[script.needs.place] = script.needs.with_those_of(wants.get(script.needs.place, Needs()))
    apart = {w.text for s in scripts.values() for w in s.items if isinstance(w, Written) and w.isolated}
    written = {}
    for name, script in scripts.items():
        top = wants[script.needs.place].text
        items = tuple(_items(script, top, apart))
        job = steps[name].job
        items = tuple(joined(items, f"{job.called}-commands")) if job.copies > 1 else items
        written[name] = (items, tuple(_after(script, top)))
    return written


def _script(step: StepDraft) -> Script:
    known = known_of(step.job)
    known_after = dict(known) if any(run.label not in COLLECTING for run in step.after_script) else {}
    carried = step.carried
    plain = iter(handed_on.plain(step.runs, step.after_script) or [Appended(run.text) for run in step.runs])
    items: list[Written | Pipe] = [
        item if isinstance(item, Pipe) else _translated(item, step, known, carried, next(plain)) for item in step.script
    ]
    after = tuple(_translated(run, step, known_after, carried, Appended(run.text)) for run in step.after_script)
    marked: list[Written | Pipe] = []
    for index, item in enumerate(items):
        rest = items[index + 1 :]
        later = [other for other in rest if isinstance(other, Written)]
        leaking = isinstance(item, Written) and bool(rest) and _leaks(item, later)
        marked.append(item._replace(isolated=leaking) if isinstance(item, Written) else item)
    everything = [w for w in (*items, *after) if isinstance(w, Written)]
    apart = step.inside(".") is None and any(not is_relative(w.run.directory) for w in everything)
    around = outside(step.working) if apart else ""
    emptied = bool(step.image and step.image.name.startswith(OWN_USER))
    commands = (
        ("\n".join((w.text, w.exports, *(value for _, value in w.run.environment))), w.effects) for w in everything
    )
    wants = needs(step.environment, step.directory, commands, around, emptied=emptied)
    file = bash_env.file_of(step.environment, ((w.text, w.effects) for w in everything))
    stale = step.runs_on and any(w.halts for w in everything)  # a machine that stays keeps its files, too
    first = f"rm -f {halting.MARK}" if stale else ""
    return Script(tuple(marked), after, _pairs(known), _pairs(known_after), wants, first, file)


def _pairs(known: dict[str, str]) -> tuple[str, ...]:
    return tuple(f"{name}={value}" for name, value in sorted(known.items()))


def _translated(run: Run, step: StepDraft, known: dict[str, str], carried: frozenset[str], said: Appended) -> Written:
    own = frozenset(name for name, _ in run.environment)
    texts = []
    for part in said:
        text, found = translate(part, step, run.trail, own, carried)
        known.update(found)
        texts.append(trim(text))
    text, exports = texts
    halts = halting.found(text, run)
    return Written(run, text, analyse(staying(text, halts)), halts=halts, exports=exports)


def _leaks(written: Written, later: list[Written]) -> bool:
    """Whether what follows could see that the command ran in its shell."""
    effects = written.effects
    if any(effects.sets & w.seen for w in later):
        return True
    if effects.contained:
        return False
    if effects.bash_env and not bash_env.does_itself(written.text, effects):
        return True
    lasting = effects.changes_directory or effects.sets_options or effects.traps or effects.aliases_or_umask
    ending = effects.exits or effects.background or effects.unchecked_end or not effects.valid
    beyond = bash_env.beyond(effects, _entered_again(written, later))
    return bool(lasting or ending or beyond or effects.functions)


def _entered_again(written: Written, later: list[Written]) -> set[str]:
    """The virtual environments that each later command enters first, too; one that is entered twice is left first.

    Source: the `activate` scripts of venv and virtualenv, which call `deactivate nondestructive`.
    """
    found = {path for path in written.effects.sources if path.endswith("/bin/activate") and "$" not in path}
    for other in later:
        first = [f"{word} {path}" for path in found for word in (".", "source")]
        same = other.run.directory == written.run.directory and other.text.startswith(tuple(first))
        found &= set(other.effects.sources) if same else set()
    return found


def _items(script: Script, top: str, apart: set[str]) -> Iterator[Item]:
    if script.first:
        yield Command(script.first)
    yield from _prologue(top, script.known)
    asked = any(w.run.may_be_ended for w in script.after)
    for index, item in enumerate(script.items):
        if isinstance(item, Pipe):
            yield item
            continue
        last = index == len(script.items) - 1
        run = item.run
        alone = item.text in apart or _own_place(run)
        text, asks = halting.written(item.text, item.halts, alone=alone, last=last, asked=asked)
        text = _isolated(item._replace(text=text), script.file) if alone and text else text
        if run.background:
            text += " &"
        text = _asked(text, run)
        if asks:
            text += f"\n{halting.ASK}"
        wrote = script.file.written_by(item.text, item.effects)
        if wrote and not last and (alone or not bash_env.has_read(item.text, item.effects)):
            text += f"\n{script.file.reading}"
        if item.exports:
            text = f"{text}\n{item.exports}".lstrip("\n")
        yield _command(text, run)


def _after(script: Script, top: str) -> Iterator[Item]:
    """The after-script: its shell knows nothing of the script's, and each command runs whatever the last did."""
    if not script.after:
        return
    yield from _prologue(top, script.known_after)
    if not script.file.name and any(w.effects.bash_env for w in script.items if isinstance(w, Written)):
        yield Command(script.file.reading)
    if len(script.after) == 1 and script.after[0].run.when != "on_fail" and not _own_place(script.after[0].run):
        (only,) = script.after
        yield from _ended_before(only.run)
        text, _ = halting.written(only.text, only.halts, alone=False, last=True, asked=False)
        yield _command(_asked(text, only.run), only.run)
        return
    yield Command("set +e")
    asked = False
    for index, written in enumerate(script.after):
        if not asked:
            yield from _ended_before(written.run)
        asked = written.run.may_be_ended and not written.halts
        last = index == len(script.after) - 1
        text, _ = halting.written(written.text, written.halts, alone=True, last=last, asked=False)
        text = _asked(_isolated(written._replace(text=text), script.file, "set -e"), written.run)
        if written.run.when == "on_fail":
            text = f'[ "$BITBUCKET_EXIT_CODE" -eq 0 ] || {text}'
        if script.file.written_by(written.text, written.effects) and not last:
            text += f"\n{script.file.reading}"
        yield _command(text, written.run)


def _ended_before(run: Run) -> Iterator[Command]:
    """What ends the after-script where a command has ended the job before this one."""
    if run.may_be_ended:
        yield Command(halting.ASK)


def _asked(text: str, run: Run) -> str:
    """The command behind the condition that it has, if any."""
    line = f"if [[ {run.test} ]]; then {text}; fi"
    if run.test and len(line) <= _SHORT and "\n" not in text and "#" not in text and not text.endswith(("&", ";")):
        return line
    return f"if [[ {run.test} ]]; then\n{indent(text, 2)}\nfi" if run.test else text


def _own_place(run: Run) -> bool:
    return bool(run.directory or run.environment or run.background)


def _prologue(top: str, known: tuple[str, ...]) -> Iterator[Command]:
    if top:
        yield Command(_ended(top), "environment")
    yield from (Command(line) for line in exports(list(known)))


def _isolated(written: Written, file: bash_env.File, *first: str) -> str:
    """The command in brackets, behind lines that come first, on one line where that reads well."""
    run, text = written.run, written.text
    if not written.effects.valid or "extglob" in text or "expand_aliases" in text:
        text = _own_process(text)
        if not (first or run.directory or run.environment):
            return text
    inside = [*first, *exports([f"{name}={value}" for name, value in run.environment])]
    reading = [file.reading] if file.follows(run) else []
    plain = not inside and not reading
    if run.directory and plain and not any(mark in text for mark in ("\n", ";", "||", " &", "#")):
        return f"(cd {run.directory} && {text})"
    if not run.directory and plain:
        if is_subshell(text):
            return text
        if not any(mark in text for mark in ("\n", "#")):
            return f"( {text} )" if text.startswith("(") else f"({text})"  # two brackets begin an expression
    short = _short(text, written) if plain else None
    if short:
        return short
    if run.directory:
        inside.append(f"cd {run.directory}")
    inside += reading  # it begins where the command does
    return "\n".join(["(", *(f"  {line}" for line in inside), indent(text, 2), ")"])


def _short(text: str, written: Written) -> str | None:
    """The command with brackets around as little of it as will do."""
    effects, directory = written.effects, written.run.directory
    if effects.sets or effects.bash_env:
        return None
    if effects._replace(changes_directory=False).contained:
        return entered(f"cd {directory}\n{text}" if directory else text, _SHORT)
    if effects._replace(unchecked_end=False).contained and not directory:
        return ended(text)
    return None


def _own_process(text: str) -> str:
    """The text as the input of a bash of its own: it is read line by line there, as it was written."""
    end = "COMMANDS"
    while end in text:
        end += "_"
    return f"bash -eo pipefail <<'{end}'\n{text}\n{end}"


def _command(text: str, run: Run) -> Command:
    return Command(_ended(text), run.label, run.title)


def _ended(text: str) -> str:
    """A text of several lines ends its last one, as a literal block of YAML does."""
    return text + "\n" if "\n" in text else text
