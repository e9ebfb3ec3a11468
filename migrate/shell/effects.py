"""What `analyse` says about a text."""

from __future__ import annotations

from typing import NamedTuple


class Effects(NamedTuple):
    """What a command text does to, and wants from, the shell that runs it.

    "This shell" is the one that reads the text; what happens in `( )`, `$( )`, a member of a pipeline or
    before `&` happens in a copy of it. The body of a function counts as if it were run where it stands.
    """

    reads: frozenset[str]
    """Variables that are expanded, or tested with `-v`, before the text itself has surely set them."""
    mentions: frozenset[str]
    """Every word of the text, but for comments, that could name a variable: a child may read it."""
    prefixes: frozenset[str]
    """Beginnings of names that are listed: `${!X*}`, `${!X@}`."""
    sets: frozenset[str]
    """Variables assigned in this shell."""
    changes: frozenset[str]
    """Variables assigned or unset anywhere, also in a copy of this shell or as a function's own."""
    exports: frozenset[str]
    """Variables exported in this shell."""
    sources: tuple[str, ...]
    """The files that `.` and `source` read into this shell, as written."""
    functions: frozenset[str]
    """The functions defined in this shell."""
    calls: tuple[tuple[str, ...], ...]
    """Every simple command, wherever it stands; its words as written, plain literals without their quotes."""
    writes: frozenset[str]
    """The files that `>`, `>>` and `tee` write to, where their names are literal."""
    bash_env: tuple[str | None, ...]
    """One for each write to `$BASH_ENV`: the lines appended (without the last line end), None if they are not
    plain text, or if the file is not appended to but written anew."""
    changes_directory: bool
    """`cd`, `pushd` or `popd` in this shell."""
    exits: bool
    """`exit`, `exec CMD`, or `return` outside a function, in this shell; not an `exit 1`, which ends all that follows
    wherever it stands, as every failure does."""
    sets_options: bool
    """`set`, `shopt` or `shift` in this shell; not a mere `set -e`, which it has anyway."""
    traps: bool
    """`trap` in this shell."""
    background: bool
    """A job of this shell: `cmd &`, `wait`, `jobs`, `fg`, `bg`, `disown`, `kill %1`."""
    pipelines: bool
    """A pipeline, wherever it stands, for which `pipefail` matters: somebody asks how it ended, and a member before its
    last may fail."""
    aliases_or_umask: bool
    """Other lasting state of this shell: aliases, limits, `unset`, redirections by `exec`, attributes
    such as `readonly`, variables that the shell obeys (`IFS`, `PATH`); and `eval`, that may do all."""
    unchecked_end: bool
    """The last command may fail without `set -e` stopping the shell, as in a last line `a && b`."""
    valid: bool
    """The text was understood from end to end; if not, `reads` and `mentions` rather say too much."""

    @property
    def contained(self) -> bool:
        """Whether the text may stand as plain lines in a longer script under `set -e`.

        That is: whether the shell is afterwards as if the text had run in a process of its own, and a failure
        stops it just then. Plain variables may remain; whoever cares looks at `sets`.
        """
        lasting = self.changes_directory or self.sets_options or self.traps or self.aliases_or_umask
        defined = bool(self.exports or self.functions or self.sources)
        ending = self.exits or self.background or self.unchecked_end
        return self.valid and not (lasting or defined or ending)
