"""A filter's regular expression becomes a line of bash that asks again while the step runs.

Start conditions are globs (reference bitbucket.md, section 2.2); where a job's regular expressions do not hold
for all names of one, its script begins with a guard that ends the step well.
"""

from collections.abc import Mapping
from typing import NamedTuple

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


def guard(job: Job, jobs: Mapping[tuple[str, str], Job]) -> str | None:
    """A line for each kind of name that regular expressions restrict; None if bash cannot ask for one.

    A job none of whose required jobs run does not run either, so it asks for their filters too.
    """
    lines = []
    for kind, variable in (("branches", "BITBUCKET_BRANCH"), ("tags", "BITBUCKET_TAG")):
        asker = _Asker(kind, variable, jobs)
        if asker.varies(job):
            test = asker.test(job)
            if test is None:
                return None
            lines.append(f'[[ -z "${variable}" || {test} ]] || exit 0')
    return "\n".join(lines)


class _Asker(NamedTuple):
    """Asks for one kind of name."""

    kind: str
    variable: str
    jobs: Mapping[tuple[str, str], Job]

    def filter(self, job: Job) -> NameFilter | None:
        return job.filters.branches if self.kind == "branches" else job.filters.tags

    def required(self, job: Job) -> list[Job]:
        found = (self.jobs.get((job.workflow, r.job)) for r in job.requires)
        return [other for other in found if other is not None]

    def restricted(self, job: Job) -> bool:
        """Whether there are names for which the job does not run."""
        names, required = self.filter(job), self.required(job)
        own = names is None or any(not p.matches_all for p in names.patterns)
        return own or bool(required and all(self.restricted(other) for other in required))

    def varies(self, job: Job) -> bool:
        """Whether a regular expression, the job's own or inherited, decides for some names."""
        names, required = self.filter(job), self.required(job)
        if names is None or (names.only is not None and not any(p.is_regex for p in names.only)):
            return False  # it runs for names that are spelled out, and each of those has a start condition
        own = any(p.is_regex and not p.matches_all for p in names.patterns)
        inherited = bool(required) and all(self.restricted(other) for other in required)
        return own or (inherited and any(self.varies(other) for other in required))

    def test(self, job: Job) -> str | None:
        """The condition under which the job runs, as the inside of `[[ ]]`; "" if it always does."""
        names, required = self.filter(job), self.required(job)
        if names is None:
            return "1 -eq 0"
        tests = _tests(names, self.variable)
        if tests is None:
            return None
        if required and all(self.restricted(other) for other in required):
            others = [self.test(other) for other in required]
            if None in others:
                return None
            distinct = [text for text in dict.fromkeys(others) if text]
            tests.append(distinct[0] if len(distinct) == 1 else f"( {' || '.join(distinct)} )")
        return " && ".join(dict.fromkeys(tests))


def _tests(names: NameFilter, variable: str) -> list[str] | None:
    tests = []
    for patterns, sign in ((names.only, ""), (names.ignore or None, "! ")):
        if patterns is None or (not sign and any(p.matches_all for p in patterns)):
            continue
        texts = [_posix(pattern) for pattern in patterns]
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
