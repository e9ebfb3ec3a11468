"""Keys that Bitbucket does not know: the schema lets them stand almost everywhere (reference bitbucket.md, 1.12)."""

from collections.abc import Iterator
from difflib import get_close_matches

from migrate.diagnostics import Fate, declare
from migrate.validate import grammar
from migrate.validate.document import File, Step, items
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Node

UNKNOWN_KEY = declare(
    "pipelines-unknown-key",
    Fate.ERROR,
    "A key that Bitbucket does not know",
    """Mostly it has a typing error, or stands one level too deep or too high.

    Nothing reads it, so that what it should do does not happen.

    Mend it, or take it out.""",
    "https://support.atlassian.com/bitbucket-cloud/docs/bitbucket-pipelines-configuration-reference/",
)

Found = tuple[Node | None, tuple[str, ...], str]
"""A node, the keys that it may have, and where it stands."""


def check(file: File) -> None:
    """Say of each key that is not known which ones are."""
    for node, legal, where in (*_top(file), *(found for step in file.steps for found in _step(step))):
        for entry in node.entries if isinstance(node, Mapping) else ():
            key = entry.key.text
            if key not in legal:
                near = get_close_matches(key, legal, 1)
                said = f"there is no key '{key}' in {where}"
                said += f"; did you mean '{near[0]}'?" if near else f"; it has {', '.join(legal)}"
                file.say(UNKNOWN_KEY, entry.key.span, where, said)


def _top(file: File) -> Iterator[Found]:
    root = file.root
    yield root, grammar.TOP, "the file"
    yield peek(root, "pipelines"), grammar.PIPELINES, "pipelines"
    yield peek(root, "options"), grammar.OPTIONS, "options"
    yield peek(root, "clone"), grammar.CLONE, "clone"
    yield peek(root, "image"), grammar.IMAGE, "image"
    definitions = peek(root, "definitions") or root
    for kind, legal in (("caches", grammar.CACHE), ("services", grammar.SERVICE)):
        listed = peek(definitions, kind)
        for entry in listed.entries if isinstance(listed, Mapping) else ():
            yield entry.value, legal, f"definitions > {kind} > {entry.key.text}"
    triggers = peek(root, "triggers")
    for event in triggers.entries if isinstance(triggers, Mapping) else ():
        yield from ((item, grammar.TRIGGER, f"triggers > {event.key.text}") for item in items(event.value))
    for pipeline in file.pipelines:
        for item in pipeline.items:
            if item.kind == "variables":
                yield from ((one, grammar.VARIABLE, item.path) for one in items(item.node))
            elif item.kind == "parallel" and isinstance(item.node, Mapping):
                yield item.node, grammar.PARALLEL, item.path
            elif item.kind == "stage":
                yield item.node, grammar.STAGE, item.path
                yield peek(item.node, "condition"), grammar.CONDITION, f"{item.path} > condition"


def _step(step: Step) -> Iterator[Found]:
    node, path = step.node, step.path
    yield node, grammar.STEP, path
    below = (("clone", grammar.CLONE), ("image", grammar.IMAGE), ("on-fail", grammar.ON_FAIL))
    yield from ((peek(node, key), legal, f"{path} > {key}") for key, legal in below)
    runtime = peek(node, "runtime")
    yield runtime, grammar.RUNTIME, f"{path} > runtime"
    if runtime:
        yield peek(runtime, "cloud"), grammar.CLOUD, f"{path} > runtime > cloud"
        yield peek(runtime, "self-hosted"), grammar.SELF_HOSTED, f"{path} > runtime > self-hosted"
    condition = peek(node, "condition")
    yield condition, grammar.CONDITION, f"{path} > condition"
    if condition:
        yield peek(condition, "changesets"), grammar.CHANGESETS, f"{path} > condition > changesets"
    artifacts = peek(node, "artifacts")
    yield artifacts, grammar.ARTIFACTS, f"{path} > artifacts"
    for upload in items(peek(artifacts, "upload")) if artifacts else ():
        yield upload, grammar.UPLOAD, f"{path} > artifacts > upload"
    for key in ("script", "after-script"):
        for item in items(peek(node, key)):
            if isinstance(item, Mapping) and "pipe" in item.keys:
                yield item, grammar.PIPE, f"{path} > {key}"
