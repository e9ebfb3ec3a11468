"""`add_ssh_keys` asks for keys, of which `lower/ssh_keys.py` says where they go."""

from migrate.circleci.plan import Call
from migrate.lower.draft import StepDraft
from migrate.lower.registry import step
from migrate.lower.steps.shared_keys import note_title, note_when


@step("add_ssh_keys")
def lower(call: Call, step: StepDraft) -> None:
    """Remember which keys the job wants; none stands for all that the project has."""
    step.ssh_keys.append((step.texts("fingerprints", call.body, call.trail), call.trail))
    note_title(call, step)
    note_when(call, step, "every step has the repository's key from its beginning")
