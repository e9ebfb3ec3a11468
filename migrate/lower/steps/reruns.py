"""`max_auto_reruns` of a command becomes a loop around it."""

from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.shell import analyse, indent

AUTO_RERUN = declare(
    "auto-rerun",
    Fate.REWRITTEN,
    "A command that is run again when it fails",
    """Bitbucket runs a whole step again, not a single command.

    A loop runs it, in a shell of its own each time, until it succeeds or has been run often enough.

    Where it does no harm to run the whole step again, 'on-fail: {strategy: retry}' of the step is shorter.""",
    "https://circleci.com/docs/guides/orchestrate/automatic-reruns/",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/",
)
_LOOP = """\
for rerun in {numbers}; do
{pause}  set +e
  (
{strict}{command}
  )
  failed=$?
  set -e
  [ $failed -ne 0 ] || break
done
[ $failed -eq 0 ]"""


def again(text: str, call: Call, step: StepDraft, *, errexit: bool = True) -> str:
    """The command, in a loop if it is to be run again; without `errexit` its shell goes on behind a failure."""
    count = step.text("max_auto_reruns", call.body, call.trail)
    delay = step.text("auto_rerun_delay", call.body, call.trail)
    if not count.isdecimal():
        return text
    numbers = " ".join(map(str, range(int(count) + 1)))
    pause = f"  [ $rerun -eq 0 ] || sleep {_seconds(delay)}\n" if delay else ""
    after = f", {delay} after it failed" if delay else ""
    step.note(AUTO_RERUN, call.trail, f"the command is run up to {count} times more{after}, by a loop around it")
    # each time is a new shell, which reads what the last one has handed on
    read = '    . "$BASH_ENV" || true\n' if analyse(text).bash_env else ""
    strict = read + ("    set -e\n" if errexit else "")
    return _LOOP.format(numbers=numbers, pause=pause, strict=strict, command=indent(text, 4))


def _seconds(delay: str) -> int:
    """The seconds of `30s` or `2m`."""
    number = int("".join(filter(str.isdecimal, delay)) or 0)
    return number * 60 if delay.endswith("m") else number
