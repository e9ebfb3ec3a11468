"""Jobs are expanded: parameters bound, the executor merged in, the steps spelled out.

Reference circleci.md, sections 1.3, 1.4 and 2.6.
"""

from typing import NamedTuple

from migrate.circleci.config import Definition, Namespace
from migrate.circleci.parameters import bind, declared
from migrate.circleci.plan import Call
from migrate.circleci.steps import Frame, StepExpander, given
from migrate.circleci.template import Scope
from migrate.diagnostics import Fate, Trail, declare
from migrate.yamlio.decode import WRONG_TYPE, Claims, peek
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar

UNKNOWN_EXECUTOR = declare(
    "unknown-executor",
    Fate.ERROR,
    "A job names an executor that does not exist",
    "'executor' names one of the config's executors, or 'orb/executor'.",
    "https://circleci.com/docs/configuration-reference/#executors",
)
NO_STEPS = declare(
    "no-steps",
    Fate.ERROR,
    "A job has no steps",
    "CircleCI wants at least one step in each job, after conditions have chosen.",
    "https://circleci.com/docs/configuration-reference/#steps",
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
        claims = self.claims
        claims.take(job.node, "description")
        claims.take(job.node, "type")
        trail = (*caller.trail, job.span)
        parameters = declared(claims.take(job.node, "parameters"), claims, (job.span,))
        renderer = caller.home.renderer(caller.scope, claims.notes, caller.trail)
        scope = bind(parameters, arguments, renderer, claims, f"job '{job.name}'")
        passed = given(scope, arguments)
        self.steps.remember(passed, caller.home)
        self.steps.remember(scope, job.home)
        frame = Frame(job.home, job.home.scope(scope), trail)
        keys = self._keys(job.node, frame, caller.home, passed)
        listed = claims.take(job.node, "steps")
        if isinstance(listed, Mapping):
            said = f"'steps' wants a list; this is {listed.described}"
            claims.notes.refuse(WRONG_TYPE, (*trail, listed.span), f"jobs.{job.name}", said)
            claims.whole(listed)
        calls = tuple(self.steps.expand(listed, frame))
        if not calls:
            said = f"the job '{job.name}' has no steps; at least one step is required"
            claims.notes.refuse(NO_STEPS, trail, f"jobs.{job.name}", said)
        return ExpandedJob(keys, calls)

    def _keys(self, node: Node, frame: Frame, caller: Namespace, passed: Scope) -> Mapping:
        """The job's own keys over its executor's; `environment` is merged, the rest replaces."""
        rendered = self._rendered(node, frame)
        choice = self.claims.take(node, "executor")
        if choice is None:
            return rendered
        value = frame.home.renderer(frame.scope, self.claims.notes, frame.trail).render(choice)
        home = caller if any(value is argument for argument in passed.values()) else frame.home
        return _merged(self._executor(value, home, frame.at(choice), frame), rendered)

    def _rendered(self, node: Node, frame: Frame) -> Mapping:
        renderer = frame.home.renderer(frame.scope, self.claims.notes, frame.trail)
        entries = node.entries if isinstance(node, Mapping) else ()
        kept = tuple(Entry(e.key, renderer.render(e.value)) for e in entries if e.key.text not in _OWN)
        return Mapping(kept, node.span)

    def _executor(self, choice: Node, home: Namespace, trail: Trail, frame: Frame) -> Mapping:
        empty = Mapping((), choice.span)
        # Peeked, not taken: an argument's place was claimed where it was bound, and a plain one is below.
        name = choice.text if isinstance(choice, Scalar) else getattr(peek(choice, "name"), "text", "")
        self.claims.whole(choice)
        executor = home.find("executors", name)
        if executor is None:
            if not home.leads_nowhere(name):
                legal = ", ".join(home.names("executors")) or "none"
                said = f'Executor "{name}" does not exist; there are: {legal}'
                self.claims.notes.refuse(UNKNOWN_EXECUTOR, trail, "executor", said)
            return empty
        self.claims.take(executor.node, "description")
        parameters = declared(self.claims.take(executor.node, "parameters"), self.claims, (executor.span,))
        entries = choice.entries if isinstance(choice, Mapping) else ()
        arguments = Mapping(tuple(e for e in entries if e.key.text != "name"), choice.span)
        renderer = frame.home.renderer(frame.scope, self.claims.notes, trail)
        scope = bind(parameters, arguments, renderer, self.claims, f"executor '{name}'")
        return self._rendered(executor.node, frame._replace(home=executor.home, scope=executor.home.scope(scope)))


def _merged(below: Mapping, above: Mapping) -> Mapping:
    entries = {entry.key.text: entry for entry in below.entries}
    for entry in above.entries:
        under = entries.get(entry.key.text)
        if entry.key.text == "environment" and under is not None:
            entry = Entry(entry.key, _merged_environment(under.value, entry.value))  # noqa: PLW2901
        entries[entry.key.text] = entry
    return Mapping(tuple(entries.values()), above.span)


def _merged_environment(below: Node, above: Node) -> Node:
    if isinstance(below, Mapping) and isinstance(above, Mapping):
        both = {e.key.text: e for e in below.entries} | {e.key.text: e for e in above.entries}
        return Mapping(tuple(both.values()), above.span)
    return above
