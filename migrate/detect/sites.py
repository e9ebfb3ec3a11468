"""A static site: what is copied to a bucket of S3 or pushed to GitHub Pages.

Source: docs.aws.amazon.com/cli (s3 sync, s3 cp), s3tools.org/usage, docs.github.com/en/pages.
"""

from collections.abc import Iterator

from migrate.detect.commands import Command, beside, known, of_kind, pipes
from migrate.detect.finding import Finding, Repository, Value

_ADDITION, _BUCKET, _FOLDER, _BUILD = "s3-deploy", "YOUR-BUCKET", "YOUR-FOLDER", "YOUR-BUILD-COMMAND"
_DELETES = frozenset({"--delete", "--delete-removed"})
_OPTIONS = {"--acl": "acl", "--cache-control": "cache-control", "--region": "region"}


def s3_site(repository: Repository) -> Iterator[Finding]:
    """`s3-deploy`: in place of the jobs that copy a folder to a bucket."""
    if "atlassian/aws-s3-deploy" in pipes(repository):
        return
    copies = [one for one in of_kind(repository, "copies-to-s3") if _uploads(one)]
    for command in {one.job.name: one for one in reversed(copies)}.values():
        source, target = (known(word) for word in _copied(command))
        bucket = target.removeprefix("s3://").rstrip("/")
        arguments: dict[str, Value] = {"replaces": command.job.name, "bucket": bucket or _BUCKET}
        arguments["local-path"] = source or _FOLDER
        if _DELETES.intersection(command.words):
            arguments["delete"] = True
        found = ((parameter, command.option(option)) for option, parameter in _OPTIONS.items())
        arguments |= {parameter: value for parameter, value in found if value}
        would = f"The pipe copies the folder in place of '{command.job.name}', whose build is kept, with its filters."
        yield Finding("add", _ADDITION, (command.seen(short=5),), would, tuple(arguments.items()))


def pages_site(repository: Repository) -> Iterator[Finding]:
    """`s3-deploy`: a bucket for what GitHub Pages serves; Bitbucket Cloud serves no site that a pipeline builds."""
    for command in {one.job.name: one for one in _pages(repository)}.values():
        folder = command.option("-d", "--dist", "--site-dir") or _FOLDER
        arguments = (("bucket", _BUCKET), ("local-path", folder), ("build", _BUILD), *beside(command.job))
        would = (
            f"A bucket takes the site. '{command.job.name}' still pushes to GitHub Pages, for which it needs a key or "
            "token of GitHub's; take the job out if it shall not."
        )
        yield Finding("add", _ADDITION, (command.seen(),), would, arguments)


def _pages(repository: Repository) -> Iterator[Command]:
    yield from of_kind(repository, "publishes-pages")
    pushes = of_kind(repository, "pushes-git")
    yield from (one for one in pushes if any(word.rpartition(":")[2] == "gh-pages" for word in one.plain))


def _uploads(command: Command) -> bool:
    """Whether a whole folder is copied to S3, not from there."""
    words = _copied(command)
    whole = "sync" in command.plain[:3] or "--recursive" in command.words
    return whole and len(words) > 1 and "s3://" not in words[0] and words[1].lstrip("\"'").startswith("s3://")


def _copied(command: Command) -> tuple[str, ...]:
    """What is copied, and where to: the words behind `aws s3 sync`, or `s3cmd sync`."""
    return command.plain[3:5] if command.plain[0] == "aws" else command.plain[2:4]
