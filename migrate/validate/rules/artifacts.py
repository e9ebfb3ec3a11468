"""Artifacts: globs below the clone directory, each name once (reference bitbucket.md, sections 1.6 and 3.4)."""

from collections.abc import Iterator

from migrate.diagnostics import Fate, declare
from migrate.validate.document import File, Step, items, text
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Node, Scalar, Sequence

_DOCS = "https://support.atlassian.com/bitbucket-cloud/docs/use-artifacts-in-steps/"
ARTIFACT = declare(
    "pipelines-artifact",
    Fate.ERROR,
    "An artifact that cannot be kept",
    """Artifacts are globs below the clone directory, without '.' and '..'.

    Nothing is kept of what lies elsewhere.

    Copy it into the clone directory first.""",
    _DOCS,
)
FOLDER = declare(
    "pipelines-artifact-folder",
    Fate.APPROXIMATED,
    "The name of a folder matches no file",
    """A glob matches files.

    Nothing is kept of the folder.

    Write 'folder/**' for all that is in it. If this is a file without an ending, it is right.""",
    _DOCS,
)


def check(file: File) -> None:
    """Look at all globs and names."""
    for step in file.steps:
        seen: set[str] = set()
        for upload in _uploads(step):
            name = peek(upload, "name")
            if name and text(name) in seen:
                said = f"{step.path} has the artifact '{text(name)}' twice"
                file.say(ARTIFACT, name.span, step.path, said)
            seen.add(text(name))
        globs = tuple(_globs(step))
        below = {glob.text.partition("/*")[0] for glob in globs if "/*" in glob.text}
        for glob in globs:
            _glob(glob, step, file, told=glob.text in below)


def _uploads(step: Step) -> tuple[Node, ...]:
    artifacts = peek(step.node, "artifacts")
    listed = peek(artifacts, "upload") if isinstance(artifacts, Mapping) else None
    return tuple(item for item in items(listed) if isinstance(item, Mapping))


def _globs(step: Step) -> Iterator[Scalar]:
    artifacts = peek(step.node, "artifacts")
    plain = artifacts if isinstance(artifacts, Sequence) else peek(artifacts, "paths") if artifacts else None
    for listed in (plain, *(peek(upload, "paths") for upload in _uploads(step))):
        yield from (item for item in items(listed) if isinstance(item, Scalar))


def _glob(glob: Scalar, step: Step, file: File, *, told: bool) -> None:
    """Look at a glob; where it is `told` what of a folder is meant, its name alone may be a file's."""
    parts = glob.text.split("/")
    if glob.text.startswith(("/", "~", "$")):
        said = f"'{glob.text}' lies outside of the clone directory; copy it there, and name the copy"
        file.say(ARTIFACT, glob.span, step.path, said)
    elif not {".", ".."}.isdisjoint(parts):
        file.say(ARTIFACT, glob.span, step.path, f"'{glob.text}' has '.' or '..' in it")
    elif told:
        return  # one of the two matches
    elif not parts[-1] or ("." not in parts[-1] and "*" not in glob.text and "$" not in glob.text):
        said = f"'{glob.text}' matches a file of this name only; '{glob.text.rstrip('/')}/**' is what is in a folder"
        file.say(FOLDER, glob.span, step.path, said)
