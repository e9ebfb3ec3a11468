"""An npm package: a `package.json` with a name and a version that is not private (docs.npmjs.com, package.json)."""

import json
from collections.abc import Iterator

from migrate.detect.commands import jobs, of_kind, pipes, replaceable
from migrate.detect.finding import Finding, Repository, Seen, Value, line_of

_ADDITION = "npm-publish"


def npm_package(repository: Repository) -> Iterator[Finding]:
    """`npm-publish`: in place of the job that publishes, or as a job of its own."""
    packages = list(_packages(repository))
    if "atlassian/npm-publish" in pipes(repository) or not packages:
        return
    seen, folder = packages[0]
    place: tuple[tuple[str, Value], ...] = (("folder", folder),) if folder else ()
    publishes = of_kind(repository, "publishes-npm")
    for command in {one.job.name: one for one in publishes if replaceable(one, repository)}.values():
        would = f"The pipe publishes in place of '{command.job.name}', whose build is kept, with its filters."
        yield Finding("add", _ADDITION, (seen, command.seen(short=2)), would, (("replaces", command.job.name), *place))
    if not publishes and jobs(repository):
        would = (
            "It builds and publishes the package. Without filters it runs where the config's filters say, or by hand."
        )
        yield Finding("add", _ADDITION, (seen._replace(what=f"{seen.what}, and no job publishes it"),), would, place)


def _packages(repository: Repository) -> Iterator[tuple[Seen, str]]:
    for path in repository.called("package.json"):
        text = repository.texts.get(path, "")
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) and found.get("private") is not True and found.get("version"):
            name = found.get("name")
            if isinstance(name, str) and name:
                where = f"{path}:{line_of(text, json.dumps(name))}"
                yield Seen(where, f"the package '{name}', not private"), path.rpartition("/")[0]
