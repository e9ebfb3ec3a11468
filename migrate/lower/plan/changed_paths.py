"""Conditions on changed paths become `condition: changesets` (reference bitbucket.md, section 2.3).

A pattern of path filtering becomes globs where it is made of literals, choices between literals, and `.*`; a workflow
with another pattern is started by hand.
"""

import itertools
import math
import re

from migrate.circleci.conditions import All, Any, Condition, Test, all_of
from migrate.circleci.path_filters import CHANGED
from migrate.diagnostics import Fate, declare

CHANGED_PATHS = declare(
    "changed-paths",
    Fate.APPROXIMATED,
    "A workflow that runs where certain paths changed",
    """CircleCI compared with a base branch. Bitbucket compares with the pull request's target, and on a push looks at
    the last commit only: push one commit at a time, or use pull requests, where a change must not be missed. The
    patterns have become globs.""",
    "https://circleci.com/docs/dynamic-config/",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#Condition",
)
_MOST = 32
"""Globs that one pattern may become."""
_PIECE = re.compile(
    r"""(?P<any>\.[*+])(?![*+?{]) | \((?:\?:)?(?P<choice>[^()\\*+?\[{^$]+)\)(?![*+?{])
    | \\(?P<escaped>[^A-Za-z0-9])(?![*+?{]) | (?P<plain>[^\\*+?\[\](){}|^$])(?![*+?{])""",
    re.VERBOSE,
)


def split(condition: Condition) -> tuple[Condition, tuple[str, ...]]:
    """A condition without what it asks of changed paths, and that as globs; all of it where there is no way."""
    parts = condition.parts if isinstance(condition, All) else (condition,)
    for index, part in enumerate(parts):
        tests = part.parts if isinstance(part, Any) else (part,)
        found = [_globs_of(test) for test in tests]
        if all(one is not None for one in found):
            rest = all_of(*parts[:index], *parts[index + 1 :])
            return rest, tuple(dict.fromkeys(glob for one in found for glob in one or ()))
    return condition, ()


def _globs_of(condition: Condition) -> tuple[str, ...] | None:
    asks = isinstance(condition, Test) and condition.subject == CHANGED and condition.operator == "changes"
    return globs(str(condition.value)) if asks and isinstance(condition, Test) else None


def globs(pattern: str) -> tuple[str, ...] | None:
    """The globs that match what a pattern matches; None where they cannot be told so simply."""
    text = pattern.removeprefix("^").removesuffix("$")
    choices: list[tuple[str, ...]] = []
    at = 0
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None:
            return None
        said = piece["choice"] or piece["escaped"] or piece["plain"]
        choices.append(("\0",) if piece["any"] else tuple(said.split("|")))
        at = piece.end()
    if not choices or math.prod(map(len, choices)) > _MOST:
        return None
    made = [_glob("".join(chosen)) for chosen in itertools.product(*choices)]
    return tuple(glob for one in made for glob in one) if all(made) else None


def _glob(text: str) -> tuple[str, ...]:
    """Globs for a text in which a NUL stands for any characters, slashes too; none where that cannot be said."""
    while "\0\0" in text:
        text = text.replace("\0\0", "\0")
    before, *rest = text.split("\0")
    if not rest:
        return (before,)
    after = rest[0]
    if len(rest) > 1 or "/" in after:
        return ()
    folder, slash, start = before.rpartition("/")
    inside = f"{folder}{slash}"
    if not start:
        return (f"{inside}**/*{after}",) if after else (f"{inside}**",)
    return (f"{before}*{after}", f"{before}*/**/*{after}" if after else f"{before}*/**")
