"""Steps that fail before they do anything, where their jobs do not.

What scripts do is not compared; but a step that cannot do its work is none of its job. Where something could not be
converted it fails on purpose, and a note of the job that is an error says so.
"""

from collections.abc import Iterable, Iterator

from migrate.choices import Choices
from migrate.circleci.plan import Job, Plan
from migrate.diagnostics import Code, Fate, Note
from migrate.verify import guards
from migrate.verify.written import Written
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Scalar

_ON_PURPOSE = "false"


def failing(plan: Plan, written: Written, notes: Iterable[Note], choices: Choices, own: Code) -> Iterator[str]:
    """What is to be said of steps that fail at once; notes with the code `own` are the proof's, and excuse nothing."""
    titles = {name: title for name, title, _ in choices.rename}
    told = {note.job.partition("/")[2] for note in notes if note.code.fate is Fate.ERROR and note.code != own}
    sound = {titles.get(job.name, job.name): job for job in plan.jobs if job.runs and not _fails(job)}
    steps = (step for _, _, pipeline in written.pipelines for step in pipeline.steps if step.fails)
    for name, command in dict.fromkeys((step.name, step.fails) for step in steps):
        on_purpose = command == _ON_PURPOSE and name in sound and sound[name].name in told
        if name in sound and not on_purpose:
            yield f"the script of '{name}' fails before it does anything"


def _fails(job: Job) -> bool:
    """Whether a command of the job itself would fail at once: nobody asks whether it is the first."""
    # Peeked, not taken: the rooms that lower steps have claimed all of this.
    commands = (call.body if isinstance(call.body, Scalar) else peek(call.body, "command") for call in job.steps)
    return any(isinstance(command, Scalar) and guards.fails((command.text,)) for command in commands)
