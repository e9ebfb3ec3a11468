"""Commands that had a shell each become one script that means the same.

CircleCI starts `bash -eo pipefail` for each command, in the working directory, with what `$BASH_ENV` holds;
Bitbucket runs all items of a step in one shell under `set -e` (reference circleci.md, section 4.1;
bitbucket.md, section 3.1). A command that leaves its shell as it found it is written as it is; one that
does not is put in brackets, which is a shell of its own.
"""

from collections.abc import Iterator
from typing import NamedTuple

from migrate.bitbucket.model import Command, Item, Pipe
from migrate.lower import bash_env, halting, handed_on, shells
from migrate.lower.brackets import SHORT, has_own_place, isolated
from migrate.lower.directories import is_relative, outside
from migrate.lower.draft import Run, StepDraft
from migrate.lower.keys.image import OWN_USER
from migrate.lower.machines import joined, known_of
from migrate.lower.prologue import Needs, exports, needs
from migrate.lower.variables import translate
from migrate.shell import Effects, analyse, indent, trim
from migrate.shell.appended import Appended
from migrate.shell.calls import Called, staying


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

    `first` is a command that comes before all else, `file` what `$BASH_ENV` names. `options` are those that all
    commands want, besides CircleCI's.
    """

    items: tuple[Written | Pipe, ...]
    after: tuple[Written, ...]
    known: tuple[str, ...]
    known_after: tuple[str, ...]
    needs: Needs
    first: str = ""
    file: bash_env.File = bash_env.File("")
    options: frozenset[str] = frozenset()


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
        top = wants[script.needs.place]
        items = tuple(_items(script, top, apart))
        job = steps[name].job
        items = tuple(joined(items, f"{job.called}-commands")) if job.copies > 1 else items
        written[name] = (items, tuple(_after(script, top)))
    return written


def _script(step: StepDraft) -> Script:
    known = known_of(step.job)
    known_after = dict(known) if any(not run.ours for run in step.after_script) else {}
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
    file = bash_env.file_of(step.environment, ((w.text, w.effects) for w in everything))
    stale = step.runs_on and any(w.halts for w in everything)  # a machine that stays keeps its files, too
    first = f"rm -f {halting.MARK}" if stale else ""
    options = shells.common([w.run.options for w in everything if w.run.options is not None])
    wants = _wants(step, everything)
    return Script(tuple(marked), after, _pairs(known), _pairs(known_after), wants, first, file, options)


def _wants(step: StepDraft, everything: list[Written]) -> Needs:
    apart = step.inside(".") is None and any(not is_relative(w.run.directory) for w in everything)
    around = outside(step.working) if apart else ""
    emptied = bool(step.image and step.image.name.startswith(OWN_USER))
    lax = [w.effects.pipelines and w.run.options is not None and "pipefail" not in w.run.options for w in everything]
    found = needs(
        step.environment,
        step.directory,
        (
            (
                "\n".join((w.text, w.exports, *(value for _, value in w.run.environment))),
                w.effects._replace(pipelines=strict),
            )
            for w, strict in ((w, w.effects.pipelines and not free) for w, free in zip(everything, lax, strict=True))
        ),
        around,
        emptied=emptied,
    )
    shell = shells.read(step.shell) if step.login else None
    return found._replace(login=shell.name if shell else "", lax=any(lax))


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


def _items(script: Script, top: Needs, apart: set[str]) -> Iterator[Item]:
    if script.first:
        yield Command(script.first)
    yield from _prologue(top, script.known, script.options)
    asked = any(w.run.may_be_ended for w in script.after)
    for index, item in enumerate(script.items):
        if isinstance(item, Pipe):
            yield item
            continue
        last = index == len(script.items) - 1
        run, setting = item.run, _setting(item, script, top)
        alone = item.text in apart or has_own_place(run) or bool(setting)
        text, asks = halting.written(item.text, item.halts, alone=alone, last=last, asked=asked)
        text = _isolated(item._replace(text=text), script, setting) if alone and text else text
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


def _setting(written: Written, script: Script, top: Needs) -> str:
    """The line that gives the command the options that it wants and the script has not."""
    have = script.options | {"e"} | ({"pipefail"} if top.pipefail else set())
    return shells.setting(written.run.options, written.text, written.effects, have)


def _after(script: Script, top: Needs) -> Iterator[Item]:
    """The after-script: its shell knows nothing of the script's, and each command runs whatever the last did."""
    if not script.after:
        return
    yield from _prologue(top, script.known_after, script.options)
    if not script.file.name and any(w.effects.bash_env for w in script.items if isinstance(w, Written)):
        yield Command(script.file.reading)
    (only, *others) = script.after
    plain = not has_own_place(only.run) and not _setting(only, script, top)
    if not others and only.run.when != "on_fail" and plain:
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
        yield _command(_after_text(written, script, top, last=index == len(script.after) - 1), written.run)


def _after_text(written: Written, script: Script, top: Needs, *, last: bool) -> str:
    """A command of several in an after-script, whose shell goes on behind a failure."""
    run, options = written.run, written.run.options
    goes_on = options is not None and "e" not in options
    strict = written._replace(run=run._replace(options=options | {"e"})) if goes_on and options is not None else written
    text, _ = halting.written(written.text, written.halts, alone=True, last=last, asked=False)
    first = "" if goes_on else "set -e"
    text = _asked(_isolated(written._replace(text=text), script, _setting(strict, script, top), first), run)
    if run.when == "on_fail":
        text = f'[ "$BITBUCKET_EXIT_CODE" -eq 0 ] || {text}'
    if script.file.written_by(written.text, written.effects) and not last:
        text += f"\n{script.file.reading}"
    return text


def _ended_before(run: Run) -> Iterator[Command]:
    """What ends the after-script where a command has ended the job before this one."""
    if run.may_be_ended:
        yield Command(halting.ASK)


def _asked(text: str, run: Run) -> str:
    """The command behind the condition that it has, if any."""
    line = f"if [[ {run.test} ]]; then {text}; fi"
    if run.test and len(line) <= SHORT and "\n" not in text and "#" not in text and not text.endswith(("&", ";")):
        return line
    return f"if [[ {run.test} ]]; then\n{indent(text, 2)}\nfi" if run.test else text


def _prologue(top: Needs, known: tuple[str, ...], options: frozenset[str]) -> Iterator[Command]:
    if top.text:
        yield Command(_ended(top.text), "environment")
    yield from (Command(line) for line in exports(list(known)))
    if options:
        yield Command(" ".join(("set", *shells.flags("-", options))))


def _isolated(written: Written, script: Script, setting: str, first: str = "") -> str:
    run, reading = written.run, script.file.reading if script.file.follows(written.run) else ""
    return isolated(run, written.text, written.effects, first=first, reading=reading, setting=setting)


def _command(text: str, run: Run) -> Command:
    return Command(_ended(text), run.label, run.title)


def _ended(text: str) -> str:
    """A text of several lines ends its last one, as a literal block of YAML does."""
    return text + "\n" if "\n" in text else text
