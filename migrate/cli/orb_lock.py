"""`circle2bb.lock`: which version each reference to an orb means, and the digest of its source."""

import json
import re
from pathlib import Path
from typing import NamedTuple

from migrate.circleci.orbs import Reference, parse
from migrate.cli.exits import Refused
from migrate.cli.orb_cache import Cache, replace
from migrate.cli.reading import text

LOCK = "circle2bb.lock"
_SCHEMA = 1
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Pin(NamedTuple):
    """The version that a reference means, and the SHA-256 of its source."""

    version: str
    sha256: str


class Lock(NamedTuple):
    """The pins of a lock file by reference, as configs write it."""

    path: Path
    pins: dict[str, Pin]

    def pin(self, reference: Reference) -> Pin | None:
        """The pin of a reference, if there is one."""
        return self.pins.get(str(reference))


def read(path: Path) -> Lock:
    """Read a lock file; one that is not there pins nothing."""
    if not path.exists():
        return Lock(path, {})
    try:
        document = json.loads(text(str(path), path.as_posix()))
    except (ValueError, RecursionError) as error:
        raise _refusal(path, f"it is not JSON (line {getattr(error, 'lineno', 1)})") from error
    orbs = document.get("orbs") if isinstance(document, dict) and document.get("schema") == _SCHEMA else None
    if not isinstance(orbs, dict):
        raise _refusal(path, f"it has no 'orbs', or is not of schema {_SCHEMA}")
    return Lock(path, {reference: _pin(reference, row, path) for reference, row in orbs.items()})


def update(path: Path, pins: dict[str, Pin], cache: Cache) -> None:
    """Add pins to a lock file, as it is by now; if nothing changes, it is not touched."""
    if not pins:
        return
    with cache.guarded():
        before = read(path).pins
        if before != before | pins:
            replace(path, _text(before | pins))


def _text(pins: dict[str, Pin]) -> str:
    rows = {reference: pin._asdict() for reference, pin in sorted(pins.items())}
    return json.dumps({"schema": _SCHEMA, "orbs": rows}, indent=2) + "\n"


def _pin(reference: str, row: object, path: Path) -> Pin:
    asked = parse(reference)
    fields = row if isinstance(row, dict) else {}
    version, sha256 = fields.get("version"), fields.get("sha256")
    if not (asked and isinstance(version, str) and asked.admits(version)):
        raise _refusal(path, f"'{reference}' cannot mean the version {version!r}")
    if not (isinstance(sha256, str) and _DIGEST.fullmatch(sha256)):
        raise _refusal(path, f"'{reference}' has no SHA-256 of 64 hexadecimal digits")
    return Pin(version, sha256)


def _refusal(path: Path, said: str) -> Refused:
    return Refused(
        f"{path.as_posix()}: error: {said}; restore the file, or delete it and run 'circle2bb orbs fetch' for each orb"
    )


__all__ = ["LOCK", "Lock", "Pin", "read", "update"]
