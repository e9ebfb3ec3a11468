"""Conditions on changed paths become `condition: changesets` (reference bitbucket.md, section 2.3).

A pattern of path filtering becomes globs where it is made of literals, choices between literals, and `.*`; a workflow
with another pattern is started by hand.
"""

import itertools
import math
import re

from migrate.circleci.conditions import All, Any, Condition, Test, all_of
from migrate.circleci.filters import Pattern
from migrate.circleci.path_filters import CHANGED
from migrate.diagnostics import Fate, declare
from migrate.lower.plan.bash_tests import posix
from migrate.shell import quote

CHANGED_PATHS = declare(
    "changed-paths",
    Fate.APPROXIMATED,
    "A workflow that runs where certain paths changed",
    """CircleCI compared with a base branch.

    Bitbucket compares with the pull request's target, and on a push looks at the last commit only. The patterns have
    become globs.

    Push one commit at a time, or use pull requests, where a change must not be missed; or choose 'changed-paths:
    script'.""",
    "https://circleci.com/docs/dynamic-config/",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#Condition",
)
CHANGED_PATHS_SCRIPT = declare(
    "changed-paths-script",
    Fate.REWRITTEN,
    "A script asks for the changed paths",
    """The choices say 'changed-paths: script'. Without that, a condition of the step asks before it is started.

    As in CircleCI, the paths are those that differ from where the branch left the base branch, or, on the base branch,
    from the commit before. The step clones the whole history, needs git in its image, and ends well where no path
    matches.""",
    "https://circleci.com/docs/dynamic-config/",
    "https://support.atlassian.com/bitbucket-cloud/docs/git-clone-behavior/",
)
_LINES = """\
git fetch --quiet origin {base}
base=$(git merge-base FETCH_HEAD HEAD)
[ "$base" != "$(git rev-parse HEAD)" ] || base=HEAD~1
git diff --name-only "$base" HEAD | grep -Eq {matching} || exit 0"""
"""What path filtering does (circleci.md, section 6): from the merge base, or on the base branch the commit before."""
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
    return globs(str(condition.value)) if _asks(condition) and isinstance(condition, Test) else None


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


def script(condition: Condition, base: str) -> tuple[Condition, str]:
    """A condition without what it asks of changed paths, and that as lines of a script; all of it if there are none.

    The base branch is a name, or a word that the shell expands.
    """
    parts = condition.parts if isinstance(condition, All) else (condition,)
    for index, part in enumerate(parts):
        asked = part.parts if isinstance(part, Any) else (part,)
        patterns = [posix(Pattern(str(t.value), is_regex=True)) for t in asked if _asks(t) and isinstance(t, Test)]
        if len(patterns) == len(asked) and None not in patterns:
            matching = quote("^({})$".format("|".join(pattern or "" for pattern in patterns)))
            shown = f'"{base}"' if base.startswith("$") else quote(base or "main")
            return all_of(*parts[:index], *parts[index + 1 :]), _LINES.format(base=shown, matching=matching)
    return condition, ""


def _asks(condition: Condition) -> bool:
    return isinstance(condition, Test) and condition.subject == CHANGED and condition.operator == "changes"
