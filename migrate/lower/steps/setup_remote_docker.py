"""`setup_remote_docker` becomes the docker service."""

from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.registry import step

REMOTE_DOCKER = declare(
    "remote-docker",
    Fate.REWRITTEN,
    "Remote Docker becomes the docker service",
    """The service runs beside the step and takes 1 GB of its memory. Ports are reachable on localhost; privileged
    containers are not allowed. A version or layer caching cannot be asked for.""",
    "https://circleci.com/docs/building-docker-images/",
    "https://support.atlassian.com/bitbucket-cloud/docs/run-docker-commands-in-bitbucket-pipelines/",
)


@step("setup_remote_docker")
def lower(call: Call, step: StepDraft) -> None:
    """Give the step the docker service."""
    for ignored in ("version", "docker_layer_caching", "prefer_same_region", "resource_class"):
        step.claims.take(call.body, ignored)
    step.services["docker"] = None
    step.note(REMOTE_DOCKER, call.trail, "the step has the docker service")
