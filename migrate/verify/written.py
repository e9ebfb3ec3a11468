"""A pipelines file as Bitbucket reads it: what starts, and in which order (reference bitbucket.md, sections 1 and 2).

It is read from its text alone, and knows nothing of what the text was made from. What is written wrongly is left out
or never holds, and `problems` says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from migrate.bitbucket.expressions import ExpressionError, Node, parse
from migrate.verify import guards
from migrate.verify.guards import Guard
from migrate.yamlio.read import plain

_SECTIONS = ("branches", "tags", "pull-requests", "custom")
_CLASSIC = {"repository-push": {"default", "branches", "tags"}, "pullrequest-push": {"pull-requests"}}
"""The sections for what the events of triggers start as well."""
_NO_WORK = ("echo", "true", ":", "exit")


@dataclass(frozen=True, slots=True, eq=False)
class Decider:
    """What decides whether a step runs: `condition.state`, changed paths, and the guard of its script."""

    states: tuple[Node, ...] = ()
    include: tuple[str, ...] | None = None
    exclude: tuple[str, ...] | None = None
    guard: Guard = guards.OPEN

    @property
    def is_open(self) -> bool:
        """Whether it lets everything through."""
        return not self.states and self.include is None and self.exclude is None and self.guard is guards.OPEN


OPEN = Decider()


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A step; with `child`, it runs that custom pipeline and waits for it. `script` is what it does.

    If it fails before it does anything, `fails` is the command that does.
    """

    name: str
    manual: bool = False
    decider: Decider = OPEN
    child: str = ""
    ignores_failure: bool = False
    script: tuple[object, ...] = ()
    fails: str = ""

    @property
    def works(self) -> bool:
        """Whether it does anything but to say something: a step that only waits or speaks does no job."""
        return not all(isinstance(item, str) and _only_speaks(item) for item in self.script)


class Line(NamedTuple):
    """Steps one after the other; a stage has several. `name`, `manual` and `decider` are the stage's own."""

    steps: tuple[Step, ...]
    manual: bool = False
    decider: Decider = OPEN
    name: str = ""


class Group(NamedTuple):
    """Lines that run at once; what follows waits for all of them. A `final` one runs whatever happened."""

    lines: tuple[Line, ...]
    final: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Pipeline:
    """A list of groups; `variables` have their defaults."""

    groups: tuple[Group, ...]
    variables: tuple[tuple[str, str], ...] = ()

    @property
    def steps(self) -> Iterator[Step]:
        """Its steps, in the order of the file."""
        return (step for group in self.groups for line in group.lines for step in line.steps)


class Trigger(NamedTuple):
    """An entry of `triggers`."""

    event: str
    condition: Node
    pipelines: tuple[str, ...]


class Written:
    """The whole file."""

    def __init__(self) -> None:
        """Nothing has been read yet."""
        self.default: Pipeline | None = None
        self.sections: dict[str, dict[str, Pipeline]] = {}
        self.triggers: list[Trigger] = []
        self.problems: list[str] = []

    @property
    def pipelines(self) -> Iterator[tuple[str, str, Pipeline]]:
        """Each pipeline with its section and pattern."""
        if self.default:
            yield "default", "", self.default
        for section, listed in self.sections.items():
            for pattern, pipeline in listed.items():
                yield section, pattern, pipeline


def read(text: str) -> Written:
    """Read a file's text, which is YAML."""
    return _Reader().file(plain(text))


def _only_speaks(text: str) -> bool:
    from migrate.shell.tree import parse as parse_shell
    from migrate.shell.words import command_words

    parsed = parse_shell(text)
    parts = [_to_errors(part) for part in parsed.root.parts]
    listed = [command_words(part) if part.kind == "command" else () for part in parts]
    return parsed.valid and all(words and words[0].literal in _NO_WORK for words in listed)


def _to_errors(statement: Any) -> Any:  # noqa: ANN401 - a node of the shell's tree
    """The command of `… >&2`, which writes no file."""
    body, *redirects = statement.parts or (statement,)
    spoken = all(one.text in {">&2", "1>&2"} for one in redirects)
    return body if statement.kind == "redirected_statement" and spoken else statement


class _Reader:
    def __init__(self) -> None:
        self.written = Written()
        self.steps: dict[int, Step] = {}

    def file(self, document: Any) -> Written:  # noqa: ANN401 - whatever YAML holds
        tree = _mapping(document)
        starts = _mapping(tree.get("pipelines"))
        if "default" in starts:
            self.written.default = self.pipeline(starts["default"])
        for section in _SECTIONS:
            found = {str(key): self.pipeline(value) for key, value in _mapping(starts.get(section)).items()}
            self.written.sections[section] = found
        for event, entries in _mapping(tree.get("triggers")).items():
            for entry in map(_mapping, _listed(entries)):
                condition = self.expression(entry.get("condition"), f"triggers > {event}")
                names = tuple(map(str, _listed(entry.get("pipelines"))))
                self.written.triggers.append(Trigger(str(event), condition, names))
        self.both_ways()
        return self.written

    def both_ways(self) -> None:
        """Whether both start pipelines is not documented (reference bitbucket.md, section 2.1): no file needs it."""
        written = self.written
        starts = {section for section, _, _ in written.pipelines}
        for event, sections in _CLASSIC.items():
            if starts & sections and any(one.event == event for one in written.triggers):
                said = f"triggers > {event} stands beside {', '.join(sorted(starts & sections))}"
                written.problems.append(f"{said}: a pipeline may start twice; keep one of the two")

    def pipeline(self, value: Any) -> Pipeline:  # noqa: ANN401
        groups: list[Group] = []
        variables: list[tuple[str, str]] = []
        for item in map(_mapping, _listed(value)):
            if "variables" in item:
                listed = map(_mapping, _listed(item["variables"]))
                variables += [(str(one.get("name")), str(one.get("default", ""))) for one in listed]
            elif "final" in item:
                groups.append(Group((Line((self.step(item["final"]),)),), final=True))
            elif "step" in item:
                groups.append(Group((Line((self.step(item["step"]),)),)))
            elif "parallel" in item:
                inner = item["parallel"]
                steps = _listed(inner.get("steps") if isinstance(inner, dict) else inner)
                groups.append(Group(tuple(Line((self.step(_mapping(one).get("step")),)) for one in steps)))
            elif "stage" in item:
                groups.append(Group((self.stage(_mapping(item["stage"])),)))
            elif "import" in item:
                groups.append(Group((Line((Step(f"import {item['import']}", script=(None,)),)),)))
        return Pipeline(tuple(groups), tuple(variables))

    def stage(self, stage: dict[str, Any]) -> Line:
        steps = tuple(self.step(_mapping(one).get("step")) for one in _listed(stage.get("steps")))
        name = str(stage.get("name", "stage"))
        return Line(steps, stage.get("trigger") == "manual", self.decider(stage, guards.OPEN, name), name)

    def step(self, value: Any) -> Step:  # noqa: ANN401
        if id(value) not in self.steps:
            tree = _mapping(value)
            name, script = str(tree.get("name", "")), tuple(_listed(tree.get("script")))
            if not script and tree.get("type") != "pipeline":
                self.written.problems.append(f"the step '{name}' has no script: a list of commands has to stand there")
            self.steps[id(value)] = Step(
                name,
                tree.get("trigger") == "manual",
                self.decider(tree, guards.read(script), name),
                str(tree.get("custom", "")) if tree.get("type") == "pipeline" else "",
                _mapping(tree.get("on-fail")).get("strategy") == "ignore",
                script,
                guards.fails(script),
            )
        return self.steps[id(value)]

    def decider(self, tree: dict[str, Any], guard: Guard, name: str) -> Decider:
        condition = _mapping(tree.get("condition"))
        if not condition and guard is guards.OPEN:
            return OPEN
        paths = _mapping(condition.get("changesets"))
        include, exclude = (
            tuple(map(str, _listed(paths[key]))) if key in paths else None for key in ("includePaths", "excludePaths")
        )
        states = (self.expression(condition["state"], name),) if "state" in condition else ()
        return Decider(states, include, exclude, guard)

    def expression(self, text: Any, where: str) -> Node:  # noqa: ANN401
        try:
            return parse(str(text))
        except ExpressionError as error:
            self.written.problems.append(f"the condition of '{where}' is no expression: {error}")
            return Node("value", value=False)


def _mapping(value: Any) -> dict[str, Any]:  # noqa: ANN401
    return value if isinstance(value, dict) else {}


def _listed(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else []
