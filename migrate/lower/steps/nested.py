"""Steps that stand below a built-in step: `teardown` of a command."""

from migrate.circleci.plan import Call
from migrate.lower.draft import StepDraft
from migrate.lower.missing import UNSUPPORTED_STEP, fail_in_place
from migrate.lower.registry import step_rooms
from migrate.yamlio.nodes import Mapping, Node, Scalar


def lower_nested(steps: Node | None, call: Call, step: StepDraft) -> None:
    """Lower each of the steps in the room of its type; a command of the config's own has none, and fails."""
    for item in step.claims.items(steps):
        if isinstance(item, Scalar):
            _lower(Call(item.text, None, (*call.trail, item.span), call.commands), step)
        elif isinstance(item, Mapping):
            for entry in step.claims.each(item):
                _lower(Call(entry.key.text, entry.value, (*call.trail, entry.key.span), call.commands), step)
        else:
            lower_nested(item, call, step)


def _lower(call: Call, step: StepDraft) -> None:
    room = step_rooms().get(call.step)
    if room:
        room(call, step)
        return
    said = f"'{call.step}' below a built-in step cannot be converted; the step fails here until you replace it"
    fail_in_place(call, step, UNSUPPORTED_STEP, said)
