"""Triggers and conditions: events, expressions, changed paths (reference bitbucket.md, 1.6, 1.8, 1.10, 1.11, 2.3)."""

from migrate.bitbucket.expressions import ExpressionError, parse
from migrate.diagnostics import Fate, declare
from migrate.validate import grammar
from migrate.validate.document import File, items, text
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Node, Scalar

_DOCS = "https://support.atlassian.com/bitbucket-cloud/docs/"
TRIGGER = declare(
    "pipelines-trigger",
    Fate.ERROR,
    "A trigger names what there is not",
    """A trigger is an event with a list of conditions, each with the custom pipelines that it starts.

    What the trigger should start does not run.

    Name a custom pipeline that the file has.""",
    f"{_DOCS}pipeline-triggers/",
)
CONDITION = declare(
    "pipelines-condition",
    Fate.ERROR,
    "A condition cannot be evaluated",
    """An expression compares variables (by their bare names) with texts in double quotes; there are no regular
    expressions. Changed paths are included or excluded, not both, and a step in a stage has no condition.

    Bitbucket refuses the file, or the step never runs.

    Write the condition so, or ask in the script.""",
    f"{_DOCS}expression-language/",
    f"{_DOCS}step-options/#Condition",
)
_LONGEST = 1000


def check(file: File) -> None:
    """Look at the triggers, then at the conditions of steps and stages."""
    triggers = peek(file.root, "triggers")
    for event in triggers.entries if isinstance(triggers, Mapping) else ():
        if event.key.text not in grammar.EVENTS:
            said = f"there is no event '{event.key.text}'; there are {', '.join(grammar.EVENTS)}"
            file.say(TRIGGER, event.key.span, "triggers", said)
        for row in items(event.value):
            _trigger(row, event.key.text, file)
    for step in file.steps:
        _condition(peek(step.node, "condition"), step.path, file)
        if step.within == "stage" and (own := peek(step.node, "condition")):
            file.say(CONDITION, own.span, step.path, "a step in a stage has no condition; put it on the stage")
    for stage in (item for pipeline in file.pipelines for item in pipeline.items if item.kind == "stage"):
        if isinstance(stage.node, Mapping):
            _condition(peek(stage.node, "condition"), stage.path, file)


def _trigger(row: Node, event: str, file: File) -> None:
    path = f"triggers > {event}"
    for key in ("condition", "pipelines"):
        if not isinstance(row, Mapping) or key not in row.keys:
            file.say(TRIGGER, row.span, path, f"an entry of {path} has the keys condition and pipelines")
            return
    _expression(peek(row, "condition"), path, file)
    for name in items(peek(row, "pipelines")):
        if isinstance(name, Scalar) and name.text not in file.customs:
            there = ", ".join(sorted(file.customs)) or "none"
            said = f"there is no custom pipeline '{name.text}'; there are: {there}"
            file.say(TRIGGER, name.span, path, said)


def _condition(node: Node | None, path: str, file: File) -> None:
    if node is None:
        return
    paths = peek(node, "changesets")
    if isinstance(paths, Mapping) and {"includePaths", "excludePaths"} <= set(paths.keys):
        said = "changed paths are included or excluded, not both"
        file.say(CONDITION, paths.span, path, said)
    _expression(peek(node, "state"), path, file)


def _expression(node: Node | None, path: str, file: File) -> None:
    if not isinstance(node, Scalar):
        return
    if len(node.text) > _LONGEST:
        said = f"the condition of {path} has {len(node.text)} letters; at most {_LONGEST} are allowed"
        file.say(CONDITION, node.span, path, said)
    try:
        parse(text(node))
    except ExpressionError as error:
        file.say(CONDITION, node.span, path, f"the condition of {path} is no expression: {error}")
