"""Deployment environments: each once in a pipeline, tests before production (reference bitbucket.md, section 3.8)."""

from collections.abc import Iterator
from typing import NamedTuple

from migrate.diagnostics import Fate, Span, declare
from migrate.validate import grammar
from migrate.validate.document import File, Item, Pipeline, text
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping

DEPLOYMENT = declare(
    "pipelines-deployment",
    Fate.ERROR,
    "A pipeline deploys in a way that Bitbucket refuses",
    """A pipeline may deploy to an environment once, and to environments in the order test, staging, production.

    Bitbucket refuses the file.

    Several steps for one environment are a stage with the key 'deployment'.""",
    "https://support.atlassian.com/bitbucket-cloud/docs/set-up-and-monitor-deployments/",
    "https://support.atlassian.com/bitbucket-cloud/docs/stage-options/",
)


class _Use(NamedTuple):
    """A deployment: the environment, where it is named, and the number of its item."""

    environment: str
    span: Span
    item: int
    kind: str


def check(file: File) -> None:
    """Look at the deployments of each pipeline."""
    for pipeline in file.pipelines:
        uses = [use for number, item in enumerate(pipeline.items) for use in _uses(number, item)]
        _once(pipeline, uses, file)
        _in_order(pipeline, uses, file)
        for use in uses:
            if use.kind == "final":
                file.say(DEPLOYMENT, use.span, pipeline.path, "a final step cannot deploy")
    for step in file.steps:
        strategy = peek(step.node, "on-fail")
        if "deployment" in step.node.keys and strategy:
            said = "a step that deploys has no 'on-fail'"
            file.say(DEPLOYMENT, strategy.span, step.path, said)


def _uses(number: int, item: Item) -> Iterator[_Use]:
    nodes = [item.node, *(step.node for step in item.steps if step.node is not item.node)]
    for node in nodes:
        found = peek(node, "deployment") if isinstance(node, Mapping) else None
        if found:
            yield _Use(text(found), found.span, number, item.kind)


def _once(pipeline: Pipeline, uses: list[_Use], file: File) -> None:
    seen: set[str] = set()
    for use in uses:
        if use.environment in seen:
            said = f"{pipeline.path} deploys to '{use.environment}' more than once; put the steps into one stage"
            file.say(DEPLOYMENT, use.span, pipeline.path, said)
        seen.add(use.environment)


def _in_order(pipeline: Pipeline, uses: list[_Use], file: File) -> None:
    """Of environments whose type their name says, the types must not go back, and must be one in a group."""
    last: _Use | None = None
    for use in uses:
        if use.environment.lower() not in grammar.ENVIRONMENTS:
            continue
        place = grammar.ENVIRONMENTS.index(use.environment.lower())
        before = grammar.ENVIRONMENTS.index(last.environment.lower()) if last else place
        if last and place < before:
            said = f"{pipeline.path} deploys to '{use.environment}' behind '{last.environment}'"
            file.say(DEPLOYMENT, use.span, pipeline.path, said)
        elif last and place != before and use.item == last.item and use.kind == "parallel":
            said = f"one parallel group deploys to '{last.environment}' and to '{use.environment}'"
            file.say(DEPLOYMENT, use.span, pipeline.path, said)
        last = use
