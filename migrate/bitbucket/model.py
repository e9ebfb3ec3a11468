"""What a bitbucket-pipelines.yml says, as values (reference bitbucket.md, sections 1 and 3).

Labels, comments, trails and the ids of source jobs say where something comes from; they take no part in comparisons.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from migrate.diagnostics import Trail


@dataclass(frozen=True, slots=True)
class Command:
    """A script item that is shell text; `label` is the name it has if steps share it, `title` what it does.

    `trail` leads to what it was written for, () where that is no single place; `parts` are the commands, one behind
    the other, of which its text was joined.
    """

    text: str
    label: str = field(default="", compare=False)
    title: str = field(default="", compare=False)
    trail: Trail = field(default=(), compare=False)
    parts: tuple["Command", ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Pipe:
    """A script item that runs a pipe: `ref` with its version, variables, all strings; `title` is what it does.

    `trail` leads to what it was written for.
    """

    ref: str
    variables: tuple[tuple[str, str], ...] = ()
    title: str = field(default="", compare=False)
    trail: Trail = field(default=(), compare=False)


Item = Command | Pipe


class Image(NamedTuple):
    """A build image; a private registry wants both `username` and `password`, or what `aws` has.

    `user` is the number of the user who runs there; 0 is root, whom Bitbucket takes anyway.
    """

    name: str
    username: str = ""
    password: str = ""
    user: int = 0
    aws: tuple[tuple[str, str], ...] = ()


class Service(NamedTuple):
    """A container beside the build; `memory` in MB, 0 is what Bitbucket gives anyway.

    The docker service has no image.
    """

    name: str
    image: Image
    variables: tuple[tuple[str, str], ...] = ()
    memory: int = 0


class Cache(NamedTuple):
    """A cache of one path; with `files`, its key is the content of those files."""

    name: str
    path: str
    files: tuple[str, ...] = ()


class Upload(NamedTuple):
    """An artifact: `type` is `shared` (later steps get it) or `scoped` (people do); `capture_on` is when."""

    name: str
    paths: tuple[str, ...]
    type: str = "scoped"
    capture_on: str = "always"


@dataclass(frozen=True, slots=True)
class Step:
    """A step. `key` is what its anchor is named after, `job` the id of the source job, `comment` its origin.

    There are as many `copies` of it, which differ in a few lines.
    `depth` is how much history is cloned, a number or `full`; `arch` and `ip_ranges` choose the machine;
    of the steps with one `concurrency` group one runs at a time; with `changes`, it runs where one of these globs
    matches a changed path; with `state`, where this expression holds (section 1.10). A `final` step is the last of its
    pipeline, and runs whatever happened before it. One with a `child` has no script: it runs the custom pipeline of
    this name, gives it the artifacts named in `inputs` and takes those in `outputs` (section 1.6). A step gets the
    shared artifacts of all steps before it, or those of `downloads`, or, if it has `no_downloads`, none (section 3.4).
    """

    key: str = field(compare=False)
    name: str
    script: tuple[Item, ...]
    after_script: tuple[Item, ...] = ()
    image: Image | None = None
    size: str = ""
    runs_on: tuple[str, ...] = ()
    clone: bool = True
    depth: str = ""
    arch: str = ""
    ip_ranges: bool = False
    concurrency: str = ""
    max_time: int = 0
    oidc: bool = False
    deployment: str = ""
    manual: bool = False
    changes: tuple[str, ...] = ()
    state: str = ""
    final: bool = False
    child: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    caches: tuple[str, ...] = ()
    artifacts: tuple[Upload, ...] = ()
    downloads: tuple[str, ...] = ()
    no_downloads: bool = False
    copies: int = field(default=1, compare=False)
    comment: str = field(default="", compare=False)
    job: str = field(default="", compare=False)


class Parallel(NamedTuple):
    """Steps that run at the same time; what follows waits for all of them."""

    steps: tuple[Step, ...]


Pipeline = tuple[Step | Parallel, ...]

SECTIONS = ("default", "pull-requests", "branches", "tags", "custom")
"""The kinds of start conditions, in the order in which a file has them."""


class Variable(NamedTuple):
    """A variable that a person fills in who starts a custom pipeline; with `allowed`, one of these, `default` too."""

    name: str
    default: str = ""
    allowed: tuple[str, ...] = ()
    description: str = ""


class Start(NamedTuple):
    """A start condition and what it runs: `section` is one of `SECTIONS`; all but `default` have a `pattern`.

    Only custom pipelines have `variables`. Where several run the same, one has an `anchor`, and others are `like` it.
    """

    section: str
    pattern: str
    pipeline: Pipeline
    variables: tuple[Variable, ...] = ()
    anchor: str = ""
    like: str = ""

    @property
    def steps(self) -> Iterator[Step]:
        """The steps, in the order of the file."""
        for item in self.pipeline:
            if isinstance(item, Step):
                yield item
            else:
                yield from item.steps

    @property
    def path(self) -> str:
        """The way to the pipeline, as Bitbucket writes it."""
        return f"pipelines > {self.section}" + (f" > {self.pattern}" if self.pattern else "")


class Trigger(NamedTuple):
    """An `event` that starts custom `pipelines` where the expression `condition` holds (sections 1.10 and 1.11)."""

    event: str
    condition: str
    pipelines: tuple[str, ...]


class Shared(NamedTuple):
    """A command that several steps share, and the anchor that it is defined under."""

    anchor: str
    text: str
    title: str = ""


class Defined(NamedTuple):
    """A step's definition: its anchor, and the anchor of the step that it is a variation of, if any."""

    anchor: str
    step: Step
    base: str = ""


class Pipelines(NamedTuple):
    """The whole file. `shared` and `defined` name what stands under anchors."""

    starts: tuple[Start, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    image: Image | None = None
    caches: tuple[Cache, ...] = ()
    services: tuple[Service, ...] = ()
    shared: tuple[Shared, ...] = ()
    defined: tuple[Defined, ...] = ()
