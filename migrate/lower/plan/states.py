"""A condition on the branch or the tag in Bitbucket's expression language (reference bitbucket.md, section 1.10).

The language has globs and no regular expressions: a pattern that is no union of globs cannot be said.
"""

import json
import re

from migrate.bitbucket.globs import literal
from migrate.circleci.conditions import (
    FALSE,
    TRUE,
    All,
    Any,
    Condition,
    Constant,
    Not,
    Test,
    all_of,
    any_of,
    negate,
    tests,
)
from migrate.circleci.filters import BRANCH, TAG
from migrate.lower.names.covers import cover, escaped, pattern_of

VARIABLES = {BRANCH: "BITBUCKET_BRANCH", TAG: "BITBUCKET_TAG"}
LONGEST = 1000
"""Letters of a `condition: state:`, in the schema."""
_FEW = 3
"""So many names that are left out are said in one `glob()`."""
_WILD = frozenset("*?{}\\,")
_OTHER_TYPE = re.compile(r"[0-9.]+|true|false")
"""Names that the language may take for a number or a boolean in the variable: `glob()` compares texts."""


def state(condition: Condition, pushed: str = "") -> str | None:
    """The expression that says the same; None if there is none, or if it is too long.

    `pushed` is the subject that has a value; where it may be either, an empty variable is asked for as well.
    """
    text = _said(condition, pushed, inside=False)
    return text if text and len(text) <= LONGEST else None


def widened(condition: Condition, *, less: bool = False) -> Condition:
    """A condition that can be said and holds wherever this one does; or, if `less`, nowhere else."""
    match condition:
        case Not(inner):
            return negate(widened(inner, less=not less))
        case All(parts):
            return all_of(*(widened(part, less=less) for part in parts))
        case Any(parts):
            return any_of(*(widened(part, less=less) for part in parts))
        case Test() if _test(condition, condition.subject) is None:
            wider = cover(str(condition.value)).globs if condition.operator == "matches" and not less else ()
            found = any_of(*(Test(condition.subject, "matches", pattern_of(glob)) for glob in wider))
            return found if wider else FALSE if less else TRUE
    return condition


def _said(condition: Condition, pushed: str, *, inside: bool) -> str | None:
    """An expression; `inside` another one, several parts are in brackets."""
    if isinstance(condition, Constant):
        return str(condition)
    if isinstance(condition, Test):
        return _test(condition, pushed)
    if isinstance(condition, Not):
        text = _said(condition.inner, pushed, inside=True)
        return text and _negated(text)
    joined = _alternatives(condition) if isinstance(condition, Any) else None
    condition = _without(condition) if isinstance(condition, All) else condition
    parts = [joined] if joined else [_said(part, pushed, inside=True) for part in condition.parts]
    if None in parts:
        return None
    text = (" && " if isinstance(condition, All) else " || ").join(part or "" for part in parts)
    return f"({text})" if inside and len(parts) > 1 else text


def _negated(text: str) -> str:
    if text.startswith(("(", "glob(")):
        return f"!{text}"
    turned = {" == ": " != ", " != ": " == "}
    operator = next(each for each in turned if each in text)
    return text.replace(operator, turned[operator], 1)


def _test(test: Test, pushed: str) -> str | None:
    variable = VARIABLES.get(test.subject)
    if variable is None or not isinstance(test.value, str | bool):
        return None
    if test.operator == "defined":
        return f'{variable} != ""'
    if test.operator == "!=":
        same = _matching(variable, (literal(str(test.value)),)) or ""
        differs = _negated(same)
        return differs if test.subject == pushed else f'({variable} != "" && {differs})'
    globs = _globs(test)
    return _matching(variable, globs) if globs else None


def _without(condition: All) -> All:
    """The condition with names that it leaves out together, where they are many."""
    single = [part for part in condition.parts if isinstance(part, Not) and isinstance(part.inner, Test)]
    if len(single) < _FEW or len({test.subject for part in single for test in tests(part)}) > 1:
        return condition
    others = tuple(part for part in condition.parts if part not in single)
    return All((*others, Not(Any(tuple(part.inner for part in single)))))


def _alternatives(condition: Any) -> str | None:
    """One `glob()` for names of one variable, where that is all that is asked."""
    variables = {part.subject for part in condition.parts if isinstance(part, Test)}
    found = [_globs(part) for part in condition.parts if isinstance(part, Test)]
    if len(variables) > 1 or len(found) < len(condition.parts) or not all(found):
        return None
    return _matching(VARIABLES.get(next(iter(variables)), ""), tuple(glob for one in found for glob in one or ()))


def _matching(variable: str, globs: tuple[str, ...]) -> str | None:
    """Where a variable's value matches one of the globs."""
    if not variable:
        return None
    if len(globs) == 1 and not _WILD.intersection(globs[0]) and not _OTHER_TYPE.fullmatch(globs[0]):
        return f"{variable} == {json.dumps(globs[0], ensure_ascii=False)}"
    if len(globs) > 1 and any(_WILD.intersection(glob) - {"*"} for glob in globs):
        return "({})".format(" || ".join(_matching(variable, (glob,)) or "" for glob in globs))
    glob = globs[0] if len(globs) == 1 else "{" + ",".join(globs) + "}"
    return f"glob({variable}, {json.dumps(glob, ensure_ascii=False)})"


def _globs(test: Test) -> tuple[str, ...] | None:
    """The globs of a test that a name equals, begins with, contains or matches something; None if there are none."""
    text = escaped(str(test.value))
    forms = {"==": text, "starts-with": f"{text}.*", "contains": f".*{text}.*", "matches": str(test.value)}
    found = cover(forms[test.operator]) if test.operator in forms else None
    return found.globs if found and found.exact else None
