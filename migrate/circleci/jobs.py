"""Jobs are expanded: parameters bound, the executor merged in, the steps spelled out.

Reference circleci.md, sections 1.3, 1.4 and 2.6.
"""

from collections.abc import Iterator
from typing import NamedTuple

from migrate.circleci.namespace import Definition, Namespace, Nowhere
from migrate.circleci.parameters import bind
from migrate.circleci.plan import Call
from migrate.circleci.schema import ENVIRONMENTS, JOB
from migrate.circleci.shapes import refuse
from migrate.circleci.steps import Frame, StepExpander, given
from migrate.circleci.structure import check, job_type
from migrate.circleci.template import Scope
from migrate.diagnostics import Fate, Trail, declare
from migrate.yamlio.decode import Claims, peek
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar, Sequence

UNKNOWN_EXECUTOR = declare(
    "unknown-executor",
    Fate.ERROR,
    "A job names an executor that does not exist",
    """'executor' names one of the config's executors, or 'orb/executor'.

    CircleCI refuses such a config, so nothing is written.

    Look for a typing error, or define the executor.""",
    "https://circleci.com/docs/configuration-reference/#executors",
)
NO_STEPS = declare(
    "no-steps",
    Fate.ERROR,
    "A job has no steps",
    """CircleCI wants at least one step in each job, after conditions have chosen.

    CircleCI refuses such a config, so nothing is written.

    Give the job a step, or take it out of the workflow.""",
    "https://circleci.com/docs/configuration-reference/#steps",
)
IGNORED_STEPS = declare(
    "ignored-steps",
    Fate.DROPPED,
    "Steps of a job that runs none",
    """Only jobs of the type 'build' run steps.

    CircleCI ignores those of the others, and so they are left out.

    If they were meant to run, give the job no 'type', and convert again.""",
    "https://circleci.com/docs/configuration-reference/#job-type",
)
_OWN = ("parameters", "description", "steps", "executor", "type")


class ExpandedJob(NamedTuple):
    """A job's keys, executor and all, and its steps."""

    keys: Mapping
    steps: tuple[Call, ...]


class JobExpander(NamedTuple):
    """Expands job definitions for the workflow entries that run them."""

    claims: Claims
    steps: StepExpander

    def expand(self, job: Definition, arguments: Mapping, caller: Frame) -> ExpandedJob:
        """The job as called with `arguments`, which are written in the caller's scope."""
        self.steps.count = 0
        arguments = _respelt(job, arguments)
        self.claims.notes.spend(3000, (*caller.trail, job.span))
        claims = self.claims
        scope = self._bound(job, arguments, caller)
        passed = given(scope, arguments)
        self.steps.remember(passed, caller.home)
        self.steps.remember(scope, job.home)
        trail = (*caller.trail, job.span)
        frame = Frame(job.home, job.home.scope(scope), trail)
        keys, unknown = self._keys(job.node, frame, caller.home, passed)
        listed = claims.take(job.node, "steps")
        calls = tuple(self.steps.expand(listed, frame))
        if unknown:
            # Nobody knows what the job runs in: it must not run in whatever image there is.
            calls = (Call(unknown, None, trail), *calls)
        written = isinstance(listed, Sequence) or (isinstance(listed, Scalar) and listed.kind != "null")
        if not calls and written and not claims.notes.refused:
            said = f"the job '{job.name}' has no steps; at least one step is required"
            claims.notes.refuse(NO_STEPS, trail, f"jobs.{job.name}", said)
        return ExpandedJob(keys, calls)

    def outline(self, job: Definition, arguments: Mapping, caller: Frame) -> ExpandedJob:
        """The keys of a job that runs no steps: a release, a lock, one that is only there for the order."""
        scope = self._bound(job, arguments, caller)
        keys = self._rendered(job.node, Frame(job.home, job.home.scope(scope), (*caller.trail, job.span)))
        ignored = self.claims.take(job.node, "steps")
        if ignored is not None:
            said = f"the steps of '{job.name}' are ignored: its type is '{job_type(job.node)}'"
            self.claims.notes.add(IGNORED_STEPS, (*caller.trail, job.span), f"jobs.{job.name}", said)
            self.claims.whole(ignored)
        return ExpandedJob(keys, ())

    def _bound(self, job: Definition, arguments: Mapping, caller: Frame) -> Scope:
        claims = self.claims
        check(job, claims, caller.trail)
        claims.take(job.node, "description")
        claims.take(job.node, "type")
        renderer = caller.home.renderer(caller.scope, claims.notes, caller.trail)
        return bind(job.parameters(claims), arguments, renderer, claims, f"job '{job.name}'")

    def _keys(self, node: Node, frame: Frame, caller: Namespace, passed: Scope) -> tuple[Mapping, str]:
        """The job's own keys over its executor's; `environment` is merged, the rest replaces.

        And the name of an executor of which nothing is known, if the job has no machine of its own.
        """
        rendered = self._rendered(node, frame)
        choice = self.claims.take(node, "executor")
        if choice is None:
            return rendered, ""
        value = frame.home.renderer(frame.scope, self.claims.notes, frame.trail).render(choice)
        self.steps.note_settled(value, "executor", frame.trail)
        home = caller if any(value is argument for argument in passed.values()) else frame.home
        name = _name(value)
        found = home.find("executors", name, _arguments(value))
        unknown = isinstance(found, Nowhere) and not set(ENVIRONMENTS).intersection(rendered.keys)
        below = self._executor(value, found, home, frame.at(choice), frame)
        return self._merged(below, rendered), name if unknown else ""

    def _rendered(self, node: Node, frame: Frame) -> Mapping:
        renderer = frame.home.renderer(frame.scope, self.claims.notes, frame.trail)
        kept: list[Entry] = []
        for entry in node.entries if isinstance(node, Mapping) else ():
            key, shape = entry.key.text, JOB.keys.get(entry.key.text)
            if key in _OWN:
                continue
            value = renderer.render(entry.value)
            self.claims.replaced(entry.value, value)
            if value is not entry.value and shape is not None:
                refuse(value, shape, key, self.claims.notes, frame.trail)
            kept.append(Entry(entry.key, value))
        return Mapping(tuple(kept), node.span)

    def _executor(
        self, choice: Node, executor: Definition | Nowhere | None, home: Namespace, trail: Trail, frame: Frame
    ) -> Mapping:
        empty = Mapping((), choice.span)
        name = _name(choice)
        self.claims.whole(choice)
        if executor is None and name:
            legal = ", ".join(home.names("executors")) or "none"
            said = f'Executor "{name}" does not exist; there are: {legal}'
            self.claims.notes.refuse(UNKNOWN_EXECUTOR, trail, "executor", said)
        if isinstance(executor, Nowhere):
            executor.tell(choice, trail, self.claims.notes)
        if not isinstance(executor, Definition):
            return empty
        check(executor, self.claims, trail)
        self.claims.take(executor.node, "description")
        entries = choice.entries if isinstance(choice, Mapping) else ()
        arguments = executor.respelt(Mapping(tuple(e for e in entries if e.key.text != "name"), choice.span))
        renderer = frame.home.renderer(frame.scope, self.claims.notes, trail)
        scope = bind(executor.parameters(self.claims), arguments, renderer, self.claims, f"executor '{name}'")
        return self._rendered(executor.node, frame._replace(home=executor.home, scope=executor.home.scope(scope)))

    def _merged(self, below: Mapping, above: Mapping) -> Mapping:
        entries = {entry.key.text: entry for entry in below.entries}
        if any(entry.key.text in ENVIRONMENTS for entry in above.entries):
            # A job's own machine takes the place of its executor's, whatever kind that is.
            for kind in ENVIRONMENTS:
                replaced = entries.pop(kind, None)
                self.claims.whole(replaced.value if replaced else None)
        for entry in above.entries:
            key, under = entry.key, entries.get(entry.key.text)
            entries[key.text] = entry
            if under is None:
                continue  # the job's own alone
            # Read, and replaced: each name of an environment, else the whole value.
            self.claims.take(below, key.text)
            self.claims.whole(under.value)
            if key.text == "environment":
                self.claims.whole(entry.value)
                entries[key.text] = Entry(key, _merged_environment(under.value, entry.value))
        return Mapping(tuple(entries.values()), above.span)


def _respelt(job: Definition, arguments: Mapping) -> Mapping:
    found = job.respelt(arguments)
    return found if isinstance(found, Mapping) else arguments


def _arguments(executor: Node) -> tuple[str, ...]:
    return tuple(key for key in executor.keys if key != "name") if isinstance(executor, Mapping) else ()


def _name(executor: Node) -> str:
    # Peeked, not taken: an argument's place was claimed where it was bound, and a plain one is where it is looked up.
    return executor.text if isinstance(executor, Scalar) else getattr(peek(executor, "name"), "text", "")


def _merged_environment(below: Node, above: Node) -> Node:
    both = {entry.key.text: entry for entry in (*_variables(below), *_variables(above))}
    return Mapping(tuple(both.values()), above.span)


def _variables(node: Node) -> Iterator[Entry]:
    """The variables of an `environment` in any of its forms (reference circleci.md, section 2.9)."""
    if isinstance(node, Mapping):
        yield from node.entries
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _variables(item)
    elif node.kind != "null":
        name, _, value = node.text.partition("=")
        yield Entry(Scalar(name, "str", node.span), Scalar(value, "str", node.span))
