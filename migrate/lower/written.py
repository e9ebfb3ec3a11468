"""A command as it is written, and what stands around it in the script and in the after-script."""

from collections.abc import Iterator
from typing import NamedTuple

from migrate.bitbucket.model import Command, Pipe
from migrate.lower import bash_env, shells
from migrate.lower.brackets import SHORT, isolated
from migrate.lower.draft import Run
from migrate.lower.prologue import Needs, exports
from migrate.shell import Effects, analyse, indent
from migrate.shell.calls import Called


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


def setting_of(written: Written, script: Script, top: Needs) -> str:
    """The line that gives the command the options that it wants and the script has not."""
    have = script.options | {"e"} | ({"pipefail"} if top.pipefail else set())
    return shells.setting(written.run.options, written.text, written.effects, have)


def tested(text: str, run: Run) -> str:
    """The command behind the condition that it has, if any."""
    line = f"if [[ {run.test} ]]; then {text}; fi"
    if run.test and len(line) <= SHORT and "\n" not in text and "#" not in text and not text.endswith(("&", ";")):
        return line
    return f"if [[ {run.test} ]]; then\n{indent(text, 2)}\nfi" if run.test else text


def prologue(top: Needs, known: tuple[str, ...], options: frozenset[str]) -> Iterator[Command]:
    """What a shell of the step starts with: its lines, the exports of `known` values, and options."""
    if top.text:
        yield Command(_ended(top.text), "environment")
    yield from (Command(line) for line in exports(list(known)))
    if options:
        yield Command(" ".join(("set", *shells.flags("-", options))))


def in_brackets(written: Written, script: Script, setting: str, first: str = "") -> str:
    """The command in brackets, behind a line that comes `first` and one that sets its options."""
    run, reading = written.run, script.file.reading if script.file.follows(written.run) else ""
    return isolated(run, written.text, written.effects, first=first, reading=reading, setting=setting)


def command(text: str, run: Run) -> Command:
    """A text as an item of a script, called what the command was called."""
    return Command(_ended(text), run.label, run.title, run.trail)


def _ended(text: str) -> str:
    """A text of several lines ends its last one, as a literal block of YAML does."""
    return text + "\n" if "\n" in text else text
