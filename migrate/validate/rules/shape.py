"""What a pipeline is made of: steps, groups and stages, each in its place (reference bitbucket.md, 1.2, 1.6 to 1.9)."""

from collections.abc import Iterator

from migrate.diagnostics import Fate, Span, declare
from migrate.validate import grammar
from migrate.validate.document import SECTIONS, File, Item, Pipeline, Step, items
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Node, Scalar, Sequence

_DOCS = "https://support.atlassian.com/bitbucket-cloud/docs/"
NO_PIPELINE = declare(
    "pipelines-empty",
    Fate.ERROR,
    "There is no pipeline, or nothing in one",
    """Bitbucket wants the key 'pipelines', and in each pipeline at least one step.

    There is nothing to run, and Bitbucket refuses the file.

    Write a pipeline with a step.""",
    f"{_DOCS}pipeline-start-conditions/",
)
BAD_ITEM = declare(
    "pipelines-bad-item",
    Fate.ERROR,
    "An item of a pipeline is none",
    """Each item of a pipeline has one key: step, parallel, stage or final.

    Bitbucket refuses the file.

    Often the keys of a step are not indented deeper than the word 'step', and so stand beside it.""",
    f"{_DOCS}step-options/",
)
NESTING = declare(
    "pipelines-nesting",
    Fate.ERROR,
    "An item stands where it may not",
    """A parallel group holds steps only, a stage runs its steps one after another, a pipeline has one final item, and
    variables are the first item of a custom pipeline.

    Bitbucket refuses the file.

    Take the item out of the one that it stands in.""",
    f"{_DOCS}stage-options/",
    f"{_DOCS}parallel-step-options/",
)
NO_SCRIPT = declare(
    "pipelines-no-script",
    Fate.ERROR,
    "A step has nothing to run",
    """A step has a script with at least one command, or the type 'pipeline' and the name of a custom pipeline.

    Bitbucket refuses the file.

    Write the script, or take the step out.""",
    f"{_DOCS}step-options/#Script",
)
BAD_COMMAND = declare(
    "pipelines-bad-command",
    Fate.ERROR,
    "An item of a script is no command",
    """Each item is a text or a pipe.

    Bitbucket refuses the file.

    A text with ': ' in it is a mapping to YAML, and a bare true or 8080 is no text: put quotes around it.""",
    f"{_DOCS}step-options/#Script",
)


def check(file: File) -> None:
    """Look at all pipelines, their items and their steps."""
    pipelines = peek(file.root, "pipelines")
    if not isinstance(pipelines, Mapping) or not pipelines.entries:
        file.say(NO_PIPELINE, (pipelines or file.root).span, "pipelines", "the key 'pipelines' must hold a pipeline")
    for pipeline in file.pipelines:
        _pipeline(pipeline, file)
    for step in file.steps:
        _step(step, file)


def _pipeline(pipeline: Pipeline, file: File) -> None:
    imported = isinstance(pipeline.node, Mapping) and "import" in pipeline.node.keys
    if pipeline.section not in (*SECTIONS, "default") or imported:
        return  # `keys` tells of the one; the other stands in another repository
    if not isinstance(pipeline.node, Sequence) or not pipeline.node.items:
        file.say(NO_PIPELINE, pipeline.span, pipeline.path, f"{pipeline.path} must be a list of steps")
        return
    _items(pipeline.node, pipeline.path, grammar.ITEM, file)
    finals = [item for item in pipeline.items if item.kind == "final"]
    for item in finals[1:]:
        file.say(NESTING, item.span, item.path, f"{pipeline.path} has {len(finals)} final items; one is allowed")
    for number, item in enumerate(pipeline.items):
        if item.kind == "variables" and (number or pipeline.section != "custom"):
            said = "variables stand in custom pipelines only, as the first item"
            file.say(NESTING, item.span, item.path, said)
        for wrong, said in _nested(item):
            file.say(NESTING, wrong, item.path, said)
        if item.kind in {"parallel", "stage"}:
            _items(_listed(item), item.path, ("parallel", "stage", "step"), file)


def _listed(item: Item) -> Node | None:
    return peek(item.node, "steps") if isinstance(item.node, Mapping) else item.node


def _items(listed: Node | None, path: str, legal: tuple[str, ...], file: File) -> None:
    if not isinstance(listed, Sequence) or not listed.items:
        span = listed.span if listed else file.root.span
        file.say(BAD_ITEM, span, path, f"{path} must be a list with at least one step")
    for item in listed.items if isinstance(listed, Sequence) else ():
        found = item.keys if isinstance(item, Mapping) else ()
        if len(found) != 1 or found[0] not in legal:
            shown = f"has the keys {', '.join(found)}" if found else f"is {_kind(item)}"
            said = f"an item of {path} has one key, one of {', '.join(legal)}; this one {shown}"
            if len(found) > 1 and "step" in found:
                said += "; indent the step's keys deeper than 'step'"
            file.say(BAD_ITEM, item.span, path, said)
        elif found[0] == "step" and isinstance(item, Mapping) and not isinstance(item.entries[0].value, Mapping):
            file.say(BAD_ITEM, item.span, path, f"a step in {path} has no keys: indent them deeper than 'step'")


def _nested(item: Item) -> Iterator[tuple[Span, str]]:
    inner = _listed(item) if item.kind in {"parallel", "stage"} else None
    for one in inner.items if isinstance(inner, Sequence) else ():
        if isinstance(one, Mapping) and one.keys and one.keys[0] in {"parallel", "stage"}:
            yield one.entries[0].key.span, f"there is no {one.keys[0]} in a {item.kind}"


def _step(step: Step, file: File) -> None:
    script = peek(step.node, "script")
    if step.is_child or "config" in step.node.keys:
        return
    if not items(script) or (isinstance(script, Scalar) and script.kind == "null"):
        file.say(NO_SCRIPT, step.span, step.path, f"{step.path} has no script")
    elif isinstance(script, Scalar):
        file.say(BAD_COMMAND, script.span, step.path, "a script is a list: put '- ' before the command")
    for key in ("script", "after-script"):
        listed = peek(step.node, key)
        for number, item in enumerate(listed.items if isinstance(listed, Sequence) else ()):
            if not _is_command(item):
                said = f"{step.path} > {key} > {number} must be a text or a pipe; this is {_kind(item)}"
                file.say(BAD_COMMAND, item.span, step.path, said)


def _is_command(item: Node) -> bool:
    if isinstance(item, Mapping):
        return "pipe" in item.keys or "agent" in item.keys
    return isinstance(item, Scalar) and item.kind == "str" and bool(item.text.strip())


def _kind(item: Node) -> str:
    if isinstance(item, Mapping):
        return f"a mapping ({', '.join(item.keys)}): is there a ': ' in a command without quotes?"
    names = {"bool": "a boolean", "int": "a number", "float": "a number", "null": "nothing", "str": "an empty text"}
    return names.get(item.kind, "a date") if isinstance(item, Scalar) else "a list"
