"""What a job's commands expect of their machine: programs to call, and files of the repository to read."""

import re
import shlex
from collections.abc import Iterable, Iterator

from migrate.lower.programs import calls
from migrate.shell import analyse

_PROGRAM = re.compile(r"(?:\./)?[A-Za-z_][\w.+-]*(?:/[\w.+-]+)*")
_FILE = re.compile(r"(?:\./)?[\w.-]*[A-Za-z][\w-]*(?:[./][\w-]+)+")
_CALLING = frozenset({"command", "env", "exec", "nohup", "sudo", "time", "timeout", "xargs"})
_WORDS = """
. awk bash cat chmod cp cut diff grep head mv sed sh sha256sum sort source tail wc
"""
_READING = frozenset(_WORDS.split())
_BUILTINS = """
. : [ [[ alias bg break builtin case cd command continue declare do done echo elif else esac eval exec exit export false
fg fi for function getopts hash if in jobs kill let local mapfile popd printf pushd pwd read readarray readonly return
select set shift shopt source test then time times trap true type typeset ulimit umask unalias unset until wait while
"""
_BUILT_IN = frozenset(_BUILTINS.split())


def programs(texts: Iterable[str]) -> frozenset[str]:
    """The programs that the texts call by name, on the path or, with a `/` in it, in the repository.

    One of the repository may be a file that the example gives, and that calls the program of its name.
    """
    called = frozenset(name for text in texts for name in _called(text) if name not in _BUILT_IN)
    return called | {_plain(name) for name in called}


def _called(text: str) -> Iterator[str]:
    for words in calls(text):
        for index, word in enumerate(words):
            if _PROGRAM.fullmatch(word) and (index == 0 or words[index - 1] in _CALLING):
                yield word


def files(texts: Iterable[str]) -> dict[str, str]:
    """Small files with the names that the texts read, and folders (with a file in them) that they go to."""
    found: dict[str, str] = {}
    for text in texts:
        for name, *words in (words for words in analyse(text).calls if words):
            for word in words:
                if name in {"cd", "pushd"} and _PROGRAM.fullmatch(word):
                    found.setdefault(f"{_plain(word)}/.keep", "")
                elif name in _READING and _FILE.fullmatch(word):
                    found.setdefault(_plain(word), f": {shlex.quote(word)}\n")
    return {name: text for name, text in found.items() if not any(o.startswith(f"{name}/") for o in found)}


def _plain(name: str) -> str:
    return name.removeprefix("./")
