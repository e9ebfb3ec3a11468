"""Names that must stand somewhere else: caches, services, custom pipelines, configs (bitbucket.md, 1.5, 1.6, 1.11)."""

from collections.abc import Iterator

from migrate.diagnostics import Fate, declare
from migrate.validate import grammar
from migrate.validate.document import File, Step, items, text
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Scalar

UNDEFINED = declare(
    "pipelines-undefined",
    Fate.ERROR,
    "A name that stands for nothing",
    """The step, the pipeline or the trigger names something that the file does not define and Bitbucket does not bring.

    Bitbucket refuses the file, or the step fails when it is started.

    Define it, or write the name of one that is defined; the message lists them.""",
    "https://support.atlassian.com/bitbucket-cloud/docs/cache-dependencies/",
    "https://support.atlassian.com/bitbucket-cloud/docs/databases-and-service-containers/",
)
TWICE = declare(
    "pipelines-twice",
    Fate.ERROR,
    "A step names the same thing twice",
    """One name stands in the same list, or for the same purpose, two times.

    Bitbucket refuses the file, or one of the two counts.

    Leave one of the two out.""",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/",
)
ROUND = declare(
    "pipelines-round",
    Fate.ERROR,
    "A pipeline starts itself as its child",
    """A child pipeline that comes round to its parent would never end.

    Bitbucket refuses it.

    Let one of the two run its steps itself.""",
    "https://support.atlassian.com/bitbucket-cloud/docs/parent-child-pipelines/",
)


def check(file: File) -> None:
    """Look names up."""
    legal = {
        "caches": file.defined("caches") | set(grammar.CACHES),
        "services": file.defined("services") | {"docker"},
    }
    for step in file.steps:
        for kind, names in legal.items():
            _listed(kind, names, step, file)
        _one("config", file.defined("step-config"), step, file)
        if step.is_child:
            _one("custom", file.customs, step, file)
    told: set[str] = set()
    for pipeline in file.pipelines:
        children = _children(pipeline.name, file) if pipeline.section == "custom" else set()
        if pipeline.name in children - told:
            told |= children
            said = f"{pipeline.path} is a child of itself"
            file.say(ROUND, pipeline.span, pipeline.path, said)


def _listed(kind: str, names: frozenset[str] | set[str], step: Step, file: File) -> None:
    seen: set[str] = set()
    for item in items(peek(step.node, kind)):
        if not isinstance(item, Scalar):
            continue
        if item.text not in names:
            file.say(UNDEFINED, item.span, step.path, f"there is no {kind[:-1]} '{item.text}'; {_there(names)}")
        if item.text in seen:
            file.say(TWICE, item.span, step.path, f"{step.path} names the {kind[:-1]} '{item.text}' twice")
        seen.add(item.text)


def _one(key: str, names: frozenset[str], step: Step, file: File) -> None:
    node = peek(step.node, key)
    if isinstance(node, Scalar) and node.text not in names:
        what = {"config": "step-config", "custom": "custom pipeline"}[key]
        file.say(UNDEFINED, node.span, step.path, f"there is no {what} '{node.text}'; {_there(names)}")


def _there(names: frozenset[str] | set[str]) -> str:
    return f"there are {', '.join(sorted(names))}" if names else "there is none"


def _children(name: str, file: File) -> set[str]:
    """The pipelines that one starts as its children, and those start."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        fresh = set(_started(one, file)) - found
        found |= fresh
        waiting += fresh
    return found


def _started(name: str, file: File) -> Iterator[str]:
    for pipeline in file.pipelines:
        if pipeline.section == "custom" and pipeline.name == name:
            yield from (text(peek(step.node, "custom")) for step in pipeline.steps if step.is_child)
