"""`machine`: a Linux machine becomes a container with Docker; a GPU or Windows machine is dropped."""

from migrate.bitbucket.model import Image
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.keys.macos import drop
from migrate.lower.registry import job_key
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Node, Scalar

MACHINE = declare(
    "machine",
    Fate.APPROXIMATED,
    "A virtual machine becomes a container with Docker",
    """Bitbucket's cloud has containers only. The step runs in a general image and has the docker service; privileged
    operations, system services and other kernels do not work there.""",
    "https://circleci.com/docs/configuration-reference/#machine",
    "https://support.atlassian.com/bitbucket-cloud/docs/run-docker-commands-in-bitbucket-pipelines/",
)


@job_key("machine")
def lower(value: Node, step: StepDraft) -> None:
    """Choose an image for a Linux machine, or drop the job with what its machine has."""
    claims = step.claims
    image = value.text if isinstance(value, Scalar) else step.text("image", value, (value.span,))
    if isinstance(value, Mapping):
        claims.take(value, "enabled")
        claims.take(value, "docker_layer_caching")
    # Peeked, not taken: the room of resource_class claims it.
    named = peek(step.job.keys, "resource_class")
    row = step.draft.catalog.resource_classes.get(named.text if isinstance(named, Scalar) else "")
    tells = [t for t in step.draft.catalog.machine_images if image.startswith(t["begins"])]
    lacking = [row.gpu, row.os] if row else []
    lacking += [text for tell in tells for key, text in tell.items() if key != "begins"]
    if any(lacking):
        what = "Windows" if "windows" in lacking else f"GPU ({next(text for text in lacking if text)})"
        drop(step, value.span, what, ("self.hosted", "windows" if what == "Windows" else "gpu"))
        return
    step.image = Image(step.draft.catalog.machine_default)
    step.services["docker"] = None
    step.note(MACHINE, value.span, f"the job runs in {step.image.name} with the docker service")
