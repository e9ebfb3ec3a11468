"""`run` becomes lines of the script, or of the after-script where it also runs after a failure."""

import re

from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower import halting, shells
from migrate.lower.agent.replace import replaced
from migrate.lower.directories import word
from migrate.lower.draft import Run, StepDraft
from migrate.lower.keys.environment import read_environment
from migrate.lower.registry import step
from migrate.lower.secrets import note_in_command
from migrate.lower.steps.reruns import again
from migrate.lower.steps.shared_keys import title
from migrate.lower.steps.teardown import note_unclear, tear_down
from migrate.lower.users import at_home
from migrate.lower.variables import with_symbols
from migrate.yamlio.nodes import Node, Scalar

_CIRCLECI = "https://circleci.com/docs/configuration-reference/#run"
NO_OUTPUT_TIMEOUT = declare(
    "no-output-timeout",
    Fate.DROPPED,
    "A limit on the time without output",
    """Bitbucket has no such limit.

    A command that hangs runs until the step's own limit (120 minutes unless 'max-time' says less).

    A command that is silent for long needs nothing. For one that may hang, write 'timeout 10m' before it, or a
    'max-time' of the step.""",
    _CIRCLECI,
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#Max-time",
)
AFTER_SCRIPT = declare(
    "after-script",
    Fate.APPROXIMATED,
    "A command that runs whatever happened moves to the after-script",
    """Bitbucket has no condition for a single command.

    An after-script runs after the script, whether that succeeded or not, in a shell of its own. Its failure does not
    fail the step, and a cache or artifact is saved after it.

    See that no later command waits for it, and that it needs no variable of the script.""",
    _CIRCLECI,
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#After-script",
)
_WORD = re.compile(r"[^A-Za-z0-9]+")


STAYS = "bitbucket/run"
"""The step of mappings whose command changes the shell of those that follow: it enters an environment, sets a path."""


@step("run", "deploy", STAYS)
def lower(call: Call, step: StepDraft) -> None:
    """Add the command to the job's script."""
    claims, body, trail = step.claims, call.body, call.trail
    command: Node | None = body if isinstance(body, Scalar) else claims.required(body, "command", trail)
    shell = _shell(call, step)
    text = replaced(_command(command, shell, step, call), step, trail)
    name = title(call, step)
    when = step.text("when", body, trail) or "on_success"
    timeout = step.text("no_output_timeout", body, trail)
    if timeout:
        step.note(NO_OUTPUT_TIMEOUT, trail, f"'no_output_timeout: {timeout}' has no counterpart and is dropped")
    note_unclear(call, step)
    note_in_command(text, step, trail)
    run = Run(
        again(text, call, step, errexit=shell is None or shell.options is None or "e" in shell.options),
        _label(call, name, step),
        name,
        trail,
        tuple(read_environment(claims.take(body, "environment"), step, trail).items()),
        _directory(step.text("working_directory", body, trail), step),
        when,
        step.text("background", body, trail).lower() == "true",
        may_be_ended=halting.may_be_ended(step),
        options=shells.DEFAULT if shell is None else shells.in_script(shell, step),
        stays=call.step == STAYS,
    )
    halting.note(run, call, step)
    if when == "on_success":
        step.script.append(run)
    else:
        step.after_script.append(run)
        step.note(AFTER_SCRIPT, trail, f"'{name or _first_line(text)}' ({when}) runs in the after-script")
    tear_down(call, step)


def _shell(call: Call, step: StepDraft) -> shells.Shell | None:
    """The command's own shell, or the job's; None for CircleCI's."""
    own = shells.read(" ".join(step.texts("shell", call.body, call.trail)))
    if own is not None:
        shells.note(own, step, call.trail)
    return own or shells.read(step.shell)


def _command(command: Node | None, shell: shells.Shell | None, step: StepDraft, call: Call) -> str:
    """The command's text; one that does nothing gets a command, which a script and its brackets must have."""
    text = step.claims.text(command, "command", call.trail)
    if isinstance(command, Scalar):
        called = command if shell is None else shells.calling(command, shell, step)
        text = with_symbols(called, step, call.trail)
    text = text.strip("\n")
    idle = all(line.lstrip().startswith("#") for line in text.splitlines() if line.strip())
    return f"{text.rstrip()}\n:".lstrip() if idle else text


def _directory(path: str, step: StepDraft) -> str:
    """Where the command runs, as a word of the shell; "" is the clone directory."""
    place = at_home(step.place(path or "."), step)
    return word(place) if place else ""


def _label(call: Call, title: str, step: StepDraft) -> str:
    """The name that the command has if steps share it: its CircleCI command's, if that runs nothing else."""
    same = [other for other in step.job.steps if other.step == "run" and other.trail[:-1] == call.trail[:-1]]
    name = call.commands[-1] if call.commands and len(same) == 1 else title
    return _WORD.sub("-", name).strip("-").lower()


def _first_line(text: str) -> str:
    """What CircleCI shows for a command without a name."""
    return next(iter(text.strip().splitlines()), "")
