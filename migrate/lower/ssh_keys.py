"""SSH keys: the first that the config names is the repository's, others are secured variables that the script unpacks.

CircleCI keeps a key in `~/.ssh/id_rsa_` and its fingerprint; a repository on Bitbucket has one key pair, which every
step has, and a list of known hosts (reference circleci.md, section 4.11; bitbucket.md, section 3.13).
"""

from collections.abc import Iterator

from migrate.diagnostics import Fate, declare
from migrate.lower import programs, ssh_hosts
from migrate.lower.draft import Draft, Run, StepDraft

_CIRCLECI = "https://circleci.com/docs/configuration-reference/#add_ssh_keys"
SSH_KEY = declare(
    "ssh-key",
    Fate.MANUAL,
    "SSH keys live in the repository settings",
    """The key is in CircleCI's project settings, and no file of the repository has it.

    Until Bitbucket has it, hosts refuse the step; then every step has it. A repository has one key pair.

    Create or paste the key under Repository settings, Pipelines, SSH keys, and fetch the fingerprints of the hosts
    there.""",
    _CIRCLECI,
    "https://support.atlassian.com/bitbucket-cloud/docs/using-ssh-keys-in-bitbucket-pipelines/",
)
SSH_KEY_VARIABLE = declare(
    "ssh-key-variable",
    Fate.MANUAL,
    "A further SSH key is a secured variable",
    """A repository has one key pair, and another key is it.

    The script puts it into a file from a secured variable, and tells ssh to try it.

    Keep this one in base64 ('base64 -w 0 FILE') as a secured variable of the repository.""",
    _CIRCLECI,
    "https://support.atlassian.com/bitbucket-cloud/docs/set-up-pipelines-ssh-keys-on-linux/",
)
SSH_KEY_FILE = declare(
    "ssh-key-file",
    Fate.REWRITTEN,
    "A command names the file of an SSH key",
    """CircleCI's file has the key's fingerprint in its name; Bitbucket has the repository's key in another file.

    The script links the one to the other.""",
    _CIRCLECI,
    "https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/",
)
_FOLDER = "~/.ssh"
_FILE = "id_rsa_"
_HEX = frozenset("0123456789abcdef")


def settle(draft: Draft) -> None:
    """Say where each key goes, and let the steps find it in the file where commands look for it."""
    numbers: dict[str, int] = {}
    for step in draft.steps.values():
        fingerprints = dict.fromkeys(name for names, _ in step.ssh_keys for name in names)
        for name in fingerprints:
            numbers.setdefault(name, len(numbers) + 1)
        _note(step, numbers)
        lines = [line for name in fingerprints if numbers[name] > 1 for line in _unpacked(name, numbers[name])]
        known = {_named(name) for name in fingerprints if numbers[name] > 1}
        for file in dict.fromkeys(_files(step)):
            if file not in known:
                lines.append(f'ln -sfn "$BITBUCKET_SSH_KEY_FILE" {_FOLDER}/{file}')
                step.note(SSH_KEY_FILE, step.job.trail, f"'{_FOLDER}/{file}' is a link to the repository's key")
        if lines:
            text = "\n".join([f"mkdir -p {_FOLDER}", *lines])
            step.script.insert(0, Run(text, "ssh-keys", "CircleCI's SSH keys, in its files", step.job.trail))


def _note(step: StepDraft, numbers: dict[str, int]) -> None:
    hosts = ", ".join(
        f"'{host}'" for host in dict.fromkeys(ssh_hosts.hosts(words for _, words in programs.of_step(step)))
    )
    known = f", and {hosts} to its known hosts" if hosts else ""
    for names, trail in step.ssh_keys:
        own = [name for name in names if numbers[name] == 1]
        if own or not names:
            which = own[0] if own else "all keys of the project"
            step.note(SSH_KEY, trail, f"add the SSH key ({which}) to the repository settings{known}")
        for name in names:
            if numbers[name] > 1:
                said = f"create the secured variable {_variable(numbers[name])} with the key {name}, in base64"
                step.note(SSH_KEY_VARIABLE, trail, f"{said}{known.replace(', and', '; add')}")


def _unpacked(fingerprint: str, number: int) -> Iterator[str]:
    """The lines that put a key into its file, which nobody else may read, and let ssh try it."""
    file = f"{_FOLDER}/{_named(fingerprint)}"
    yield f'(umask 077; echo "${_variable(number)}" | base64 -d > {file})'
    yield f"printf 'Host *\\n  IdentityFile %s\\n' {file} >> {_FOLDER}/config"


def _variable(number: int) -> str:
    return f"SSH_KEY_{number}"


def _named(fingerprint: str) -> str:
    """The file that CircleCI keeps a key in; of a fingerprint by SHA-256 it is not told, and any will do."""
    plain = fingerprint.replace(":", "").lower()
    return _FILE + (plain if set(plain) <= _HEX else "".join(char for char in plain if char.isalnum())[:16])


def _files(step: StepDraft) -> Iterator[str]:
    """The files of keys that the commands, or their variables, name."""
    texts = [*step.environment.values()]
    for run in programs.runs(step):
        texts += [run.text, *(value for _, value in run.environment)]
    for text in texts:
        for piece in text.split(_FILE)[1:]:
            name = piece[: len(piece) - len(piece.lstrip("".join(_HEX)))]
            if name:
                yield _FILE + name
