"""A filter's regular expression becomes a line of bash that asks again while the step runs.

Start conditions are globs (reference bitbucket.md, section 2.2); where a job's regular expressions do not hold
for all names of one, its script begins with a guard that ends the step well.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from migrate.circleci.conditions import FALSE, TRUE, Condition, evaluate, subjects
from migrate.circleci.filters import NameFilter
from migrate.circleci.plan import Job
from migrate.diagnostics import Fate, declare
from migrate.lower.plan.bash_tests import asks, posix
from migrate.lower.plan.triggers import REST, facts

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
_ASKED = {"pipeline.git.branch", "pipeline.git.tag"}


def guard(job: Job, jobs: Mapping[tuple[str, str], Job], *, custom: bool = False) -> str | None:
    """A line for each kind of name that regular expressions restrict; None if bash cannot ask for one.

    A job none of whose required jobs run does not run either, so it asks for their filters too. In a `custom`
    pipeline there is no start condition that would ask.
    """
    if not set(subjects(job.filters.condition)) <= _ASKED:
        return None  # it asks for more than the name, and the script cannot
    if custom:
        return _own(job)
    lines = []
    for kind, variable in (("branch", "BITBUCKET_BRANCH"), ("tag", "BITBUCKET_TAG")):
        asker = _Asker(kind, variable, jobs)
        if asker.varies(job):
            test = asker.test(job)
            if test is None:
                return None
            lines.append(f'[[ -z "${variable}" || {test} ]] || exit 0')
    return "\n".join(lines)


def _own(job: Job) -> str | None:
    """The lines of a job in a custom pipeline, which runs on any branch: they ask for its own filters."""
    tests: list[str | None] = [*_tests(job.filters.branches, "BITBUCKET_BRANCH")]
    if job.filters.condition != TRUE:
        tests.append(asks(job.filters.condition, {"pipeline.git.branch": "BITBUCKET_BRANCH"}))
    if None in tests:
        return None
    return f"[[ {' && '.join(text or '' for text in tests)} ]] || exit 0" if tests else ""


class _Asker(NamedTuple):
    """Asks for one kind of name."""

    kind: str
    variable: str
    jobs: Mapping[tuple[str, str], Job]

    def filter(self, job: Job) -> NameFilter | None:
        return job.filters.branches if self.kind == "branch" else job.filters.tags

    def condition(self, job: Job) -> Condition:
        """What the job's expression still asks for where the name is one that no filter spells out."""
        return evaluate(job.filters.condition, facts(self.kind, REST, job.filters.condition))

    def required(self, job: Job) -> list[Job]:
        found = (self.jobs.get((job.workflow, r.job)) for r in job.requires)
        return [other for other in found if other is not None]

    def restricted(self, job: Job) -> bool:
        """Whether there are names for which the job does not run."""
        names, required = self.filter(job), self.required(job)
        own = names is None or self.condition(job) != TRUE or any(not p.matches_all for p in names.patterns)
        return own or bool(required and all(self.restricted(other) for other in required))

    def varies(self, job: Job) -> bool:
        """Whether a pattern or an expression, the job's own or inherited, decides for some names."""
        names, required, condition = self.filter(job), self.required(job), self.condition(job)
        spelled = names is not None and names.only is not None and not any(p.is_regex for p in names.only)
        if names is None or spelled or condition == FALSE:
            return False  # it runs for names that are spelled out, and each of those has a start condition
        own = condition != TRUE or any(p.is_regex and not p.matches_all for p in names.patterns)
        inherited = bool(required) and all(self.restricted(other) for other in required)
        return own or (inherited and any(self.varies(other) for other in required))

    def test(self, job: Job) -> str | None:
        """The condition under which the job runs, as the inside of `[[ ]]`; "" if it always does."""
        names, required, condition = self.filter(job), self.required(job), self.condition(job)
        if names is None or condition == FALSE:
            return "1 -eq 0"
        tests: list[str | None] = [*_tests(names, self.variable)]
        if condition != TRUE:
            tests.append(asks(condition, {f"pipeline.git.{self.kind}": self.variable}))
        if required and all(self.restricted(other) for other in required):
            others = [self.test(other) for other in required]
            distinct = [text for text in dict.fromkeys(others) if text]
            joined = distinct[0] if len(distinct) == 1 else f"( {' || '.join(distinct)} )"
            tests.append(None if None in others else joined)
        return None if None in tests else " && ".join(dict.fromkeys(text or "" for text in tests))


def _tests(names: NameFilter, variable: str) -> Iterator[str | None]:
    for patterns, sign in ((names.only, ""), (names.ignore or None, "! ")):
        if patterns is None or (not sign and any(p.matches_all for p in patterns)):
            continue
        texts = [posix(pattern) for pattern in patterns]
        union = "|".join(text or "" for text in texts)
        yield None if None in texts else f'{sign}"${variable}" =~ ^({union})$'
