"""What is being built while a plan is lowered; mutable, and gone when the lowering is done."""

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from migrate.bitbucket.model import Cache, Image, Pipe, Service, Upload
from migrate.catalog import Catalog
from migrate.choices import Choices
from migrate.circleci.facts import Value
from migrate.circleci.plan import Job
from migrate.diagnostics import Code, Fate, Notes, Span, Trail, declare
from migrate.lower.directories import WORKING, inside, is_relative, outside
from migrate.lower.plan.starting import Started
from migrate.shell import analyse
from migrate.yamlio.decode import Claims
from migrate.yamlio.nodes import Default, Node, Scalar, Symbol

RUN_TIME_VALUE = declare(
    "run-time-value",
    Fate.MANUAL,
    "A key wants a value that only the run knows",
    """CircleCI puts the value in before the job starts.

    Bitbucket has it as a variable for scripts, and not for this key, so the text stands there without it.

    Write what the key should say.""",
    "https://circleci.com/docs/pipeline-variables/",
    "https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/",
)


class Run(NamedTuple):
    """A command that CircleCI would run in a shell of its own.

    `label` names it if steps share it, `title` is the name that the user gave it, `directory` is where it
    runs, relative to the clone directory or from `~` or `/`; `when` is `on_success`, `always` or `on_fail`.
    The values of `environment` are words as a shell reads them; it runs where `test` holds, the inside of `[[ ]]`.
    `options` are those of the shell that it wants, if that is its own affair (migrate.lower.shells).
    `may_be_ended` says that a command before it may end the job, so that it does not run in the after-script either.
    One that is `ours` stands for no command of the user's, and reads no variable; one that `stays` changes the shell.
    """

    text: str
    label: str
    title: str
    trail: Trail
    environment: tuple[tuple[str, str], ...] = ()
    directory: str = ""
    when: str = "on_success"
    background: bool = False
    test: str = ""
    may_be_ended: bool = False
    options: frozenset[str] | None = None
    ours: bool = False
    stays: bool = False


class CacheUse(NamedTuple):
    """A `save_cache`, or a `restore_cache` (without `paths`); `mark` stands in the script where it stood."""

    keys: tuple[str, ...]
    paths: tuple[str, ...]
    trail: Trail
    mark: Run


class Persisted(NamedTuple):
    """A `persist_to_workspace`: its `paths` are globs below `root`; `mark` stands in the script where it stood."""

    root: str
    paths: tuple[str, ...]
    when: str
    mark: Run


class Attached(NamedTuple):
    """An `attach_workspace` to the folder `at`; `mark` stands in the script where it stood."""

    at: str
    mark: Run


class Container(NamedTuple):
    """A container beside the job's first one: `name` is what the service is called if no other has the name.

    `entrypoint` and `command` are what it starts instead of what its image says, `host` is the name under which the
    job's commands look for it, if the config gives it one.
    """

    name: str
    image: Image
    variables: tuple[tuple[str, str], ...]
    trail: Trail
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    host: str = ""

    @property
    def kind(self) -> str:
        """The last part of its image's name: `postgres` of `cimg/postgres:16`."""
        return self.image.name.partition("@")[0].rpartition("/")[2].partition(":")[0]


class ScaffoldFile(NamedTuple):
    """A file that the pipelines need and the repository may lack, and why."""

    path: str
    content: str
    why: str


class NeededVariable(NamedTuple):
    """A variable that a person must create: where its value came from, if that is known."""

    name: str
    secret: bool
    used_by: tuple[str, ...]
    origin: str = ""


class Schedule(NamedTuple):
    """A schedule that a person creates; its `cron` of seven fields and its `branch` are "" where they are not known."""

    name: str
    cron: str
    branch: str
    pipeline: str


class Custom(NamedTuple):
    """A custom pipeline that stands for a workflow where an event of these `facts` started it; none: a person does."""

    pipeline: str
    workflow: str
    facts: tuple[tuple[str, Value | None], ...] = ()


@dataclass(slots=True, eq=False)
class Draft:
    """What crosses rooms.

    `parameters` are the variables for the pipeline parameters of a workflow, `given` those that its commands read.
    `upstream` has, for each job that attaches the workspace, the ids of those whose files it gets.
    `secrets` are values that no note may show, `pulled` the images, with the jobs that use them and where they say so.
    """

    catalog: Catalog
    choices: Choices
    claims: Claims
    notes: Notes
    has_file: Callable[[str], bool]
    caches: dict[str, Cache] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    scaffold: dict[str, ScaffoldFile] = field(default_factory=dict)
    steps: dict[str, "StepDraft"] = field(default_factory=dict)
    contexts: dict[str, list[str]] = field(default_factory=dict)
    paths: dict[str, tuple[str, ...]] = field(default_factory=dict)
    changed: dict[str, str] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()
    started: Started = field(default_factory=Started)
    schedules: list[Schedule] = field(default_factory=list)
    customs: list[Custom] = field(default_factory=list)
    parameters: dict[str, dict[str, str]] = field(default_factory=dict)
    given: dict[str, dict[str, None]] = field(default_factory=dict)
    jobs: dict[tuple[str, str], Job] = field(default_factory=dict)
    upstream: dict[str, tuple[str, ...]] = field(default_factory=dict)
    secrets: dict[str, None] = field(default_factory=dict)
    pulled: dict[str, dict[str, Trail]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class StepDraft:
    """The step that a job becomes.

    `dropped` is what it needs and Bitbucket's cloud lacks. `directory` is what CircleCI checks out into, and
    `working` the directory in which its commands start, if that is another. `hosts` are names under which
    containers are looked for, with their addresses. The values of `environment` are words as a shell reads them.
    `shell` is what the job calls all its commands with, and `login` says that this reads the profile.
    `machine` is where the job asks for a virtual machine, `layers` where it asks for layers of images to be kept,
    `ip_wanted` where it asks to leave from known addresses. With `own_user` its commands ran as CircleCI's own user.
    `started` containers run in its docker service, and `free` MB are left beside its other services.
    """

    job: Job
    draft: Draft
    image: Image | None = None
    size: str = ""
    runs_on: tuple[str, ...] = ()
    dropped: str = ""
    checked_out: bool = False
    oidc: bool = False
    deployment: str = ""
    depth: str = ""
    arch: str = ""
    ip_ranges: bool = False
    concurrency: str = ""
    directory: str = "~/project"
    working: str = ""
    machine: Trail = ()
    layers: Trail = ()
    ip_wanted: Trail = ()
    own_user: bool = False
    shell: str = ""
    login: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    script: list[Run | Pipe] = field(default_factory=list)
    after_script: list[Run] = field(default_factory=list)
    services: dict[str, None] = field(default_factory=dict)
    containers: list[Container] = field(default_factory=list)
    hosts: dict[str, str] = field(default_factory=dict)
    started: int = 0
    free: int = 0
    cache_uses: list[CacheUse] = field(default_factory=list)
    caches: dict[str, Cache] = field(default_factory=dict)
    uploads: list[Upload] = field(default_factory=list)
    persisted: list[Persisted] = field(default_factory=list)
    attached: list[Attached] = field(default_factory=list)
    ssh_keys: list[tuple[tuple[str, ...], Trail]] = field(default_factory=list)

    @property
    def claims(self) -> Claims:
        """The claims of this conversion."""
        return self.draft.claims

    @property
    def runs(self) -> list[Run]:
        """The commands of the script, without pipes."""
        return [item for item in self.script if isinstance(item, Run)]

    @property
    def carried(self) -> frozenset[str]:
        """The variables that a command of the job hands on to later ones through `$BASH_ENV`."""
        texts = [text for run in self.runs for text in analyse(run.text).bash_env if text]
        return frozenset(name for text in texts for name in analyse(text).exports | analyse(text).sets)

    @property
    def lacks_bash(self) -> bool:
        """Whether the image is one of those that have a plain sh only."""
        name = self.image.name if self.image else ""
        return any(word in name for word in self.draft.catalog.words_without_bash)

    def note(self, code: Code, where: Trail | Span, detail: str) -> None:
        """Say something about this job unless it is left out; `where` is a place in its definition, or a trail."""
        trail = (where,) if isinstance(where, Span) else where
        if not self.dropped:
            self.draft.notes.add(code, trail, f"jobs.{self.job.key}", detail, job=self.job.id)

    def variable(self, piece: Symbol | Default) -> str | None:
        """The variable that holds what a piece of a text stands for; None if there is none."""
        if isinstance(piece, Symbol):
            row = self.draft.catalog.variable(piece.name)
            return (row.held or None) if row else None
        return self.draft.parameters.get(self.job.workflow, {}).get(piece.name)

    def reads(self, variable: str) -> None:
        """Remember that a command reads a variable, which whoever starts the workflow may then give."""
        if variable in self.draft.parameters.get(self.job.workflow, {}).values():
            self.draft.given.setdefault(self.job.workflow, {})[variable] = None

    def unknown(self, node: Node | None) -> list[Symbol | Default]:
        """The pieces of a text whose values only the run knows, in their order."""
        if not isinstance(node, Scalar):
            return []
        names = self.draft.parameters.get(self.job.workflow, {})
        open_ = (one for one in node.defaults if one.exact and one.name in names)
        return sorted((*node.symbols, *open_), key=lambda piece: (piece.start, piece.end))

    def inside(self, path: str) -> str | None:
        """A path of the job relative to the clone directory, or None if it lies outside."""
        return inside(self.resolved(path), self.directory)

    def place(self, path: str) -> str:
        """A path of the job as the script writes it: relative to the clone directory, or from `~` or `/`."""
        within = self.inside(path)
        return outside(self.resolved(path)) if within is None else within

    def resolved(self, path: str) -> str:
        """A path that begins in the working directory, if that is not what CircleCI checks out into."""
        start = next((name for name in WORKING if path == name or path.startswith(f"{name}/")), None)
        path = f".{path.removeprefix(start)}" if start else path
        return posixpath.normpath(posixpath.join(self.working, path)) if self.working and is_relative(path) else path

    def text(self, key: str, body: Node | None, trail: Trail) -> str:
        """The text of `key` in a step's arguments; claims it."""
        return self.plain(self.claims.take(body, key), key, trail)

    def texts(self, key: str, body: Node | None, trail: Trail) -> tuple[str, ...]:
        """The texts of `key`, which has a list or a single one; claims them."""
        return tuple(self.plain(item, key, trail) for item in self.claims.items(self.claims.take(body, key)))

    def plain(self, node: Node | None, what: str, trail: Trail) -> str:
        """The text of a scalar, without what only the run knows."""
        text = self.claims.text(node, what, trail)
        for symbol in reversed(node.symbols if isinstance(node, Scalar) else ()):
            said = f"'{what}' has the value of {symbol.name} in it, which only the run knows; nothing stands for it"
            self.note(RUN_TIME_VALUE, trail, said)
            text = text[: symbol.start] + text[symbol.end :]
        return text
