"""`circleci_ip_ranges` becomes Atlassian's addresses, where the step is large enough to have them."""

from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.registry import job_key
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Node, Scalar

_DOCS = (
    "https://circleci.com/docs/ip-ranges/",
    "https://support.atlassian.com/bitbucket-cloud/docs/what-are-the-bitbucket-cloud-ip-addresses-i-should-use-to-configure-my-corporate-firewall/",
)
IP_RANGES = declare(
    "ip-ranges",
    Fate.MANUAL,
    "A job leaves from known addresses, and they are other ones now",
    "Let Atlassian's addresses through your firewall in place of CircleCI's.",
    *_DOCS,
)
IP_RANGES_LOST = declare(
    "ip-ranges-lost",
    Fate.MANUAL,
    "A step is too small for known addresses",
    """Only steps of size 4x and more can ask for Atlassian's short list of addresses; this one leaves from any address
    of the cloud. Give it 'size: 4x' and 'runtime: {cloud: {atlassian-ip-ranges: true}}', four times the minutes, or run
    it on a runner of your own.""",
    *_DOCS,
)
_TOO_SMALL = {"", "1x", "2x"}


@job_key("circleci_ip_ranges")
def lower(value: Node, step: StepDraft) -> None:
    """Ask for known addresses, or say why the step cannot have them."""
    if not (isinstance(value, Scalar) and value.text.lower() in {"true", "yes", "on"}):
        step.plain(value, "circleci_ip_ranges", (value.span,))
        return
    # Peeked, not taken: the room of resource_class claims it, and its turn may come later.
    named = peek(step.job.keys, "resource_class")
    row = step.draft.catalog.resource_classes.get(named.text if isinstance(named, Scalar) else "")
    size = row.size if row and step.draft.choices.sizes == "map" else ""
    if size in _TOO_SMALL:
        said = f"'circleci_ip_ranges' needs a step of size 4x; '{step.job.name}' leaves from any address of the cloud"
        step.note(IP_RANGES_LOST, value.span, said)
        return
    step.ip_ranges = True
    step.note(IP_RANGES, value.span, "the step leaves from Atlassian's addresses; let them through your firewall")
