"""A command in a shell of its own: in brackets, on one line where that reads well."""

from migrate.lower.draft import Run
from migrate.lower.prologue import exports
from migrate.lower.shells import DEFAULT, flags
from migrate.shell import Effects, indent
from migrate.shell.statements import ended, entered, is_subshell

SHORT = 90
"""Letters of a line that still reads at a glance."""
_MARKS = ("\n", ";", "||", " &", "#")
"""What does not go behind `cd x &&`."""


def has_own_place(run: Run) -> bool:
    """Whether a command has a directory, an environment or a time of its own."""
    return bool(run.directory or run.environment or run.background)


def isolated(run: Run, text: str, effects: Effects, *, first: str = "", reading: str = "", setting: str = "") -> str:
    """The command in brackets; `first`, `reading` and `setting` are lines that come before it, where there are such.

    A text that is not valid is no text for brackets: it is read line by line, by a bash of its own.
    """
    if not effects.valid or "extglob" in text or "expand_aliases" in text:
        text = _own_process(text, run.options)
        if not (first or reading or run.directory or run.environment):
            return text
        setting = ""
    inside = [*filter(None, (first,)), *exports([f"{name}={value}" for name, value in run.environment])]
    last = [line for line in (reading, setting) if line]  # they begin where the command does
    if not inside and not reading and not any(mark in text for mark in ("\n", "#")):
        if run.directory and not setting and not any(mark in text for mark in _MARKS):
            return f"(cd {run.directory} && {text})"
        if not run.directory and setting:
            return f"({setting}; {text})"
    if not inside and not last and not run.directory:
        if is_subshell(text):
            return text
        if not any(mark in text for mark in ("\n", "#")):
            return f"( {text} )" if text.startswith("(") else f"({text})"  # two brackets begin an expression
    short = None if inside or last else _short(run, text, effects)
    if short:
        return short
    place = [f"cd {run.directory}"] if run.directory else []
    return "\n".join(["(", *(f"  {line}" for line in (*inside, *place, *last)), indent(text, 2), ")"])


def _short(run: Run, text: str, effects: Effects) -> str | None:
    """The command with brackets around as little of it as will do."""
    if effects.sets or effects.bash_env:
        return None
    if effects._replace(changes_directory=False).contained:
        return entered(f"cd {run.directory}\n{text}" if run.directory else text, SHORT)
    if effects._replace(unchecked_end=False).contained and not run.directory:
        return ended(text)
    return None


def _own_process(text: str, options: frozenset[str] | None) -> str:
    """The text as the file that a bash of its own reads, as it was written; its input stays what it was."""
    end = "COMMANDS"
    while end in text:
        end += "_"
    words = ["bash", *flags("-", DEFAULT if options is None else options - {"l"})]
    return f"{' '.join(words)} /dev/fd/3 3<<'{end}'\n{text}\n{end}"
