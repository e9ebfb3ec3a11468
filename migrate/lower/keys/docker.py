"""`docker`: the first image becomes the step's image, the others services (reference circleci.md, 1.3, 4.8)."""

import re

from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Container, StepDraft
from migrate.lower.keys.environment import read_environment, read_values
from migrate.lower.keys.image import IMAGE_USER, OWN_USER, read_image
from migrate.lower.registry import job_key
from migrate.lower.services import SERVICE_HOST
from migrate.yamlio.decode import WRONG_TYPE, peek
from migrate.yamlio.nodes import Node, Sequence

CONTAINER_COMMAND = declare(
    "container-command",
    Fate.MANUAL,
    "The first container has a command or an entrypoint of its own",
    """Bitbucket starts nothing in a build image but the script. If what it started is needed, such as a server, start
    it in the script, with '&' behind it; if it only kept the container alive, nothing is missing.""",
    "https://circleci.com/docs/configuration-reference/#docker",
    "https://support.atlassian.com/bitbucket-cloud/docs/docker-image-options/",
)
SERVICE_COMMAND = declare(
    "service-command",
    Fate.MANUAL,
    "A service has a command or an entrypoint of its own",
    """Bitbucket's services start as their images say; no key changes that. The service has its defaults now. Set what
    the command set with a variable that the image knows, build an image with this command, or start the container with
    'docker run' in a step with the docker service.""",
    "https://circleci.com/docs/configuration-reference/#docker",
    "https://support.atlassian.com/bitbucket-cloud/docs/databases-and-service-containers/",
)
SERVICE_DOLLAR = declare(
    "service-dollar",
    Fate.APPROXIMATED,
    "A service's variable has a '$' in its value",
    """CircleCI hands the value on as it is written, Bitbucket puts the value of a repository variable in its place. If
    there is none of that name, write the value without '$', or keep it in a variable.""",
    "https://circleci.com/docs/env-vars/",
    "https://support.atlassian.com/bitbucket-cloud/docs/databases-and-service-containers/",
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
        step.note(IMAGE_USER, item.span, f"'{step.image.name}' has a user 'circleci'; the step runs as root")
    for key, text in _started(item, step):
        said = f"'{key}: {text}' of the first container has no counterpart; start it in the script if it is needed"
        step.note(CONTAINER_COMMAND, item.span, said)


def _beside(item: Node, step: StepDraft) -> None:
    image = read_image(item, step)
    variables = read_values(step.claims.take(item, "environment"), step, (item.span,))
    for name in [name for name, value in variables.items() if "$" in value]:
        step.note(SERVICE_DOLLAR, item.span, f"the value of {name} has a '$'; Bitbucket looks for such a variable")
    # Peeked, not taken: `_name` claims it.
    named = getattr(peek(item, "name"), "text", "")
    base = image.name.partition("@")[0].rpartition("/")[2].partition(":")[0]
    called = _WORD.sub("-", (named or base).lower()).strip("-") or "service"
    step.containers.append(Container(called, image, tuple(variables.items()), (item.span,)))
    for key, text in _started(item, step):
        said = f"'{key}: {text}' cannot be given to the service '{called}', which starts as its image says"
        step.note(SERVICE_COMMAND, item.span, said)


def _started(item: Node, step: StepDraft) -> list[tuple[str, str]]:
    """What a container starts instead of what its image says."""
    found = []
    for key in ("entrypoint", "command"):
        words = step.texts(key, item, (item.span,))
        if words:
            found.append((key, " ".join(words)))
    return found


def _name(item: Node, step: StepDraft) -> None:
    name = step.text("name", item, (item.span,))
    if name and name != "localhost":
        step.hosts[name] = None
        step.note(SERVICE_HOST, item.span, f"the script gives localhost the name '{name}' too")
