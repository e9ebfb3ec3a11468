"""`setup_remote_docker` becomes the docker service."""

from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.keys.layer_caching import read_layer_caching
from migrate.lower.registry import step
from migrate.lower.steps.shared_keys import note_title, note_when

_DOCS = (
    "https://circleci.com/docs/building-docker-images/",
    "https://support.atlassian.com/bitbucket-cloud/docs/run-docker-commands-in-bitbucket-pipelines/",
)
REMOTE_DOCKER = declare(
    "remote-docker",
    Fate.REWRITTEN,
    "Remote Docker becomes the docker service",
    """CircleCI gives such a job a docker engine on a machine of its own; Bitbucket has one in a service.

    The service runs beside the step and takes 1 GB of its memory. Ports are reachable on localhost; privileged
    containers are not allowed, and a version cannot be asked for.""",
    *_DOCS,
)
DOCKER_VERSION = declare(
    "docker-version",
    Fate.APPROXIMATED,
    "A version of Docker cannot be asked for",
    """The docker service has the version that Atlassian gives it.

    The version is left out.

    If the build needs a certain one, define a service 'docker' with a 'docker:…-dind' image of your own; that wants
    runtime version 3.""",
    *_DOCS,
)
_ANY = {"", "default", "edge", "previous"}


@step("setup_remote_docker")
def lower(call: Call, step: StepDraft) -> None:
    """Give the step the docker service."""
    body, trail = call.body, call.trail
    said = "the step has the docker service"
    if step.claims.take(body, "prefer_same_region") is not None:
        said += "; it runs on the step's own machine, so 'prefer_same_region' always holds"
    if step.claims.take(body, "resource_class") is not None:
        said += "; CircleCI ignores 'resource_class' here, too"
    step.services["docker"] = None
    step.note(REMOTE_DOCKER, trail, said)
    version = step.text("version", body, trail)
    if version not in _ANY:
        step.note(
            DOCKER_VERSION, trail, f"'version: {version}' cannot be asked for; see that the service's own will do"
        )
    read_layer_caching(step.claims.take(body, "docker_layer_caching"), step, trail)
    note_title(call, step)
    note_when(call, step, "the service starts with the step")
