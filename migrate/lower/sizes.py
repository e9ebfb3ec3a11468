"""How large the steps are, once all that asks for a size is known, and what that costs.

A step's minutes are multiplied by its size (reference bitbucket.md, sections 1.6 and 7).
"""

from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft, StepDraft
from migrate.lower.plan.durations import seconds, weight

_SIZES = "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#Size"
_DOCS = (
    "https://circleci.com/docs/ip-ranges/",
    "https://support.atlassian.com/bitbucket-cloud/docs/what-are-the-bitbucket-cloud-ip-addresses-i-should-use-to-configure-my-corporate-firewall/",
)
IP_RANGES = declare(
    "ip-ranges",
    Fate.MANUAL,
    "A job leaves from known addresses, and they are other ones now",
    """CircleCI's list of addresses is not Atlassian's.

    The step asks for Atlassian's short list, and a firewall that knows CircleCI's refuses it.

    Let Atlassian's addresses through your firewall in place of CircleCI's: https://ip-ranges.atlassian.com lists them,
    those with the product 'bitbucket' and the direction 'egress'.""",
    *_DOCS,
)
IP_RANGES_LOST = declare(
    "ip-ranges-lost",
    Fate.MANUAL,
    "A step is too small for known addresses",
    """Only steps of size 4x and more can ask for Atlassian's short list of addresses.

    This step leaves from any address of the cloud.

    Choose 'sizes: map', or give it 'size: 4x' and 'runtime: {cloud: {atlassian-ip-ranges: true}}', which is four times
    the minutes; or run it on a runner of your own.""",
    *_DOCS,
)
SIZE_TOTAL = declare(
    "size-total",
    Fate.APPROXIMATED,
    "What the sizes of the steps cost",
    """A step costs its minutes times its size: one of 4x costs four minutes for each that it runs.

    The note has the sum for the jobs of this config. A faster step may take some of that back.

    See that your plan has the sizes: those from 4x want a paid one. With 'durations' in the choices file the sum is a
    better one.""",
    "https://circleci.com/docs/credits/",
    _SIZES,
)
_LEAST = "4x"
"""The smallest size that has the short list of addresses."""


def settle(draft: Draft) -> None:
    """Give steps with known addresses the size that they want, and say what all sizes cost."""
    for step in draft.steps.values():
        if step.ip_ranges:
            _settle_addresses(step)
    if any(step.size for step in draft.steps.values()):
        _note_total(draft)


def times(step: StepDraft) -> int:
    """How many minutes a minute of a step costs."""
    return int(step.size.removesuffix("x") or 1)


def _settle_addresses(step: StepDraft) -> None:
    larger = ""
    if times(step) < int(_LEAST.removesuffix("x")):
        if step.draft.choices.sizes != "map":
            step.ip_ranges = False
            said = (
                f"'circleci_ip_ranges' needs a step of size 4x; '{step.job.name}' leaves from any address of the cloud"
            )
            step.note(IP_RANGES_LOST, step.ip_wanted, said)
            return
        step.size = _LEAST
        larger = f", and has the size {_LEAST} that they need: {times(step)} times the minutes"
    said = f"the step leaves from Atlassian's addresses{larger}; let them through your firewall"
    step.note(IP_RANGES, step.ip_wanted, said)


def _note_total(draft: Draft) -> None:
    """Say what a run of all jobs costs, a minute each, or as long as the choices say that each takes."""
    known, steps = seconds(draft), list(draft.steps.values())
    runs = sum(weight(step.job, known) for step in steps)
    costs = sum(weight(step.job, known) * times(step) for step in steps)
    first = next(step for step in steps if step.size)
    minutes = f"{costs / 60:.4g} build minutes instead of {runs / 60:.4g}" if known else ""
    minutes = minutes or f"{costs} build minutes instead of {runs}, if each took one"
    count = f"{len(steps)} jobs" if len(steps) > 1 else "job"
    draft.notes.add(SIZE_TOTAL, first.job.trail, "jobs", f"a run of the {count} costs {minutes}")
