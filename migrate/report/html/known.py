"""What is known so far of where the lines of the result come from."""

from collections.abc import Iterable

from migrate.bitbucket.model import Step
from migrate.circleci.plan import Plan
from migrate.diagnostics import Span, Trail
from migrate.report.html import keys
from migrate.report.html.scripts import Origin, Sources
from migrate.report.html.texts import Text

Found = dict[int, dict[Origin, None]]
"""The origins of lines, in the order in which they were found."""


class Known:
    """What is known so far: `sources` are the files that are shown, by name, and `target` is the result."""

    def __init__(self, sources: Iterable[Text], target: Text, plan: Plan) -> None:
        self.sources = Sources(sources)
        first = next(iter(self.sources.by_name))
        self.target = target
        self.jobs = {job.id: job for job in plan.jobs}
        self.workflows: list[Trail] = [(one.span,) for one in plan.workflows] or [(Span(first, 1, 1),)]
        self.found: Found = {}

    def put(self, lines: Iterable[int], trails: Iterable[Trail]) -> None:
        """Lines come of the places to which trails lead."""
        origins = dict.fromkeys(found for trail in trails if (found := self.sources.origin(trail)))
        for line in lines:
            self.found.setdefault(line, {}).update(origins)

    def keys_of(self, step: Step, key: str) -> list[Trail]:
        """What a key of a step comes of."""
        job = self.jobs.get(step.job)
        return list(keys.places(key, job)) or [keys.whole(job)] if job else self.workflows


__all__ = ["Found", "Known"]
