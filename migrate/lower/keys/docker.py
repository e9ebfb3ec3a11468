"""`docker`: the first image becomes the step's image (reference circleci.md, section 1.3)."""

from migrate.bitbucket.model import Image
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.keys.environment import read_environment
from migrate.lower.registry import job_key
from migrate.yamlio.decode import WRONG_TYPE
from migrate.yamlio.nodes import Node, Sequence

IMAGE_USER = declare(
    "image-user",
    Fate.APPROXIMATED,
    "Commands run as root",
    """CircleCI runs a step as the image's own user, Bitbucket as root, whose home is /root. sudo still works where
    the image has it. What the image keeps in its user's home may be missing from PATH.""",
    "https://circleci.com/docs/using-docker/",
    "https://support.atlassian.com/bitbucket-cloud/docs/docker-image-options/",
)
_OWN_USER = ("cimg/", "circleci/")


@job_key("docker")
def lower(value: Node, step: StepDraft) -> None:
    """Set the step's image; further containers are left to be reported."""
    claims = step.claims
    if not isinstance(value, Sequence) or not value.items:
        said = f"'docker' wants a list of images; this is {value.described}"
        claims.notes.refuse(WRONG_TYPE, (value.span,), "docker", said)
    for index, item in enumerate(value.items if isinstance(value, Sequence) else ()):
        if index:
            continue  # unclaimed: the report says that nobody read it
        next(iter(claims.items(Sequence((item,), item.span))))
        name = claims.text(claims.required(item, "image", (item.span,)), "image", (item.span,))
        auth = claims.take(item, "auth")
        user = step.text("username", auth, (item.span,))
        step.image = Image(name, user, step.text("password", auth, (item.span,)))
        environment = read_environment(claims.take(item, "environment"), step, (item.span,))
        step.environment = environment | step.environment
        if name.startswith(_OWN_USER):
            step.note(IMAGE_USER, item.span, f"'{name}' has a user 'circleci'; the step runs as root")
