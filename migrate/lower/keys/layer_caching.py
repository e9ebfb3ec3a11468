"""`docker_layer_caching` of a machine, or of remote Docker."""

from migrate.diagnostics import Fate, Trail, declare
from migrate.lower.draft import StepDraft
from migrate.yamlio.nodes import Node, Scalar

LAYER_CACHING = declare(
    "layer-caching",
    Fate.DROPPED,
    "Image layers are not kept between builds",
    """Images are built anew each time. Bitbucket's cache 'docker' does not hold what BuildKit makes: push the image
    with its cache to a registry, and build with '--cache-from' and BUILDKIT_INLINE_CACHE.""",
    "https://circleci.com/docs/docker-layer-caching/",
    "https://support.atlassian.com/bitbucket-cloud/docs/cache-dependencies/",
)


def note_layer_caching(value: Node | None, step: StepDraft, trail: Trail) -> None:
    """Say that layers are not cached any more, if they were."""
    if isinstance(value, Scalar) and value.text.lower() not in {"false", "no", "off", "null", "~", ""}:
        step.note(LAYER_CACHING, trail, "'docker_layer_caching' has no counterpart: layers are built in every run")
