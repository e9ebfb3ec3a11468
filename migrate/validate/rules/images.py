"""Images: names, and how to log in (reference bitbucket.md, sections 1.3 and 3.9)."""

from collections.abc import Iterator

from migrate.diagnostics import Fate, declare
from migrate.validate.document import File, text
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Node

_DOCS = "https://support.atlassian.com/bitbucket-cloud/docs/use-docker-images-as-build-environments/"
IMAGE = declare(
    "pipelines-image",
    Fate.ERROR,
    "An image that cannot be pulled",
    """Variables are not put into the name of an image, only '${{NAME}}' of the repository's plain variables is. A login
    has a user and a password.

    The image is not found, and the step fails when it is started.

    Write the whole name, and both parts of the login.""",
    _DOCS,
    "https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/",
)


def check(file: File) -> None:
    """Look at all images: the file's, those of steps and of services."""
    for node, path in _images(file):
        name = peek(node, "name") if isinstance(node, Mapping) else node
        plain = text(name).replace("${{", "")
        if name and "$" in plain:
            said = f"no variable is put into '{text(name)}'; write '${{{{NAME}}}}' for one of the repository"
            file.say(IMAGE, name.span, path, said)
        elif name and not text(name).strip():
            file.say(IMAGE, name.span, path, "an image has a name")
        if isinstance(node, Mapping) and ("username" in node.keys) != ("password" in node.keys):
            lacking = "password" if "username" in node.keys else "username"
            key = next(entry.key for entry in node.entries if entry.key.text in {"username", "password"})
            file.say(IMAGE, key.span, path, f"the login of the image has no {lacking}")


def _images(file: File) -> Iterator[tuple[Node, str]]:
    found = [(peek(file.root, "image"), "image")]
    found += [(peek(step.node, "image"), step.path) for step in file.steps]
    services = peek(peek(file.root, "definitions") or file.root, "services")
    for entry in services.entries if isinstance(services, Mapping) else ():
        own = peek(entry.value, "image") if isinstance(entry.value, Mapping) else None
        found.append((own, f"definitions > services > {entry.key.text}"))
    yield from ((node, path) for node, path in found if node)
