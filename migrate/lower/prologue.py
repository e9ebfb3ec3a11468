"""What every shell of a step starts with: variables, the name that commands have for the clone, `pipefail`.

CircleCI runs each command with these already in place (reference circleci.md, sections 4.1 and 4.3); a
Bitbucket script sets them first. Jobs with the same variables and working directory get the same lines,
whichever of them need which, so that a file says them once.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from migrate.lower.directories import spellings
from migrate.shell import Effects

_BASH_ENV = "~/.bash_env"
_LINE = 100
_HOMES = ("~", "$HOME", "${HOME}", "/root")


class Needs(NamedTuple):
    """What the commands of a job, or of several, rely on.

    `names` are the ways in which they write the working directory.
    """

    environment: tuple[tuple[str, str], ...] = ()
    directory: str = ""
    bash_env: bool = False
    names: tuple[str, ...] = ()
    pipefail: bool = False

    def with_those_of(self, other: Needs) -> Needs:
        """The needs of both."""
        names = tuple(dict.fromkeys((*self.names, *other.names)))
        bash_env, pipefail = self.bash_env or other.bash_env, self.pipefail or other.pipefail
        return Needs(self.environment, self.directory, bash_env, names, pipefail)

    @property
    def place(self) -> tuple[object, str]:
        """What jobs with the same lines have in common."""
        return self.environment, self.directory

    @property
    def text(self) -> str:
        """The lines."""
        pairs = [f"{name}={value}" for name, value in self.environment]
        own = any(name == "BASH_ENV" for name, _ in self.environment)
        lines = list(exports([*pairs, f"BASH_ENV={_BASH_ENV}"] if self.bash_env and not own else pairs))
        if self.bash_env:
            lines.append('touch "$BASH_ENV"')
        for name in self.names:
            parent = posixpath.dirname(name)
            made = "" if parent in _HOMES else f"mkdir -p {parent} && "
            lines += [f"# the commands call the checkout {name}", f'{made}ln -sfn "$BITBUCKET_CLONE_DIR" {name}']
        if self.pipefail:
            lines.append("set -o pipefail")
        return "\n".join(lines)


def needs(environment: dict[str, str], directory: str, commands: Iterable[tuple[str, Effects]]) -> Needs:
    """What the commands of one job rely on."""
    found = Needs(tuple(environment.items()), directory)
    for text, effects in commands:
        used = tuple(name for name in spellings(directory) if _names(name, text))
        bash_env = bool(effects.bash_env) or "BASH_ENV" in effects.mentions
        found = found.with_those_of(Needs((), "", bash_env, used, effects.pipelines))
    return found


def _names(directory: str, text: str) -> bool:
    """Whether a text names a directory: a longer name that begins so is another one."""
    at = text.find(directory)
    while at >= 0:
        after = text[at + len(directory) : at + len(directory) + 1]
        if not (after.isalnum() or after in {"_", "-", "."}):
            return True
        at = text.find(directory, at + 1)
    return False


def exports(pairs: list[str]) -> Iterator[str]:
    """`export` lines for `NAME=value` pairs, several to a line where they fit."""
    line = ""
    for pair in pairs:
        if line and (len(line) + len(pair) >= _LINE or "\n" in pair):
            yield line
            line = ""
        line = f"{line} {pair}" if line else f"export {pair}"
    if line:
        yield line
