"""`machine`: a Linux machine becomes a container (lower/virtual_machines.py has the rest); others are dropped."""

from migrate.bitbucket.model import Image
from migrate.lower.draft import StepDraft
from migrate.lower.image_choices import chosen
from migrate.lower.keys import resource_class, shell
from migrate.lower.keys.layer_caching import read_layer_caching
from migrate.lower.keys.macos import drop, note_signing
from migrate.lower.registry import job_key
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Node, Scalar

_SYSTEMS = {"windows": "Windows", "macos": "macOS"}


@job_key("machine")
def lower(value: Node, step: StepDraft) -> None:
    """Choose an image for a Linux machine, or drop the job with what its machine has."""
    claims, trail = step.claims, (value.span,)
    image = step.plain(value, "machine", trail) if isinstance(value, Scalar) else step.text("image", value, trail)
    claims.take(value, "enabled")
    # Peeked, not taken: the rooms of both keys claim them, here or when their turn comes.
    own, jobs = peek(value, "resource_class"), peek(step.job.keys, "resource_class")
    named = jobs or own
    row = step.draft.catalog.resource_classes.get(named.text if isinstance(named, Scalar) else "")
    known = step.draft.catalog.images.machine(image)
    lacking = [*([row.gpu, row.os] if row else []), known.gpu, known.os]
    if any(lacking):
        what = next((title for os, title in _SYSTEMS.items() if os in lacking), "")
        drop(
            step,
            value.span,
            what or f"GPU ({next(text for text in lacking if text)})",
            ("self.hosted", what.lower() or "gpu"),
        )
    else:
        other = chosen(image, step, trail)
        step.image = Image(other if other != image else (known.arm if row and row.arch else "") or known.image)
        step.machine, step.own_user = trail, True
    if isinstance(value, Mapping):
        read_layer_caching(claims.take(value, "docker_layer_caching"), step, trail)
        note_signing(claims.take(value, "code_signing"), step)
    if own and claims.take(value, "resource_class") and jobs is None:
        resource_class.lower(own, step)
    below = claims.take(value, "shell")
    if below and peek(step.job.keys, "shell") is None:  # the job's own wins, and its room claims it
        shell.lower(below, step)
