"""`circleci tests glob`, `split` and `run`: lists of tests, and a machine's share of them.

CircleCI: https://circleci.com/docs/use-the-circleci-cli-to-split-tests/ (reference circleci.md, sections 4.9 and 4.10).
A list is searched with `find`. One step runs all tests, so that nothing is split; a step that is one of several takes
every so many-th line of the sorted list. How long tests took nobody knows here.
"""

from collections.abc import Mapping

from migrate.diagnostics import Fate, Trail, declare
from migrate.lower.agent.patterns import listing
from migrate.lower.agent.words import flags, program, searches
from migrate.lower.draft import StepDraft
from migrate.shell import analyse
from migrate.shell.piped import Call
from migrate.shell.tree import parse

_CIRCLECI = "https://circleci.com/docs/use-the-circleci-cli-to-split-tests/"
_BITBUCKET = "https://support.atlassian.com/bitbucket-cloud/docs/parallel-step-options/"
TESTS_LISTED = declare(
    "tests-listed",
    Fate.APPROXIMATED,
    "A list of tests that 'find' or bash makes",
    """'circleci tests glob' is a program of CircleCI's own.

    'find' or bash makes the list. The same names come, sorted. A folder that is not there is an error of 'find', where
    'circleci tests glob' prints nothing. Where only the run knows the pattern, bash expands it.

    See that the folder is there, where it may not be.""",
    _CIRCLECI,
    _BITBUCKET,
)
TESTS_UNSPLIT = declare(
    "tests-unsplit",
    Fate.REWRITTEN,
    "Tests are not split",
    """One step runs all tests.

    The list goes through whole, and nothing asks how long tests took.""",
    _CIRCLECI,
    _BITBUCKET,
)
TESTS_SHARED = declare(
    "tests-shared",
    Fate.APPROXIMATED,
    "Steps share the tests by their place in a list",
    """Bitbucket keeps no times of tests.

    Each step takes every so many-th line of the sorted list, so that each test runs once. CircleCI also knows how long
    each test took and could even the shares out.

    If one step takes much longer than the others, give the list another order.""",
    _CIRCLECI,
    _BITBUCKET,
)
TESTS_RUN = declare(
    "tests-run",
    Fate.APPROXIMATED,
    "A test command gets its tests through a pipe",
    """'circleci tests run' is a program of CircleCI's own.

    The command runs as it is, with the list as its input. CircleCI could also run only the tests again that had failed;
    running the step again runs all of them.

    If that takes too long, let the test program remember what failed, as '--last-failed' of pytest does.""",
    _CIRCLECI,
    _BITBUCKET,
)
_SPLITTING = {
    "--split-by": True,
    "--timings-type": True,
    "--time-default": True,
    "--timings-file": True,
    "--index": True,
    "--total": True,
    "--show-counts": False,
    "--debug": False,
    "--verbose": False,
    "-v": False,
}
_RUNNING = {**_SPLITTING, "--command": True, "--test-selection-strategy": True}
_QUOTES = "\"'"
_BASH = """bash -O globstar -O nullglob -O dotglob -c 'eval "set -- $*"; for file; do echo "$file"; done' -"""
"""What lists the matches of patterns that only the run knows: `eval` expands braces, too."""
_DIVIDING = frozenset({"-0", "-I", "-L", "-d", "-i", "-l"})
"""Options of xargs by which blanks do not divide its input."""
_PLACE = {"--index": "CIRCLE_NODE_INDEX", "--total": "CIRCLE_NODE_TOTAL"}
Change = tuple[int, int, str]


def glob(call: Call, step: StepDraft, trail: Trail) -> Change | None:
    """`circleci tests glob PATTERN…`."""
    found = flags(call, {}, 3)
    if found is None or not found.rest:
        return None
    each = [searches(one) for one in found.rest]
    wanted = [one for some in each for one in some or ()]
    known = None not in each and not any(one.start.text is None and one.expression for one in wanted)
    if not known and step.lacks_bash:
        return None
    shown = ", ".join(f"'{one.raw.strip(_QUOTES)}'" for one in found.rest)
    bare = any(one.word.pattern for one in found.rest)
    said = "; without quotes, as it is, CircleCI's shell could expand it first" if bare else ""
    step.note(TESTS_LISTED, trail, f"'{'find' if known else 'bash'}' lists what matches {shown}{said}")
    words = " ".join(one.raw for one in found.rest)
    return call.start, call.end, listing(wanted) if known else f"{_BASH} {words} | sort -u"


def split(call: Call, step: StepDraft, trail: Trail) -> Change | None:
    """`circleci tests split [FILE]`, with the list as its input if it names no file."""
    found = flags(call, _SPLITTING, 3)
    if found is None or len(found.rest) > 1:
        return None
    file = found.rest[0].raw if found.rest and found.rest[0].raw != "-" else ""
    _note_split(found.values, step, trail)
    end = call.end
    if call.file and not file:
        file, end = call.file, call.file_end
    if _is_shared(found.values, step):
        text = _share(call, found.values, file)
        return call.start, end, f"{{ {text}; }}" if call.redirected and end == call.end else text
    if call.before and not file and (call.members > 2 or _is_program(call.before)):  # noqa: PLR2004 - others are left
        return call.cut, call.end, ""
    return call.start, end, f"cat {file}".rstrip()


def run(call: Call, step: StepDraft, trail: Trail) -> Change | None:
    """`circleci tests run --command=…`, with the list as its input."""
    found = flags(call, _RUNNING, 3)
    text = program(found.values.get("--command", "")) if found and not found.rest else None
    if found is None or not text or not analyse(text).valid:
        return None
    if _is_shared(found.values, step):
        _note_split(found.values, step, trail)
    step.note(TESTS_RUN, trail, "'circleci tests run' becomes a pipe")
    text = text if _is_plain(text) else f"({text})"
    if not _divides(text):
        text = f"tr '\\n' ' ' | {text}"
    if _is_shared(found.values, step):
        text = f"{_share(call, found.values, call.file)} | {text}"
        if call.file:
            return call.start, call.file_end, text
    return call.start, call.end, f"{{ {text}; }}" if call.redirected and " | " in text else text


def _is_shared(values: Mapping[str, str], step: StepDraft) -> bool:
    """Whether the step gets a part of the list: it is one of several, or the call says itself which part."""
    return step.job.copies > 1 or any(values.get(flag, own) not in _own(own) for flag, own in _PLACE.items())


def _own(name: str) -> tuple[str, ...]:
    return name, f"${name}", f"${{{name}}}", f'"${name}"', f'"${{{name}}}"'


def _share(call: Call, values: Mapping[str, str], file: str) -> str:
    """The commands that take the step's lines out of a list; in which order it comes must be the same in each step."""
    if values.get("--split-by", "").strip(_QUOTES) == "filesize":
        ordered = f"{f'< {file} ' if file else ''}xargs -r ls -dS | "
    elif call.before.startswith("circleci tests glob "):
        ordered = ""
    else:
        ordered = f"sort {file} | " if file else "sort | "
    index, total = (values.get(flag, f"${name}").strip(_QUOTES) for flag, name in _PLACE.items())
    return f'{ordered}awk "NR % {total} == {index}"'


def _note_split(values: Mapping[str, str], step: StepDraft, trail: Trail) -> None:
    by = values.get("--split-by", "name").strip(_QUOTES)
    if not _is_shared(values, step):
        step.note(TESTS_UNSPLIT, trail, f"'{step.job.name}' runs all tests: they are not split by {by}")
    elif by == "filesize":
        step.note(TESTS_SHARED, trail, "the files are shared out in the order of their sizes")
    else:
        instead = "" if by == "name" else f", not by {by}, which nothing here knows"
        step.note(TESTS_SHARED, trail, f"the tests are shared out in the order of their names{instead}")


def _is_program(text: str) -> bool:
    """Whether a member of a pipeline may also stand alone: it leaves nothing in the shell that it runs in."""
    effects = analyse(text)
    return effects.contained and not effects.sets and len(effects.calls) == 1


def _is_plain(text: str) -> bool:
    """Whether a program may stand in a pipeline as it is: it is a single command or a pipeline itself."""
    syntax = parse(text)
    parts = syntax.root.parts
    return len(parts) == 1 and parts[0].kind in {"command", "pipeline", "redirected_statement"}


def _divides(text: str) -> bool:
    """Whether a program takes blanks and line ends for the same: CircleCI gives it the list on one line."""
    words = next(iter(analyse(text).calls), ())
    return words[:1] == ("xargs",) and not any(word[:2] in _DIVIDING for word in words[1:])
