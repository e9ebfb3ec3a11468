"""`circleci-agent step halt` ends the job, and well, once its command has run to the end.

What stands behind it in the same command still runs, later steps do not, those that always run among them (reference
circleci.md, sections 4.2 and 4.9). One Bitbucket script is one shell, so that `exit 0` does this where nothing of the
command is left to run. Where something is, or where the call stands in a shell of its own, a file says behind the
command that the script is to end. The after-script runs all the same, and asks for that file.
"""

from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Run, StepDraft
from migrate.lower.own_commands import CIRCLECI_COMMAND, HALTS
from migrate.shell import calls

_DOCS = (
    "https://circleci.com/docs/configuration-reference/#ending-a-job-from-within-a-step",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#Script",
)
STEP_HALT = declare(
    "step-halt",
    Fate.REWRITTEN,
    "A command ends the job, and well",
    """CircleCI runs the command to its end, and then nothing more of the job.

    The script does the same by 'exit 0', or by a file that the command makes where 'exit' would leave out some of it or
    end a shell in brackets only.""",
    *_DOCS,
)
STEP_HALT_KEPT = declare(
    "step-halt-kept",
    Fate.APPROXIMATED,
    "A step that is ended early still keeps its files",
    """In CircleCI no later step runs, so nothing is saved or stored.

    Bitbucket saves the caches and artifacts of every step that ends well, as far as their files are there.

    If half a result must not be kept, delete its files before the step ends.""",
    *_DOCS,
)
MARK = "/tmp/halted"  # noqa: S108 - in a container of its own
ASK = f"[ ! -f {MARK} ] || exit 0"
"""Ends the script, or the after-script, where a command has said so."""
_KEEPING = ("save_cache", "store_artifacts", "store_test_results", "persist_to_workspace")


def found(text: str, run: Run) -> tuple[calls.Called, ...]:
    """Where a command ends the job; one in the background ends at a time that nobody knows, and is not asked."""
    return () if run.background else calls.called(text, HALTS)


def may_be_ended(step: StepDraft) -> bool:
    """Whether a command of those that a job has so far may end it."""
    return any(found(run.text, run) for run in (*step.runs, *step.after_script))


def note(run: Run, call: Call, step: StepDraft) -> None:
    """Say what becomes of a command that ends the job, and what is kept all the same."""
    for one in calls.called(run.text, HALTS) if run.background else ():
        shown = run.text.encode()[one.start : one.end].decode()
        said = f"'{shown}' of a command in the background fails here: the script does not wait for it"
        step.note(CIRCLECI_COMMAND, run.trail, said)
    if not found(run.text, run):
        return
    step.note(STEP_HALT, run.trail, "'step halt' ends the script here, and the step succeeds")
    places = [number for number, one in enumerate(step.job.steps) if one is call]
    later = [one.step for number in places for one in step.job.steps[number + 1 :] if one.step in _KEEPING]
    if later:
        said = f"where the script ends here, Bitbucket still does the work of {', '.join(dict.fromkeys(later))}"
        step.note(STEP_HALT_KEPT, run.trail, said)


def written(text: str, halts: tuple[calls.Called, ...], *, alone: bool, last: bool, asked: bool) -> tuple[str, bool]:
    """A command with what ends the script in it, and whether the script must ask behind it.

    It may stand `alone`, in a shell of its own; it may be the `last` of the script; or a command of the after-script
    has `asked` whether the job was ended.
    """
    if not halts:
        return text, False
    if not asked and not alone and all(one.last for one in halts):
        return calls.leaving(text, halts), False
    if not asked and last:
        return calls.replaced(text, halts, ":"), False
    return calls.replaced(text, halts, f"touch {MARK}"), not last
