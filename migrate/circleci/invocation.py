"""An entry of a workflow's `jobs:` becomes a job, or with a matrix several (reference circleci.md, section 1.7)."""

from collections.abc import Iterator
from typing import NamedTuple

from migrate.circleci import filters
from migrate.circleci.config import Definition, Namespace
from migrate.circleci.jobs import ExpandedJob, JobExpander
from migrate.circleci.matrix import Instance, instances
from migrate.circleci.plan import Call, Job, Requirement
from migrate.circleci.steps import Frame
from migrate.diagnostics import Fate, Trail, declare
from migrate.yamlio.decode import Claims, peek
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar

UNKNOWN_JOB = declare(
    "unknown-job",
    Fate.ERROR,
    "A workflow runs a job that does not exist",
    "A workflow's jobs are jobs of the config, 'orb/job', or entries with 'type: approval'.",
    "https://circleci.com/docs/configuration-reference/#jobs-in-workflow",
)
_FOR_ROOMS = ("context", "serial-group")
_OWN = ("name", "type", "requires", "filters", "matrix", "pre-steps", "post-steps", "override-with", *_FOR_ROOMS)
_STEPS = ("pre-steps", "post-steps")


class Invoker(NamedTuple):
    """Makes jobs from the entries of workflows, with the names that `home` has."""

    home: Namespace
    claims: Claims
    jobs: JobExpander

    def invoke(self, item: Node, workflow: str) -> Iterator[Job]:
        """The jobs that an entry makes: none if it was refused, several if it has a matrix."""
        if isinstance(item, Mapping) and len(item.entries) == 1:
            (entry,) = self.claims.each(item)
            body = entry.value if isinstance(entry.value, Mapping) else Mapping((), entry.key.span)
            yield from self.named(entry.key.text, body, (entry.key.span,), workflow)
        else:
            key = self.claims.text(item, "jobs", (item.span,))
            yield from self.named(key, Mapping((), item.span), (item.span,), workflow)

    def named(self, key: str, body: Mapping, trail: Trail, workflow: str) -> Iterator[Job]:
        """The jobs that an entry `key: body` makes."""
        matrix = self.claims.take(body, "matrix")
        if matrix is None:
            made = self._job(key, body, trail, workflow, Instance("", ()))
            if made:
                yield made
            return
        alias = self.claims.text(self.claims.take(matrix, "alias"), "alias", trail) or key
        for instance in instances(matrix, self.claims, trail):
            made = self._job(key, body, trail, workflow, instance)
            if made:
                yield made._replace(alias=alias)

    def _job(self, key: str, body: Mapping, trail: Trail, workflow: str, instance: Instance) -> Job | None:
        claims = self.claims
        frame = Frame(self.home, self.home.scope(instance.scope), trail)
        body = self._rendered(body, frame)
        name = claims.text(claims.take(body, "name"), "name", trail) or key + instance.suffix
        kind = claims.text(claims.take(body, "type"), "type", trail)
        requires = tuple(self._requires(claims.take(body, "requires"), trail))
        admitted = filters.read(claims.take(body, "filters"), claims, trail)
        left = Mapping(tuple(e for e in body.entries if e.key.text in _FOR_ROOMS), body.span)
        expanded, defined = ExpandedJob(Mapping((), trail[-1]), ()), trail[-1]
        if kind != "approval":
            if self.home.leads_nowhere(key):
                self.claims.whole(body)
                expanded = ExpandedJob(Mapping((), trail[-1]), (Call(key, None, trail),))
                return Job(name, key, workflow, "build", *expanded, requires, admitted, left, trail, defined)
            definition = self.home.find("jobs", key)
            if definition is None:
                self._unknown(key, trail, workflow)
                return None
            expanded = self._expanded(definition, body, frame, instance)
            defined = definition.span
            # Peeked, not taken: the expansion of the job claims it.
            declared = peek(definition.node, "type")
            kind = declared.text if isinstance(declared, Scalar) else "build"
        keys, steps = expanded.keys, expanded.steps
        return Job(name, key, workflow, kind, keys, steps, requires, admitted, left, trail, defined)

    def _rendered(self, body: Mapping, frame: Frame) -> Mapping:
        """The entry's keys with their values put in; its steps are rendered where they are expanded."""
        renderer = frame.home.renderer(frame.scope, self.claims.notes, frame.trail)
        entries = tuple(e if e.key.text in _STEPS else Entry(e.key, renderer.render(e.value)) for e in body.entries)
        return Mapping(entries, body.span)

    def _expanded(self, definition: Definition, body: Mapping, frame: Frame, instance: Instance) -> ExpandedJob:
        given = {e.key.text: e for e in body.entries if e.key.text not in _OWN}
        for name, value in instance.arguments:
            given.setdefault(name, Entry(Scalar(name, "str", value.span), value))
        job = self.jobs.expand(definition, Mapping(tuple(given.values()), body.span), frame)
        before = self.jobs.steps.expand(self.claims.take(body, "pre-steps"), frame)
        after = self.jobs.steps.expand(self.claims.take(body, "post-steps"), frame)
        return ExpandedJob(job.keys, (*before, *job.steps, *after))

    def _requires(self, node: Node | None, trail: Trail) -> Iterator[Requirement]:
        for item in self.claims.items(node):
            if isinstance(item, Mapping):
                for entry in self.claims.each(item):
                    texts = [self.claims.text(s, "requires", trail) for s in self.claims.items(entry.value)]
                    yield Requirement(entry.key.text, tuple(texts), entry.key.span)
            else:
                yield Requirement(self.claims.text(item, "requires", trail), span=item.span)

    def _unknown(self, key: str, trail: Trail, workflow: str) -> None:
        legal = ", ".join(self.home.names("jobs")) or "none"
        said = f"Error calling workflow: '{workflow}': Cannot find a definition for job named {key}; there are: {legal}"
        self.claims.notes.refuse(UNKNOWN_JOB, trail, f"workflows.{workflow}.jobs.{key}", said)
