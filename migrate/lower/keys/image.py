"""A container's image: who may pull it, and who runs in it (reference circleci.md, section 1.3)."""

import re

from migrate.bitbucket.model import Image
from migrate.diagnostics import Fate, Trail, declare
from migrate.lower.draft import StepDraft
from migrate.lower.image_choices import chosen
from migrate.lower.secrets import note_secret
from migrate.lower.variables import note_difference
from migrate.yamlio.nodes import Node, Scalar

_DOCS = (
    "https://circleci.com/docs/private-images/",
    "https://support.atlassian.com/bitbucket-cloud/docs/use-docker-images-as-build-environments/",
)
RUN_AS_USER = declare(
    "run-as-user",
    Fate.APPROXIMATED,
    "A container runs as another user than root",
    """Bitbucket wants the number of a user that the image has, with a home directory.

    The container runs as that user. Nothing says whether that user may write in the clone directory.

    See that the first step that does so succeeds, or take the key out.""",
    "https://circleci.com/docs/configuration-reference/#docker",
    "https://support.atlassian.com/bitbucket-cloud/docs/docker-image-options/",
)
USER_UNKNOWN = declare(
    "user-number-unknown",
    Fate.MANUAL,
    "A container's user has a name, and Bitbucket wants a number",
    """The config names the user, and only the image knows its number.

    Until the number is given, the container runs as root.

    'id -u NAME' in the image prints the number: write it as 'run-as-user' below the image's name. The user needs a home
    directory.""",
    "https://circleci.com/docs/configuration-reference/#docker",
    "https://support.atlassian.com/bitbucket-cloud/docs/docker-image-options/",
)
IMAGE_ROLE = declare(
    "image-role",
    Fate.MANUAL,
    "An image is pulled with a role of AWS",
    """The role trusts CircleCI's identity provider.

    The image cannot be pulled until the role trusts Bitbucket.

    Add Bitbucket's identity provider, which Repository settings, OpenID Connect, shows, to AWS and to the role's trust
    policy.""",
    "https://circleci.com/docs/pull-an-image-from-aws-ecr-with-oidc/",
    "https://support.atlassian.com/bitbucket-cloud/docs/use-aws-ecr-images-in-pipelines-with-openid-connect/",
)
IMAGE_GOOGLE = declare(
    "image-google",
    Fate.MANUAL,
    "An image is pulled with an identity of Google Cloud",
    """Bitbucket pulls images with a user name and a password only.

    The image cannot be pulled until there is such a password.

    Make a JSON key for the service account and keep it as the secured variable that stands as the password.""",
    "https://circleci.com/docs/private-images/",
    "https://support.atlassian.com/bitbucket-cloud/docs/docker-image-options/",
)
IMAGE_VARIABLE = declare(
    "image-variable",
    Fate.MANUAL,
    "An image's name has a variable in it",
    """CircleCI puts no variables into the names of images, and takes '$' as it is written; nor does Bitbucket.

    The image is not found. Bitbucket puts in those that are written ${{NAME}}, of the repository or the workspace, if
    they are not secured.

    Write the name, or such a variable.""",
    "https://circleci.com/docs/configuration-reference/#docker",
    "https://support.atlassian.com/bitbucket-cloud/docs/yaml-templating/",
)
OWN_USER = ("cimg/", "circleci/")
"""How images begin whose user is `circleci`."""
_NUMBER = 3434
_ECR = re.compile(r"\d+\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/")
_KEY = "$GOOGLE_JSON_KEY"


def read_image(container: Node, step: StepDraft) -> Image:
    """The image of a container, with its login and its user."""
    claims, trail = step.claims, (container.span,)
    name = chosen(_name(claims.required(container, "image", trail), step, trail), step, trail)
    auth = claims.take(container, "auth")
    username, password = step.text("username", auth, trail), step.text("password", auth, trail)
    note_secret("PASSWORD", password, step, container.span)
    aws = _aws(claims.take(container, "aws_auth"), name, step)
    google = claims.take(container, "gcp_auth")
    if google is not None:
        claims.whole(google)
        account = getattr(claims.take(google, "oidc_service_account"), "text", "its service account")
        said = f"create the secured variable {_KEY[1:]} with a JSON key of {account}; 'gcp_auth' has no counterpart"
        step.note(IMAGE_GOOGLE, google.span, said)
        username, password = "_json_key", _KEY
    user = _user(step.text("user", container, trail), name, step, container)
    return Image(name, username, password, user, () if username else aws)


def _name(node: Node | None, step: StepDraft, trail: Trail) -> str:
    """The name of an image, with those values that only the run knows that Bitbucket puts in when it reads the file."""
    catalog, text = step.draft.catalog, getattr(node, "text", "")
    for symbol in reversed(node.symbols if isinstance(node, Scalar) else ()):
        row = catalog.variable(symbol.name)
        if row is None or row.variable not in catalog.templates:
            return step.plain(node, "image", trail).rstrip(":@")  # a name without its tag is one, `x:` is none
        note_difference(row, step, trail)
        text = f"{text[: symbol.start]}${{{{{row.variable}}}}}{text[symbol.end :]}"
    name = step.claims.text(node, "image", trail)
    if "$" in name:
        said = f"'{name}' has a variable in it, and no image is found under this name"
        step.note(IMAGE_VARIABLE, trail, said)
    return text or name


def _aws(node: Node | None, name: str, step: StepDraft) -> tuple[tuple[str, str], ...]:
    if node is None and not _ECR.match(name):
        return ()
    trail = (node.span,) if node else ()
    role = step.text("oidc_role_arn", node, trail)
    if node and role:
        step.oidc = True
        step.note(IMAGE_ROLE, node.span, f"let {role} trust Bitbucket's identity provider, so that '{name}' is pulled")
        return (("oidc-role", role),)
    key = step.text("aws_access_key_id", node, trail) or "$AWS_ACCESS_KEY_ID"
    secret = step.text("aws_secret_access_key", node, trail) or "$AWS_SECRET_ACCESS_KEY"
    note_secret("AWS_SECRET_ACCESS_KEY", secret, step, trail[0] if trail else step.job.trail[0])
    return (("access-key", key), ("secret-key", secret))


def _user(text: str, name: str, step: StepDraft, container: Node) -> int:
    """The number of a container's user; root, and nothing, is 0."""
    user = text.partition(":")[0]
    if user == "circleci" and name.startswith(OWN_USER):
        user = str(_NUMBER)
    if user.isdecimal():
        if int(user):
            step.note(RUN_AS_USER, container.span, f"'user: {text}' is 'run-as-user: {user}'; see that it may write")
        return int(user)
    if user not in {"", "root"}:
        said = f"the container ran as 'user: {user}' and runs as root until you give 'run-as-user' its number"
        step.note(USER_UNKNOWN, container.span, said)
    return 0
