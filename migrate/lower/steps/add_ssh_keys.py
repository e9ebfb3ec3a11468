"""`add_ssh_keys` becomes the repository's SSH key, which every step has."""

from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.registry import step

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
    claims = step.claims
    prints = [claims.text(i, "fingerprints", call.trail) for i in claims.items(claims.take(call.body, "fingerprints"))]
    which = ", ".join(prints) or "all keys of the project"
    step.note(SSH_KEY, call.trail, f"add the SSH key ({which}) to the repository settings")
