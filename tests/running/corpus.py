"""The jobs of other people's configs, run on both sides, with stubs for all programs but the smallest.

`python -m tests.running.corpus` writes docs/runs.md, the table of how they compare.
"""

import multiprocessing
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from migrate import Outcome, Source, convert
from migrate.circleci.plan import Job
from tests.running import both, explained
from tests.running.both import Difference, Pair
from tests.running.circleci_job import CannotRunError
from tests.samples import CORPUS, HERE

EVERY, JOBS = 5, 4
"""Every fifth config, and of each four jobs at most: as many as run in a minute."""
TABLE = HERE / "docs" / "runs.md"
SAME, EXPLAINED, DIFFERENT, NOT_COMPARED = FATES = ("same", "explained", "different", "not compared")


class Ran(NamedTuple):
    """What came of one job: its fate, and why or how."""

    config: str
    job: str
    fate: str
    why: str = ""
    differences: tuple[Difference, ...] = ()

    @property
    def set(self) -> str:
        """Where the config comes from."""
        return self.config.partition("__")[0]


def jobs(outcome: Outcome) -> Iterator[Job]:
    """The jobs of a config that run something, those that do the same once, and not more than are run here."""
    seen: set[object] = set()
    for job in outcome.before.jobs if outcome.text is not None else ():
        if job.runs and job.steps and (what := (job.steps, job.keys)) not in seen:
            seen.add(what)
            yield job


def of(path: Path) -> list[Ran]:
    """The jobs of one config, run."""
    outcome = convert(Source(path.name, path.read_bytes().decode("utf-8", "replace")))
    return [Ran(path.name, job.id, *compare(outcome, job)) for job in islice(jobs(outcome), JOBS)]


def compare(outcome: Outcome, job: Job) -> tuple[str, str, tuple[Difference, ...]]:
    """A job's fate: when all programs succeed, and when one in the middle fails."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "machine")
        try:
            pair = both.run(outcome, job, root)
            found = (*both.differences(pair), *_failing(outcome, job, root, pair))
        except CannotRunError as error:
            return NOT_COMPARED, str(error), ()
    why = [explained.codes(one, job.id, outcome.notes) for one in found]
    if not all(why):
        return DIFFERENT, ", ".join(dict.fromkeys(o.kind for o, w in zip(found, why, strict=True) if not w)), found
    return (EXPLAINED if found else SAME), ", ".join(dict.fromkeys(code for codes in why for code in codes[:1])), found


def _failing(outcome: Outcome, job: Job, root: Path, pair: Pair) -> Iterable[Difference]:
    programs = [call.program for call in pair.circleci.calls]
    if not programs:
        return ()
    return both.differences(both.run(outcome, job, root, (programs[len(programs) // 2],)))


@cache
def ran(every: int = EVERY) -> tuple[Ran, ...]:
    """The jobs of every so many-th config, run by processes that are small and so start others quickly."""
    paths = sorted(path for path in CORPUS.rglob("*") if path.is_file())[::every]
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as workers:
        return tuple(one for found in workers.map(of, paths, chunksize=4) for one in found)


def table(found: Iterable[Ran]) -> str:
    """The table: of each set of configs how many jobs have which fate, and then why."""
    found = tuple(found)
    counts = Counter((where, one.fate) for one in found for where in (one.set, "all"))
    lines = [f"| {' | '.join(('configs of', 'jobs', 'compared', *FATES))} |", f"|{'---|' * (len(FATES) + 3)}"]
    for name in (*dict.fromkeys(one.set for one in found), "all"):
        numbers = [counts[name, fate] for fate in FATES]
        compared = sum(numbers[:-1])
        lines.append(f"| {' | '.join(map(str, (name, sum(numbers), _share(compared, sum(numbers)), *numbers)))} |")
    for fate in FATES[1:]:
        why = Counter(one.why for one in found if one.fate == fate)
        lines += ["", f"## {fate.capitalize()}", "", "| why | jobs |", "|---|---|"]
        lines += [f"| {reason} | {count} |" for reason, count in sorted(why.items(), key=lambda w: (-w[1], w[0]))]
    return "\n".join((*_HEAD, *lines, ""))


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else ""


_HEAD = (
    "# What becomes of other people's jobs",
    "",
    "Jobs of configs out of public packages (see samples.md), run twice: as CircleCI runs them, a shell for each",
    "command, and as Bitbucket runs the step that was written. Compared are how the job ends, which programs it calls,",
    "with what arguments, where and in which environment, what it prints and the files that it leaves; once when every",
    "program succeeds, and once when one in the middle fails. Programs are stubs, but for the small ones of every",
    "system. A difference is *explained* if a note of that job tells of it (tests/running/explained.py).",
    "",
    "This file is written by `python -m tests.running.corpus`; `tests/test_runs.py` says when it is stale.",
    "",
)

if __name__ == "__main__":
    TABLE.write_text(table(ran()), encoding="utf-8")
