"""Commands that had a shell each become one script that means the same.

CircleCI starts `bash -eo pipefail` for each command, in the working directory, with what `$BASH_ENV` holds;
Bitbucket runs all items of a step in one shell under `set -e` (reference circleci.md, section 4.1;
bitbucket.md, section 3.1). A command that leaves its shell as it found it is written as it is; one that
does not is put in brackets, which is a shell of its own.
"""

from collections.abc import Iterator

from migrate.bitbucket.model import Command, Item, Pipe
from migrate.lower import bash_env, halting, handed_on, shells
from migrate.lower.after_script import after_script
from migrate.lower.brackets import has_own_place
from migrate.lower.directories import is_relative, outside
from migrate.lower.draft import Run, StepDraft
from migrate.lower.keys.image import OWN_USER
from migrate.lower.machines import joined, known_of
from migrate.lower.prologue import Needs, needs
from migrate.lower.users import at_home
from migrate.lower.variables import translate
from migrate.lower.written import Script, Written, command, in_brackets, prologue, setting_of, tested
from migrate.shell import analyse, trim
from migrate.shell.appended import Appended
from migrate.shell.calls import staying


def write(steps: dict[str, StepDraft]) -> dict[str, tuple[tuple[Item, ...], tuple[Item, ...]]]:
    """The scripts and after-scripts of all jobs.

    They are written together: what one job needs an isolated shell for is isolated in every job, and jobs
    that start alike, with more than a line, have the same first lines, so that they can share them.
    """
    scripts = {name: _script(step) for name, step in steps.items()}
    wants: dict[object, Needs] = {}
    for script in scripts.values():
        wants[script.needs.place] = script.needs.with_those_of(wants.get(script.needs.place, Needs()))
    apart = {w.text for s in scripts.values() for w in s.items if isinstance(w, Written) and w.isolated}
    written = {}
    for name, script in scripts.items():
        top = wants[script.needs.place] if "\n" in script.needs.text else script.needs
        items = tuple(_items(script, top, apart))
        job = steps[name].job
        items = tuple(joined(items, f"{job.called}-commands")) if job.copies > 1 else items
        written[name] = (items, tuple(after_script(script, top)))
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
        apart = isinstance(item, Written) and (not item.effects.valid or (bool(rest) and _leaks(item, later)))
        marked.append(item._replace(isolated=apart) if isinstance(item, Written) else item)
    everything = [w for w in (*items, *after) if isinstance(w, Written)]
    file = bash_env.file_of(step.environment, ((w.text, w.effects) for w in everything))
    bash_env.note(file, [(w.run, w.text) for w in everything], step)
    stale = step.runs_on and any(w.halts for w in everything)  # a machine that stays keeps its files, too
    first = f"rm -f {halting.MARK}" if stale else ""
    options = shells.common([w.run.options for w in everything if w.run.options is not None])
    wants = _wants(step, everything)
    return Script(tuple(marked), after, _pairs(known), _pairs(known_after), wants, first, file, options)


def _wants(step: StepDraft, everything: list[Written]) -> Needs:
    apart = step.inside(".") is None and any(not is_relative(w.run.directory) for w in everything)
    around = at_home(outside(step.working), step) if apart else ""
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
    names = tuple(dict.fromkeys(at_home(name, step) for name in found.names))
    return found._replace(login=shell.name if shell else "", lax=any(lax), names=names)


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
    if written.run.stays:
        return False
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
    yield from prologue(top, script.known, script.options)
    asked = any(w.run.may_be_ended for w in script.after)
    for index, item in enumerate(script.items):
        if isinstance(item, Pipe):
            yield item
            continue
        last = index == len(script.items) - 1
        run, setting = item.run, setting_of(item, script, top)
        alone = (item.text in apart and not run.stays) or has_own_place(run) or bool(setting)
        text, asks = halting.written(item.text, item.halts, alone=alone, last=last, asked=asked)
        text = in_brackets(item._replace(text=text), script, setting) if alone and text else text
        if run.background:
            text += " &"
        text = tested(text, run)
        if asks:
            text += f"\n{halting.ASK}"
        wrote = script.file.written_by(item.text, item.effects)
        if wrote and not last and (alone or not bash_env.has_read(item.text, item.effects)):
            text += f"\n{script.file.reading}"
        if item.exports:
            text = f"{text}\n{item.exports}".lstrip("\n")
        yield command(text, run)
