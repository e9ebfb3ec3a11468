"""Scripts: whether bash can read them, and what pipes are given (reference bitbucket.md, sections 3.1 and 5.1)."""

import re

from migrate.diagnostics import Fate, declare
from migrate.shell import analyse
from migrate.validate.document import File, Step, items, text
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Scalar, Sequence

SYNTAX = declare(
    "pipelines-shell",
    Fate.ERROR,
    "A script that bash cannot read",
    """All items of a script are one file, so that one mistake fails the step before anything runs.

    The step fails, whatever stands before the mistake.

    Look for a quote or a bracket that is not closed, in this item or in one before it.""",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#Script",
)
PIPE = declare(
    "pipelines-pipe",
    Fate.ERROR,
    "A pipe that cannot be run as it is written",
    """A pipe is named with its version, vendor/name:1.2.3.

    Bitbucket refuses the file, or does not find the pipe.

    Write the version, and put quotes around true and 10.""",
    "https://support.atlassian.com/bitbucket-cloud/docs/use-pipes-in-bitbucket-pipelines/",
)
PASSWORD = declare(
    "pipelines-app-password",
    Fate.ERROR,
    "App passwords have come to an end",
    """Bitbucket takes none since June 2026.

    Who logs in with one is refused.

    Use an API token (ATLASSIAN_ACCOUNT_EMAIL and ATLASSIAN_API_TOKEN), or an access token.""",
    "https://support.atlassian.com/bitbucket-cloud/docs/api-tokens/",
)
_PIPE = re.compile(r"(docker://\S+|[\w.-]+/[\w.-]+:[\w.-]+)")
_DEAD = "BITBUCKET_APP_PASSWORD"


def check(file: File) -> None:
    """Look at the scripts of all steps."""
    for step in file.steps:
        for key in ("script", "after-script"):
            listed = peek(step.node, key)
            if isinstance(listed, Sequence):
                _script(listed, key, step, file)


def _script(listed: Sequence, key: str, step: Step, file: File) -> None:
    texts = [item for item in listed.items if isinstance(item, Scalar) and item.kind == "str"]
    whole = "\n".join(item.text for item in texts)
    if texts and not analyse(whole).valid:
        wrong = next((item for item in texts if not analyse(item.text).valid), texts[0])
        file.say(SYNTAX, wrong.span, step.path, f"bash cannot read the {key} of {step.path}")
    for item in listed.items:
        if isinstance(item, Mapping) and "pipe" in item.keys:
            _pipe(item, step, file)
        elif isinstance(item, Scalar) and _DEAD in item.text:
            file.say(PASSWORD, item.span, step.path, f"{step.path} uses ${_DEAD}")


def _pipe(item: Mapping, step: Step, file: File) -> None:
    name = peek(item, "pipe")
    if name and not _PIPE.fullmatch(text(name)):
        said = f"'{text(name)}' names no version of a pipe; write vendor/name:1.2.3"
        file.say(PIPE, name.span, step.path, said)
    variables = peek(item, "variables")
    for entry in variables.entries if isinstance(variables, Mapping) else ():
        for value in items(entry.value):
            if isinstance(value, Scalar) and value.kind not in {"str", "timestamp"}:
                said = f"{entry.key.text} is {value.text or 'nothing'}, which is no text; put quotes around it"
                file.say(PIPE, value.span, step.path, said)
        if entry.key.text == _DEAD or _DEAD in text(entry.value):
            file.say(PASSWORD, entry.key.span, step.path, f"{text(name)} is given an app password")
