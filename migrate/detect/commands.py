"""The commands that a config's jobs run, as they are looked for: each call once, with its job and its place."""

from collections.abc import Iterator
from typing import NamedTuple

from migrate.circleci.conditions import TRUE, spelled
from migrate.circleci.filters import Filters, NameFilter
from migrate.circleci.plan import Call, Job
from migrate.detect.finding import Repository, Seen, Value
from migrate.diagnostics import Span, Trail
from migrate.lower.keys.macos import EXECUTOR_DROPPED
from migrate.lower.programs import calls
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Scalar


class Command(NamedTuple):
    """A call of a program in a job; `words` are without what it is called through."""

    job: Job
    words: tuple[str, ...]
    where: str

    @property
    def plain(self) -> tuple[str, ...]:
        """The words that are no options."""
        return tuple(word for word in self.words if not word.startswith("-"))

    def option(self, *names: str) -> str:
        """The value of an option (`--name value`, `--name=value`) that can be written down; "" if it has none."""
        for word, after in zip(self.words, (*self.words[1:], ""), strict=True):
            name, equals, value = word.partition("=")
            if name in names:
                return known(value if equals else after)
        return ""

    def seen(self, *, short: int = 3) -> Seen:
        """The call, for a reader; `short` is how many of its words are enough to know it by."""
        shown = " ".join(self.plain[:short])
        return Seen(self.where, f"'{self.job.called}' calls '{shown}'")


def known(word: str) -> str:
    """A word of a command without its quotes; "" if only the shell knows what it is."""
    quoted = len(word) > 1 and word[0] == word[-1] and word[0] in "\"'"
    text = word[1:-1] if quoted else word
    return "" if any(sign in text for sign in ("`", "$(", "<<", '"', "'", " ", "\n")) else text


def commands(repository: Repository) -> Iterator[Command]:
    """All calls of all jobs that run; a job that several workflows run is looked at once."""
    signs = repository.catalog.signs
    for job in jobs(repository):
        for call in job.steps:
            text = command_of(call)
            for words in calls(text.text) if text else ():
                yield Command(job, _direct(words, signs["through"]), place_of(call, job))


def of_kind(repository: Repository, kind: str) -> list[Command]:
    """The calls that begin as one of the rows of `mappings/signs.yml` does."""
    starts = repository.catalog.signs[kind]
    return [one for one in commands(repository) if any(one.plain[: len(start)] == start for start in starts)]


def jobs(repository: Repository) -> tuple[Job, ...]:
    """The jobs that run something, each name once; not those that are left out for their machine."""
    left_out = {note.job for note in repository.notes if note.code is EXECUTOR_DROPPED}
    found = [job for job in repository.plan.jobs if job.runs and job.id not in left_out]
    return tuple({job.name: job for job in reversed(found)}.values())[::-1]


def command_of(call: Call) -> Scalar | None:
    """The text of a `run` step."""
    # Peeked, not taken: nothing is converted here.
    found = (call.body if isinstance(call.body, Scalar) else peek(call.body, "command")) if call.step == "run" else None
    return found if isinstance(found, Scalar) else None


def place_of(call: Call, job: Job) -> str:
    """The line of a step: in the config that the job stands in, also where an orb has brought it."""
    return nearest(call.trail, job)


def nearest(trail: Trail, job: Job) -> str:
    """The last place on a way that lies in the config that the job stands in, or the job's own."""
    return where(next((span for span in reversed(trail) if span.file == job.trail[0].file), job.trail[0]))


def where(span: Span) -> str:
    """A place as `file:line`."""
    return f"{span.file}:{span.line}"


def pipes(repository: Repository) -> frozenset[str]:
    """The pipes that mappings of orbs have put into jobs, without versions."""
    found = (peek(call.body, "pipe") for job in jobs(repository) for call in job.steps if call.step == "bitbucket/pipe")
    return frozenset(node.text for node in found if isinstance(node, Scalar))


def replaceable(command: Command, repository: Repository) -> bool:
    """Whether an addition that replaces the job takes the call over."""
    return any(command.plain[: len(start)] == start for start in repository.catalog.uploads)


def beside(job: Job) -> tuple[tuple[str, Value], ...]:
    """`requires` and `filters` with which something runs where, and no earlier than, a job does."""
    after = tuple(dict.fromkeys(one.job for one in job.requires))
    return (*((("requires", after),) if after else ()), *filters_of(job.filters))


def filters_of(filters: Filters) -> tuple[tuple[str, Value], ...]:
    """The `filters` of an entry; none if they admit what an entry without them does, or are an expression."""
    if filters.condition != TRUE:
        return ()
    found = {"branches": _names(filters.branches)}
    if filters.tags is not None:
        found["tags"] = _names(filters.tags) or {"only": "/.*/"}
    written = {name: value for name, value in found.items() if value}
    return (("filters", written),) if written else ()


def _names(names: NameFilter) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for key, patterns in (("only", names.only), ("ignore", names.ignore)):
        texts = tuple(spelled(one.text, pattern=True) if one.is_regex else one.text for one in patterns or ())
        if texts:
            found[key] = texts[0] if len(texts) == 1 else texts
    return found


def _direct(words: tuple[str, ...], through: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """The words behind what a program is called through: `npx`, `poetry run`, `python -m`."""
    words = next((words[len(start) :] for start in through if words[: len(start)] == start), words)
    if words and words[0].rpartition("/")[2].startswith("python") and len(words) > 1:
        words = words[2:] if words[1] == "-m" else words[1:]
    return words
