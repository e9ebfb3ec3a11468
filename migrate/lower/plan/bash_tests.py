"""Patterns and conditions as bash asks for them inside `[[ ]]`."""

from collections.abc import Mapping

from migrate.circleci.conditions import All, Any, Condition, Not, Test
from migrate.circleci.filters import Pattern
from migrate.shell import quote

_CLASSES = {"d": "0-9", "w": "A-Za-z0-9_", "s": "[:space:]"}
_SPECIAL = frozenset(r"\.+*?()[]{}|^$/")
_SHELL = frozenset("<>&;\"'`#")
"""Characters that a pattern in `[[ ]]` could not have without quotes."""


def asks(condition: Condition, variables: Mapping[str, str], *, may_be_unset: bool = False) -> str | None:
    """The test of a condition on subjects that variables hold; None if bash cannot ask for it.

    It is in brackets where it has several parts. Where a variable `may_be_unset`, the subject is null, and no test of
    it holds (see `conditions.Test`).
    """
    if isinstance(condition, Not):
        negated = condition.inner
        if isinstance(negated, Test) and negated.operator == "==" and not may_be_unset:
            return asks(Test(negated.subject, "!=", negated.value), variables)
        inner = asks(negated, variables, may_be_unset=may_be_unset)
        if inner and inner.startswith("-n "):
            return f"-z {inner[3:]}"
        return inner and (f"! {inner}" if inner.startswith("( ") else f"! ( {inner} )")
    if isinstance(condition, All | Any):
        parts = [asks(part, variables, may_be_unset=may_be_unset) for part in condition.parts]
        joined = (" && " if isinstance(condition, All) else " || ").join(part or "" for part in parts)
        return None if None in parts else f"( {joined} )"
    if not isinstance(condition, Test) or not isinstance(condition.value, str | bool):
        return None
    if condition.subject not in variables:
        return None
    shown = f'"${variables[condition.subject]}"'
    test = _test(condition, str(condition.value), shown)
    could_hold = condition.operator in {"!=", "matches", "starts-with", "contains"}
    return f"( -n {shown} && {test} )" if test and may_be_unset and could_hold else test


def commands(condition: Condition, variables: Mapping[str, str]) -> str | None:
    """The condition as commands of any POSIX shell, which succeed where it holds; None if they cannot ask for it.

    For subjects that have a value. In braces where it has several parts.
    """
    if isinstance(condition, Not):
        inner = commands(condition.inner, variables)
        return inner and f"! {inner}"  # which negates a whole pipeline
    if isinstance(condition, All | Any):
        parts = [commands(part, variables) for part in condition.parts]
        joined = (" && " if isinstance(condition, All) else " || ").join(part or "" for part in parts)
        return None if None in parts else f"{{ {joined}; }}"
    if not isinstance(condition, Test) or condition.subject not in variables:
        return None
    if condition.operator in {"defined", "truthy", "true"}:
        return f'[ -n "${variables[condition.subject]}" ]'
    if not isinstance(condition.value, str):
        return None
    shown = f'"${variables[condition.subject]}"'
    if condition.operator in {"==", "!="}:
        return f"[ {shown} {'=' if condition.operator == '==' else '!='} {quote(condition.value)} ]"
    pattern = _pattern(condition)
    if pattern and pattern.startswith("-"):
        pattern = f"[-]{pattern[1:]}"  # or grep would take it for an option
    return pattern and f"printf '%s\\n' {shown} | grep -Eq {quote(pattern)}"


def _pattern(test: Test) -> str | None:
    """The POSIX extended regular expression of a test that a text matches, begins with or contains something."""
    text = str(test.value)
    if test.operator == "matches":
        found = posix(Pattern(text, is_regex=True), words=True)
        return found and f"^({found})$"
    plain = posix(Pattern(text))
    return {"starts-with": f"^{plain}", "contains": plain}.get(test.operator)


def _test(test: Test, value: str, shown: str) -> str | None:
    if test.operator == "matches":
        pattern = posix(Pattern(value, is_regex=True))
        return pattern and f"{shown} =~ ^({pattern})$"
    forms = {"==": quote(value), "!=": quote(value), "starts-with": f"{quote(value)}*", "contains": f"*{quote(value)}*"}
    if test.operator in forms:
        return f"{shown} {'!=' if test.operator == '!=' else '=='} {forms[test.operator]}"
    return f"-n {shown}" if test.operator in {"defined", "truthy", "true"} else None


def posix(pattern: Pattern, *, words: bool = False) -> str | None:
    r"""The pattern as a POSIX extended regular expression, or None if it has none.

    Ends of words (`\b`) are not POSIX's, but the C libraries of GNU and of musl have them: `grep` may ask for `words`;
    bash cannot, since it takes the backslash of a bare pattern for a quote.
    """
    if not pattern.is_regex:
        return "".join(f"\\{ch}" if ch in _SPECIAL else ch for ch in pattern.text)
    out, at, bracket = "", 0, False
    text = pattern.text.removeprefix("^").removesuffix("$")
    while at < len(text):
        ch, following = text[at], text[at + 1 : at + 2]
        if ch == "\\":
            ends = words and not bracket and following in {"b", "B"}
            piece = f"\\{following}" if ends else _escape(following, bracket=bracket)
            if piece is None:
                return None
            out, at = out + piece, at + 2
            continue
        if not bracket and text.startswith("(?", at):
            if not text.startswith("(?:", at):
                return None
            out, at = out + "(", at + 3
            continue
        if not bracket and ch == "?" and out[-1:] in {"*", "+", "?", "}"}:
            at += 1  # lazy: of no consequence where the whole name must match
            continue
        if ch in _SHELL:
            return None
        bracket = ch != "]" if bracket else ch == "["
        out, at = out + (ch if ch != " " else "[[:space:]]"), at + 1
    return out


def _escape(ch: str, *, bracket: bool) -> str | None:
    if ch.lower() in _CLASSES:
        inner = _CLASSES[ch.lower()]
        if bracket:
            return inner if ch.islower() else None
        return f"[{inner}]" if ch.islower() else f"[^{inner}]"
    if ch.isalnum():
        return None
    return ch if bracket or ch not in _SPECIAL else f"\\{ch}"
