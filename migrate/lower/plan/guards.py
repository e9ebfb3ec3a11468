"""A filter that start conditions cannot say becomes a line at the top of the script that ends the step well.

Bitbucket's conditions have globs and no regular expressions (reference bitbucket.md, section 1.10). bash asks with
`[[ =~ ]]`; where an image has a plain sh only, `grep -E` asks.
"""

from collections.abc import Mapping

from migrate.circleci.conditions import FALSE, All, Condition
from migrate.diagnostics import Fate, declare
from migrate.lower.plan.bash_tests import asks, commands
from migrate.lower.plan.running import SUBJECTS
from migrate.lower.plan.states import VARIABLES

_DOCS = (
    "https://circleci.com/docs/configuration-reference/#filters",
    "https://support.atlassian.com/bitbucket-cloud/docs/use-glob-patterns-on-the-pipelines-yaml-file/",
)
FILTER_GUARD = declare(
    "filter-guard",
    Fate.REWRITTEN,
    "A regular expression of a filter becomes a guard",
    """Bitbucket starts pipelines and steps by globs, and these cannot say what the regular expression says.

    The step starts for every name that may match, asks at its top whether the whole name does, and ends well if
    not.""",
    *_DOCS,
)
FILTER_HELD = declare(
    "filter-held",
    Fate.MANUAL,
    "A filter that a script cannot ask for",
    """The filter cannot be kept as it is: no condition and no script of Bitbucket can ask for it.

    The step is held: somebody starts it by hand.

    Write the filter without look-around, back references and flags, and ask for nothing but the branch and the tag, to
    have it back.""",
    *_DOCS,
)
FILTER_STATE = declare(
    "filter-state",
    Fate.REWRITTEN,
    "A filter becomes a condition of the step",
    """The step's pipeline also starts for names that the filter does not admit.

    The step's own condition leaves it out there, before anything is started for it.""",
    "https://circleci.com/docs/configuration-reference/#filters",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#Condition",
)


def guard(wanted: Mapping[str, Condition], *, alone: bool, bash: bool = True) -> str | None:
    """A line for each kind of name (`branch`, `tag`) with a condition; None if no shell can ask for one of them.

    `alone` says that the step only ever starts for names of this kind.
    """
    lines = []
    for kind, condition in wanted.items():
        shown = f'"${VARIABLES[SUBJECTS[kind]]}"'
        if condition == FALSE:
            lines.append(f"[ -z {shown} ] || exit 0")
            continue
        line = _bash(condition, "" if alone else f"-z {shown}") if bash else None
        line = line or _sh(condition, "" if alone else f"[ -z {shown} ]")
        if line is None:
            return None
        lines.append(line)
    return "\n".join(lines)


def _bash(condition: Condition, first: str) -> str | None:
    test = asks(condition, VARIABLES)
    if test is None:
        return None
    bare = test.startswith("( ") and test.endswith(" )") and not first
    inner = test[2:-2] if bare else test
    return f"[[ {first} || {inner} ]] || exit 0" if first else f"[[ {inner} ]] || exit 0"


def _sh(condition: Condition, first: str) -> str | None:
    """A line for each part that has to hold."""
    parts = condition.parts if isinstance(condition, All) else (condition,)
    tests = [commands(part, VARIABLES) for part in parts]
    before = f"{first} || " if first else ""
    return None if None in tests else "\n".join(f"{before}{test} || exit 0" for test in tests)
