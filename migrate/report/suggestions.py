"""What the user may want to choose: detected in the repository and the pipelines, with the exact lines to write."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from migrate.bitbucket.model import Command, Pipe, Pipelines, Step
from migrate.lower.plan.install import sharing
from migrate.report.outcome import Converted
from migrate.shell import analyse
from migrate.yamlio.read import is_string

_PUBLISHES = (
    *(("twine", "upload"), ("poetry", "publish"), ("flit", "publish"), ("hatch", "publish"), ("uv", "publish")),
    *(("pdm", "publish"), ("setup.py", "upload")),
)
_UPLOADS_TO_S3 = (("s3cmd", "sync"), ("s3cmd", "put"), ("s3", "sync"), ("s3", "cp"))
_PACKAGE_FILES = ("setup.py", "pyproject.toml")


class Suggestion(NamedTuple):
    """Something that `circle2bb.yml` can ask for: what was seen, what it would do, and the lines to write."""

    name: str
    seen: str
    would: str
    lines: str


def suggestions(outcome: Converted) -> tuple[Suggestion, ...]:
    """What was detected and has not been chosen yet."""
    chosen = {entry.key.text for entry in outcome.choices.add}
    found = (*_pypi(outcome), *_install(outcome), *_ecs(outcome.pipelines))
    return tuple(one for one in found if one.name not in chosen)


def _pypi(outcome: Converted) -> Iterator[Suggestion]:
    files = [name for name in _PACKAGE_FILES if name in outcome.repository]
    steps = list(_steps(outcome.pipelines))
    if not files or any(_runs(step, _PUBLISHES) or _has_pipe(step, "pypi-publish") for step in steps):
        return
    branch = next((s.pattern for s in outcome.pipelines.starts if s.section == "branches"), "main")
    lines = f"add:\n  - pypi-publish:\n      filters: {{branches: {{only: {_scalar(branch)}}}}}"
    if "setup.py" not in files:
        lines += "\n      twine: true  # the pipe builds with setup.py"
    would = f"build the sdist and the wheel and publish them to PyPI from '{branch}'"
    would += "; 'add: [pypi-publish]' alone would publish from every branch"
    yield Suggestion("pypi-publish", f"the repository has {_named(files)} and no job publishes it", would, lines)


def _install(outcome: Converted) -> Iterator[Suggestion]:
    shared = max((sharing(job, outcome.plan) for job in outcome.plan.jobs), key=len, default=[])
    running = {step.job for step in _steps(outcome.pipelines)}
    names = list(dict.fromkeys(job.called for job in shared if job.id in running))
    if len(names) > 1:
        would = "install them once, in a first step, into the cache that the others then find"
        seen = f"{_named(names)} install the same dependencies in the same image"
        yield Suggestion("install-step", seen, would, "add: [install-step]")


def _ecs(pipelines: Pipelines) -> Iterator[Suggestion]:
    for step in _steps(pipelines):
        if _runs(step, _UPLOADS_TO_S3) and step.job:
            name = step.key
            lines = f"add:\n  - ecs-deploy:\n      replaces: {_scalar(name)}\n      cluster: YOUR-CLUSTER\n"
            lines += "      service: YOUR-SERVICE"
            would = "keep the job's build and deploy it as a container image to Amazon ECS in place of the upload"
            yield Suggestion("ecs-deploy", f"'{name}' uploads what it builds to S3", would, lines)
            return


def _steps(pipelines: Pipelines) -> Iterator[Step]:
    yield from dict.fromkeys(step for start in pipelines.starts for step in start.steps)


def _runs(step: Step, pairs: tuple[tuple[str, str], ...]) -> bool:
    texts = [item.text for item in (*step.script, *step.after_script) if isinstance(item, Command)]
    # Parsing is what takes time, so a text is parsed only if it has the words at all.
    likely = [text for text in texts if any(one in text and other in text for one, other in pairs)]
    calls = (words for text in likely for words in analyse(text).calls)
    return any(pair in pairs for words in calls for pair in pairwise(w for w in words if not w.startswith("-")))


def _has_pipe(step: Step, name: str) -> bool:
    return any(isinstance(item, Pipe) and name in item.ref for item in step.script)


def _scalar(text: str) -> str:
    """The text as a YAML string, bare where that is safe."""
    bare = text.replace("-", "").replace("_", "").replace("/", "")
    return text if bare.isalnum() and text[0].isalnum() and is_string(text) else f'"{text}"'


def _named(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


__all__ = ["Suggestion", "suggestions"]
