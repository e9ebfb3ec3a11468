"""`docker_layer_caching` of a machine, or of remote Docker, becomes the predefined cache of image layers."""

from migrate.bitbucket.model import Cache
from migrate.diagnostics import Fate, Trail, declare
from migrate.lower import programs
from migrate.lower.draft import StepDraft
from migrate.shell import analyse
from migrate.yamlio.nodes import Node, Scalar

_DOCS = (
    "https://circleci.com/docs/docker-layer-caching/",
    "https://support.atlassian.com/bitbucket-cloud/docs/cache-dependencies/",
)
LAYER_CACHING = declare(
    "layer-caching",
    Fate.APPROXIMATED,
    "Image layers are kept in a cache",
    """CircleCI keeps all layers on a volume of its own; Bitbucket has a cache of a fixed size.

    Bitbucket's cache 'docker' holds the layers of the classic builder, 1 GB of them at most, for a week from when it
    was saved.

    For more, push the image with its cache to a registry, and build with '--cache-from'.""",
    *_DOCS,
)
LAYER_CACHING_LOST = declare(
    "layer-caching-lost",
    Fate.DROPPED,
    "Image layers are not kept between builds",
    """Bitbucket's cache 'docker' does not hold what BuildKit makes.

    Images are built anew each time.

    Push the image with its cache to a registry, and build with '--cache-from' and BUILDKIT_INLINE_CACHE.""",
    *_DOCS,
)
_NAME = "docker"
_BUILDKIT = frozenset({"DOCKER_BUILDKIT", "buildx"})


def read_layer_caching(value: Node | None, step: StepDraft, trail: Trail) -> None:
    """Remember that layers are kept, if they are."""
    if isinstance(value, Scalar) and value.text.lower() not in {"false", "no", "off", "null", "~", ""}:
        step.layers = trail


def settle(step: StepDraft) -> None:
    """Give the step the cache of layers, or say why it would be of no use."""
    if not step.layers:
        return
    words = {name for run in programs.runs(step) for name in analyse(run.text).mentions} | step.environment.keys()
    found = sorted(words & _BUILDKIT)
    if found:
        said = f"'docker_layer_caching' has no counterpart where '{found[0]}' builds: layers are built in every run"
        step.note(LAYER_CACHING_LOST, step.layers, said)
    elif _NAME not in step.services:
        step.note(LAYER_CACHING_LOST, step.layers, "'docker_layer_caching' is dropped: no command uses docker")
    else:
        step.caches.setdefault(_NAME, Cache(_NAME, ""))
        step.note(LAYER_CACHING, step.layers, "the step has the cache 'docker', which holds 1 GB of layers at most")
