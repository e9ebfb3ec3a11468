"""A key template as Bitbucket can have it.

The text of a key that is fixed becomes the cache's name, so that a new version in the key is a new cache;
each `{{ checksum "file" }}` becomes one of its key files; what is known when the config is converted is text, too.
Anything else cannot be part of a Bitbucket key.
"""

import posixpath
import re
import shlex
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from migrate.lower.draft import StepDraft

_TEMPLATE = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}")
_CHECKSUM = re.compile(r'checksum\s+"([^"]+)"')
_WORD = re.compile(r"[^A-Za-z0-9.]+")
_ENVIRONMENT = ".Environment."
NOTHING: Mapping[str, str] = MappingProxyType({})


class Key(NamedTuple):
    """A key as Bitbucket can have it: a name, files, and the parts that cannot be kept."""

    name: str
    files: tuple[str, ...]
    lost: tuple[str, ...]


def parts(text: str) -> tuple[str, ...]:
    """What stands between the braces of a template."""
    return tuple(_TEMPLATE.findall(text))


def parse_key(
    text: str,
    made: frozenset[str],
    known: Mapping[str, str] = NOTHING,
    inside: Callable[[str], str | None] = posixpath.normpath,
) -> Key:
    """Cut a key template; `made` are the files that the job itself makes before it uses the cache.

    `known` are the texts of parts whose value does not depend on the run; `inside` gives the place of a file below the
    clone directory, or None.
    """
    files: list[str] = []
    lost: list[str] = []
    for part in parts(text):
        checksum = _CHECKSUM.fullmatch(part)
        if checksum is None:
            if part not in known and part != "arch":
                lost.append(f"{{{{ {part} }}}}")
        elif (file := inside(checksum[1])) is None:
            lost.append(f"the checksum of '{checksum[1]}', which is no file of the repository,")
        elif file in made:
            lost.append(f"the checksum of '{checksum[1]}', which the job itself makes,")
        else:
            files.append(file)
    fixed = _TEMPLATE.sub(lambda part: f"-{known.get(part[1], '')}-", text)
    return Key(word(fixed) or "cache", tuple(dict.fromkeys(files)), tuple(dict.fromkeys(lost)))


def word(text: str) -> str:
    """A text as a name, or the part of one."""
    return _WORD.sub("-", text).strip("-").lower()


def known(step: StepDraft, platform: str) -> dict[str, str]:
    """The texts of the parts that do not depend on the run; those that are the same in all builds are empty.

    `platform` tells machines apart where the jobs run on several kinds.
    """
    job = step.job
    found = dict.fromkeys(step.draft.catalog.constant_key_parts, "")
    found["arch"] = platform
    found[f"{_ENVIRONMENT}CIRCLE_JOB"] = job.called
    found[f"{_ENVIRONMENT}CIRCLE_NODE_INDEX"] = f"{job.copy}" if job.copies > 1 else ""
    for name, value in step.environment.items():
        if "$" not in value and "`" not in value:
            found[_ENVIRONMENT + name] = "".join(shlex.split(value))
    return found
