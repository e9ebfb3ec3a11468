"""What a job's commands do with docker: whether they need its service, and what that will not do for them.

Bitbucket brings docker's program and a daemon into a step that has the docker service, without Compose, and refuses
some of it (reference bitbucket.md, section 3.6).
"""

import posixpath
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from migrate.diagnostics import Fate, declare
from migrate.lower import programs
from migrate.lower.directories import HOMES, WORKING
from migrate.lower.draft import Run, StepDraft

_DOCS = (
    "https://circleci.com/docs/building-docker-images/",
    "https://support.atlassian.com/bitbucket-cloud/docs/run-docker-commands-in-bitbucket-pipelines/",
)
DOCKER_REFUSED = declare(
    "docker-refused",
    Fate.MANUAL,
    "A docker command that Bitbucket refuses",
    """The docker service takes no privileged containers, nor what would reach out of its network and folders.

    The docker service answers 'authorization denied' and the step fails there.

    The message says what to do; a runner of your own refuses nothing.""",
    *_DOCS,
    "https://support.atlassian.com/bitbucket-cloud/docs/enable-and-use-runtime-v3/",
)
DOCKER_MOUNT = declare(
    "docker-mount",
    Fate.MANUAL,
    "A container mounts a folder that lies outside the clone",
    """The docker service mounts folders of the clone directory only, and refuses others.

    The command is written as it was, and fails there.

    Copy what the container needs into the clone and mount it from there. The daemon's own socket is not a file: it is
    at $DOCKER_HOST.""",
    *_DOCS,
)
COMPOSE = declare(
    "docker-compose",
    Fate.MANUAL,
    "Docker Compose may be missing",
    """Bitbucket brings docker's program into the step, and no Compose.

    A command that calls Compose fails where the image lacks it. Folders outside the clone directory, and privileged
    containers, are refused in its file, too.

    See that the image has it, or install it.""",
    *_DOCS,
)
COMPOSE_FETCHED = declare(
    "docker-compose-fetched",
    Fate.APPROXIMATED,
    "Docker Compose is fetched first",
    """CircleCI's machine has Compose, and the step's image has not.

    The script fetches it, in the version that its address names. Folders outside the clone directory, and privileged
    containers, are refused in its file, too.

    Use an image that has Compose, if the download shall not be made in each build.""",
    *_DOCS,
)
DOCKER, COMPOSES = "docker", "docker-compose"
_PLUGIN, _STANDALONE = "~/.docker/cli-plugins/docker-compose", "/usr/local/bin/docker-compose"
_MOUNTING = ("create", "run")
FETCHING = frozenset({"apk", "apt", "apt-get", "brew", "conda", "curl", "dnf", "pip", "pip3", "wget", "yum"})
_HERE = ("$PWD", "${PWD}", "$(pwd)", "`pwd`")
_ELSEWHERE = ("$", '"$', "/", "~", "-c", "-V", "--version")
"""How the argument of a shell begins that is no script of the repository."""
_MODULES = {("-m", "ensurepip"), ("-m", "pip"), ("-m", "venv"), ("-m", "virtualenv")}
"""Arguments of Python that run a module of its own."""


class Use(NamedTuple):
    """Whether commands `named` docker; else `perhaps`, the first call that may run what does, if there is one."""

    named: bool
    perhaps: str = ""


def use(step: StepDraft) -> Use:
    """What the commands of a step tell of docker."""
    perhaps = ""
    for _, words in programs.of_step(step):
        if words[0] in {DOCKER, COMPOSES} or DOCKER in words:  # also as an argument: a function may call it
            return Use(named=True)
        if not perhaps and _runs_others(words, step):
            perhaps = " ".join(words[:2])
    return Use(named=False, perhaps=perhaps)


def _runs_others(words: tuple[str, ...], step: StepDraft) -> bool:
    """Whether a call runs something of the repository that does not stand in the config: a script, or a recipe."""
    name, rest = words[0], words[1:]
    if name in step.draft.catalog.runs_others:
        return not (rest and rest[0].startswith(_ELSEWHERE)) and rest[:2] not in _MODULES
    return "/" in name and not name.startswith(_ELSEWHERE)


def settle(step: StepDraft) -> None:
    """Say what the docker service will not do; with it, Compose is asked for, which may be missing."""
    if "docker" not in step.services:
        return
    for run, words in programs.of_step(step):
        _note_refused(run, words, step)
    composing = [(run, words) for run, words in programs.of_step(step) if _composes(words)]
    fetched = any(_fetches(words) for _, words in programs.of_step(step))
    if composing and not fetched:
        _compose(composing, step)


def _fetches(words: tuple[str, ...]) -> bool:
    return words[0] in FETCHING and any(COMPOSES in word for word in words[1:])


def _composes(words: tuple[str, ...]) -> bool:
    return words[0] == COMPOSES or words[:2] == (DOCKER, "compose")


def _compose(calls: list[tuple[Run, tuple[str, ...]]], step: StepDraft) -> None:
    """See that the step has Compose: the image brings it, or the script fetches it, or a person must look."""
    name, catalog = step.image.name if step.image else "", step.draft.catalog
    run, words = calls[0]
    called = " ".join(words[: 1 if words[0] == COMPOSES else 2])
    if COMPOSES in catalog.tools(name):
        return
    if COMPOSES not in catalog.tools(name, "lacks"):
        step.note(COMPOSE, run.trail, f"'{called}' is called: see that '{name}' has it, or install it")
        return
    names = {words[0] for _, words in calls}
    place = _STANDALONE if COMPOSES in names else _PLUGIN
    lines = [f'curl -fsSL --create-dirs -o {place} "{catalog.compose_url}"', f"chmod +x {place}"]
    if names == {COMPOSES, DOCKER}:
        lines += [f"mkdir -p {posixpath.dirname(_PLUGIN)}", f"ln -s {place} {_PLUGIN}"]
    step.script.insert(0, Run("\n".join(lines), "docker-compose", "the image has no Docker Compose", step.job.trail))
    step.note(COMPOSE_FETCHED, run.trail, f"'{called}' is called, which '{name}' has not: the script fetches it")


def _note_refused(run: Run, words: tuple[str, ...], step: StepDraft) -> None:
    if words[0] != DOCKER:
        return
    named = {word.partition("=")[0] for word in words[1:]}
    for what, instead in step.draft.catalog.refused_by_docker.items():
        if what in named and not (what == "--privileged" and "--privileged=false" in words):
            step.note(DOCKER_REFUSED, run.trail, f"'{what}' of '{' '.join(words[:2])}' is refused: {instead}")
    if words[1:2] and (words[1] in _MOUNTING or words[1:3] == ("container", "run")):
        for place in _mounted(words):
            _note_mounted(place, run, step)


def _note_mounted(place: str, run: Run, step: StepDraft) -> None:
    """Say what is wrong with a place that is mounted: the daemon takes the clone directory by its own name only."""
    place = place.strip('"')
    path = _path(place)
    within = step.inside(path)
    if path and within is None:
        step.note(DOCKER_MOUNT, run.trail, f"'{place}' lies outside the clone directory, and is not mounted")
    elif path.startswith(("~", "/")) or (path and step.working):
        name = f"$BITBUCKET_CLONE_DIR/{within}".rstrip("/")
        step.note(DOCKER_MOUNT, run.trail, f"'{place}' is the clone directory by another name: write '{name}' there")


def _mounted(words: tuple[str, ...]) -> Iterator[str]:
    """The places that a `docker run` mounts, as they are written; a name alone is a volume of docker's."""
    for word, following in pairwise((*words, "")):
        option, equals, value = word.partition("=")
        if option in {"-v", "--volume"}:
            yield (value if equals else following).partition(":")[0]
        elif word.startswith("-v") and not word.startswith("--"):
            yield word[2:].partition(":")[0]
        elif option == "--mount":
            pairs = dict(part.partition("=")[::2] for part in (value if equals else following).split(","))
            yield pairs.get("source") or pairs.get("src") or ""


def _path(place: str) -> str:
    """A place as a path, where it is one that can be told: relative to the working directory, or from `~` or `/`."""
    path = place.replace('"', "")
    start = next(
        (name for name in (*_HERE, *WORKING, *HOMES[1:3]) if path == name or path.startswith(f"{name}/")), None
    )
    if start:
        path = f"{'~' if start in HOMES else '.'}{path.removeprefix(start)}"
    return path if "$" not in path and "`" not in path and path.startswith(("/", "~", ".")) else ""
