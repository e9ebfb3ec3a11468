"""Numbers: steps, minutes, services and their memory, lengths (reference bitbucket.md, sections 1.2, 1.6, 3.6, 3.7)."""

from migrate.diagnostics import Fate, declare
from migrate.validate import grammar
from migrate.validate.document import File, Step, items, text
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Node

_DOCS = "https://support.atlassian.com/bitbucket-cloud/docs/"
LIMIT = declare(
    "pipelines-limit",
    Fate.ERROR,
    "More than Bitbucket allows",
    """Bitbucket sets a limit, and the message says how much is allowed.

    The service refuses the file, or the step fails when it is started.

    Take something out, or put it into another step, pipeline or file.""",
    f"{_DOCS}limitations-of-bitbucket-pipelines/",
    f"{_DOCS}step-options/",
)
MOST_STEPS, MOST_MINUTES, MOST_SERVICES = 100, 720, 5
MOST_VARIABLES, MOST_LABELS, LONGEST = 20, 10, 50
_OF_BUILD, _OF_SERVICE, _LEAST = 1024, 1024, 128
"""Memory in MB: what the build keeps, what a service has if nobody says another, and the least that it may have."""


def check(file: File) -> None:
    """Count."""
    for pipeline in file.pipelines:
        if len(pipeline.steps) > MOST_STEPS:
            said = f"{pipeline.path} has {len(pipeline.steps)} steps; at most {MOST_STEPS} are allowed"
            file.say(LIMIT, pipeline.span, pipeline.path, said)
    _minutes(file, peek(peek(file.root, "options") or file.root, "max-time"), "options")
    for step in file.steps:
        _minutes(file, peek(step.node, "max-time"), step.path)
        _services(step, file)
        _lengths(step, file)


def _minutes(file: File, node: Node | None, path: str) -> None:
    given = text(node)
    if node and given.isdecimal() and not 1 <= int(given) <= MOST_MINUTES:
        said = f"max-time is {given} minutes in {path}; it must be between 1 and {MOST_MINUTES}"
        file.say(LIMIT, node.span, path, said)


def _services(step: Step, file: File) -> None:
    listed = peek(step.node, "services")
    names = [text(item) for item in items(listed)]
    options = peek(file.root, "options") or file.root
    if "docker" not in names and text(peek(options, "docker")) == "true":
        names.append("docker")
    if not listed or not names:
        return
    if len(names) > MOST_SERVICES:
        said = f"{step.path} has {len(names)} services; at most {MOST_SERVICES} are allowed, docker counted"
        file.say(LIMIT, listed.span, step.path, said)
    size = text(peek(step.node, "size") or peek(options, "size")) or "1x"
    wanted = sum(_memory(name, file) for name in names)
    there = grammar.MEMORY.get(size, max(grammar.MEMORY.values())) - _OF_BUILD
    if wanted > there:
        said = f"the services of {step.path} want {wanted} MB; a step of size {size} has {there} MB for them"
        file.say(LIMIT, listed.span, step.path, said)


def _memory(name: str, file: File) -> int:
    services = peek(peek(file.root, "definitions") or file.root, "services")
    own = peek(services, name) if isinstance(services, Mapping) else None
    given = text(peek(own, "memory")) if isinstance(own, Mapping) else ""
    return int(given) if given.isdecimal() else _OF_SERVICE


def _lengths(step: Step, file: File) -> None:
    group = peek(step.node, "concurrency-group")
    if group and len(text(group)) > LONGEST:
        said = f"the concurrency group of {step.path} has {len(text(group))} letters; at most {LONGEST} are allowed"
        file.say(LIMIT, group.span, step.path, said)
    labels = peek(step.node, "runs-on")
    if labels and len(items(labels)) > MOST_LABELS:
        said = f"{step.path} names {len(items(labels))} labels of runners; at most {MOST_LABELS} are allowed"
        file.say(LIMIT, labels.span, step.path, said)
    for label in items(labels):
        if len(text(label)) > LONGEST:
            said = f"the label '{text(label)}' has {len(text(label))} letters; at most {LONGEST} are allowed"
            file.say(LIMIT, label.span, step.path, said)
    given = peek(step.node, "input-variables")
    if isinstance(given, Mapping) and len(given.entries) > MOST_VARIABLES:
        said = f"{step.path} gives {len(given.entries)} variables to its child; at most {MOST_VARIABLES} are allowed"
        file.say(LIMIT, given.span, step.path, said)
