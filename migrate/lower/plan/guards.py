"""A filter's regular expression becomes a line of bash that asks again while the step runs.

Start conditions are globs (reference bitbucket.md, section 2.2); where a job's regular expressions do not hold
for all names of one, its script begins with a guard that ends the step well.
"""

from migrate.circleci.filters import NameFilter, Pattern
from migrate.circleci.plan import Job
from migrate.diagnostics import Fate, declare

_DOCS = (
    "https://circleci.com/docs/configuration-reference/#filters",
    "https://support.atlassian.com/bitbucket-cloud/docs/use-glob-patterns-on-the-pipelines-yaml-file/",
)
FILTER_GUARD = declare(
    "filter-guard",
    Fate.REWRITTEN,
    "A regular expression of a filter becomes a guard",
    """Bitbucket starts pipelines by globs. The step starts for every name, asks at its top whether the regular
    expression matches the whole name, and ends well if not.""",
    *_DOCS,
)
FILTER_HELD = declare(
    "filter-held",
    Fate.MANUAL,
    "A regular expression that bash cannot ask for",
    """The filter cannot be kept as it is, so the step is held: somebody starts it by hand. Write the filter without
    look-around, back references and flags to have it back.""",
    *_DOCS,
)
_CLASSES = {"d": "0-9", "w": "A-Za-z0-9_", "s": "[:space:]"}
_SPECIAL = frozenset(r"\.+*?()[]{}|^$/")


def guard(job: Job) -> str | None:
    """A line for each kind of name that the job's regular expressions restrict; None if bash cannot ask."""
    lines = []
    for names, variable in ((job.filters.branches, "BITBUCKET_BRANCH"), (job.filters.tags, "BITBUCKET_TAG")):
        if names is None or not any(p.is_regex and not p.matches_all for p in names.patterns):
            continue
        tests = _tests(names, variable)
        if tests is None:
            return None
        lines.append(f'[[ -z "${variable}" || {" && ".join(tests)} ]] || exit 0')
    return "\n".join(lines)


def _tests(names: NameFilter, variable: str) -> list[str] | None:
    tests = []
    for patterns, sign in ((names.only or (), ""), (names.ignore, "! ")):
        if any(p.is_regex and not p.matches_all for p in patterns):
            texts = [_posix(p) for p in patterns]
            if None in texts:
                return None
            tests.append(f'{sign}"${variable}" =~ ^({"|".join(text or "" for text in texts)})$')
    return tests


def _posix(pattern: Pattern) -> str | None:
    """The pattern as a POSIX extended regular expression, or None if it has none."""
    if not pattern.is_regex:
        return "".join(f"\\{ch}" if ch in _SPECIAL else ch for ch in pattern.text)
    out, at, bracket = "", 0, False
    text = pattern.text.removeprefix("^").removesuffix("$")
    while at < len(text):
        ch, following = text[at], text[at + 1 : at + 2]
        if ch == "\\":
            piece = _escape(following, bracket=bracket)
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
