"""Keys of `run` that CircleCI's schema has and its documentation has not: `teardown`, `pwd`, `path`."""

from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.steps.nested import lower_nested
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar, Sequence

_DOCS = (
    "https://circleci.com/docs/configuration-reference/#run",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#After-script",
)
TEARDOWN = declare(
    "teardown",
    Fate.APPROXIMATED,
    "Steps that run after a command, whatever it did",
    """Bitbucket has no commands that belong to a single one.

    Their commands run in the after-script, at the end of the step and not right behind the command. Caches and
    artifacts are kept as everywhere else.

    See that the commands between do not need what the teardown takes away.""",
    *_DOCS,
)
RUN_KEY_UNCLEAR = declare(
    "run-key-unclear",
    Fate.MANUAL,
    "A key of a command that no documentation explains",
    """CircleCI's schema lets the key pass and its documentation does not say what it does.

    Nothing was done with it.

    If it names a folder, write 'cd' before the command.""",
    *_DOCS,
)


def tear_down(call: Call, step: StepDraft) -> None:
    """Lower the steps of a command's `teardown`."""
    listed = step.claims.take(call.body, "teardown")
    if listed is not None:
        step.note(TEARDOWN, call.trail, "the commands of 'teardown' run in the after-script")
        lower_nested(_always(listed), call, step)


def _always(node: Node) -> Node:
    """The steps, with each command among them run whatever happened."""
    if isinstance(node, Sequence):
        return Sequence(tuple(_always(item) for item in node.items), node.span)
    if not isinstance(node, Mapping) or node.keys != ("run",):
        return node
    ((key, body),) = node.entries
    when = Entry(Scalar("when", "str", body.span), Scalar("always", "str", body.span))
    if isinstance(body, Scalar):
        command = Entry(Scalar("command", "str", body.span), body)
        return Mapping((Entry(key, Mapping((command, when), body.span)),), node.span)
    if isinstance(body, Mapping) and "when" not in body.keys:
        return Mapping((Entry(key, Mapping((*body.entries, when), body.span)),), node.span)
    return node


def note_unclear(call: Call, step: StepDraft) -> None:
    """Say that nobody knows what to do with a key."""
    for key in ("pwd", "path"):
        text = step.text(key, call.body, call.trail)
        if text:
            step.note(RUN_KEY_UNCLEAR, call.trail, f"nothing was done with '{key}: {text}', which nothing explains")
