"""`docker`: the first image becomes the step's image, the others services (reference circleci.md, 1.3, 4.8)."""

import re
import shlex

from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Container, StepDraft
from migrate.lower.keys.environment import read_environment, read_values
from migrate.lower.keys.image import OWN_USER, read_image
from migrate.lower.registry import job_key
from migrate.lower.services import LOCAL, SERVICE_HOST
from migrate.yamlio.decode import WRONG_TYPE, peek
from migrate.yamlio.nodes import Node, Sequence

CONTAINER_COMMAND = declare(
    "container-command",
    Fate.MANUAL,
    "The first container has a command or an entrypoint of its own",
    """Bitbucket starts nothing in a build image but the script.

    The command is left out.

    If what it started is needed, such as a server, start it in the script, with '&' behind it; if it only kept the
    container alive, nothing is missing.""",
    "https://circleci.com/docs/configuration-reference/#docker",
    "https://support.atlassian.com/bitbucket-cloud/docs/docker-image-options/",
)
_WORD = re.compile(r"[^a-z0-9]+")


@job_key("docker")
def lower(value: Node, step: StepDraft) -> None:
    """Set the step's image, and remember the containers beside it."""
    claims = step.claims
    if not isinstance(value, Sequence) or not value.items:
        said = f"'docker' wants a list of images; this is {value.described}"
        claims.notes.refuse(WRONG_TYPE, (value.span,), "docker", said)
        return
    for index, item in enumerate(claims.items(value)):
        if index:
            _beside(item, step)
        else:
            _first(item, step)
        _name(item, step)


def _first(item: Node, step: StepDraft) -> None:
    step.image = read_image(item, step)
    environment = read_environment(step.claims.take(item, "environment"), step, (item.span,))
    step.environment = environment | step.environment
    # Peeked, not taken: the image's room claims it.
    if step.image.name.startswith(OWN_USER) and peek(item, "user") is None:
        step.own_user = True
    for key in ("entrypoint", "command"):
        if text := " ".join(step.texts(key, item, (item.span,))):
            said = f"'{key}: {text}' of the first container has no counterpart; start it in the script if it is needed"
            step.note(CONTAINER_COMMAND, item.span, said)


def _beside(item: Node, step: StepDraft) -> None:
    image = read_image(item, step)
    variables = read_values(step.claims.take(item, "environment"), step, (item.span,))
    # Peeked, not taken: `_name` claims it.
    host = getattr(peek(item, "name"), "text", "")
    started = {key: _words(step.texts(key, item, (item.span,))) for key in ("entrypoint", "command")}
    container = Container("", image, tuple(variables.items()), (item.span,), **started, host=host)
    called = _WORD.sub("-", (host or container.kind).lower()).strip("-") or "service"
    step.containers.append(container._replace(name=called))


def _words(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The words that a container starts; a single text is read as a shell reads it, a list is the words themselves."""
    if len(texts) != 1:
        return texts
    try:
        return tuple(shlex.split(texts[0]))
    except ValueError:
        return texts


def _name(item: Node, step: StepDraft) -> None:
    name = step.text("name", item, (item.span,))
    if name and name != "localhost":
        step.hosts[name] = LOCAL
        step.note(SERVICE_HOST, item.span, f"the script gives localhost the name '{name}' too")
