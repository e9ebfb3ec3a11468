"""References to orbs: what they may look like, and which version they mean (reference circleci.md, section 1.2)."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from migrate.diagnostics import Fate, declare
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Node, Scalar

_NAME = r"[a-z][a-z0-9_-]*/[a-z][a-z0-9_-]*"
_REFERENCE = re.compile(rf"({_NAME})@(dev:\S+|[0-9]+(?:\.[0-9]+){{0,2}}|volatile)")
_RELEASE = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
_URL = "https://"

LEGAL = "namespace/name@version, its version 1.2.3, 1.2, 1, volatile or dev:label; or an https:// address"
"""What a reference may be, for messages."""

_DOCS = "https://circleci.com/docs/orb-intro/"

ORB_UNKNOWN = declare(
    "orb-unknown",
    Fate.ERROR,
    "Nothing is known about an orb",
    """There is neither a mapping nor a source for this orb.

    The steps that use it fail on purpose until they are replaced, so that no build goes green without them.

    Fetch its source, or give it with --orb-source.""",
    _DOCS,
)
ORB_REFERENCE = declare(
    "orb-reference",
    Fate.ERROR,
    "A reference to an orb is malformed",
    f"""CircleCI wants {LEGAL}; it refuses a config with anything else below 'orbs'.

    Nothing is written.

    Mend the line that the message names.""",
    "https://circleci.com/docs/orb-concepts/#semantic-versioning",
)
ORB_SOURCE = declare(
    "orb-source",
    Fate.ERROR,
    "The source of an orb is none",
    """An orb is a YAML mapping with 'commands', 'jobs', 'executors' and 'orbs'.

    The source was not read, and nothing is written.

    Give the packed source, in one file.""",
    _DOCS,
)
ORB_CIRCLE = declare(
    "orb-circle",
    Fate.ERROR,
    "Orbs import each other without end",
    """The expansion would never end.

    CircleCI refuses such a config, so nothing is written.

    Look which of the sources is not the one that was published.""",
    _DOCS,
)


class Reference(NamedTuple):
    """An orb by its full name, and the version as it was asked for."""

    orb: str
    version: str

    @property
    def exact(self) -> bool:
        """Whether the version is one, and not the newest of several."""
        return is_exact(self.version)

    def admits(self, version: str) -> bool:
        """Whether `version` is one that was asked for."""
        if self.exact:
            return version == self.version
        wanted = self.version == "volatile" or f"{version}.".startswith(f"{self.version}.")
        return wanted and _RELEASE.fullmatch(version) is not None

    def __str__(self) -> str:
        """Show the reference as configs write it."""
        return f"{self.orb}@{self.version}"


class Wanted(NamedTuple):
    """What a line of `orbs:` asks for; `alias` is the name that the user's own config gives it, or empty."""

    reference: str
    alias: str = ""


class Missing(NamedTuple):
    """There is no source: `why`, and the command that would fetch it."""

    why: str = ""
    fetch: str = ""


OrbSource = Callable[[Wanted], tuple[str, str] | Missing | None]
"""Gives the name and the text of an orb's source, or says why there is none."""


def _nothing(_: object) -> None:
    """There is no orb."""


class Orbs(NamedTuple):
    """Where orbs come from: `source` gives their sources, `mapping` the name and the text of our own by their names."""

    source: OrbSource = _nothing
    mapping: Callable[[str], tuple[str, str] | None] = _nothing


def parse(text: str) -> Reference | None:
    """Read a reference to an orb of a registry; None if it is none."""
    found = _REFERENCE.fullmatch(text)
    return Reference(found[1], found[2]) if found else None


def is_url(text: str) -> bool:
    """Whether a reference names a file on some server, and no orb of a registry."""
    return text.startswith(_URL)


def is_orb(text: str) -> bool:
    """Whether `text` is the full name of an orb."""
    return re.fullmatch(_NAME, text) is not None


def is_exact(version: str) -> bool:
    """Whether `version` is that of one published orb: 1.2.3, or dev:label."""
    return version.startswith("dev:") or _RELEASE.fullmatch(version) is not None


def newest(reference: Reference, versions: Iterable[str]) -> str | None:
    """The version that `reference` means when these are published."""
    admitted = [version for version in versions if reference.admits(version)]
    return max(admitted, key=order, default=None)


def order(version: str) -> tuple[tuple[int, ...], str]:
    """What versions are sorted by: numbers as numbers, and labels behind them by their letters."""
    if _RELEASE.fullmatch(version):
        return tuple(int(part) for part in version.split(".")), ""
    return (), version


def references(root: Node) -> Iterator[str]:
    """What an orb imports, and what its inline orbs import."""
    # Peeked, not taken: this only looks ahead for what must be fetched.
    stack = [root]
    seen: set[int] = set()
    while stack:
        node = peek(stack.pop(), "orbs")
        if not isinstance(node, Mapping) or id(node) in seen:
            continue
        seen.add(id(node))
        for entry in node.entries:
            if isinstance(entry.value, Scalar):
                yield entry.value.text
            else:
                stack.append(entry.value)


__all__ = [
    "LEGAL",
    "ORB_CIRCLE",
    "ORB_REFERENCE",
    "ORB_SOURCE",
    "ORB_UNKNOWN",
    "Missing",
    "OrbSource",
    "Orbs",
    "Reference",
    "Wanted",
    "is_exact",
    "is_orb",
    "is_url",
    "newest",
    "order",
    "parse",
    "references",
]
