"""A job run twice: as CircleCI runs it, and as Bitbucket runs what was written; and how the two differ."""

from collections import Counter
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from migrate import Outcome
from migrate.circleci.plan import Job
from migrate.shell import analyse
from migrate.yamlio.nodes import Mapping as Node
from migrate.yamlio.nodes import Scalar
from tests import laws
from tests.running import event as events
from tests.running import needed, record
from tests.running.bitbucket_step import PIPE, Bitbucket, names, texts
from tests.running.carried import Carried, upstream
from tests.running.circleci_job import COMMANDS, Carry, CircleCI, cannot, find
from tests.running.event import Event
from tests.running.kept import Kept
from tests.running.place import INTERPRETERS, NOTHING, Given, Place
from tests.running.record import Called, Record

REPOSITORY = MappingProxyType({"README.md": "a shop\n", "src/main.txt": "main\n", "lock": "1\n"})
"""The files of the repository, besides those that the commands expect."""


class Kind(StrEnum):
    """In what the two sides may differ."""

    STATUS = "status"
    COMMANDS = "commands"
    DIRECTORY = "directory"
    ENVIRONMENT = "environment"
    OUTPUT = "output"
    FILES = "files"


class Difference(NamedTuple):
    """What CircleCI's side has, and what Bitbucket's."""

    kind: Kind
    circleci: str
    bitbucket: str


class Pair(NamedTuple):
    """What came of a job on both sides."""

    circleci: Record
    bitbucket: Record
    unordered: bool


def run(
    outcome: Outcome,
    job: Job,
    root: Path,
    failing: tuple[str, ...] = (),
    given: Given = NOTHING,
) -> Pair:
    """Run a job and its step by themselves; raises CannotRunError where that cannot be done here.

    `failing` are programs that fail, `given` is what else the job finds.
    """
    return _run(outcome, job, root, failing, given=given)


def run_all(outcome: Outcome, root: Path, pushes: int = 1) -> list[tuple[Job, Pair]]:
    """Run the first workflow's jobs one after another, for each push again, and carry files from one to the next.

    Each runs also where one before it failed.
    """
    jobs = [job for job in outcome.before.workflows[0].jobs if job.runs]
    carried, kept = Carried(), Kept(laws.document(outcome))
    pairs = []
    for push in range(pushes):
        carried.layers.clear()
        kept.artifacts.clear()
        for job in jobs:
            carry = partial(carried.step, upstream=upstream(job, jobs))
            pairs.append((job, _run(outcome, job, root, (), carry=carry, kept=kept, push=push)))
    return pairs


def _run(
    outcome: Outcome,
    job: Job,
    root: Path,
    failing: tuple[str, ...],
    *,
    carry: Carry | None = None,
    kept: Kept | None = None,
    push: int = 0,
    given: Given = NOTHING,
) -> Pair:
    event = _event(job)._replace(push=push)
    step = step_of(outcome, job, event)
    place = _place(job, step, root, given)
    place.set_up(failing, circleci=True)
    one = CircleCI(job, event, place, carry)
    one.run()
    first = record.take(place, {one.project: record.PROJECT}, one.printed, one.own, succeeded=not one.failed)
    place.set_up(failing, _lacking(step, outcome), circleci=False)
    two = Bitbucket(step, event, place, pipes=outcome.choices.pipes == "prefer")
    two.run(kept)
    ways = names(two.clone, one.project, one.checkout)
    second = record.take(place, ways, two.printed, one.own, succeeded=two.status == 0)
    return Pair(first, _without_starts(second, job, outcome), _at_once(job, step))


def _without_starts(taken: Record, job: Job, outcome: Outcome) -> Record:
    """The record without the calls that start containers which CircleCI starts itself: a note tells of each."""
    count = sum(note.code.id == "service-started" and note.job == job.id for note in outcome.notes)
    starts = [n for n, call in enumerate(taken.calls) if (call.program, *call.arguments[:2]) == ("docker", "run", "-d")]
    last = starts[count - 1] if 0 < count <= len(starts) else -1
    ours = {*starts[:count], *(n for n in range(last) if taken.calls[n].arguments[:1] == ("login",))}
    return taken._replace(calls=tuple(call for n, call in enumerate(taken.calls) if n not in ours))


def _place(job: Job, step: dict[str, Any], root: Path, given: Given) -> Place:
    """A place with all that the job's commands, and the written ones, call and read."""
    below, commands = _below(job), _commands(job)
    files = {name.removeprefix(below): text for name, text in needed.files(commands).items()}
    called = needed.programs([*commands, *texts(step)]) - _shells(job)
    programs = [PIPE, *(name.removeprefix(below) for name in called)]
    more = given._replace(files={**REPOSITORY, **files, **_folder(job), **given.files})
    return Place(root, programs, more)


def _lacking(step: dict[str, Any], outcome: Outcome) -> tuple[str, ...]:
    """The programs that the step's image lacks, of those that matter here: the default image lists no sudo."""
    image = step.get("image") or laws.document(outcome).get("image")
    return ("sudo",) if isinstance(image, str) and image.startswith("atlassian/default-image") else ()


def _shells(job: Job) -> frozenset[str]:
    """The programs that the job calls its commands with."""
    found = [find(body, "shell") for body in (job.keys, *(call.body for call in job.steps))]
    words = (word for node in found if isinstance(node, Scalar) for word in node.text.split())
    return frozenset(word.rpartition("/")[2] for word in words) & INTERPRETERS


def _folder(job: Job) -> dict[str, str]:
    """A file in the working directory, where the repository is checked out above it."""
    paths = [find(call.body, "path") for call in job.steps if call.step == "checkout"]
    working = find(job.keys, "working_directory")
    for path in paths:
        if isinstance(path, Scalar) and isinstance(working, Scalar) and working.text.startswith(f"{path.text}/"):
            return {f"{working.text.removeprefix(f'{path.text}/').strip('/')}/.keep": ""}
    return {}


def _at_once(job: Job, step: dict[str, Any]) -> bool:
    backgrounds = [find(call.body, "background") for call in job.steps]
    waiting = any(isinstance(one, Scalar) and one.truth for one in backgrounds)
    return waiting or any(_runs_at_once(text) for text in (*_commands(job), *texts(step)))


def _event(job: Job) -> Event:
    event = events.of(job)
    if event is None:
        cannot("is started by no push that was tried")
    return event


def step_of(outcome: Outcome, job: Job, event: Event) -> dict[str, Any]:
    """The written step of a job: the first one with its name that the event starts; else the first one at all."""
    name, doc = laws._name(job, outcome), laws.document(outcome)
    where, asked = ("tags", "BITBUCKET_TAG") if event.tag else ("branches", "BITBUCKET_BRANCH")
    ref = event.tag or event.branch
    started = [step for step in laws._started(doc, where, ref) if laws.goes_on(step, asked, ref)]
    found = [step for step in (*started, *laws.steps(doc)) if step.get("name") == name and "script" in step]
    if not found:
        cannot("has no step")
    return found[0]


def _commands(job: Job) -> list[str]:
    bodies = [call.body for call in job.steps if call.step in COMMANDS]
    found = [body if isinstance(body, Scalar) else find(body, "command") for body in bodies]
    folders = [find(body, "working_directory") for body in bodies if isinstance(body, Node)]
    entered = [f"cd {node.text}" for node in folders if isinstance(node, Scalar)]
    return [*entered, *(node.text for node in found if isinstance(node, Scalar))]


def _below(job: Job) -> str:
    """The folder of the working directory in which the repository lies, for all that the commands call and read."""
    paths = [find(call.body, "path") for call in job.steps if call.step == "checkout"]
    return next((f"{node.text.strip('/')}/" for node in paths if isinstance(node, Scalar)), "/")


def _runs_at_once(text: str) -> bool:
    effects = analyse(text)
    return effects.pipelines or effects.background or "<(" in text or ">(" in text


_VIEWS: dict[Kind, Callable[[Called], str]] = {
    Kind.COMMANDS: lambda call: " ".join((call.program, *call.arguments)),
    Kind.DIRECTORY: lambda call: f"{call.program} in {call.directory}",
    Kind.ENVIRONMENT: lambda call: " ".join((call.program, *(f"{name}={value}" for name, value in call.environment))),
}


def differences(pair: Pair) -> Iterator[Difference]:
    """How the two sides differ, a difference of each kind at most."""
    one, two = pair.circleci, pair.bitbucket
    if one.succeeded != two.succeeded:
        yield Difference(Kind.STATUS, _ended(one), _ended(two))
    for kind, view in _VIEWS.items():
        mine, theirs = [view(call) for call in one.calls], [view(call) for call in two.calls]
        if kind is Kind.COMMANDS or len(mine) == len(theirs):  # else they differ, and so what they saw
            yield from _unlike(kind, mine, theirs, pair)
    yield from _unlike(Kind.OUTPUT, one.printed.splitlines(), two.printed.splitlines(), pair)
    mine, theirs = ([f"{name}: {text}" for name, text in side.files] for side in (one, two))
    yield from _unlike(Kind.FILES, mine, theirs, pair)


def _ended(side: Record) -> str:
    return "succeeds" if side.succeeded else "fails"


def _unlike(kind: Kind, one: list[str], two: list[str], pair: Pair) -> Iterator[Difference]:
    if one == two or (pair.unordered and Counter(one) == Counter(two)):
        return
    left, right = Counter(one) - Counter(two), Counter(two) - Counter(one)
    if not left and not right:
        yield Difference(kind, "\n".join(one), "\n".join(two))
    else:
        yield Difference(kind, "\n".join(left.elements()), "\n".join(right.elements()))
