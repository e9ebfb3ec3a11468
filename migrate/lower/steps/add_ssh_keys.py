"""`add_ssh_keys` becomes the repository's SSH key, which every step has."""

from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.registry import step
from migrate.lower.steps.shared_keys import note_title, note_when

SSH_KEY = declare(
    "ssh-key",
    Fate.MANUAL,
    "SSH keys live in the repository settings",
    """Create or paste the key under Repository settings, Pipelines, SSH keys, and fetch the fingerprints of the hosts
    there. Every step then has it. A repository has one key pair.""",
    "https://circleci.com/docs/configuration-reference/#add_ssh_keys",
    "https://support.atlassian.com/bitbucket-cloud/docs/using-ssh-keys-in-bitbucket-pipelines/",
)


@step("add_ssh_keys")
def lower(call: Call, step: StepDraft) -> None:
    """Say which keys the repository needs."""
    which = ", ".join(step.texts("fingerprints", call.body, call.trail)) or "all keys of the project"
    step.note(SSH_KEY, call.trail, f"add the SSH key ({which}) to the repository settings")
    note_title(call, step)
    note_when(call, step, "every step has the repository's key from its beginning")
