"""Child pipelines: steps that run beside others, in a custom pipeline of the same file.

Reference bitbucket.md, section 1.6. A child gets the shared artifacts of the steps before it as its inputs, and hands
its own on as outputs; caches are the repository's anyway.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from migrate.bitbucket.model import Parallel, Pipeline, Start, Step
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft
from migrate.lower.plan.arrange import Arranged
from migrate.lower.plan.graph import bits, union
from migrate.lower.plan.order import Child

CHILD_PIPELINE = declare(
    "child-pipeline",
    Fate.REWRITTEN,
    "Jobs became a child pipeline",
    """Jobs shall wait for each other and not for those beside them, or a pipeline would have more than 100 steps.

    A step of the parent runs a custom pipeline of the same file and waits for it. The child can also be started by
    itself, by a person, like any custom pipeline.""",
    "https://circleci.com/docs/configuration-reference/#requires",
    "https://support.atlassian.com/bitbucket-cloud/docs/parent-child-pipelines/",
)
_WORDS = re.compile(r"[A-Za-z0-9]+")
_SHORTEST = 3
"""A shorter beginning that all jobs have is no name."""
_NAMED = 6
"""How many jobs a note names."""
_LONGEST = 40
"""A longer name from job to job is no name either."""


@dataclass(slots=True, eq=False)
class Children:
    """The child pipelines of a file; those that run the same are one. `taken` are the names of custom pipelines."""

    draft: Draft
    taken: set[str]
    made: dict[Pipeline, str] = field(default_factory=dict)

    def step(self, child: Child, arranged: Arranged) -> Step:
        """The step that runs a child."""
        inside = union(one for level in child.levels for one in level)
        jobs = arranged.named(inside)
        pipeline = pipeline_of([[arranged.steps[one] for one in level] for level in child.levels])
        name = self.made.get(pipeline)
        if name is None:
            name = self._unique(name_of([[arranged.jobs[one].name for one in level] for level in child.levels]))
            self.made[pipeline] = name
            more = f" and {len(jobs) - _NAMED} more" if len(jobs) > _NAMED else ""
            said = f"{', '.join(repr(one.name) for one in jobs[:_NAMED])}{more} run in the child pipeline '{name}'"
            for job in jobs:
                self.draft.notes.add(CHILD_PIPELINE, job.trail, f"jobs.{job.key}", said, job=job.id)
        earlier = 0
        for one in bits(inside):
            earlier |= arranged.graph.before[one] & ~inside
        inputs = _wanted(arranged, inside, _shared(arranged, earlier))
        outputs = _shared(arranged, inside)
        return Step(name, name, (), child=name, inputs=inputs, outputs=outputs)

    @property
    def starts(self) -> tuple[Start, ...]:
        """The custom pipelines that the children are."""
        return tuple(Start("custom", name, pipeline) for pipeline, name in self.made.items())

    def _unique(self, name: str) -> str:
        found, number = name, 2
        while found in self.taken:
            found, number = f"{name}-{number}", number + 1
        self.taken.add(found)
        return found


def _shared(arranged: Arranged, found: int) -> tuple[str, ...]:
    uploads = (upload for one in bits(found) for upload in arranged.steps[one].artifacts)
    return tuple(dict.fromkeys(upload.name for upload in uploads if upload.type == "shared"))


def _wanted(arranged: Arranged, inside: int, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the artifacts that a step of the child downloads: all, unless each step says which."""
    steps = [arranged.steps[one] for one in bits(inside)]
    if any(not (step.downloads or step.no_downloads) for step in steps):
        return names
    return tuple(name for name in names if any(name in step.downloads for step in steps))


def pipeline_of(groups: Sequence[Sequence[Step]]) -> Pipeline:
    """The items of a pipeline: a group of one is the step itself."""
    return tuple(group[0] if len(group) == 1 else Parallel(tuple(group)) for group in groups)


def name_of(levels: Sequence[Sequence[str]]) -> str:
    """A name for jobs in groups: the words that all begin with, or from which job to which, or the first and how many.

    A child's name is no job's name, so that a reader can tell them apart.
    """
    names = [name for level in levels for name in level]
    words = [_WORDS.findall(name) for name in names]
    shared = []
    for column in zip(*words, strict=False):
        if len(set(column)) > 1:
            break
        shared.append(column[0])
    start = "-".join(shared)
    if len(start) >= _SHORTEST and start not in names:
        return start
    both = "-".join([*words[0], "to", *words[-1]])
    if len(levels[0]) == len(levels[-1]) == 1 and len(both) <= _LONGEST:
        return both
    return "-".join([*words[0], "and", str(len(names) - 1), "more"])


__all__ = ["Children", "name_of", "pipeline_of"]
