"""What every shell of a step starts with: variables, the name that commands have for the clone, `pipefail`.

CircleCI runs each command with these already in place (reference circleci.md, sections 4.1 and 4.3); a
Bitbucket script sets them first. Jobs with the same variables and working directory get the same lines, if they
need more than one, whichever of them need which: a file says them once.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from migrate.lower.directories import is_go_path, is_home, outside, spellings, word
from migrate.shell import Effects

_BASH_ENV = "~/.bash_env"
_LINE = 100
_HOMES = ("~", "$HOME", "${HOME}", "/root")
_THERE = {*_HOMES, "/", "/tmp"}  # noqa: S108 - nothing is written there


_PROFILES = {
    "bash": (
        "# what a login shell reads",
        "[ ! -r /etc/profile ] || . /etc/profile || true",
        "for profile in ~/.bash_profile ~/.bash_login ~/.profile; do",
        '  if [ -r "$profile" ]; then . "$profile" || true; break; fi',
        "done",
    ),
    "sh": (
        "# what a login shell reads",
        "[ ! -r /etc/profile ] || . /etc/profile || true",
        "[ ! -r ~/.profile ] || . ~/.profile || true",
    ),
}
"""The profiles of a login shell, which none of them ends by a failure. Source: bash's manual, "Bash Startup Files"."""


class Needs(NamedTuple):
    """What the commands of a job, or of several, rely on.

    `names` are the ways in which they write the place of the checkout; `around` is the working directory, if it is
    another one; `emptied` says that the image has an empty directory in that place. `login` names the shell whose
    profile is read first. `lax` says that some commands want no `pipefail`, so that no other job may hand it to them.
    """

    environment: tuple[tuple[str, str], ...] = ()
    directory: str = ""
    bash_env: bool = False
    names: tuple[str, ...] = ()
    pipefail: bool = False
    around: str = ""
    emptied: bool = False
    login: str = ""
    lax: bool = False

    def with_those_of(self, other: Needs) -> Needs:
        """The needs of both."""
        names = tuple(dict.fromkeys((*self.names, *other.names)))
        bash_env, pipefail = self.bash_env or other.bash_env, self.pipefail or other.pipefail
        around, emptied = self.around or other.around, self.emptied or other.emptied
        return self._replace(bash_env=bash_env, names=names, pipefail=pipefail, around=around, emptied=emptied)

    @property
    def place(self) -> tuple[object, ...]:
        """What jobs with the same lines have in common."""
        return self.environment, self.directory, self.login, self.lax

    @property
    def text(self) -> str:
        """The lines."""
        pairs = [f"{name}={value}" for name, value in self.environment]
        own = any(name == "BASH_ENV" for name, _ in self.environment)
        lines = list(exports([*pairs, f"BASH_ENV={_BASH_ENV}"] if self.bash_env and not own else pairs))
        if self.bash_env and not own:
            lines.append('touch "$BASH_ENV"')
        lines += _PROFILES.get(self.login, ())
        if self.around and self.around != posixpath.dirname(self.directory):
            lines.append(f"mkdir -p {word(self.around)}")
        go = is_go_path(self.directory) and bool(self.names)
        for number, name in enumerate(self.names):
            why = "Go looks for the checkout in" if go and not number else "the commands call the checkout"
            lines += [f"# {why} {name}", *_link(name, emptied=self.emptied)]
        if go:
            lines.append(f"cd {word(self.names[0])}")
        if own:
            lines.append('if [ -f "$BASH_ENV" ]; then . "$BASH_ENV" || true; fi')
        if self.pipefail:
            lines.append("set -o pipefail")
        return "\n".join(lines)


def _link(name: str, *, emptied: bool) -> list[str]:
    """The lines that give the clone a name; a link to a directory that is there would be put into it."""
    parent, place = posixpath.dirname(name), word(name)
    made = "" if parent in _THERE else f"mkdir -p {word(parent)} && "
    freed = [f"rmdir {place} 2> /dev/null || true"] if emptied and posixpath.basename(name) == "project" else []
    return [*freed, f'{made}ln -sfn "$BITBUCKET_CLONE_DIR" {place}']


def needs(
    environment: dict[str, str],
    directory: str,
    commands: Iterable[tuple[str, Effects]],
    around: str = "",
    *,
    emptied: bool = False,
) -> Needs:
    """What the commands of one job rely on; those that start `around` the checkout find it by its name."""
    commands = tuple(commands)
    texts = (*environment.values(), *(text for text, _ in commands))
    named = () if is_home(directory) else spellings(directory)
    used = (_written(name) for name in named if any(_names(name, text) for text in texts))
    first = (outside(directory),) if around or is_go_path(directory) else ()
    return Needs(
        tuple(environment.items()),
        directory,
        any(effects.bash_env or "BASH_ENV" in effects.mentions for _, effects in commands),
        tuple(dict.fromkeys((*first, *used))),
        any(effects.pipelines for _, effects in commands),
        around,
        emptied,
    )


def _written(name: str) -> str:
    """A name of the checkout as the script writes it: `$HOME` is `~`."""
    home = next((home for home in _HOMES[1:3] if name.startswith(f"{home}/")), None)
    return f"~{name.removeprefix(home)}" if home else name


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
