"""A Python package: `pyproject.toml` or `setup.py` with a name (packaging.python.org/en/latest/specifications)."""

import ast
import tomllib
from collections.abc import Iterator

from migrate.detect.commands import filters_of, jobs, of_kind, pipes, replaceable
from migrate.detect.finding import Finding, Repository, Seen, line_of

_ADDITION = "pypi-publish"


def python_package(repository: Repository) -> Iterator[Finding]:
    """`pypi-publish`: in place of the job that uploads, or behind the one that builds.

    The pipe builds with setup.py. Without one twine does it, and a job that already uploads is left as it is.
    """
    packages = list(_packages(repository))
    uploads = of_kind(repository, "publishes-python")
    if "atlassian/pypi-publish" in pipes(repository) or not packages:
        return
    seen, folder = packages[0]
    place = (("app-dir", folder),) if folder else ()
    scripted = f"{folder}/setup.py".lstrip("/") in repository.called("setup.py")
    if uploads and scripted:
        for command in {one.job.name: one for one in uploads if replaceable(one, repository)}.values():
            would = f"The pipe uploads in place of '{command.job.name}', whose build is kept, with its filters."
            arguments = (("replaces", command.job.name), *place)
            yield Finding("add", _ADDITION, (seen, command.seen(short=2)), would, arguments)
    if uploads:
        return
    if not scripted:
        place = (("twine", True), *place)
    builds = of_kind(repository, "builds-python")
    if builds:
        job = builds[0].job
        would = f"It builds the package and publishes it, behind '{job.name}' and where that runs."
        arguments = (("requires", (job.name,)), *place, *filters_of(job.filters))
        yield Finding("add", _ADDITION, (seen, builds[0].seen(short=2)), would, arguments)
    elif jobs(repository):
        would = (
            "It builds and publishes the package. Without filters it runs where the config's filters say, or by hand."
        )
        yield Finding("add", _ADDITION, (seen._replace(what=f"{seen.what}, and no job publishes it"),), would, place)


def _packages(repository: Repository) -> Iterator[tuple[Seen, str]]:
    for file, name_of in (("pyproject.toml", _in_toml), ("setup.py", _in_setup)):
        for path in repository.called(file):
            found = name_of(repository.texts.get(path, ""))
            if found:
                name, line = found
                yield Seen(f"{path}:{line}", f"the package '{name}'"), path.rpartition("/")[0]


def _in_toml(text: str) -> tuple[str, int] | None:
    """The name that a pyproject.toml gives a package, and its line."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
    tools = table.get("tool")
    poetry = tools.get("poetry") if isinstance(tools, dict) else None
    for project in (table.get("project"), poetry):
        name = project.get("name") if isinstance(project, dict) else None
        if isinstance(name, str) and name:
            return name, line_of(text, name)
    return None


def _in_setup(text: str) -> tuple[str, int] | None:
    """The name that a setup.py gives `setup()`, and its line; a name that is computed is not known."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "setup":
            for keyword in node.keywords:
                value = keyword.value
                if keyword.arg == "name" and isinstance(value, ast.Constant) and isinstance(value.value, str):
                    return value.value, value.lineno
    return None
