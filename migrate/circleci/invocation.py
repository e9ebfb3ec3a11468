"""An entry of a workflow's `jobs:` becomes a job, or with a matrix or a group several.

Reference circleci.md, sections 1.3, 1.7 and 1.8.
"""

from collections.abc import Iterator
from typing import NamedTuple

from migrate.circleci import filters, groups
from migrate.circleci.conditions import Condition
from migrate.circleci.jobs import ExpandedJob, JobExpander
from migrate.circleci.matrix import Instance, instances
from migrate.circleci.namespace import Definition, Namespace, Nowhere
from migrate.circleci.plan import Call, Job, Requirement
from migrate.circleci.schema import INVOCATION, STATUSES
from migrate.circleci.shapes import WRONG_VALUE, refuse
from migrate.circleci.steps import Frame
from migrate.circleci.structure import entry_of, job_type
from migrate.circleci.template import spelt
from migrate.diagnostics import Fate, Trail, declare
from migrate.yamlio.decode import Claims
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar

UNKNOWN_JOB = declare(
    "unknown-job",
    Fate.ERROR,
    "A workflow runs a job that does not exist",
    """A workflow's jobs are jobs of the config, 'orb/job', or entries with 'type: approval'.

    CircleCI refuses such a config, so nothing is written.

    Look for a typing error, or define the job.""",
    "https://circleci.com/docs/configuration-reference/#jobs-in-workflow",
)
INLINE_TYPE = declare(
    "inline-type",
    Fate.ERROR,
    "A workflow's entry has a type that only a job can have",
    """Only approvals are written where they are used; jobs of other types are defined under 'jobs:'.

    CircleCI refuses such a config, so nothing is written.

    Define the job under 'jobs:', and name it in the workflow.""",
    "https://circleci.com/docs/configuration-reference/#job-type",
)
OVERRIDE = declare(
    "override-with",
    Fate.MANUAL,
    "A job that an orb may replace",
    """CircleCI runs the orb's job in place of the config's own where the orb has it.

    Nothing is known about this orb, so the config's own job was converted.

    Compare the two, or give the orb's source with '--orb-source'.""",
    "https://circleci.com/docs/guides/orchestrate/how-to-override-config/",
)
_FOR_ROOMS = ("context", "serial-group")
_OWN = ("name", "type", "requires", "filters", "matrix", "pre-steps", "post-steps", "override-with", *_FOR_ROOMS)
_DECIDED = ("name", "requires", "filters", "override-with")
"""The keys of an entry that are read before anything runs."""
_STEPS = ("pre-steps", "post-steps")


class Use(NamedTuple):
    """An entry of a workflow: the job that it names, the keys below it, where it stands and in which workflow."""

    key: str
    body: Mapping
    trail: Trail
    workflow: str


class Invoker(NamedTuple):
    """Makes jobs from the entries of workflows, with the names that `home` has."""

    home: Namespace
    claims: Claims
    jobs: JobExpander

    def invoke(self, item: Node, workflow: str) -> Iterator[Job]:
        """The jobs that an entry makes: none if it was refused, several if it has a matrix or is a group."""
        key, body = entry_of(item)
        if not key:
            said = f"an entry of 'jobs' is a job's name, or a mapping with one key; this is {item.described}"
            self.claims.notes.refuse(UNKNOWN_JOB, (item.span,), f"workflows.{workflow}.jobs", said)
            self.claims.whole(item)
            return
        for _ in self.claims.each(item):
            pass  # the job's name is read
        use = Use(key, body, (body.span,), workflow)
        refuse(body, INVOCATION, f"workflows/{workflow}/jobs/{key}", self.claims.notes, ())
        yield from self.named(use)

    def named(self, use: Use) -> Iterator[Job]:
        """The jobs that an entry makes."""
        group = self.home.definitions.get(("job-groups", use.key))
        if group is not None:
            yield from self._group(group, use)
            return
        matrix = self.claims.take(use.body, "matrix")
        if matrix is None:
            made = self._job(use, Instance("", ()))
            if made:
                yield made
            return
        written, matrix = matrix, self.home.renderer(self.home.scope({}), self.claims.notes, use.trail).render(matrix)
        self.claims.replaced(written, matrix)
        self.jobs.steps.note_settled(matrix, "matrix", use.trail)
        alias = self.claims.text(self.claims.take(matrix, "alias"), "alias", use.trail) or use.key
        for instance in instances(matrix, self.claims, use.trail):
            made = self._job(use, instance)
            if made:
                yield made._replace(alias=alias)

    def _group(self, group: Definition, use: Use) -> Iterator[Job]:
        group.used = True
        frame = Frame(self.home, self.home.scope({}), use.trail)
        body = self._rendered(use.body, frame)
        serial = self.claims.take(body, "serial-group")
        outer = self._outer(use._replace(body=body), Instance("", ()))
        yield from groups.expand(groups.Use(group, outer, serial), self.invoke, self.claims)

    def _outer(self, use: Use, instance: Instance) -> Job:
        """What an entry says of a job, whatever the job is; its body is rendered."""
        claims, (key, body, trail, workflow) = self.claims, use
        given = claims.take(body, "name")
        claims.text(given, "name", trail)
        name = (spelt(given) if isinstance(given, Scalar) and given.kind != "null" else "") or key + instance.suffix
        requires = tuple(self._requires(claims.take(body, "requires"), trail))
        admitted = self._filters(claims.take(body, "filters"), trail)
        left = Mapping(tuple(e for e in body.entries if e.key.text in _FOR_ROOMS), body.span)
        nothing = Mapping((), trail[-1])
        return Job(name, key, workflow, "approval", nothing, (), requires, admitted, left, trail, trail[-1])

    def _filters(self, node: Node | None, trail: Trail) -> filters.Filters:
        def where(expression: Scalar) -> Condition:
            from migrate.circleci.when import filter_of  # the expression language: few filters need it

            return filter_of(expression, self.home, self.claims, trail)

        return filters.read(node, self.claims, trail, where)

    def _job(self, use: Use, instance: Instance) -> Job | None:
        claims, key, trail = self.claims, use.key, use.trail
        frame = Frame(self.home, self.home.scope(instance.scope), trail)
        body = self._rendered(use.body, frame)
        use = use._replace(body=body)
        kind = claims.text(claims.take(body, "type"), "type", trail)
        outer = self._outer(use, instance)
        if kind == "approval":
            return outer
        if kind:
            said = f"Only jobs with `type: approval` can be defined inline; '{key}' has the type '{kind}'"
            claims.notes.refuse(INLINE_TYPE, trail, f"workflows.{use.workflow}.jobs.{key}", said)
        meant = self._meant(use)
        given = [e.key.text for e in body.entries if e.key.text not in _OWN]
        definition = self.home.find("jobs", meant, (*given, *(name for name, _ in instance.arguments)))
        if isinstance(definition, Nowhere):
            definition.tell(body, trail, claims.notes)
            claims.whole(body)
            return outer._replace(type="build", steps=(Call(meant, None, trail),))
        if definition is None:
            if not kind:
                self._unknown(use)
            return None
        expanded = self._expanded(definition, body, frame, instance)
        return outer._replace(
            type=job_type(definition.node), keys=expanded.keys, steps=expanded.steps, defined=definition.span
        )

    def _meant(self, use: Use) -> str:
        """The job that an entry runs: the one of `override-with`, if there is such a job, else its own."""
        other = self.claims.text(self.claims.take(use.body, "override-with"), "override-with", use.trail)
        found = self.home.find("jobs", other) if other else None
        if isinstance(found, Nowhere):
            said = f"'{other}' would run in place of '{use.key}' if its orb has it; '{use.key}' was converted"
            self.claims.notes.add(OVERRIDE, use.trail, f"workflows.{use.workflow}.jobs.{use.key}", said)
            return use.key
        return other if found else use.key

    def _rendered(self, body: Mapping, frame: Frame) -> Mapping:
        """The entry's keys with their values put in; its steps are rendered where they are expanded."""
        renderer = frame.home.renderer(frame.scope, self.claims.notes, frame.trail)
        entries = tuple(e if e.key.text in _STEPS else Entry(e.key, renderer.render(e.value)) for e in body.entries)
        for before, after in zip(body.entries, entries, strict=True):
            self.claims.replaced(before.value, after.value)
            if after.key.text in _DECIDED:
                self.jobs.steps.note_settled(after.value, after.key.text, frame.trail)
        return Mapping(entries, body.span)

    def _expanded(self, definition: Definition, body: Mapping, frame: Frame, instance: Instance) -> ExpandedJob:
        given = {e.key.text: e for e in body.entries if e.key.text not in _OWN}
        for name, value in instance.arguments:
            given.setdefault(name, Entry(Scalar(name, "str", value.span), value))
        arguments = Mapping(tuple(given.values()), body.span)
        if job_type(definition.node) != "build":
            return self.jobs.outline(definition, arguments, frame)
        job = self.jobs.expand(definition, arguments, frame)
        before = self.jobs.steps.expand(self.claims.take(body, "pre-steps"), frame)
        after = self.jobs.steps.expand(self.claims.take(body, "post-steps"), frame)
        return ExpandedJob(job.keys, (*before, *job.steps, *after))

    def _requires(self, node: Node | None, trail: Trail) -> Iterator[Requirement]:
        for item in self.claims.items(node):
            if isinstance(item, Mapping):
                for entry in self.claims.each(item):
                    texts = [self._status(one, trail) for one in self.claims.items(entry.value)]
                    yield Requirement(entry.key.text, tuple(texts), entry.key.span)
            else:
                yield Requirement(self.claims.text(item, "requires", trail), span=item.span)

    def _status(self, node: Node, trail: Trail) -> str:
        text = self.claims.text(node, "requires", trail)
        if text not in STATUSES:
            said = f"'{text}' is no status of a required job; there are: {', '.join(STATUSES)}"
            self.claims.notes.refuse(WRONG_VALUE, (*trail, node.span), "requires", said)
        return text

    def _unknown(self, use: Use) -> None:
        legal = ", ".join(self.home.names("jobs")) or "none"
        said = (
            f"Error calling workflow: '{use.workflow}': Cannot find a definition for job named {use.key}; "
            f"there are: {legal}"
        )
        self.claims.notes.refuse(UNKNOWN_JOB, use.trail, f"workflows.{use.workflow}.jobs.{use.key}", said)
