"""Which note explains which difference between the two runs of a job: each code with its kinds, and why."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from migrate.diagnostics import Note
from tests.running.both import Difference, Kind

_ALL = frozenset(Kind)
_SEEN = frozenset({Kind.COMMANDS, Kind.OUTPUT, Kind.FILES, Kind.STATUS})
"""What may differ where a command finds another value."""
_LATER = frozenset({Kind.COMMANDS, Kind.OUTPUT, Kind.FILES, Kind.STATUS, Kind.ENVIRONMENT, Kind.DIRECTORY})

CODES: Mapping[str, frozenset[Kind]] = MappingProxyType(
    {
        "circleci-command": _ALL,  # the command does not exist there and fails, which the note says
        "unsupported-step": _ALL,  # the step fails on purpose
        "step-condition-lost": _ALL,  # the step fails on purpose
        "workspace-missing": _ALL,  # the step fails on purpose
        "workspace-archive": frozenset({Kind.STATUS}),  # the files are not there, because stubs make none
        "workspace-attach": _SEEN,  # the files may have lost their modes, of which the other job's notes tell
        "orb-unknown": _ALL,  # nobody knows what ran there, and the step fails on purpose
        "other-shell": _ALL,  # the shell that the config names does not run there
        "after-script": _LATER,  # it runs at the end, and what it does changes nothing
        "teardown": _LATER,  # its commands run at the end
        "variable-differs": _SEEN,  # the value has another form
        "variable-without-counterpart": _SEEN,  # the command finds nothing
        "run-time-value": _SEEN | {Kind.DIRECTORY},  # the text stands there without the value
        "parameter-settled": _SEEN,  # the default stands there
        "home-checkout": _ALL,  # what lies there lies in the clone directory
        "late-checkout": _SEEN,  # the repository is there already
        "parent-directory": _ALL,  # what lies beside the checkout is another thing there
        "neighbour-in-home": _ALL,  # the same, called by its full name
        "run-key-unclear": _ALL,  # nobody knows what the key does
        "bash-env-anew": _SEEN | {Kind.ENVIRONMENT},  # what the file has set stays set
        "bash-env-directory": _ALL,  # the command runs elsewhere, or nowhere
        "variable-name": frozenset({Kind.ENVIRONMENT}),  # a variable that no shell can export
        "artifact": frozenset({Kind.FILES}),  # what lies elsewhere is copied
        "test-results": frozenset({Kind.FILES}),  # reports are copied where they are found
        "oidc": _SEEN,  # the token is another one
        "service-host": frozenset({Kind.FILES}),  # the name stands in a file of the machine
        "docker-mount": frozenset({Kind.COMMANDS}),  # the daemon is shown the clone directory by its own name
        "image-home": frozenset({Kind.FILES}),  # links in the home directory
        "machine-tool": _ALL,  # a program is not there
        "docker-compose-fetched": frozenset({Kind.COMMANDS, Kind.STATUS}),  # no network is there to fetch it from
        "clone-tags": _SEEN,  # a command looks for tags
    }
)
"""A note explains differences of its own job only."""


def codes(difference: Difference, job: str, notes: Iterable[Note]) -> tuple[str, ...]:
    """The codes of the job's notes that tell of differences of this kind."""
    found = {note.code.id for note in notes if note.job == job}
    return tuple(sorted(code for code in found if difference.kind in CODES.get(code, ())))
