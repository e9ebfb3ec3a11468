"""Steps are expanded: commands become their steps, conditions choose, lists are spliced.

Reference circleci.md, sections 1.5, 2.1 and 2.5.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from migrate.circleci.conditions import TRUE, Condition, Constant, all_of, negate
from migrate.circleci.namespace import Definition, Namespace, Nowhere
from migrate.circleci.parameters import bind
from migrate.circleci.plan import Call
from migrate.circleci.schema import STEPS
from migrate.circleci.settled import note_settled
from migrate.circleci.shapes import IGNORED_KEY, refuse, unknown_keys
from migrate.circleci.structure import check
from migrate.circleci.template import Renderer, Scope, truthy
from migrate.diagnostics import Fate, Trail, declare
from migrate.yamlio.decode import Claims, peek
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar, Sequence

_AROUND = "with_tool_cache"
"""The built-in step that has steps of its own, which run in any case."""
CONDITIONS = {"when": True, "unless": False}
BUILTIN = [name for name in STEPS if name not in CONDITIONS]
MOST_STEPS = 5000
"""Steps of a job, with the commands and conditions that they come through."""
DEEPEST = 100
"""How many commands may call each other."""

UNKNOWN_COMMAND = declare(
    "unknown-command",
    Fate.ERROR,
    "A step names a command that does not exist",
    """A step is a built-in step, a command of the config, or 'orb/command'.

    CircleCI refuses such a config, so nothing is written.

    Look for a typing error, or define the command.""",
    "https://circleci.com/docs/configuration-reference/#steps",
)
BAD_STEP = declare(
    "bad-step",
    Fate.ERROR,
    "A step has the wrong shape",
    """A step is a name, or a mapping with exactly one key.

    CircleCI refuses such a config, so nothing is written.

    Often the arguments are not indented enough.""",
    "https://circleci.com/docs/configuration-reference/#steps",
)
COMMAND_CYCLE = declare(
    "command-cycle",
    Fate.ERROR,
    "Commands call each other in a circle",
    """The expansion would never end.

    CircleCI refuses such a config, so nothing is written.

    Remove one of the calls.""",
    "https://circleci.com/docs/reusing-config/#authoring-reusable-commands",
)
CONDITION_UNKNOWN = declare(
    "condition-unknown",
    Fate.ERROR,
    "A condition asks for something that only the run knows",
    """The steps below it cannot be chosen now.

    The step fails on purpose where they stood, so that no build goes green without them.

    Write the steps that shall run in the place of the failing command, or a workflow for each case.""",
    "https://circleci.com/docs/configuration-reference/#the-when-step",
)
BAD_CONDITION = declare(
    "bad-condition",
    Fate.ERROR,
    "A condition is no logic statement",
    """A condition is a value, or a mapping with one of and, equal, matches, not, or.

    CircleCI refuses such a config, so nothing is written.

    Write one of these below the condition, and convert again.""",
    "https://circleci.com/docs/configuration-reference/#logic-statements",
)
NEVER_RUNS = declare(
    "never-runs",
    Fate.DROPPED,
    "Steps below a condition that never holds",
    """No job gives the arguments that this condition wants.

    The steps below it run nowhere, and are left out.

    Remove them, or look for a typing error in the condition or in the arguments.""",
    "https://circleci.com/docs/configuration-reference/#the-when-step",
)


class Frame(NamedTuple):
    """Where a step stands: the names and values it sees, and how we came here."""

    home: Namespace
    scope: Scope
    trail: Trail
    commands: tuple[str, ...] = ()
    open: tuple[Definition, ...] = ()

    def at(self, node: Node) -> Trail:
        """The trail to `node`."""
        return (*self.trail, node.span)


def _arguments(node: Node) -> tuple[str, ...]:
    return node.keys if isinstance(node, Mapping) else ()


def given(scope: Scope, arguments: Node | None) -> Scope:
    """The part of a bound scope that comes from the call's arguments, and not from defaults."""
    names = _arguments(arguments) if arguments else ()
    return {f"parameters.{name}": scope[f"parameters.{name}"] for name in names if f"parameters.{name}" in scope}


def _apart(body: Node) -> tuple[Node, Node | None]:
    """A step's arguments without the steps below it, and those."""
    if not isinstance(body, Mapping):
        return body, None
    # Peeked, not taken: the steps are claimed one by one where they are expanded.
    return replace(body, entries=tuple(e for e in body.entries if e.key.text != "steps")), peek(body, "steps")


@dataclass(slots=True, eq=False)
class StepExpander:
    """Expands steps; remembers in which namespace a list was written that travels as an argument.

    `count` is how many steps, commands and conditions the job has that is being expanded; `open` are the pipeline
    parameters for which whoever starts the workflow gives values.
    """

    claims: Claims
    extra_steps: tuple[str, ...] = ()
    pruned: list[tuple[Node, Trail]] = field(default_factory=list)
    count: int = 0
    open: frozenset[str] = frozenset()
    _written: dict[int, tuple[Node, Namespace]] = field(default_factory=dict)

    def expand(self, steps: Node | None, frame: Frame) -> Iterator[Call]:
        """The calls that a list of steps comes to, in order."""
        if isinstance(steps, Scalar):
            steps = self._renderer(frame).render(steps)
        if isinstance(steps, Sequence) and id(steps) in self._written:
            frame = frame._replace(home=self._written[id(steps)][1])
        for item in self.claims.items(steps):
            yield from self._item(item, frame)

    def remember(self, values: Scope, home: Namespace) -> None:
        """Note that the lists among `values` were written in `home`, unless they came from elsewhere."""
        for value in values.values():
            if isinstance(value, Sequence):
                self._written.setdefault(id(value), (value, home))

    def _count(self, trail: Trail, depth: int) -> None:
        """Give up on what would not end: two calls of a command in each of forty commands are a million million."""
        self.count += 1
        self.claims.notes.spend(50, trail)
        if self.count > MOST_STEPS:
            said = (
                f"this job expands to more than {MOST_STEPS:,} steps and commands; this is the last that was looked at"
            )
            self.claims.notes.give_up(trail, said)
        if depth > DEEPEST:
            self.claims.notes.give_up(
                trail, f"commands call each other more than {DEEPEST} deep; this call is one too many"
            )

    def _renderer(self, frame: Frame) -> Renderer:
        return frame.home.renderer(frame.scope, self.claims.notes, frame.trail)

    def _item(self, item: Node, frame: Frame) -> Iterator[Call]:
        if isinstance(item, Sequence):
            yield from self.expand(item, frame)
        elif isinstance(item, Scalar):
            if item.text.lstrip().startswith("<<"):
                yield from self.expand(self._renderer(frame).render(item), frame)
            else:
                yield from self._call(Entry(item, Scalar("", "null", item.span)), frame)
        elif len(item.entries) != 1:
            keys = ", ".join(item.keys)
            said = f"a step has one key; this one has {len(item.entries)} ({keys}): check its indentation"
            self.claims.notes.refuse(BAD_STEP, frame.at(item), "steps", said)
            self.claims.whole(item)
        else:
            (entry,) = self.claims.each(item)
            yield from self._call(entry, frame)

    def _call(self, entry: Entry, frame: Frame) -> Iterator[Call]:
        name = entry.key.text
        self._count(frame.at(entry.key), len(frame.open))
        command = frame.home.find("commands", name, _arguments(entry.value))
        if isinstance(command, Definition) and command not in frame.open:
            yield from self._command(command, entry, frame)
        elif isinstance(command, Definition) and name not in BUILTIN:
            said = f"the command '{name}' calls itself: {' -> '.join((*frame.commands, name))}"
            self.claims.notes.refuse(COMMAND_CYCLE, frame.at(entry.key), name, said)
        elif name in CONDITIONS:
            yield from self._condition(entry, frame)
        elif name == "steps":
            yield from self.expand(entry.value, frame)
        elif name in BUILTIN or name in self.extra_steps or command:
            if isinstance(command, Nowhere):
                command.tell(entry.value, frame.at(entry.key), self.claims.notes)
            written, inner = _apart(entry.value) if name == _AROUND else (entry.value, None)
            body = self._renderer(frame).render(written)
            self.claims.replaced(written, body)
            if body is not written and name in STEPS and name != _AROUND:
                refuse(body, STEPS[name], name, self.claims.notes, frame.at(entry.key))
            self._note_ignored(name, body, frame.at(entry.key))
            yield Call(name, body, frame.at(entry.key), frame.commands)
            yield from self.expand(inner, frame)
        else:
            legal = ", ".join((*frame.home.names("commands"), *BUILTIN))
            said = f"Cannot find a definition for command named {name}; there are: {legal}"
            self.claims.notes.refuse(UNKNOWN_COMMAND, frame.at(entry.key), name, said)
            self.claims.whole(entry.value)

    def _note_ignored(self, name: str, body: Node, trail: Trail) -> None:
        """Say which keys of a step CircleCI does not read, where it lets others stand than those that it knows."""
        for entry in unknown_keys(STEPS.get(name), body):
            self.claims.take(body, entry.key.text)
            self.claims.whole(entry.value)
            said = f"CircleCI reads no '{entry.key.text}' in {name}; nothing is lost with it"
            self.claims.notes.add(IGNORED_KEY, (*trail, entry.key.span), name, said)

    def _command(self, command: Definition, entry: Entry, frame: Frame) -> Iterator[Call]:
        trail = frame.at(entry.key)
        check(command, self.claims, trail)
        self.claims.take(command.node, "description")
        if isinstance(entry.value, Scalar) and entry.value.kind != "null":
            said = f"the command '{command.name}' takes a mapping of arguments; this is {entry.value.described}"
            self.claims.notes.refuse(BAD_STEP, trail, command.name, said)
        renderer = self._renderer(frame)._replace(trail=trail)
        arguments = command.respelt(entry.value)
        scope = bind(command.parameters(self.claims), arguments, renderer, self.claims, f"command '{command.name}'")
        self.remember(given(scope, arguments), frame.home)
        self.remember(scope, command.home)
        inner = Frame(
            command.home, command.home.scope(scope), trail, (*frame.commands, command.name), (*frame.open, command)
        )
        yield from self.expand(self.claims.take(command.node, "steps"), inner)

    def _condition(self, entry: Entry, frame: Frame) -> Iterator[Call]:
        condition = self.claims.take(entry.value, "condition")
        steps = self.claims.take(entry.value, "steps")
        if condition is None or steps is None:
            said = f"'{entry.key.text}' wants the keys 'condition' and 'steps'"
            self.claims.notes.refuse(BAD_STEP, frame.at(entry.key), entry.key.text, said)
            return
        self.claims.whole(condition)
        if isinstance(condition, Sequence):
            said = "a condition is a value or a logic statement, and this is a list; put 'and' or 'or' before it"
            self.claims.notes.refuse(BAD_CONDITION, (*frame.trail, condition.span), entry.key.text, said)
        rendered = self._renderer(frame).render(condition)
        self.note_settled(rendered, entry.key.text, frame.at(entry.key))
        holds = self._holds(rendered, entry, frame)
        if holds is None:
            said = "this condition depends on the run; write its steps by hand, or split the job"
            self.claims.notes.add(CONDITION_UNKNOWN, frame.at(entry.key), entry.key.text, said)
            self.claims.whole(steps)
            yield Call(entry.key.text, None, frame.at(entry.key), frame.commands)
        elif not isinstance(holds, Constant):
            wanted = holds if CONDITIONS[entry.key.text] else negate(holds)
            for call in self.expand(steps, frame):
                yield replace(call, condition=all_of(wanted, call.condition))
        elif holds.holds == CONDITIONS[entry.key.text]:
            yield from self.expand(steps, frame)
        else:
            self.pruned.append((steps, frame.at(entry.key)))

    def note_settled(self, node: Node, what: str, trail: Trail) -> None:
        """Say where a default decides, though whoever starts the pipeline may give another value."""
        if self.open:
            note_settled(node, what, self.open, self.claims, trail)

    def _holds(self, condition: Node, entry: Entry, frame: Frame) -> Condition | None:
        """Where a rendered condition holds; None if that cannot be said, or if CircleCI would refuse it."""
        if isinstance(condition, Scalar) and not condition.symbols:
            return Constant(truthy(condition))
        from migrate.circleci.statement_values import StatementError  # with the expression language: few need it
        from migrate.circleci.statements import logic_condition

        holds = logic_condition(condition, {}, written=frame.home.mapped)
        if not isinstance(holds, StatementError):
            return holds
        if holds.invalid:
            self.claims.notes.refuse(BAD_CONDITION, (*frame.trail, holds.span), entry.key.text, holds.message)
            return TRUE  # what is wrong is said once
        return None
